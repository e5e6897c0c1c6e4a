"""``POST channels/test``: a test message to every alert channel."""

from __future__ import annotations

import json
from typing import Any

from jupyter_llm_meter.alerts.trial import Outcome
from jupyter_llm_meter.jupyter.handler import MeterHandler, guarded


class ChannelTestHandler(MeterHandler):
    """``POST channels/test``."""

    @guarded
    async def post(self) -> None:
        """Send the test messages, and answer when each was delivered or not."""
        outcomes = await self.serve(self.service.alert_delivery.try_channels())
        self.finish(json.dumps({"channels": [_entry(outcome) for outcome in outcomes]}))


def _entry(outcome: Outcome) -> dict[str, Any]:
    if outcome.problem is None:
        return {"channel": outcome.channel, "delivered": True}
    return {"channel": outcome.channel, "delivered": False, "problem": outcome.problem.to_dict()}
