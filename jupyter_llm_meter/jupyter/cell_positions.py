"""Where the cells of a notebook are, read from its file."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from jupyter_core.utils import ensure_async
from tornado.web import HTTPError

from jupyter_llm_meter.core.standing import CellPosition
from jupyter_llm_meter.jupyter.notebook_projects import MAX_NOTEBOOK_BYTES


async def positions_at(contents: Any, path: str) -> Mapping[str, CellPosition]:
    """Return where the cells of the notebook at a path are, by their ids.

    Args:
        contents: The server's contents manager, a configurable class without types.
        path: The notebook's path under the lab's root.

    Returns:
        The cells as the notebook was last saved; empty where there is no notebook, or a very large one.
    """
    try:
        model = await ensure_async(contents.get(path, content=False))
        if model["type"] != "notebook" or (model.get("size") or 0) > MAX_NOTEBOOK_BYTES:
            return {}
        model = await ensure_async(contents.get(path, content=True, type="file", format="text"))
    except HTTPError:
        return {}  # moved, deleted, or not saved yet
    return await asyncio.to_thread(positions_in_notebook, model["content"])


def positions_in_notebook(text: str) -> dict[str, CellPosition]:
    """Return where the cells of a notebook's text are, by their ids; empty where the text is no notebook."""
    try:
        cells = json.loads(text)["cells"]
        ids = [cell.get("id") for cell in cells]
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}
    return {
        cell_id: CellPosition(number, len(ids))
        for number, cell_id in enumerate(ids, start=1)
        if isinstance(cell_id, str)
    }
