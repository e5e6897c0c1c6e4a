"""Finds out where a notebook without a history comes from: it was moved outside Jupyter, or is a copy.

The ids of its cells show it. When their history is at a path that no longer exists, the notebook was moved
from there; when
that path exists, it is a copy, whose usage is counted from zero.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from typing import Any

from jupyter_core.utils import ensure_async
from tornado.web import HTTPError

from jupyter_llm_meter.jupyter.notebook_projects import MAX_NOTEBOOK_BYTES
from jupyter_llm_meter.service.service import Service

MOST_KEPT = 1_000


class Origins:
    """The origins of one server's notebooks. Methods run on the server's loop.

    Args:
        contents: The server's contents manager, a configurable class without types.
        service: Moves histories.
    """

    def __init__(self, contents: Any, service: Service) -> None:
        self._contents = contents
        self._service = service
        # What was found for a path, as long as its file is the same.
        self._found: OrderedDict[str, tuple[object, str | None]] = OrderedDict()

    async def find(self, path: str) -> str | None:
        """Move a notebook's history to it, if it was left behind elsewhere.

        Returns:
            The path of the notebook that it is a copy of; None when it is not a copy, or was moved.

        Raises:
            LedgerUnavailable: The ledger cannot be used now.
        """
        try:
            model = await ensure_async(self._contents.get(path, content=False))
        except HTTPError:
            return None  # not saved yet, or moved already
        known = self._found.get(path)
        if known is not None and known[0] == model["last_modified"]:
            return known[1]
        if model["type"] != "notebook" or (model.get("size") or 0) > MAX_NOTEBOOK_BYTES:
            return None
        copy_of = await self._look(path)
        self._found[path] = (model["last_modified"], copy_of)
        while len(self._found) > MOST_KEPT:
            self._found.popitem(last=False)
        return copy_of

    async def _look(self, path: str) -> str | None:
        try:
            model = await ensure_async(self._contents.get(path, content=True, type="file", format="text"))
        except HTTPError:
            return None
        cell_ids = await asyncio.to_thread(cell_ids_in_notebook, model["content"])
        if not cell_ids:
            return None
        user = self._service.owner.user
        alike = await asyncio.wrap_future(
            self._service.submit(
                self._service.query_ledger(lambda ledger: ledger.alike_notebooks(user, path, cell_ids))
            )
        )
        left = [each for each in alike if not await ensure_async(self._contents.file_exists(each.path))]
        if left and (len(left) == 1 or left[0].cells > left[1].cells):
            await asyncio.wrap_future(self._service.submit(self._service.move_notebooks(left[0].path, path)))
            return None
        return next((each.path for each in alike if each not in left), None)


def cell_ids_in_notebook(text: str) -> frozenset[str]:
    """Return the ids of a notebook's cells; empty for a text that is not a notebook, or of an older
    format."""
    try:
        cells = json.loads(text)["cells"]
        return frozenset(cell["id"] for cell in cells if isinstance(cell.get("id"), str))
    except (ValueError, TypeError, KeyError, AttributeError):
        return frozenset()
