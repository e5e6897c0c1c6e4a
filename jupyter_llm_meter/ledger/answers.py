"""The queries of a ledger: calls, sums, alerts, raises. They change nothing.

Every method is one transaction that sees one state of the ledger.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import Engine, select

from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.standing import Alert
from jupyter_llm_meter.ledger import deliveries, open_alerts, queries, raising, reprice_trail
from jupyter_llm_meter.ledger.archive.parts import ArchiveNote, first_metered, note_of
from jupyter_llm_meter.ledger.cell_runs import cell_runs
from jupyter_llm_meter.ledger.deliveries import ChannelRecord
from jupyter_llm_meter.ledger.engine import reading
from jupyter_llm_meter.ledger.filters import ALL_CALLS, Filter
from jupyter_llm_meter.ledger.notebooks.likeness import Alike, alike
from jupyter_llm_meter.ledger.notebooks.moves import places_now
from jupyter_llm_meter.ledger.oddities import Oddities, oddities
from jupyter_llm_meter.ledger.paces import Pace, busy_minutes, paces
from jupyter_llm_meter.ledger.pages import Page, page_of_calls, records_after
from jupyter_llm_meter.ledger.raising import Raise
from jupyter_llm_meter.ledger.relaying import Unrelayed, unrelayed_calls, unrelayed_count
from jupyter_llm_meter.ledger.reprice_trail import RepriceEntry
from jupyter_llm_meter.ledger.rows import from_us, to_record, to_us
from jupyter_llm_meter.ledger.schema import meta
from jupyter_llm_meter.ledger.usage import archive_note, name_kernels, usage_rows
from llm_meter_tap.wire.record import CallRecord


class Answers:
    """The queries of a ledger; `store.Ledger` has them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @cached_property
    def meta(self) -> dict[str, str]:
        """The ledger's own data: ``ledger_id``, the same for every service that shares it."""
        with reading(self._engine) as connection:
            return dict(connection.execute(select(meta.c.key, meta.c.value)).all())

    def alerts(self, limits: Sequence[Limit], now: datetime) -> list[Alert]:
        """The unacknowledged alerts of the current windows, oldest first."""
        with reading(self._engine) as connection:
            return open_alerts.pending_alerts(connection, limits, now)

    def channel_records(self) -> list[ChannelRecord]:
        """How deliveries to each channel went."""
        with reading(self._engine) as connection:
            return deliveries.channel_records(connection)

    def calls(
        self,
        limit: int = 50,
        cursor: str | None = None,
        which: Filter = ALL_CALLS,
        sort: str = "started_at",
        order: str = "desc",
    ) -> Page:
        """A page of calls, newest first by default; see `pages.page_of_calls`."""
        with reading(self._engine) as connection:
            return page_of_calls(connection, limit, cursor, which, sort, order)

    def usage(
        self,
        group_by: str,
        which: Filter = ALL_CALLS,
        time_zone: str = "UTC",
        split_by: str | None = None,
        limit: int | None = None,
    ) -> list[dict[str, Any]]:
        """Sums by group; see `usage.usage_rows`."""
        with reading(self._engine) as connection:
            rows = usage_rows(connection, group_by, which, time_zone, split_by, limit)
            return name_kernels(connection, rows) if group_by == "kernel" else rows

    def oddities(self, which: Filter = ALL_CALLS) -> dict[tuple[date, str | None], Oddities]:
        """What is particular about calls, by UTC day and model; see `oddities.oddities`."""
        with reading(self._engine) as connection:
            return oddities(connection, which)

    def archive_note(
        self,
        group_by: str | None,
        which: Filter = ALL_CALLS,
        time_zone: str = "UTC",
        split_by: str | None = None,
    ) -> ArchiveNote | None:
        """What of a question's calls is in the archive; None: nothing.

        Args:
            group_by: As `usage` takes it; None: the question is about the calls one by one.
            which: The calls that are meant.
            time_zone: As `usage` takes it.
            split_by: As `usage` takes it.
        """
        with reading(self._engine) as connection:
            if group_by is None:
                return note_of(connection, which.bounds, [which.bounds])
            return archive_note(connection, group_by, which, time_zone, split_by)

    def cell_runs(self, notebook: str) -> list[dict[str, Any]]:
        """What the newest runs of a notebook's cells used; see `cell_runs.cell_runs`."""
        with reading(self._engine) as connection:
            return cell_runs(connection, notebook)

    def alike_notebooks(self, user_id: str, path: str, cell_ids: Collection[str]) -> list[Alike]:
        """The paths whose history may belong to a notebook without one; see `likeness.alike`."""
        with reading(self._engine) as connection:
            return alike(connection, user_id, path, cell_ids)

    def places_now(self, user_id: str, paths: Collection[str], now: datetime) -> dict[str, str]:
        """Those of some paths that mean another one now, each with that; see `moves.places_now`."""
        with reading(self._engine) as connection:
            return places_now(connection, user_id, paths, to_us(now))

    def summary(self, start: datetime, end: datetime | None = None) -> dict[str, Any]:
        """The sums of a range, in the shape of ``today`` and ``month`` of the standing document."""
        with reading(self._engine) as connection:
            return queries.summary(connection, start, end)

    def paces(self, limits: Sequence[Limit], now: datetime) -> dict[tuple[str, str], Pace]:
        """How fast each limit is used, by the limit's id and the subject; see `paces.paces`."""
        with reading(self._engine) as connection:
            return paces(connection, limits, now)

    def busy_minutes(self, user_id: str, start: datetime) -> list[tuple[int, Decimal]]:
        """The minutes in which a user called, with their calls and dollars; see `paces.busy_minutes`."""
        with reading(self._engine) as connection:
            return busy_minutes(connection, user_id, start)

    def records(self, which: Filter = ALL_CALLS) -> Iterator[CallRecord]:
        """Every selected call, oldest first, streamed; no transaction stays open between calls."""
        batch = self.records_after(None, which)
        while batch:
            yield from batch
            batch = self.records_after(batch[-1], which)

    def records_after(self, last: CallRecord | None, which: Filter = ALL_CALLS) -> list[CallRecord]:
        """The next calls, oldest first, after one that came before or from the first; none after the last."""
        after = None if last is None else (to_us(last.started_at), last.call_id)
        with reading(self._engine) as connection:
            return list(map(to_record, records_after(connection, after, which)))

    def first_metered(self, user_id: str) -> datetime | None:
        """When the first call began that was not imported: of a user, or of anybody's archived calls."""
        own = self.records(Filter(values={"user": user_id}))
        first = next((call.started_at for call in own if call.source != "import"), None)
        with reading(self._engine) as connection:
            archived = first_metered(connection)
        known = [at for at in (first, None if archived is None else from_us(archived)) if at is not None]
        return min(known, default=None)

    def known(self, call_ids: Sequence[str]) -> set[str]:
        """Those of the ids whose calls are in the ledger or its archive."""
        with reading(self._engine) as connection:
            return queries.known_ids(connection, call_ids)

    def unrelayed(self, limit: int) -> list[Unrelayed]:
        """Some of the calls that the hub has not got yet, see `relaying.unrelayed_calls`."""
        with reading(self._engine) as connection:
            return unrelayed_calls(connection, limit)

    def unrelayed_count(self) -> tuple[int, int]:
        """How many calls wait for the hub, and how many it did not take."""
        with reading(self._engine) as connection:
            return unrelayed_count(connection)

    def raises(self) -> list[Raise]:
        """Every raise ever made, newest first."""
        with reading(self._engine) as connection:
            return raising.all_raises(connection)

    def reprices(self) -> list[RepriceEntry]:
        """Who repriced which calls, newest first."""
        with reading(self._engine) as connection:
            return reprice_trail.all_entries(connection)

    def usage_of_calls(self, call_ids: Sequence[str]) -> dict[str, Any]:
        """The sums of some calls, in the shape of ``today`` of the standing document."""
        with reading(self._engine) as connection:
            return queries.summary_of_calls(connection, call_ids)

    def usage_of_kernel(self, kernel_id: str, since: datetime) -> dict[str, Any]:
        """The sums of a kernel's calls, in the shape of ``today`` of the standing document."""
        with reading(self._engine) as connection:
            return queries.summary_of_kernel(connection, kernel_id, since)
