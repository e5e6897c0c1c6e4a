"""Reads the project that a notebook names in its metadata."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any

from jupyter_core.utils import ensure_async
from tornado.web import HTTPError

FRESH_S = 10.0
MAX_NOTEBOOK_BYTES = 10 * 1024 * 1024
"""A larger notebook is not opened for its metadata: its project is the folder's."""


@dataclass(frozen=True)
class _Known:
    last_modified: object
    read_at: float
    project: str | None


class NotebookProjects:
    """The projects of a server's notebooks, read again when a notebook has changed.

    Methods run on the server's loop.

    Args:
        contents: The server's contents manager, a configurable class without types.
    """

    def __init__(self, contents: Any) -> None:
        self._contents = contents
        self._known: dict[str, _Known] = {}

    async def project_in(self, path: str) -> str | None:
        """Return the project of the notebook at a path; None where it names none or is not saved yet."""
        known = self._known.get(path)
        if known and time.monotonic() - known.read_at < FRESH_S:
            return known.project
        try:
            model = await ensure_async(self._contents.get(path, content=False))
            if known is None or model["last_modified"] != known.last_modified:
                project = await self._read_project(path, model.get("size"))
            else:
                project = known.project
        except HTTPError:
            return None  # not saved yet, or already moved: the folder names the project
        self._known[path] = _Known(model["last_modified"], time.monotonic(), project)
        return project

    async def _read_project(self, path: str, size: int | None) -> str | None:
        if size is None or size > MAX_NOTEBOOK_BYTES:
            return None
        model = await ensure_async(self._contents.get(path, content=True, type="file", format="text"))
        return await asyncio.to_thread(project_in_notebook, model["content"])


def project_in_notebook(text: str) -> str | None:
    """Return ``metadata["llm-meter"]["project"]`` of a notebook's text; None when it has none."""
    try:
        notebook = json.loads(text)
    except ValueError:
        return None
    value = notebook
    for name in ("metadata", "llm-meter", "project"):
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) and value else None
