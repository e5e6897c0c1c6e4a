"""The ledger as the rest of the program sees it: one object, safe for several threads and processes.

Every method is one transaction. A file that is damaged, belongs to another program or has a later version is
not opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine

from jupyter_llm_meter.core.allotments import AllotmentReturn
from jupyter_llm_meter.core.limit_index import LimitIndex
from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.prices import price
from jupyter_llm_meter.core.reservation import CallBounds, Decision
from jupyter_llm_meter.core.standing import Alert, Standing
from jupyter_llm_meter.ledger import alerting, deliveries, open_alerts, raising, relaying
from jupyter_llm_meter.ledger.answers import Answers
from jupyter_llm_meter.ledger.archive.store import Archive
from jupyter_llm_meter.ledger.archive.view import Progress, with_archived
from jupyter_llm_meter.ledger.arrivals import Arrival, settle_arrivals
from jupyter_llm_meter.ledger.batch import Pricer, Settled, priced
from jupyter_llm_meter.ledger.counters import count_windows, current_windows, uncounted
from jupyter_llm_meter.ledger.deliveries import Quiet, Turn
from jupyter_llm_meter.ledger.engine import close, large_cache, make_engine, parse_url, reading, writing
from jupyter_llm_meter.ledger.filters import Filter
from jupyter_llm_meter.ledger.location import archive_folder
from jupyter_llm_meter.ledger.migrate import prepare
from jupyter_llm_meter.ledger.notebooks.moving import move_history
from jupyter_llm_meter.ledger.notebooks.owners import Paths
from jupyter_llm_meter.ledger.notebooks.places import NO_PLACES, Places, Placing, placed
from jupyter_llm_meter.ledger.outbox import Outbox
from jupyter_llm_meter.ledger.paces import Pace
from jupyter_llm_meter.ledger.pages import Page
from jupyter_llm_meter.ledger.raising import Raise
from jupyter_llm_meter.ledger.relaying import Unrelayed
from jupyter_llm_meter.ledger.reprice_trail import RepriceEntry
from jupyter_llm_meter.ledger.repricing import CostChange, Repricing, reprice
from jupyter_llm_meter.ledger.reservations import Reservations
from jupyter_llm_meter.ledger.reservations.decide import Reserved
from jupyter_llm_meter.ledger.reservations.store import Swept
from jupyter_llm_meter.ledger.rows import sound
from jupyter_llm_meter.ledger.standings import standings
from jupyter_llm_meter.ledger.takeover import Seen, TakeoverPart, take_over
from jupyter_llm_meter.ledger.unpriced import with_unpriced
from jupyter_llm_meter.ledger.writer import Writer
from llm_meter_tap.wire.record import CallRecord

__all__ = ["Ledger", "Outbox", "Pace", "Page", "Places", "Raise", "Seen", "Settled", "TakeoverPart"]

NO_OUTBOX = Outbox()
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class _Indexed(NamedTuple):
    """The limits in force, ordered for look-ups as long as they are the same list."""

    limits: Sequence[Limit]
    all: LimitIndex
    blocking: LimitIndex


class Ledger(Answers):
    """The durable record of calls. Open one with `Ledger.open`; close it when done.

    Attributes:
        archive: The calls that have left it.
    """

    def __init__(self, engine: Engine, pricer: Pricer, outbox: Outbox, archive: Path) -> None:
        super().__init__(engine)
        self.archive = Archive(engine, archive)
        self._pricer = pricer
        self._outbox = outbox
        self._indexed: _Indexed | None = None
        self._writer = Writer(engine)
        self._reservations = Reservations(engine, pricer, self._writer)

    @classmethod
    def open(cls, url: str, pricer: Pricer = price, outbox: Outbox = NO_OUTBOX) -> Ledger:
        """Open a ledger, creating or migrating it first.

        Args:
            url: ``sqlite:///PATH`` or ``postgresql+psycopg://...``.
            pricer: Finds the cost of a call that comes without one.
            outbox: Where alerts are sent, besides the ledger; by default nowhere.

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
        return cls(engine, pricer, outbox, archive_folder(url))

    @contextmanager
    def with_archived(
        self, which: Filter, progress: Progress = lambda _done, _whole: None
    ) -> Iterator[Answers]:
        """Answers to questions about a range of calls, archived ones included; see `view.with_archived`."""
        with with_archived(self._engine, self.archive.folder, which, progress) as engine:
            yield Answers(engine)

    def close(self) -> None:
        """Close every connection; the ledger can be opened again."""
        close(self._engine)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def settle(
        self,
        records: Sequence[CallRecord],
        limits: Sequence[Limit],
        now: datetime,
        dropped: Sequence[str] = (),
        places: Places = NO_PLACES,
    ) -> Settled:
        """Store finished calls, each once, and raise the alerts that follow from them.

        Args:
            records: Calls; a record's `started_at` picks the windows it counts in.
            limits: The limits in force.
            now: Picks the windows in which alerts are raised.
            dropped: Calls that were never sent, whose reservations end.
            places: What the lab says of the kernels of the calls.

        Raises:
            LedgerUnavailable: Nothing of the batch was written; it can be settled again.
        """
        ready = [priced(sound(record), self._pricer) for record in records]
        arrival = Arrival(ready, limits, now, dropped, places)
        settled = self._writer.write(self._settle_arrivals, arrival)
        self._reservations.learn_from(records)
        self._announce_alerts(settled.crossed)
        return settled

    def _settle_arrivals(self, connection: Connection, arrivals: Sequence[Arrival]) -> Sequence[Settled]:
        return settle_arrivals(
            connection,
            arrivals,
            lambda limits: self._index(limits).all,
            self._pricer,
            self._outbox,
            self._reservations.refused,
        )

    def take_over(
        self, part: TakeoverPart, limits: Sequence[Limit], now: datetime, places: Places = NO_PLACES
    ) -> tuple[int, Settled]:
        """Add the calls that a page counted in local mode, once; see `takeover.take_over`.

        Raises:
            LedgerUnavailable: Nothing of the part was written; it can be sent again.
        """
        ready = [priced(sound(record), self._pricer) for record in part.records]
        with writing(self._engine) as connection:
            mine = replace(part, records=placed(connection, ready, places, now))
            index = self._index(limits).all
            outcome = take_over(connection, mine, index, now, self._pricer, self._outbox)
        self._announce_alerts(outcome[1].crossed)
        return outcome

    def pass_over(self, seen: Sequence[Seen], limits: Sequence[Limit], now: datetime) -> None:
        """Mark alerts as seen that a page has shown before there was a ledger."""
        with writing(self._engine) as connection:
            for alert in open_alerts.pending_alerts(connection, limits, now):
                if any(known.means(alert) for known in seen):
                    open_alerts.acknowledge(connection, alert.id, now)

    def review(self, limits: Sequence[Limit], now: datetime) -> list[Alert]:
        """Measure changed limits against the ledger: raise what already holds and was not raised yet."""
        with writing(self._engine) as connection:
            alerts = self._review(connection, limits, now)
        self._announce_alerts(alerts)
        return alerts

    def standings(
        self,
        limits: Sequence[Limit],
        now: datetime,
        subjects: Mapping[str, str] | None = None,
        only: str | None = None,
    ) -> list[Standing]:
        """Where every limit is in its current window.

        Args:
            limits: The limits in force.
            now: The instant that picks the windows.
            subjects: By scope, a subject to show even if it used nothing, such as ``{"user": "alice"}``.
            only: The one subject wanted; None: all.
        """
        self._count_windows(limits, now)
        with reading(self._engine) as connection:
            return standings(connection, limits, now, subjects or {}, only)

    def claim_alert(self, alert_id: str, claimant: str, now: datetime) -> bool:
        """Give an alert to the one tab that shows it; returns whether this claimant has it.

        Raises:
            UnknownAlert: No alert has this id.
        """
        with writing(self._engine) as connection:
            return open_alerts.claim(connection, alert_id, claimant, now)

    def acknowledge_alert(self, alert_id: str, now: datetime) -> None:
        """Mark an alert as seen, for every tab.

        Raises:
            UnknownAlert: No alert has this id.
        """
        with writing(self._engine) as connection:
            open_alerts.acknowledge(connection, alert_id, now)

    def take_turn(
        self,
        channel: str,
        most_per_hour: int,
        now: datetime,
        is_urgent: bool = False,
        quiet: Quiet | None = None,
    ) -> Turn:
        """Lease all that waits for a channel, if something is due; see `deliveries.take_turn`."""
        with writing(self._engine) as connection:
            return deliveries.take_turn(connection, channel, most_per_hour, now, is_urgent, quiet)

    def mark_sent(self, message_id: str, now: datetime) -> None:
        """Note that a leased message reached its channel."""
        with writing(self._engine) as connection:
            deliveries.mark_sent(connection, message_id, now)

    def mark_failed(self, message_id: str, reason: str, now: datetime) -> int:
        """Note that a leased message did not reach its channel; see `deliveries.mark_failed`."""
        with writing(self._engine) as connection:
            return deliveries.mark_failed(connection, message_id, reason, now)

    def reserve(
        self,
        calls: Sequence[CallBounds],
        limits: Sequence[Limit],
        now: datetime,
        places: Places = NO_PLACES,
    ) -> list[Decision | None]:
        """Decide whether calls may be sent; see `reserve_with_allotments`."""
        return list(self.reserve_with_allotments(calls, limits, now, places).decisions)

    def reserve_with_allotments(
        self,
        calls: Sequence[CallBounds],
        limits: Sequence[Limit],
        now: datetime,
        places: Places = NO_PLACES,
    ) -> Reserved:
        """Decide whether calls may be sent, see `Reservations.reserve`; `limits` are all those in force."""
        records: Sequence[CallRecord] = [bounds.record for bounds in calls]
        if any(record.kernel_id or record.notebook_path for record in records):
            records = self.place(records, places, now)
        where = [replace(bounds, record=each) for bounds, each in zip(calls, records, strict=True)]
        return self._reservations.reserve(where, self._index(limits).blocking, now)

    def give_back(self, returned: Sequence[AllotmentReturn]) -> None:
        """Take back what processes do not need of their allotments."""
        self._reservations.give_back(returned)

    def end_of_holder(self, holder: str) -> int:
        """Take back what a dead process holds, after its spool was imported."""
        return self._reservations.end_of_holder(holder)

    def place(self, records: Sequence[CallRecord], places: Places, now: datetime) -> list[CallRecord]:
        """Calls with their notebooks and projects, as far as the ledger and the lab know them."""
        with reading(self._engine) as connection:
            return Placing(connection, records, places, now).records

    def note_relayed(self, relayed: Sequence[Unrelayed]) -> None:
        """Note that the hub has some calls; see `relaying.note_relayed`."""
        with writing(self._engine) as connection:
            relaying.note_relayed(connection, relayed)

    def note_not_taken(self, refused: Sequence[Unrelayed], reason: str) -> None:
        """Note that the hub does not take some calls; see `relaying.note_not_taken`."""
        with writing(self._engine) as connection:
            relaying.note_not_taken(connection, refused, reason)

    def keep_places(self, places: Places, now: datetime) -> None:
        """Keep what a lab says of its kernels, so that it is known when their calls come late."""
        with writing(self._engine) as connection:
            placed(connection, [], places, now)

    def move_notebooks(self, user_id: str, old: str, new: str, now: datetime) -> Paths:
        """Move the history of a notebook, or of all below a folder; see `moving.move_history`."""
        with writing(self._engine) as connection, large_cache(connection):
            return move_history(connection, user_id, old, new, now)

    def renew(self, call_ids: Sequence[str], now: datetime) -> list[str]:
        """Renew the leases of calls in flight; returns the ids of the calls that still have reservations."""
        return self._reservations.renew(call_ids, now)

    def sweep(self, now: datetime) -> Swept:
        """Remove the reservations past their lease."""
        return self._reservations.sweep(now)

    def write(
        self,
        work: Callable[Concatenate[Connection, Arguments], Result],
        *args: Arguments.args,
        **named: Arguments.kwargs,
    ) -> Result:
        """Do work of `quotas`, `hub_limits`, `imports` or `quota_requests` in a writing transaction."""
        with writing(self._engine) as connection:
            return work(connection, *args, **named)

    def read(
        self,
        work: Callable[Concatenate[Connection, Arguments], Result],
        *args: Arguments.args,
        **named: Arguments.kwargs,
    ) -> Result:
        """Do work of these that changes nothing."""
        with reading(self._engine) as connection:
            return work(connection, *args, **named)

    def add_raise(self, raised: Raise, limits: Sequence[Limit], now: datetime) -> list[Alert]:
        """Store a raise, and measure its limit by the new amount."""
        meant = [limit for limit in limits if limit.id == raised.limit_id]
        with writing(self._engine) as connection:
            raising.write_raise(connection, raised)
            alerts = self._review(connection, meant, now)
        self._announce_alerts(alerts)
        return alerts

    def reprice(self, work: Repricing, entry: RepriceEntry | None) -> dict[str | None, CostChange]:
        """Price stored calls again; returns what changes, by model. See `repricing.reprice`."""
        return reprice(self._engine, work, entry)

    def _index(self, limits: Sequence[Limit]) -> _Indexed:
        known = self._indexed
        if known is None or known.limits is not limits:
            blocking = [limit for limit in limits if limit.is_blocking]
            known = self._indexed = _Indexed(limits, LimitIndex(limits), LimitIndex(blocking))
        return known

    def _count_windows(self, limits: Sequence[Limit], now: datetime) -> None:
        """Make sure that the current windows are counted; writes only when a window is new."""
        with reading(self._engine) as connection:
            unmet = uncounted(connection, with_unpriced(current_windows(limits, now)))
        if unmet:
            self.review(limits, now)

    def _announce_alerts(self, raised: Sequence[Alert]) -> None:
        if raised:
            self._outbox.posted()

    def _review(self, connection: Connection, limits: Sequence[Limit], now: datetime) -> list[Alert]:
        windows = current_windows(limits, now)
        count_windows(connection, with_unpriced(windows))
        return alerting.raise_alerts(connection, windows, None, now, self._outbox)
