"""``GET limits/raises`` and ``POST limits/raises``: adding to a limit for a while."""

from __future__ import annotations

import json
from decimal import Decimal

from jupyter_llm_meter.jupyter.handler import MeterHandler, guarded
from jupyter_llm_meter.policy.raises import RaiseRequest
from llm_meter_tap.wire.shape import Shape, ShapeError

LONGEST_NAME = 1000
LONGEST_REASON = 2000
MOST = Decimal(10) ** 15


class RaisesHandler(MeterHandler):
    """``GET limits/raises`` and ``POST limits/raises``."""

    @guarded
    async def get(self) -> None:
        """Answer with every raise that was ever made, newest first."""
        raises = await self.query(lambda ledger: ledger.raises())
        self.finish(json.dumps({"raises": [each.to_dict() for each in raises]}))

    @guarded
    async def post(self) -> None:
        """Add to a limit for a while."""
        raised = await self.serve(self.service.add_raise(read_raise_request(self.read_body())))
        self.set_status(201)
        self.finish(json.dumps(raised.to_dict()))


def read_raise_request(body: Shape) -> RaiseRequest:
    """Read the body of ``POST limits/raises``.

    Raises:
        WireError: It cannot be used; the message names the field.
    """
    body.only("limit_id", "subject", "amount", "reason", "expires_at")
    reason = body.text("reason", LONGEST_REASON).strip()
    if not reason:
        raise ShapeError("reason", "more than blanks")
    return RaiseRequest(
        limit_id=body.text("limit_id", LONGEST_NAME),
        subject=body.text("subject", LONGEST_NAME),
        amount=body.amount("amount", MOST),
        reason=reason,
        expires_at=body.optional_time("expires_at"),
    )
