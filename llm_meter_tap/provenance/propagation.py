"""Makes threads and jobs of executors keep the cell and the agent that started them.

Name, arguments, result and exceptions of what runs stay the same.
"""

from __future__ import annotations

import threading
from types import ModuleType
from typing import Any

from llm_meter_tap.patching import import_hook, patches
from llm_meter_tap.provenance import agent
from llm_meter_tap.provenance.context import carry_origin
from llm_meter_tap.runtime import faults


def carry_into_threads() -> None:
    """Make threads and jobs started from now on keep where they come from; idempotent."""
    patches.wrap(threading.Thread, "start", _start)
    import_hook.watch("concurrent.futures.thread", patch_executor)


def patch_executor(module: ModuleType) -> None:
    """Make a job keep where it was submitted."""
    patches.wrap(module.ThreadPoolExecutor, "submit", _submit)


def _start(original: Any) -> Any:
    def start(thread: threading.Thread) -> None:
        _carry(thread)
        original(thread)

    return start


@faults.contained
def _carry(thread: threading.Thread) -> None:
    run = thread.run
    carried = carry_origin(run)
    # A library's own class may be a worker of a pool, which outlives the work that it was started for.
    if type(thread).run is threading.Thread.run:
        carried = agent.carry_agent(carried)
    if carried is run:
        return

    def run_once() -> None:
        del thread.run
        carried()

    thread.run = run_once  # type: ignore[method-assign]


@faults.contained
def _carry_origin(function: Any) -> Any:
    return agent.carry_agent(carry_origin(function))


def _submit(original: Any) -> Any:
    def submit(executor: Any, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        return original(executor, _carry_origin(function) or function, *args, **kwargs)

    return submit
