"""The tap's tasks in an IPython kernel besides metering.

It marks that it is alive, passes ids on to child processes, remembers the cell that starts, and registers the
magics. It runs no code in the kernel and is not visible in the user's namespace.
"""

from __future__ import annotations

import atexit
import os
import threading
from types import ModuleType
from typing import Any

from llm_meter_tap.delivery import kernel_message
from llm_meter_tap.limits import run_caps
from llm_meter_tap.patching import patches
from llm_meter_tap.provenance import program
from llm_meter_tap.provenance.context import cell_id, latest_request, run_id, set_cell
from llm_meter_tap.provenance.propagation import carry_into_threads
from llm_meter_tap.runtime import faults
from llm_meter_tap.wire.private_folder import mark_kernel, unmark_kernel

# By this long after a kernel's start a server behind a gateway has subscribed, seconds.
_LISTENING_S = 2.0
# The running cell and its run, for child processes.
_PLACE = ("LLM_METER_CELL_ID", "LLM_METER_RUN_ID")


def patch(kernelapp: ModuleType) -> None:
    """Listen to the start of the kernel in this process. Called when `ipykernel.kernelapp` is imported."""
    patches.wrap(kernelapp.IPKernelApp, "initialize", _initialize)


def _initialize(original: Any) -> Any:
    def initialize(app: Any, *args: Any, **kwargs: Any) -> Any:
        result = original(app, *args, **kwargs)
        _started(app)
        return result

    return initialize


@faults.contained
def _started(app: Any) -> None:
    if app.kernel is None:  # a subcommand such as `install`
        return
    kernel_id = kernel_id_of(app.connection_file)
    if os.environ.get("LLM_METER_KERNEL_ID") != kernel_id and not os.environ.get("LLM_METER_NOTEBOOK"):
        program.name_kernel()
    os.environ["LLM_METER_KERNEL_ID"] = kernel_id
    for name in _PLACE:
        os.environ.pop(name, None)
    run_caps.start_session()
    if app.shell is not None:
        from llm_meter_tap.notebook import magics

        app.shell.events.register("pre_run_cell", _Inheritance(app.kernel))
        magics.register(app.shell)
    carry_into_threads()
    kernel_message.publish_start()
    if os.environ.get("KERNEL_LLM_METER_DIR"):
        _introduce_again()
    _mark(kernel_id)


def _introduce_again() -> None:
    """Publish it again when the server behind a gateway, which sees no mark, has had time to listen."""
    timer = threading.Timer(_LISTENING_S, kernel_message.publish_totals, (None, True))
    timer.daemon = True
    timer.start()


def kernel_id_of(connection_file: str) -> str:
    """The kernel's id: jupyter_client names a kernel's connection file `kernel-<id>.json`."""
    stem = os.path.splitext(os.path.basename(connection_file))[0]
    return stem[len("kernel-") :] if stem.startswith("kernel-") else stem


def _mark(kernel_id: str) -> None:
    sign = mark_kernel(os.environ["LLM_METER_DIR"], kernel_id)
    pid = os.getpid()

    def unmark() -> None:
        if os.getpid() == pid:  # a forked child ends earlier than its kernel
            unmark_kernel(sign)

    atexit.register(unmark)


class _Inheritance:
    """Names the running cell to the tasks and processes that it starts (IPython's `pre_run_cell`)."""

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel

    @faults.contained
    def __call__(self, *info: Any) -> None:
        parent = latest_request(self._kernel)
        if parent is not None:
            set_cell(parent)
        run_caps.start_cell(parent)
        for name, place in zip(_PLACE, (cell_id(parent), run_id(parent))):  # noqa: B905 - not in 3.8
            if place is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = place
        kernel_message.publish_totals(parent)
