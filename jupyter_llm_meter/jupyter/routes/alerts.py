"""``POST alerts/{id}/claim`` and ``POST alerts/{id}/acknowledge``."""

from __future__ import annotations

import json

from jupyter_llm_meter.jupyter.handler import MeterHandler, guarded

LONGEST_NAME = 200


class ClaimHandler(MeterHandler):
    """``POST alerts/{id}/claim``."""

    @guarded
    async def post(self, alert_id: str) -> None:
        """Give an alert to one tab, which shows it."""
        claimant = self.read_body().text("claimant", LONGEST_NAME)
        is_claimed = await self.serve(self.service.claim_alert(alert_id, claimant))
        self.finish(json.dumps({"claimed": is_claimed}))


class AcknowledgeHandler(MeterHandler):
    """``POST alerts/{id}/acknowledge``."""

    @guarded
    async def post(self, alert_id: str) -> None:
        """Mark an alert as seen, for every tab."""
        await self.serve(self.service.acknowledge_alert(alert_id))
        self.set_status(204)
        self.finish()
