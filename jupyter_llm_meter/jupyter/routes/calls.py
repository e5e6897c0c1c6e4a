"""``GET calls`` and ``POST calls``: pages of calls, and calls that a page read out of outputs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from jupyter_llm_meter.jupyter.handler import MeterHandler, guarded
from jupyter_llm_meter.ledger import ORDERS, SORTS, ArchiveNote, Ledger, Page
from jupyter_llm_meter.service.arguments import choice, number
from jupyter_llm_meter.service.filter_arguments import SEARCH_ARGUMENTS, read_archived, read_filter
from llm_meter_tap.wire.record import CallRecord, read_record
from llm_meter_tap.wire.shape import Shape, WireError

MOST_CALLS = 500


class CallsHandler(MeterHandler):
    """``GET calls`` and ``POST calls``."""

    arguments = ("limit", "sort", "order", "cursor", "archived", *SEARCH_ARGUMENTS)

    @guarded
    async def get(self) -> None:
        """Answer with a page of calls."""
        limit = number("limit", self.get_query_argument("limit", "50"), 1, MOST_CALLS)
        sort = choice("sort", self.get_query_argument("sort", "started_at"), tuple(SORTS))
        order = choice("order", self.get_query_argument("order", "desc"), ORDERS)
        cursor = self.get_query_argument("cursor", None)
        which = read_filter(self, is_searched=True)
        archived = read_archived(self)

        def ask(ledger: Ledger) -> tuple[Page, ArchiveNote | None]:
            note = ledger.archive_note(None, which)
            if note is None or not archived:
                return ledger.calls(limit, cursor, which, sort, order), note
            with ledger.with_archived(which) as all_calls:
                page = all_calls.calls(limit, cursor, which, sort, order)
            return page, note._replace(is_needed=False)

        page, note = await self.query(ask)
        answer: dict[str, object] = {"calls": [record.to_wire() for record in page.calls]}
        if note is not None:
            answer["archive"] = note.to_dict()
        if page.next_cursor is not None:
            answer["next_cursor"] = page.next_cursor
        self.finish(json.dumps(answer))

    @guarded
    async def post(self) -> None:
        """Commit calls that the frontend read out of a kernel's outputs."""
        records = read_output_calls(self.read_body())
        await self.serve(self.service.incoming.settle_calls(records))
        self.finish(json.dumps({"acknowledged": [record.call_id for record in records]}))


def read_output_calls(body: Shape) -> list[CallRecord]:
    """Read ``{"records": [...]}``, public records whose source is `output`.

    The service decides whose calls they are and what they cost, so these fields of the request are dropped.

    Raises:
        WireError: A record cannot be used; the message names its place.
    """
    return body.items("records", _output_call, MOST_CALLS)


def _output_call(value: Any, path: str) -> CallRecord:
    record = read_record(value, path)
    if record.source != "output":
        raise WireError(f"{path}: llm_meter.call.source must be output, not {record.source}")
    return replace(record, user_id=None, team=None, cost_amount=None, cost_currency=None, cost_source=None)
