"""``GET usage``: sums by group."""

from __future__ import annotations

import json

from jupyter_llm_meter.core.standing import format_time
from jupyter_llm_meter.jupyter.handler import MeterHandler, guarded
from jupyter_llm_meter.ledger import GROUPS, SPLIT_COLUMNS
from jupyter_llm_meter.service.arguments import choice, number, zone_name
from jupyter_llm_meter.service.filter_arguments import FILTER_ARGUMENTS, read_filter

MOST_GROUPS = 1000


class UsageHandler(MeterHandler):
    """``GET usage``."""

    arguments = ("group_by", "split_by", "limit", "time_zone", *FILTER_ARGUMENTS)

    @guarded
    async def get(self) -> None:
        """Answer with sums by group."""
        group_by = choice("group_by", self.get_query_argument("group_by", "none"), GROUPS)
        zone = zone_name("time_zone", self.get_query_argument("time_zone", self.time_zone))
        split_by, limit = self._split_by(group_by), self._limit()
        which = read_filter(self)
        rows = await self.query(lambda ledger: ledger.usage(group_by, which, zone, split_by, limit))
        bounds = {"from": format_time(which.start), "to": format_time(which.end)}
        known = {name: value for name, value in bounds.items() if value is not None}
        self.finish(json.dumps({"group_by": group_by, **known, "rows": rows}))

    def _split_by(self, group_by: str) -> str | None:
        text = self.get_query_argument("split_by", None)
        allowed = [name for name in SPLIT_COLUMNS if name != group_by]
        return None if text is None else choice("split_by", text, allowed)

    def _limit(self) -> int | None:
        text = self.get_query_argument("limit", None)
        return None if text is None else number("limit", text, 1, MOST_GROUPS)
