"""Calls back when a module of interest has been imported.

A finder at the head of `sys.meta_path` imports nothing itself and leaves no trace on what it watches:
loader, spec and module are those that Python would have made. It runs in every interpreter that the lab
starts, so that it imports nothing but `sys`.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    Callback = Callable[[ModuleType], None]

_callbacks: dict[str, Callback] = {}


class _PostImportFinder:
    """Finds nothing itself: asks the other finders, and watches the loader that they return."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name not in _callbacks:
            return None
        for finder in sys.meta_path:
            find = None if finder is self else getattr(finder, "find_spec", None)
            spec = None if find is None else find(name, path, target)
            if spec is not None:
                _listen(spec.loader)
                return spec
        return None


_finder = _PostImportFinder()


def _listen(loader: Any) -> None:
    execute = getattr(loader, "exec_module", None)
    if execute is None:
        return

    def exec_module(module: ModuleType) -> None:
        # An instance attribute over the loader's method, gone before the module runs: a loader proxy would
        # show in module.__loader__, inspect and importlib.resources.
        loader.__dict__.pop("exec_module", None)
        execute(module)
        _notify(module.__name__, module)

    try:
        loader.exec_module = exec_module
    except (AttributeError, TypeError) as error:
        _count_failure(error)


def _notify(name: str, module: ModuleType) -> None:
    callback = _callbacks.get(name)
    if callback is None:
        return
    try:
        callback(module)
    except Exception as error:  # noqa: BLE001 - an import must not fail for the tap's sake
        _count_failure(error)


def _count_failure(error: Exception) -> None:
    from llm_meter_tap.runtime import faults

    faults.count("import_hook", error)


def watch(name: str, callback: Callback) -> None:
    """Call back with the module each time it has been executed (first import, reload); at once if it has
    been.

    Args:
        name: The full module name, such as `httpx`.
        callback: Must be idempotent; an `Exception` it raises is counted, not passed on.
    """
    _callbacks[name] = callback
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)
    module = sys.modules.get(name)
    if module is not None:
        _notify(name, module)


def unwatch_all() -> None:
    """Forget every callback and leave `sys.meta_path` as it was found."""
    _callbacks.clear()
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)
