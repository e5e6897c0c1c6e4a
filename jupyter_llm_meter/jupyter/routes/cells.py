"""``GET cells``: what the newest runs of a notebook's cells used."""

from __future__ import annotations

import json

from jupyter_llm_meter.jupyter.handler import MeterHandler, guarded
from jupyter_llm_meter.service.errors import ArgumentError


class CellsHandler(MeterHandler):
    """``GET cells``."""

    arguments = ("notebook",)

    @guarded
    async def get(self) -> None:
        """Answer with the newest runs of each cell that made calls."""
        notebook = self.get_query_argument("notebook", "")
        if not notebook:
            raise ArgumentError("notebook is missing; it is the notebook's path under the lab's root.")
        cells = await self.query(lambda ledger: ledger.cell_runs(notebook))
        copy_of = None
        if not cells:
            copy_of = await self.origins.find(notebook)
            cells = await self.query(lambda ledger: ledger.cell_runs(notebook))
        self.finish(json.dumps({"cells": cells, **({"copy_of": copy_of} if copy_of else {})}))
