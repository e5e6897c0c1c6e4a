"""Prices stored calls again, as after a price was corrected.

Calls are taken in parts. One transaction changes the calls of a part, their sums, their counters and the
trail, so every sum equals the sum over the calls at any moment, and what a killed process has done is whole.
Prices are looked up before the write lock is taken. A second run finds nothing to change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from operator import itemgetter, sub

from sqlalchemy import Connection, Engine

from jupyter_llm_meter.ledger.batch import Change, Pricer, priced
from jupyter_llm_meter.ledger.call_rows import add_figures
from jupyter_llm_meter.ledger.counters import add_calls
from jupyter_llm_meter.ledger.duplicates import stored_rows
from jupyter_llm_meter.ledger.engine import reading, writing
from jupyter_llm_meter.ledger.filters import ALL_CALLS, Filter
from jupyter_llm_meter.ledger.pages import records_after
from jupyter_llm_meter.ledger.reprice_trail import (
    RepriceEntry,
    add_to_trail,
    finish_entry,
    start_entry,
)
from jupyter_llm_meter.ledger.rows import STORED, Row, cost_columns, stored_id, sums, to_record
from jupyter_llm_meter.ledger.schema import KIND_COLUMNS, call_rows
from jupyter_llm_meter.ledger.shared_rows import KINDS
from jupyter_llm_meter.ledger.sql import Inserts, Update

OURS = ("own: ", "override", "genai-prices")
"""How the sources begin of costs that come from prices. Other costs were stated: by the provider, or by who
recorded the call."""

_KIND, _STORED = itemgetter(*KIND_COLUMNS), itemgetter(*STORED)
_UPDATE = Update(call_rows, ("kind_id", "cost_pico"), "call_id")
_Place = tuple[int, str]


@dataclass
class CostChange:
    """What repricing does to the calls of one model.

    Attributes:
        calls: How many were looked at.
        changed: How many of them get another cost, or the same cost from another source.
        before_pico: The sum of their known costs, in picodollars.
        after_pico: The same afterwards.
        unpriced_before: How many have no known cost.
        unpriced_after: The same afterwards.
    """

    calls: int = 0
    changed: int = 0
    before_pico: int = 0
    after_pico: int = 0
    unpriced_before: int = 0
    unpriced_after: int = 0

    def add(self, old: Row, new: Row) -> None:
        """Add one call, before and after."""
        self.calls += 1
        self.changed += new is not old
        self.before_pico += _cost_of(old)
        self.after_pico += _cost_of(new)
        self.unpriced_before += old["unpriced_calls"]
        self.unpriced_after += new["unpriced_calls"]

    def __add__(self, other: CostChange) -> CostChange:
        return CostChange(**{name: figure + vars(other)[name] for name, figure in vars(self).items()})


@dataclass(frozen=True)
class Repricing:
    """Which calls are priced again, and how.

    Attributes:
        pricer: Finds the costs.
        which: The calls that are meant.
        with_stated: Whether stated costs are replaced, too, where a price is known.
        progress: Called with the number of calls after each part.
    """

    pricer: Pricer
    which: Filter = ALL_CALLS
    with_stated: bool = False
    progress: Callable[[int], None] = field(default=lambda _count: None)


def reprice(engine: Engine, work: Repricing, entry: RepriceEntry | None) -> dict[str | None, CostChange]:
    """Price calls again, oldest first.

    Args:
        engine: The ledger's database.
        work: Which calls, and how.
        entry: Is written to the trail; None: nothing is changed.

    Returns:
        What changes, by model; None stands for calls whose model is not known.

    Raises:
        LedgerUnavailable: The parts before are done, and the trail says so; it can be run again.
    """
    if entry is None:
        return _reprice_parts(engine, work, None)
    with writing(engine) as connection:
        start_entry(connection, entry)
    changes = _reprice_parts(engine, work, entry.id)
    with writing(engine) as connection:
        finish_entry(connection, entry.id, datetime.now(timezone.utc))
    return changes


def _reprice_parts(engine: Engine, work: Repricing, trail_id: str | None) -> dict[str | None, CostChange]:
    totals: dict[str | None, CostChange] = {}
    last: _Place | None = None
    while True:
        with reading(engine) as connection:
            found = records_after(connection, last, work.which)
        if not found:
            return totals
        last = found[-1]["started_at"], found[-1]["call_id"]
        pairs = [(row, repriced(row, work)) for row in map(_without_numbers, found)]
        if trail_id is not None:
            pairs = _write_part(engine, pairs, work, trail_id)
        for old, new in pairs:
            totals.setdefault(old["model"], CostChange()).add(old, new)
        work.progress(len(pairs))


def repriced(row: Row, work: Repricing) -> Row:
    """A call's row with the cost that it has by the prices; the same row where nothing changes."""
    record = to_record(row)
    is_stated = record.cost_amount is not None and not (record.cost_source or "").startswith(OURS)
    if is_stated and not work.with_stated:
        return row
    # The record was made here, so that it can be stripped in place.
    record.cost_amount = record.cost_currency = record.cost_source = None
    found = priced(record, work.pricer)
    if is_stated and found.cost_amount is None:
        return row
    costs = cost_columns(found)
    return row if costs.items() <= row.items() else {**row, **costs}


def _write_part(
    engine: Engine, pairs: Sequence[tuple[Row, Row]], work: Repricing, trail_id: str
) -> list[tuple[Row, Row]]:
    """Write some calls with their sums and counters, and say so in the trail; all of it or nothing."""
    with writing(engine) as connection:
        now = stored_rows(connection, [old["call_id"] for old, new in pairs if new is not old])
        # A call that has changed since it was read is looked at again; one that was merged is gone.
        settled = [_as_stored(pair, now, work) for pair in pairs]
        written = [pair for pair in settled if pair is not None]
        _write_calls(connection, [(old, new) for old, new in written if new is not old])
        total = CostChange()
        for old, new in written:
            total.add(old, new)
        add_to_trail(connection, trail_id, vars(total))
    return written


def _as_stored(pair: tuple[Row, Row], now: Mapping[str, Row], work: Repricing) -> tuple[Row, Row] | None:
    old, new = pair
    if new is old:
        return pair
    stored = now.get(old["call_id"])
    if stored is None:
        return None
    return pair if stored == old else (stored, repriced(stored, work))


def _write_calls(connection: Connection, pairs: Sequence[tuple[Row, Row]]) -> None:
    if not pairs:
        return
    kinds = KINDS.ids(connection, {_KIND(new) for _old, new in pairs})
    values = [
        (kinds[_KIND(new)], new["cost_pico"], stored_id(connection, new["call_id"])) for _old, new in pairs
    ]
    _UPDATE.run(connection, values)
    changes: list[Change] = [change for old, new in pairs for change in ((old, -1), (new, 1))]
    inserts = Inserts()
    figures = [tuple(map(sub, sums(new), sums(old))) for old, new in pairs]
    add_figures(connection, [new for _old, new in pairs], figures, inserts)
    add_calls(connection, changes, inserts)


def _without_numbers(row: Mapping[str, object]) -> Row:
    return dict(zip(STORED, _STORED(row), strict=True))


def _cost_of(row: Row) -> int:
    return int(row["cost_pico"]) if row["priced_calls"] else 0


def sum_of(changes: Iterable[CostChange]) -> CostChange:
    """What all models change together."""
    return sum(changes, CostChange())
