"""``GET usage``: sums by group."""

from __future__ import annotations

import json
from typing import Any

from jupyter_llm_meter.core.standing import format_time
from jupyter_llm_meter.jupyter.handler import MeterHandler, guarded
from jupyter_llm_meter.ledger import GROUPS, SPLIT_COLUMNS, ArchiveNote, Ledger
from jupyter_llm_meter.service.arguments import choice, number, zone_name
from jupyter_llm_meter.service.filter_arguments import FILTER_ARGUMENTS, read_archived, read_filter

MOST_GROUPS = 1000


class UsageHandler(MeterHandler):
    """``GET usage``."""

    arguments = ("group_by", "split_by", "limit", "time_zone", "archived", *FILTER_ARGUMENTS)

    @guarded
    async def get(self) -> None:
        """Answer with sums by group."""
        group_by = choice("group_by", self.get_query_argument("group_by", "none"), GROUPS)
        zone = zone_name("time_zone", self.get_query_argument("time_zone", self.time_zone))
        split_by, limit = self._split_by(group_by), self._limit()
        which, archived = read_filter(self), read_archived(self)

        def ask(ledger: Ledger) -> tuple[list[dict[str, Any]], ArchiveNote | None]:
            note = ledger.archive_note(group_by, which, zone, split_by)
            if note is None or not archived or not note.is_needed:
                return ledger.usage(group_by, which, zone, split_by, limit), note
            with ledger.with_archived(which) as all_calls:
                rows = all_calls.usage(group_by, which, zone, split_by, limit)
            return rows, note._replace(is_needed=False)

        rows, note = await self.query(ask)
        bounds = {"from": format_time(which.start), "to": format_time(which.end)}
        known = {name: value for name, value in bounds.items() if value is not None}
        archive = {} if note is None else {"archive": note.to_dict()}
        self.finish(json.dumps({"group_by": group_by, **known, "rows": rows, **archive}))

    def _split_by(self, group_by: str) -> str | None:
        text = self.get_query_argument("split_by", None)
        allowed = [name for name in SPLIT_COLUMNS if name != group_by]
        return None if text is None else choice("split_by", text, allowed)

    def _limit(self) -> int | None:
        text = self.get_query_argument("limit", None)
        return None if text is None else number("limit", text, 1, MOST_GROUPS)
