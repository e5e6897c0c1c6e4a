"""The forecasts of the standing document.

The past is read once a minute and window, since a standing moves with each call and its past does not.
Between two readings the pace grows by what was used since. `of` is called in the ledger's thread only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from jupyter_llm_meter.core.forecast import Forecast, forecast
from jupyter_llm_meter.core.standing import Standing
from jupyter_llm_meter.ledger import Ledger, Pace

READ_AGAIN_AFTER = timedelta(minutes=1)

_Key = tuple[str, str, datetime]


@dataclass(frozen=True)
class _Known:
    pace: Pace | None
    used: Decimal
    read_at: datetime


class Forecasts:
    """Calculates the forecasts of standings."""

    def __init__(self) -> None:
        self._known: dict[_Key, _Known] = {}
        self._expected: dict[tuple[str, str], Decimal] = {}

    def of(self, ledger: Ledger, standings: Sequence[Standing], now: datetime) -> list[Forecast | None]:
        """Return the forecast of each standing, None where there is too little data."""
        self._read_paces(ledger, standings, now)
        forecasts = [self._forecast(standing, now) for standing in standings]
        self._expected = {
            (standing.limit.id, standing.subject): each.used
            for standing, each in zip(standings, forecasts, strict=True)
            if each is not None and each.used is not None
        }
        return forecasts

    def expected_use(self, limit_id: str, subject: str) -> Decimal | None:
        """Return the use at the window's end by the last forecast, in the limit's unit, None when unknown."""
        return self._expected.get((limit_id, subject))

    def _read_paces(self, ledger: Ledger, standings: Sequence[Standing], now: datetime) -> None:
        wanted = {_key(standing): standing for standing in standings}
        kept = {key: known for key, known in self._known.items() if key in wanted}
        # Also when the clock was set back, and the reading lies ahead.
        old = [key for key in wanted if key not in kept or abs(now - kept[key].read_at) >= READ_AGAIN_AFTER]
        if old:
            limits = {wanted[key].limit.id: wanted[key].limit for key in old}
            paces = ledger.paces(list(limits.values()), now)
            kept |= {key: _Known(paces.get(key[:2]), wanted[key].used, now) for key in old}
        self._known = kept

    def _forecast(self, standing: Standing, now: datetime) -> Forecast | None:
        known = self._known[_key(standing)]
        if known.pace is None:
            return None
        return forecast(
            standing.amount,
            standing.used,
            standing.window_start,
            standing.resets_at,
            now,
            known.pace.recent + max(standing.used - known.used, Decimal(0)),
            known.pace.first_use,
        )


def _key(standing: Standing) -> _Key:
    return standing.limit.id, standing.subject, standing.window_start
