"""The standing document (docs/architecture.md): limits, alerts, sums, what is not metered or wrong.

Owns putting it together from one reading of the ledger. While the ledger is away the figures of the last
reading stay, with their time; before the first reading there are none, which is not the same as zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone

from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.standing import format_time
from jupyter_llm_meter.core.windows import window_bounds
from jupyter_llm_meter.ledger import Ledger
from jupyter_llm_meter.service.context import Kernels, Limits
from jupyter_llm_meter.service.ledger_access import LedgerAccess, LedgerUnavailable
from jupyter_llm_meter.service.problems import Problems

Figures = dict[str, object]


class StandingDocument:
    """Composes the document for one service.

    Args:
        ledger: The ledger.
        limits: The limits in force.
        kernels: Says what is not metered.
        problems: What is wrong now.
        user: Shown in the limits of users even before the first call.
        time_zone: IANA zone of ``today`` and ``month`` while there is no limit.
    """

    def __init__(
        self,
        ledger: LedgerAccess,
        limits: Limits,
        kernels: Kernels,
        problems: Problems,
        user: str,
        time_zone: str,
    ) -> None:
        self._ledger = ledger
        self._limits = limits
        self._kernels = kernels
        self._problems = problems
        self._subjects = {"user": user}
        self._time_zone = time_zone
        self._reviewed: Sequence[Limit] | None = None
        self._last: Figures = {"standings": [], "alerts": []}

    async def compose(self) -> dict[str, object]:
        """Return the document without ``seq`` and ``call_ids``."""
        try:
            self._last = await self._ledger.use(self._read)
        except LedgerUnavailable:
            self._last.setdefault("as_of", format_time(datetime.now(timezone.utc)))
        unmetered = await self._kernels.unmetered()
        return {
            **self._last,
            "state": self._problems.state(),
            "unmetered": [kernel.to_wire() for kernel in unmetered],
        }

    def _read(self, ledger: Ledger) -> Figures:
        limits = self._limits.current()
        now = datetime.now(timezone.utc)
        if limits != self._reviewed:
            ledger.review(limits, now)
            self._reviewed = limits
        zone = limits[0].time_zone if limits else self._time_zone
        return {
            "as_of": format_time(now),
            "standings": [standing.to_dict() for standing in ledger.standings(limits, now, self._subjects)],
            "alerts": [alert.to_dict() for alert in ledger.alerts(limits, now)],
            "today": ledger.summary(*window_bounds("day", now, zone)),
            "month": ledger.summary(*window_bounds("month", now, zone)),
        }
