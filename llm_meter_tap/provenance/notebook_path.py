"""The path by which the ledger knows a notebook's file: the one that it has under the lab's root."""

from __future__ import annotations

import os


def ledger_path(file: str) -> str:
    """Return a file's path under the lab's root, with ``/`` between folders.

    A file outside the root has its whole path. Without a lab (LLM_METER_ROOT is not set), a file has its path
    from the working directory.
    """
    whole = os.path.abspath(file)
    root = os.environ.get("LLM_METER_ROOT")
    try:
        path = os.path.relpath(whole, os.path.abspath(root) if root else os.getcwd())
    except ValueError:  # another drive
        path = whole
    is_outside = path == os.pardir or path.startswith(os.pardir + os.sep)
    return (whole if root and is_outside else path).replace(os.sep, "/")
