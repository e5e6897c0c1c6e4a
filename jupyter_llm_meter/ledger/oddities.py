"""What is particular about the calls of a day and model: why a provider may book them otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, case, func, or_, select

from jupyter_llm_meter.ledger.filters import Filter, conditions
from jupyter_llm_meter.ledger.rows import from_us
from jupyter_llm_meter.ledger.schema import calls

_DAY_US = 86400 * 1_000_000
EDGE_US = 15 * 60 * 1_000_000
"""How near to the begin or end of a UTC day a call may be booked on the day beside it."""


@dataclass(frozen=True)
class Oddities:
    """How many calls of a day and model are not plain ones.

    Attributes:
        partial: Calls that were aborted, with usage as far as known.
        counted: Calls whose tokens were counted by a tokenizer.
        missing: Calls whose usage is unknown.
        failed: Calls that ended with an error or were aborted.
        batch: Calls of a batch.
        edge: Calls within `EDGE_US` of the begin or end of the UTC day.
        requested: The models that were asked for, where another one answered.
    """

    partial: int = 0
    counted: int = 0
    missing: int = 0
    failed: int = 0
    batch: int = 0
    edge: int = 0
    requested: tuple[str, ...] = ()


def sum_of_oddities(all_: Iterable[Oddities]) -> Oddities:
    """The oddities of several days or models together."""
    found = list(all_)
    return Oddities(
        **{name: sum(getattr(each, name) for each in found) for name in _COUNTS},
        requested=tuple(dict.fromkeys(name for each in found for name in each.requested)),
    )


def oddities(connection: Connection, which: Filter) -> dict[tuple[date, str | None], Oddities]:
    """The oddities of calls by UTC day and model.

    Args:
        connection: A transaction on the ledger.
        which: The calls that are meant.
    """
    day = calls.c.started_at // _DAY_US
    at = calls.c.started_at % _DAY_US
    counts = {
        "partial": calls.c.basis == "partial",
        "counted": calls.c.basis == "counted",
        "missing": calls.c.basis == "missing",
        "failed": calls.c.status.in_(("error", "aborted")),
        "batch": calls.c.service_tier == "batch",
        "edge": or_(at < EDGE_US, at >= _DAY_US - EDGE_US),
    }
    query = (
        select(
            day, calls.c.model, calls.c.request_model,
            *(func.sum(case((condition, calls.c.calls), else_=0)) for condition in counts.values()),
        )
        .where(*conditions(connection, which))
        .group_by(day, calls.c.model, calls.c.request_model)
    )  # fmt: skip
    found: dict[tuple[date, str | None], list[Oddities]] = {}
    for number, model, requested, *sums in connection.execute(query):
        others = (requested,) if requested and requested != model else ()
        key = from_us(int(number) * _DAY_US).date(), model
        found.setdefault(key, []).append(
            Oddities(**dict(zip(counts, map(int, sums), strict=True)), requested=others)
        )
    return {key: sum_of_oddities(each) for key, each in found.items()}


_COUNTS = ("partial", "counted", "missing", "failed", "batch", "edge")
