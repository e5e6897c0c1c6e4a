"""Shows a refusal in a notebook as a few lines instead of the source of an SDK.

IPython shows an error in the form that its `_render_traceback_` gives. An error that is a refusal, or that
was raised from one, has this method while IPython shows it at the end of its cell; `%tb` shows it in full.
"""

from __future__ import annotations

import functools
import linecache
import os
import sys
import sysconfig
import traceback
from collections.abc import Callable
from types import ModuleType
from typing import Any

from llm_meter_tap.errors import LimitExceeded
from llm_meter_tap.patching import patches
from llm_meter_tap.runtime import faults

# An error raised from another, and so on: a chain that is longer is a circle.
_LONGEST_CHAIN = 100
# Of a deep recursion, so many places of the user's code are shown at each end.
_PLACES_AT_END = 3
_LIBRARIES = ("site-packages", "dist-packages")
_OWN = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_RED, _PLAIN = "\033[31m", "\033[0m"


def patch(interactiveshell: ModuleType) -> None:
    """Patch the module `IPython.core.interactiveshell`; idempotent."""
    patches.wrap(interactiveshell.InteractiveShell, "showtraceback", _showtraceback)


def _showtraceback(original: Callable[..., Any]) -> Callable[..., Any]:
    def showtraceback(shell: Any, exc_tuple: Any = None, *args: Any, **kwargs: Any) -> Any:
        error: Any = exc_tuple[1] if exc_tuple else sys.exc_info()[1]
        is_short = error is not None and _shorten(shell, error)
        try:
            return original(shell, exc_tuple, *args, **kwargs)
        finally:
            if is_short:
                del error._render_traceback_

    return showtraceback


@faults.contained
def _shorten(shell: Any, error: BaseException) -> bool:
    """Let IPython show an error in short, if a refusal is behind it; returns whether it will."""
    refusal = refusal_behind(error)
    if refusal is None or hasattr(error, "_render_traceback_"):
        return False
    lines = rendered(shell, error, refusal)
    error._render_traceback_ = lambda: lines  # type: ignore[attr-defined] # IPython's own protocol
    return True


def refusal_behind(error: BaseException) -> LimitExceeded | None:
    """The refusal that an error is, or from which it was raised (`raise ... from`); None if there is none."""
    found: BaseException | None = error
    for _ in range(_LONGEST_CHAIN):
        if found is None or isinstance(found, LimitExceeded):
            return found
        found = found.__cause__
    return None


def rendered(shell: Any, error: BaseException, refusal: LimitExceeded) -> list[str]:
    """The places of the user's code that led to a refusal, and the refusal."""
    red, plain = ("", "") if str(getattr(shell, "colors", "")).lower() == "nocolor" else (_RED, _PLAIN)
    said = [] if error is refusal else [f"{red}{type(error).__name__}{plain}: {error}", "Raised from:"]
    said.append(f"{red}LimitExceeded{plain}: {refusal.headline or refusal}")
    width = max((len(name) for name, _value in refusal.details), default=0)
    said += [f"  {name:{width}}  {value}" for name, value in refusal.details]
    said.append("The full traceback: %tb")
    return [*_places(shell, error), "\n".join(said)]


def _places(shell: Any, error: BaseException) -> list[str]:
    frames = [each for each in traceback.extract_tb(error.__traceback__) if _is_users(each.filename)]
    if len(frames) > 2 * _PLACES_AT_END:
        between = f"... {len(frames) - 2 * _PLACES_AT_END} more places ..."
        ends = frames[:_PLACES_AT_END], frames[-_PLACES_AT_END:]
        return [
            *(_place(shell, each) for each in ends[0]),
            between,
            *(_place(shell, each) for each in ends[1]),
        ]
    return [_place(shell, each) for each in frames]


def _place(shell: Any, frame: traceback.FrameSummary) -> str:
    name = getattr(shell.compile, "format_code_name", lambda _name: None)(frame.filename)
    where = " ".join(name) if name else f"File {frame.filename}"
    function = "" if frame.name.startswith("<") else f", in {frame.name}"
    line = (frame.line or linecache.getline(frame.filename, frame.lineno or 0)).strip()
    return f"{where}, line {frame.lineno}{function}\n    {line}"


def _is_users(filename: str) -> bool:
    """Whether code is neither the standard library's, nor an installed package's, nor the tap's."""
    if filename.startswith("<") and not filename.startswith("<ipython-input"):
        return False
    path = os.path.abspath(filename)
    if any(f"{os.sep}{each}{os.sep}" in path for each in _LIBRARIES):
        return False
    return not path.startswith(tuple(folder + os.sep for folder in _library_folders()))


@functools.lru_cache(maxsize=1)
def _library_folders() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    folders = {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    return (_OWN, *folders, *(os.path.realpath(folder) for folder in folders))
