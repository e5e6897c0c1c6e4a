"""The limits of a hub that people set, beside those of its configuration.

`meta` counts their changes: while the count is the same, what a process has read is what the database holds.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from jupyter_llm_meter.core.standing import format_time
from jupyter_llm_meter.ledger.errors import LedgerError
from jupyter_llm_meter.ledger.quotas import Author, Conflict, new_change_id
from jupyter_llm_meter.ledger.rows import from_us, storable, to_us
from jupyter_llm_meter.ledger.schema import change_sets, hub_limits, meta, quota_changes
from jupyter_llm_meter.ledger.sql import Sql

GENERATION = "hub_limits"
MOST_LIMITS = 10_000
"""Every process keeps all of them in memory. Own amounts of users are none of them."""

_COUNT = Sql("UPDATE meta SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT) WHERE key = ?")


class TooMany(LedgerError):
    """There are as many limits as there may be; the message says what else to do."""


@dataclass(frozen=True)
class SetLimit:
    """A limit that somebody set.

    Attributes:
        limit_id: Its id.
        spec: The flat JSON object, as in ``c.LLMMeter.limits``.
        starts_at: From when it is in force; None: since ever.
        ends_at: The first instant at which it no longer is; None: never.
        version: Names its last change.
        set_by: Who made that.
        set_at: When.
    """

    limit_id: str
    spec: dict[str, Any]
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    version: str = ""
    set_by: str = ""
    set_at: datetime | None = None

    def dates(self) -> dict[str, Any]:
        """The members of its JSON object beside those of the limit."""
        return {
            "starts_at": format_time(self.starts_at),
            "ends_at": format_time(self.ends_at),
            "version": self.version,
            "set_by": self.set_by,
            "set_at": format_time(self.set_at),
        }

    def text(self) -> str:
        """What the trail keeps of it."""
        dates = {"starts_at": format_time(self.starts_at), "ends_at": format_time(self.ends_at)}
        known = {name: at for name, at in dates.items() if at is not None}
        return json.dumps({**self.spec, **known}, ensure_ascii=False, sort_keys=True)


def generation(connection: Connection) -> str:
    """The count of changes; the same as long as the limits are."""
    return str(connection.execute(select(meta.c.value).where(meta.c.key == GENERATION)).scalar() or "0")


def all_limits(connection: Connection) -> list[SetLimit]:
    """Every limit that somebody set, by id."""
    query = select(hub_limits).order_by(hub_limits.c.limit_id)
    return [_limit(dict(row)) for row in connection.execute(query).mappings()]


def put(
    connection: Connection, limit: SetLimit, known: str | None, author: Author, now: datetime
) -> SetLimit:
    """Set or change a limit.

    Args:
        connection: A writing transaction.
        limit: The limit.
        known: The version that is to be changed; None: there is none yet.
        author: Who does it.
        now: When.

    Raises:
        Conflict: There is another version.
        TooMany: There are too many limits.
    """
    before = _known(connection, limit.limit_id, known)
    count = connection.execute(select(func.count()).select_from(hub_limits)).scalar() or 0
    if before is None and count >= MOST_LIMITS:
        raise TooMany(
            f"There are {count} limits, which is the most. For amounts of single users, set one limit "
            "without value, and own amounts of it (PUT api/v1/quotas)."
        )
    row = {
        "limit_id": storable(limit.limit_id),
        "spec": storable(json.dumps(limit.spec, ensure_ascii=False)),
        "starts_at": None if limit.starts_at is None else to_us(limit.starts_at),
        "ends_at": None if limit.ends_at is None else to_us(limit.ends_at),
        "version": new_change_id(),
        "set_by": storable(author.name),
        "set_at": to_us(now),
    }
    connection.execute(delete(hub_limits).where(hub_limits.c.limit_id == row["limit_id"]))
    connection.execute(insert(hub_limits), row)
    _write_down(connection, row["version"], limit.limit_id, before, limit, author, now)
    return _limit(row)


def remove(connection: Connection, limit_id: str, known: str | None, author: Author, now: datetime) -> None:
    """Remove a limit; own amounts of it are kept, and hold again if it is set again.

    Raises:
        Conflict: There is another version, or none.
    """
    before = _known(connection, limit_id, known)
    if before is None:
        raise Conflict(f"There is no limit {limit_id!r} that was set here.")
    connection.execute(delete(hub_limits).where(hub_limits.c.limit_id == limit_id))
    _write_down(connection, new_change_id(), limit_id, before, None, author, now)


def _known(connection: Connection, limit_id: str, known: str | None) -> SetLimit | None:
    query = select(hub_limits).where(hub_limits.c.limit_id == limit_id)
    row = connection.execute(query).mappings().first()
    found = None if row is None else _limit(dict(row))
    if (None if found is None else found.version) != known:
        message = "The limit is not there any more." if found is None else "Somebody has changed the limit."
        now = [] if found is None else [{"id": limit_id, **found.spec, **found.dates()}]
        raise Conflict(f"{message} Look at it, and send If-Match with its version.", now)
    return found


def _write_down(
    connection: Connection,
    change_id: str,
    limit_id: str,
    before: SetLimit | None,
    after: SetLimit | None,
    author: Author,
    now: datetime,
) -> None:
    made = {"id": change_id, "kind": "limit", "made_by": storable(author.name), "is_by_lead": author.is_lead}
    connection.execute(insert(change_sets), {**made, "made_at": to_us(now)})
    row = {
        "change_id": change_id,
        "limit_id": storable(limit_id),
        "subject": "",
        "before": None if before is None else before.text(),
        "after": None if after is None else after.text(),
    }
    connection.execute(insert(quota_changes), row)
    if not _COUNT.run(connection, GENERATION):
        connection.execute(insert(meta), {"key": GENERATION, "value": "1"})


def _limit(row: dict[str, Any]) -> SetLimit:
    return SetLimit(
        row["limit_id"],
        json.loads(row["spec"]),
        None if row["starts_at"] is None else from_us(row["starts_at"]),
        None if row["ends_at"] is None else from_us(row["ends_at"]),
        row["version"],
        row["set_by"],
        from_us(row["set_at"]),
    )
