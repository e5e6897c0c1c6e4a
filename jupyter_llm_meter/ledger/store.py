"""The ledger as the rest of the program sees it: one object, safe to use from several threads and processes.

Every method is one transaction. What it refuses: a file that is damaged, somebody else's or of a later
version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Engine, select

from llm_meter_tap.call_record import CallRecord

from ..core.limits import Limit
from ..core.prices import price
from ..core.standing import Alert, Standing
from . import alerting, queries
from .counters import count_window, current_window, is_counted
from .engine import make_engine, parse_url, reading, writing
from .migrate import prepare
from .queries import Page
from .rows import sound, to_record
from .schema import meta
from .settling import Pricer, Settled, priced, settle
from .takeover import Part, Seen, take_over

__all__ = ["Ledger", "Page", "Part", "Seen", "Settled"]


class Ledger:
    """The durable record of calls. Open one with `Ledger.open`; close it when done."""

    def __init__(self, engine: Engine, pricer: Pricer = price) -> None:
        self._engine = engine
        self._pricer = pricer

    @classmethod
    def open(cls, url: str, pricer: Pricer = price) -> Ledger:
        """Open a ledger, creating or migrating it first.

        Args:
            url: ``sqlite:///PATH`` or ``postgresql+psycopg://...``.
            pricer: Finds the cost of a call that comes without one.

        Raises:
            CorruptLedger: The file is damaged; it is unchanged.
            ForeignLedger: The file is something else's; it is unchanged.
            NewerLedger: A later version has changed it; it is unchanged.
            LedgerUnavailable: It cannot be reached or created.
            LedgerAddressError: The URL names no ledger.
        """
        engine = make_engine(parse_url(url))
        try:
            prepare(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, pricer)

    def close(self) -> None:
        """Close every connection; the ledger can be opened again."""
        self._engine.dispose()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    @cached_property
    def meta(self) -> dict[str, str]:
        """What the ledger says of itself: ``ledger_id``, the same for all who share it."""
        with reading(self._engine) as connection:
            return dict(connection.execute(select(meta.c.key, meta.c.value)).all())

    def settle(self, records: Sequence[CallRecord], limits: Sequence[Limit], now: datetime) -> Settled:
        """Write finished calls down, each once, and raise the alerts they give rise to.

        Args:
            records: Calls; a record's `started_at` picks the windows it counts in.
            limits: The limits in force.
            now: Picks the windows in which alerts are raised.

        Raises:
            LedgerUnavailable: Nothing of the batch was written; it can be settled again.
        """
        ready = [priced(sound(record), self._pricer) for record in records]
        with writing(self._engine) as connection:
            return settle(connection, ready, limits, now, self._pricer)

    def take_over(self, part: Part, limits: Sequence[Limit], now: datetime) -> tuple[int, Settled]:
        """Add what a page counted without a server part, once; see `takeover.take_over`.

        Raises:
            LedgerUnavailable: Nothing of the part was written; it can be handed over again.
        """
        ready = [priced(sound(record), self._pricer) for record in part.records]
        with writing(self._engine) as connection:
            return take_over(connection, replace(part, records=ready), limits, now, self._pricer)

    def pass_over(self, seen: Sequence[Seen], limits: Sequence[Limit], now: datetime) -> None:
        """Mark alerts as seen that a page has shown before there was a ledger."""
        with writing(self._engine) as connection:
            for alert in alerting.pending_alerts(connection, limits, now):
                if any(known.means(alert) for known in seen):
                    alerting.acknowledge(connection, alert.id, now)

    def review(self, limits: Sequence[Limit], now: datetime) -> list[Alert]:
        """Measure changed limits against the ledger: raise what already holds and was not raised yet."""
        with writing(self._engine) as connection:
            return _review(connection, limits, now)

    def standings(
        self, limits: Sequence[Limit], now: datetime, subjects: Mapping[str, str] | None = None
    ) -> list[Standing]:
        """Where every limit is in its current window.

        Args:
            limits: The limits in force.
            now: The instant that picks the windows.
            subjects: By scope, a subject to show even if it used nothing, such as ``{"user": "alice"}``.
        """
        self._count(limits, now)
        with reading(self._engine) as connection:
            return queries.standings(connection, limits, now, subjects or {})

    def alerts(self, limits: Sequence[Limit], now: datetime) -> list[Alert]:
        """The alerts of the current windows that nobody acknowledged, oldest first."""
        with reading(self._engine) as connection:
            return alerting.pending_alerts(connection, limits, now)

    def claim_alert(self, alert_id: str, claimant: str, now: datetime) -> bool:
        """Give an alert to the one tab that shows it; tells whether this claimant has it.

        Raises:
            UnknownAlert: No alert has this id.
        """
        with writing(self._engine) as connection:
            return alerting.claim(connection, alert_id, claimant, now)

    def acknowledge_alert(self, alert_id: str, now: datetime) -> None:
        """Mark an alert as seen, for every tab.

        Raises:
            UnknownAlert: No alert has this id.
        """
        with writing(self._engine) as connection:
            alerting.acknowledge(connection, alert_id, now)

    def calls(
        self,
        limit: int = 50,
        cursor: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        model: str | None = None,
        notebook: str | None = None,
    ) -> Page:
        """Calls by the page, newest first; see `queries.page_of_calls`."""
        with reading(self._engine) as connection:
            return queries.page_of_calls(connection, limit, cursor, start, end, model, notebook)

    def usage(
        self,
        group_by: str,
        start: datetime | None = None,
        end: datetime | None = None,
        time_zone: str = "UTC",
    ) -> list[dict[str, Any]]:
        """Sums by group; see `queries.usage_rows`."""
        with reading(self._engine) as connection:
            return queries.usage_rows(connection, group_by, start, end, time_zone)

    def summary(self, start: datetime, end: datetime | None = None) -> dict[str, Any]:
        """The sums of a range, in the shape of ``today`` and ``month`` of the standing document."""
        with reading(self._engine) as connection:
            return queries.summary(connection, start, end)

    def records(self, start: datetime | None = None, end: datetime | None = None) -> Iterator[CallRecord]:
        """Every call of a range, oldest first, streamed; no transaction stays open between calls."""
        after: tuple[int, str] | None = None
        while True:
            with reading(self._engine) as connection:
                rows = queries.records_after(connection, after, start, end)
            if not rows:
                return
            yield from map(to_record, rows)
            after = (rows[-1]["started_at"], rows[-1]["call_id"])

    def known(self, call_ids: Sequence[str]) -> set[str]:
        """Those of the ids whose calls are in the ledger."""
        with reading(self._engine) as connection:
            return queries.known_ids(connection, call_ids)

    def _count(self, limits: Sequence[Limit], now: datetime) -> None:
        """See to it that the current windows are counted; writes only when one is met for the first time."""
        with reading(self._engine) as connection:
            unmet = [limit for limit in limits if not is_counted(connection, current_window(limit, now))]
        if unmet:
            self.review(unmet, now)


def _review(connection: Connection, limits: Sequence[Limit], now: datetime) -> list[Alert]:
    raised = []
    for limit in limits:
        window = current_window(limit, now)
        count_window(connection, limit, window)
        raised += alerting.raise_alerts(connection, limit, window, None, now)
    return raised
