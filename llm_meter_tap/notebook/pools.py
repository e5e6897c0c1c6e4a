"""Brings a refusal back from the workers of `multiprocessing.pool`, including those of its ThreadPool.

Such a worker reports an `Exception`, but any other exception ends it, and the caller would wait forever.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

from llm_meter_tap.errors import LimitExceeded
from llm_meter_tap.patching import patches


class _Refused(NamedTuple):
    """Stands for a task's result until it is put."""

    error: LimitExceeded


def patch(module: ModuleType) -> None:
    """Patch `multiprocessing.pool`, of every supported Python; idempotent."""
    patches.wrap(module, "worker", functools.partial(_worker, module._helper_reraises_exception))


def _worker(reraises: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    def worker(inqueue: Any, outqueue: Any, *args: Any, **kwargs: Any) -> Any:
        return original(_Tasks(inqueue, reraises), _Results(outqueue), *args, **kwargs)

    return worker


class _Through:
    """A queue, or a connection's two ends, as it is."""

    def __init__(self, queue: Any) -> None:
        self._llm_meter_queue = queue

    def __getattr__(self, name: str) -> Any:
        return getattr(self._llm_meter_queue, name)


class _Tasks(_Through):
    def __init__(self, queue: Any, reraises: Callable[..., Any]) -> None:
        super().__init__(queue)
        # A worker knows this task, which only reports that the caller's iterator failed, by its identity.
        self._llm_meter_reraises = reraises

    def get(self) -> Any:
        task = self._llm_meter_queue.get()
        if task is None or task[2] is self._llm_meter_reraises:
            return task
        job, number, function, *rest = task
        return (job, number, functools.partial(_run, function), *rest)


class _Results(_Through):
    def put(self, item: Any) -> None:
        job, number, (is_success, value) = item
        if isinstance(value, _Refused):
            is_success, value = False, value.error
        self._llm_meter_queue.put((job, number, (is_success, value)))


def _run(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    try:
        return function(*args, **kwargs)
    except LimitExceeded as refusal:
        return _Refused(refusal)
