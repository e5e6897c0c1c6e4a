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


def _look_no_further():
    """Find nothing but this module in this folder, where every import looks first, without a system call."""
    for path, finder in list(sys.path_importer_cache.items()):
        if hasattr(finder, "find_spec") and os.path.abspath(path) == _HERE:
            finder.find_spec = _only_this(finder.find_spec)


def _only_this(find):
    def find_spec(name, target=None):
        return find(name, target) if name == "sitecustomize" else None

    return find_spec


def _switch_on():
    if sys.version_info < (3, 8) or not os.environ.get("LLM_METER_DIR"):
        return
    if os.environ.get("LLM_METER_DISABLE"):
        return
    sys.meta_path.append(_PackageFinder)
    try:
        from llm_meter_tap.startup import activate

        activate()
        _look_no_further()
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
