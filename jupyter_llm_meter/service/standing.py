"""The standing document (docs/architecture.md): limits, alerts, sums, what is not metered or wrong.

Owns putting it together from one reading of the ledger. While the ledger is away the figures of the last
reading stay, with their time; before the first reading there are none, which is not the same as zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from jupyter_llm_meter._version import __version__
from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.standing import Standing, format_time
from jupyter_llm_meter.core.windows import window_bounds
from jupyter_llm_meter.ledger import Ledger
from jupyter_llm_meter.ledger.access import LedgerAccess, LedgerUnavailable
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.context import Kernels, Limits
from jupyter_llm_meter.service.forecasts import Forecasts

MOST_STANDINGS = 100
"""More standings than these nobody looks at; the others are counted."""

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
        entry: Makes the entry of one standing.
        runaways: Lists the kernels that have run away.
        check: Looks at limits that are new or changed.
    """

    def __init__(
        self,
        ledger: LedgerAccess,
        limits: Limits,
        kernels: Kernels,
        problems: Problems,
        user: str,
        time_zone: str,
        entry: Callable[[Standing], dict[str, Any]],
        runaways: Callable[[], list[dict[str, object]]],
        check: Callable[[Sequence[Limit]], None] = lambda _limits: None,
    ) -> None:
        self._ledger = ledger
        self._limits = limits
        self._kernels = kernels
        self._problems = problems
        self._subjects = {"user": user}
        self._time_zone = time_zone
        self._entry = entry
        self._runaways = runaways
        self._forecasts = Forecasts()
        self._expected: dict[tuple[str, str], Decimal] = {}
        self._check = check
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
            "runaways": self._runaways(),
            "version": __version__,
        }

    def expected_use(self, limit_id: str, subject: str) -> Decimal | None:
        """The use at the end of the window at the last reading's pace, in the limit's unit, where known."""
        return self._expected.get((limit_id, subject))

    def _read(self, ledger: Ledger) -> Figures:
        limits = self._limits.current()
        now = datetime.now(timezone.utc)
        if limits != self._reviewed:
            self._check(limits)
            ledger.review(limits, now)
            self._reviewed = limits
        zone = limits[0].time_zone if limits else self._time_zone
        nearest, more = _nearest(ledger.standings(limits, now, self._subjects))
        forecasts = self._forecasts.of(ledger, nearest, now)
        self._expected = {
            (standing.limit.id, standing.subject): said.used
            for standing, said in zip(nearest, forecasts, strict=True)
            if said is not None and said.used is not None
        }
        return {
            "as_of": format_time(now),
            "standings": [
                {**self._entry(standing), **({"forecast": said.to_dict()} if said else {})}
                for standing, said in zip(nearest, forecasts, strict=True)
            ],
            **({"more_standings": more} if more else {}),
            "alerts": [alert.to_dict() for alert in ledger.alerts(limits, now)],
            "today": ledger.summary(*window_bounds("day", now, zone)),
            "month": ledger.summary(*window_bounds("month", now, zone)),
        }


def _nearest(standings: list[Standing]) -> tuple[list[Standing], int]:
    """The standings that are nearest to their amounts, in their order, and how many there are besides."""
    more = len(standings) - MOST_STANDINGS
    if more <= 0:
        return standings, 0
    places = sorted(range(len(standings)), key=lambda place: standings[place].ratio, reverse=True)
    return [standings[place] for place in sorted(places[:MOST_STANDINGS])], more
