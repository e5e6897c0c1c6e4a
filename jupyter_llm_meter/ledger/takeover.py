"""Takes over the calls that a page counted in local mode.

A page sends one part for each tab, with a revision that grows. A part has its newest calls in full
and its older calls as sums. The transaction that adds a part also stores its revision, so a part counts once,
even when several pages send it several times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from jupyter_llm_meter.core.limit_index import LimitIndex
from jupyter_llm_meter.core.standing import Alert, format_decimal
from jupyter_llm_meter.ledger.batch import Pricer, Settled
from jupyter_llm_meter.ledger.outbox import Outbox
from jupyter_llm_meter.ledger.rows import Row
from jupyter_llm_meter.ledger.schema import meta
from jupyter_llm_meter.ledger.settling import settle
from llm_meter_tap.wire.record import CallRecord

_KEY = "taken-over:"


@dataclass(frozen=True)
class TakeoverPart:
    """What one tab counted.

    Attributes:
        id: The tab's name.
        base: The revision up to which a ledger took the part over before; nothing of it is in here.
        revision: The part's own.
        records: Its newest calls.
        sums: Rows of sums of its older calls: a `started_at`, ``SERIES_COLUMNS`` and ``SUMS``.
    """

    id: str
    base: int
    revision: int
    records: Sequence[CallRecord]
    sums: Sequence[Row]


@dataclass(frozen=True)
class Seen:
    """An alert that a page has shown already; ``subject`` is None where a page counts for one user only."""

    limit_id: str
    subject: str | None
    threshold: float
    window_start: datetime
    amount: str

    def means(self, alert: Alert) -> bool:
        """Whether it is the same alert as one of the ledger's."""
        return (
            self.limit_id == alert.limit_id
            and self.subject in (None, alert.subject)
            and self.threshold == float(alert.threshold)
            and self.window_start == alert.window_start
            and self.amount == format_decimal(alert.amount)
        )


def take_over(
    connection: Connection,
    part: TakeoverPart,
    index: LimitIndex,
    now: datetime,
    pricer: Pricer,
    outbox: Outbox,
) -> tuple[int, Settled]:
    """Add a part, unless the ledger has it; in the caller's transaction.

    Args:
        connection: A writing transaction.
        part: The part, its records priced.
        index: The limits in force.
        now: Picks the windows in which alerts are raised.
        pricer: See `settle`.
        outbox: See `settle`.

    Returns:
        The revision up to which the ledger has the part now, and what changed.
    """
    known = _revision(connection, part.id)
    if known > part.base or part.revision <= known:
        return known, Settled()
    settled = settle(connection, part.records, index, now, pricer, outbox, part.sums)
    _note(connection, part)
    return part.revision, settled


def _note(connection: Connection, part: TakeoverPart) -> None:
    key, value = _KEY + part.id, str(part.revision)
    changed = connection.execute(update(meta).where(meta.c.key == key).values(value=value))
    if not changed.rowcount:
        connection.execute(insert(meta).values(key=key, value=value))


def _revision(connection: Connection, part_id: str) -> int:
    known = connection.scalar(select(meta.c.value).where(meta.c.key == _KEY + part_id))
    return 0 if known is None else int(known)
