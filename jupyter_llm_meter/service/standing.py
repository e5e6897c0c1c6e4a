"""The standing document (docs/reference/protocol.md): limits, alerts, sums, what is not metered or wrong.

The document is composed from one reading of the ledger. While the ledger cannot be used, the figures of the
last reading stay, with their time; before the first reading there are none, which is not the same as zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from typing import Any

from jupyter_llm_meter._version import __version__
from jupyter_llm_meter.alerts.channels import Channels
from jupyter_llm_meter.core.currency import Currency
from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.standing import Standing, format_time
from jupyter_llm_meter.core.windows import window_bounds
from jupyter_llm_meter.ledger import Ledger, LedgerAccess, LedgerUnavailable
from jupyter_llm_meter.policy.rules import Rules
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.context import Kernels, Limits
from jupyter_llm_meter.service.forecasts import Forecasts
from jupyter_llm_meter.service.owner import Owner
from jupyter_llm_meter.service.runaways import Runaways

MOST_STANDINGS = 100
"""The most standings in a document; the others are counted."""

Figures = dict[str, object]


class StandingDocument:
    """Composes the document for one service.

    Args:
        ledger: The ledger.
        limits: The limits in force.
        kernels: Know what is not metered.
        problems: What is wrong now.
        owner: Their limits are shown even before the first call.
        time_zone: IANA zone of ``today`` and ``month`` while there is no limit.
        rules: Who may raise a limit.
        runaways: The kernels that spend far more than usual.
        channels: Checks the channels that limits name.
        forecasts: Where the standings lead.
        currency: What is shown beside dollars.
        above: Finds the entries of a hub's standings, which come after those of this ledger.
    """

    def __init__(
        self,
        *,
        ledger: LedgerAccess,
        limits: Limits,
        kernels: Kernels,
        problems: Problems,
        owner: Owner,
        time_zone: str,
        rules: Rules,
        runaways: Runaways,
        channels: Channels,
        forecasts: Forecasts,
        currency: Currency | None = None,
        above: Callable[[], Sequence[dict[str, Any]]] = lambda: (),
    ) -> None:
        self._ledger = ledger
        self._limits = limits
        self._kernels = kernels
        self._problems = problems
        self._owner = owner
        self._subjects = {"user": owner.user}
        self._time_zone = time_zone
        self._rules = rules
        self._runaways = runaways
        self._channels = channels
        self._forecasts = forecasts
        self._currency = currency
        self._above = above
        self._reviewed: Sequence[Limit] | None = None
        self._last: Figures = {"standings": [], "alerts": []}
        self._begun = self._kept = 0

    async def compose(self) -> dict[str, object]:
        """Return the document without ``seq`` and ``call_ids``."""
        figures = await self._figures()
        unmetered = await self._kernels.unmetered()
        standings = figures["standings"]
        assert isinstance(standings, list)
        return {
            **figures,
            "standings": [*standings, *self._above()],
            "state": self._problems.state(),
            "unmetered": [kernel.to_wire() for kernel in unmetered],
            "runaways": self._runaways.to_wire(),
            "version": __version__,
            "owner": self._owner.to_wire(),
            **({} if self._currency is None else {"currency": self._currency.to_wire()}),
        }

    async def _figures(self) -> Figures:
        """The ledger's figures now, or those of the last reading.

        Documents may be composed at the same time: each has the figures of its own reading, and those of the
        reading that began last are kept, whichever ends first.
        """
        self._begun += 1
        number = self._begun
        try:
            figures = await self._ledger.use(self._read_ledger)
        except LedgerUnavailable:
            self._last.setdefault("as_of", format_time(datetime.now(timezone.utc)))
            return self._last
        if number > self._kept:
            self._kept, self._last = number, figures
        return figures

    def _read_ledger(self, ledger: Ledger) -> Figures:
        limits = self._limits.current()
        now = datetime.now(timezone.utc)
        if limits != self._reviewed:
            self._channels.check(limits)
            ledger.review(limits, now)
            self._reviewed = limits
        zone = limits[0].time_zone if limits else self._time_zone
        nearest, more = _nearest(ledger.standings(limits, now, self._subjects))
        forecasts = self._forecasts.of(ledger, nearest, now)
        return {
            "as_of": format_time(now),
            "standings": [
                {**standing_entry(standing, self._rules), **({"forecast": said.to_dict()} if said else {})}
                for standing, said in zip(nearest, forecasts, strict=True)
            ],
            **({"more_standings": more} if more else {}),
            "alerts": [alert.to_dict() for alert in ledger.alerts(limits, now)],
            "today": ledger.summary(*window_bounds("day", now, zone)),
            "month": ledger.summary(*window_bounds("month", now, zone)),
        }


def standing_entry(standing: Standing, rules: Rules) -> dict[str, Any]:
    """Return the entry of a standing in the document, without its forecast."""
    return {**standing.to_dict(), "can_raise": rules.may_raise(standing.limit)}


def _nearest(standings: list[Standing]) -> tuple[list[Standing], int]:
    """The standings that are nearest to their amounts, in their order, and how many there are besides."""
    more = len(standings) - MOST_STANDINGS
    if more <= 0:
        return standings, 0
    places = sorted(range(len(standings)), key=lambda place: standings[place].ratio, reverse=True)
    return [standings[place] for place in sorted(places[:MOST_STANDINGS])], more
