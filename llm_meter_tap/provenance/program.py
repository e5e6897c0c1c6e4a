"""What people call the program that this process runs; never its folder and never its arguments.

A kernel that a lab started gets its name from the service, which knows its console and its kernelspec.
"""

from __future__ import annotations

import functools
import os
import sys
import time
from typing import Any

from llm_meter_tap.system import Clock

_MAIN = ".__main__"


class _Kernel:
    """The kernel in this process."""

    name: str | None = None


def name_kernel() -> None:
    """Name the kernel that starts in this process by its Python and the machine's time, in no language."""
    started_at = time.strftime("%Y-%m-%d %H:%M", time.localtime(Clock.wall()))
    _Kernel.name = "Python {}.{} · {}".format(*sys.version_info[:2], started_at)


def kernel_name() -> str | None:
    """The name of the kernel in this process; None where somebody else names it."""
    return _Kernel.name


def script_name() -> str | None:
    """Name what ``python FILE`` or ``python -m MODULE`` runs; None for ``-c``, standard input and a prompt.

    The main module is asked each time: before it is loaded, which is when startup files run, it has no name.
    """
    main: Any = sys.modules.get("__main__")
    module = getattr(getattr(main, "__spec__", None), "name", None)
    if isinstance(module, str) and module:
        return module[: -len(_MAIN)] if module.endswith(_MAIN) else module
    file = getattr(main, "__file__", None)
    if not isinstance(file, str) or file.startswith("<"):  # "<stdin>"
        return None
    return _name_of_file(file)


@functools.lru_cache(maxsize=8)
def _name_of_file(file: str) -> str | None:
    return os.path.basename(file) or None
