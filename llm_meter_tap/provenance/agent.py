"""Names the part of a program that made a call, where several share one process: the agent.

A server names its parts with `name_parts`. In other processes there is no agent, and no stack is read. Tasks,
threads and jobs keep the name of the part that started them.
"""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable
from contextvars import ContextVar
from types import ModuleType
from typing import TYPE_CHECKING, Any

from llm_meter_tap.patching import import_hook, patches
from llm_meter_tap.runtime import faults

if TYPE_CHECKING:
    NameOf = Callable[[tuple[str, ...]], str | None]

# The function that the event loop uses to call what was scheduled: what is further out only waits.
_LOOP_CALLS = ("asyncio.events", "_run")
_KEPT = 1024

_name_of: NameOf | None = None
# Who started the task that runs.
_task_of: ContextVar[str | None] = ContextVar("llm_meter_task_of", default=None)


class _Job(threading.local):
    """Who started the job or thread that runs; not in its context, for which asyncio has one of its own."""

    of: str | None = None


_job = _Job()


def name_parts(name_of: NameOf) -> None:
    """Name the parts of this process from now on; the last host replaces the one before.

    Args:
        name_of: Given the top-level packages on the stack, from the innermost outwards, says which of them
            is the part that called; None when none is. Asked once for each stack of packages, in any
            thread, and for a call made on an event loop there: it must not take long.
    """
    global _name_of
    _name_of = functools.lru_cache(maxsize=_KEPT)(name_of)
    import_hook.watch("asyncio.base_events", _patch_tasks)


def forget_parts() -> None:
    """Stop naming parts."""
    global _name_of
    _name_of = None


def current() -> str | None:
    """Return the part whose code runs here, else the one that started what runs; None without either."""
    name_of = _name_of
    return None if name_of is None else _current(name_of)


@faults.contained
def _current(name_of: NameOf) -> str | None:
    return name_of(_packages()) or _job.of or _task_of.get()


def carry_agent(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make `function` keep the agent that starts it here, or none, in whatever thread it runs."""
    return function if _name_of is None else functools.partial(_run_job, current(), function)


def _run_job(name: str | None, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    before = _job.of
    _job.of = name
    try:
        return function(*args, **kwargs)
    finally:
        _job.of = before


def _packages() -> tuple[str, ...]:
    packages = []
    latest = ""
    frame = sys._getframe(1)
    while frame is not None:
        module = frame.f_globals.get("__name__")
        if isinstance(module, str):
            if module == _LOOP_CALLS[0] and frame.f_code.co_name == _LOOP_CALLS[1]:
                break
            package = module.partition(".")[0]
            if package != latest:
                packages.append(package)
                latest = package
        frame = frame.f_back  # type: ignore[assignment]
    return tuple(packages)


def _patch_tasks(base_events: ModuleType) -> None:
    """Note which part starts a task: a library's coroutine has no other frame on its stack."""
    patches.wrap(base_events.BaseEventLoop, "create_task", _create_task)


def _create_task(original: Callable[..., Any]) -> Callable[..., Any]:
    def create_task(loop: Any, /, *args: Any, **kwargs: Any) -> Any:
        name = current()
        if name is None:
            return original(loop, *args, **kwargs)
        mark = _task_of.set(name)
        try:
            return original(loop, *args, **kwargs)
        finally:
            _task_of.reset(mark)

    return create_task
