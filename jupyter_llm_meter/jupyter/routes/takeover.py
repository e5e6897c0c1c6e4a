"""``POST takeover``: what pages counted in local mode."""

from __future__ import annotations

import json

from jupyter_llm_meter.jupyter.handler import MeterHandler, guarded
from jupyter_llm_meter.ledger import read_takeover


class TakeoverHandler(MeterHandler):
    """``POST takeover``."""

    @guarded
    async def post(self) -> None:
        """Take over what pages counted while there was no server extension."""
        parts, seen = read_takeover(self.read_body())
        taken = await self.serve(self.service.incoming.take_over(parts, seen))
        answer = [{"id": part_id, "revision": revision} for part_id, revision in taken.items()]
        self.finish(json.dumps({"taken": answer}))
