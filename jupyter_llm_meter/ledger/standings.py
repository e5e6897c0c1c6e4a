"""Reads the standings of limits: counters, reservations and amounts of all of them in a few queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.standing import Standing
from jupyter_llm_meter.ledger.amounts import amounts_at
from jupyter_llm_meter.ledger.counters import current_windows, used_amount
from jupyter_llm_meter.ledger.reservations.store import ReservedSums, held
from jupyter_llm_meter.ledger.unpriced import NOTHING, used_of


def standings(
    connection: Connection,
    limits: Sequence[Limit],
    now: datetime,
    subjects: Mapping[str, str],
    only: str | None = None,
) -> list[Standing]:
    """Where every limit is in its current window, whose counters must exist.

    Args:
        connection: A transaction on the ledger.
        limits: The limits in force.
        now: The instant that picks the windows.
        subjects: By scope, a subject to show even if it used nothing.
        only: The one subject wanted; None: all.
    """
    windows = current_windows(limits, now)
    names = [window for _limit, window in windows]
    wanted = None if only is None else [only]
    used = used_of(connection, windows, wanted)
    reserved = ReservedSums(held(connection, now), names)
    amounts = amounts_at(connection, now, wanted)
    reserving: dict[str, set[str]] = {}
    for window, subject in reserved.sums:
        reserving.setdefault(window.limit_id, set()).add(subject)
    found = []
    for limit, window in windows:
        figures = used.get(window, {})
        expected = limit.value if limit.value is not None else subjects.get(limit.scope)
        shown = {*figures, *reserving.get(limit.id, ()), *(() if expected is None else (expected,))}
        for subject in sorted(shown):
            amount, soft = reserved.of(window, subject)
            mine = figures.get(subject, NOTHING)
            found.append(
                Standing(
                    amounts.limit_of(limit, subject),
                    subject,
                    window.first_instant,
                    window.resets_at,
                    mine.amount,
                    used_amount(limit.unit, amount),
                    used_amount(limit.unit, soft),
                    amounts.raised(limit, subject),
                    mine.unpriced_calls,
                )
            )
    return found
