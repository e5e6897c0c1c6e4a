"""``GET standing``: limits, alerts, sums, and what is not metered."""

from __future__ import annotations

import json

from jupyter_llm_meter.jupyter.handler import MeterHandler, guarded


class StandingHandler(MeterHandler):
    """``GET standing``."""

    @guarded
    async def get(self) -> None:
        """Answer with the standing document; its ``seq`` is that of the last event."""
        seq = self.events.seq
        self.finish(json.dumps({**await self.serve(self.service.standing()), "seq": seq}))
