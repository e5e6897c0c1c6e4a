# mypy: ignore-errors
# Runs in every interpreter that the lab starts, of whatever version: no syntax newer than Python 2.7 here.
"""Turns LLM Meter's tap on, then runs any other sitecustomize further down `sys.path`.

This folder is first on PYTHONPATH. A finder for the one package `llm_meter_tap` is all that a foreign
environment gets of the site-packages that it lies in.
"""

import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))
_PACKAGE = "llm_meter_tap"


class _PackageFinder(object):  # noqa: UP004 - Python 2.7 reads this file too
    """Finds `llm_meter_tap`, last of all, so that an environment's own copy goes first."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name != _PACKAGE:
            return None
        # By the finders that are there: `importlib.util` alone would double what the tap costs at start.
        folder = os.path.dirname(os.path.dirname(_HERE))
        for finder in sys.meta_path:
            find = None if finder is _PackageFinder else getattr(finder, "find_spec", None)
            spec = None if find is None else find(name, [folder])
            if spec is not None:
                return spec
        return None


class _OwnFolder(object):  # noqa: UP004 - Python 2.7 reads this file too
    """Stands for this folder, where every import looks first, and finds there the one module that it has.

    The finder in its place would ask the file system each time. Everything else is that finder's.
    """

    def __init__(self, finder):
        self._finder = finder

    def find_spec(self, name, target=None):
        return self._finder.find_spec(name, target) if name == "sitecustomize" else None

    def __getattr__(self, name):
        return getattr(self._finder, name)


def _stand_in():
    for path, finder in list(sys.path_importer_cache.items()):
        if hasattr(finder, "find_spec") and os.path.abspath(path) == _HERE:
            sys.path_importer_cache[path] = _OwnFolder(finder)


def _switch_on():
    if sys.version_info < (3, 8) or not os.environ.get("LLM_METER_DIR"):
        return
    if os.environ.get("LLM_METER_DISABLE"):
        return
    sys.meta_path.append(_PackageFinder)
    try:
        from llm_meter_tap.startup import activate

        activate()
        _stand_in()
    except Exception as error:  # noqa: BLE001 - an interpreter must start, with or without a meter
        sys.stderr.write("LLM Meter: this process is not metered (" + type(error).__name__ + ").\n")


def _hand_on():
    """Import the sitecustomize that this one hides; what it raises is site.py's to report."""
    positions = [i for i, entry in enumerate(sys.path) if entry and os.path.abspath(entry) == _HERE]
    ours = [sys.path.pop(i) for i in reversed(positions)]
    this = sys.modules.pop("sitecustomize", None)
    try:
        import sitecustomize  # noqa: F401 - imported for what it does
    except ImportError as error:
        if getattr(error, "name", "sitecustomize") not in (None, "sitecustomize"):
            raise
    finally:
        sys.modules.setdefault("sitecustomize", this)
        sys.path[:0] = ours


_switch_on()
_hand_on()
