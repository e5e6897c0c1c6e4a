"""The files that a ledger knows, and whether a question needs them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, func, select

from jupyter_llm_meter.core.standing import format_time
from jupyter_llm_meter.ledger.engine import reading
from jupyter_llm_meter.ledger.memory import recall_of
from jupyter_llm_meter.ledger.rows import from_us
from jupyter_llm_meter.ledger.schema import archive_parts

_IS_OUT = archive_parts.c.restored_at.is_(None)


@dataclass(frozen=True)
class Part:
    """A file of archived calls.

    Attributes:
        id: Its number in the ledger.
        month: The month of its calls in UTC, such as ``2026-03``.
        file: Its name in the archive.
        sha256: The checksum of the file.
        bytes: The file's size.
        calls: How many calls are in it.
        first_at: When the first of them began, in microseconds.
        last_at: When the last of them began, in microseconds.
        archived_at: When they left the ledger, in microseconds.
        restored_at: Since when they are in the ledger again; None: they are not.
        removed_at: Since when the file is removed for its age; None: it is not.
    """

    id: int
    month: str
    file: str
    sha256: str
    bytes: int
    calls: int
    first_at: int
    last_at: int
    metered_from: int | None
    archived_at: int
    restored_at: int | None
    removed_at: int | None

    @property
    def state(self) -> str:
        """``archived``, ``restored`` or ``removed``."""
        if self.restored_at is not None:
            return "restored"
        return "archived" if self.removed_at is None else "removed"

    def to_dict(self) -> dict[str, Any]:
        """Return it for programs."""
        times = ("first_at", "last_at", "archived_at", "restored_at", "removed_at")
        values = {name: getattr(self, name) for name in times}
        return {
            **{name: getattr(self, name) for name in ("month", "file", "sha256", "bytes", "calls", "state")},
            **{name: format_time(from_us(at)) for name, at in values.items() if at is not None},
        }


class Span(NamedTuple):
    """When the calls of a part began, in microseconds."""

    part_id: int
    first_at: int
    last_at: int


class ArchiveNote(NamedTuple):
    """What of a question's calls is in the archive.

    Attributes:
        calls: How many calls are in the files that the question's range touches.
        until: When the last archived call of these files began.
        is_needed: Whether the figures leave some of them out, as sums do not keep them apart.
        removed_calls: How many of the calls were in files that are removed, so that nothing can add them.
    """

    calls: int
    until: datetime
    is_needed: bool
    removed_calls: int

    def to_dict(self) -> dict[str, Any]:
        """The member ``archive`` of REST answers."""
        return {
            "calls": self.calls,
            "until": format_time(self.until),
            "is_needed": self.is_needed,
            "removed_calls": self.removed_calls,
        }


def all_parts(connection: Connection) -> list[Part]:
    """Every file that was ever written, by month, in the order in which they were."""
    query = select(archive_parts).order_by(archive_parts.c.month, archive_parts.c.id)
    return [Part(**row) for row in connection.execute(query).mappings()]


def parts_in(connection: Connection, start: int | None, end: int | None) -> list[Part]:
    """The parts that are not in the ledger and whose calls may be in a range, in microseconds."""
    query = select(archive_parts).where(_IS_OUT).order_by(archive_parts.c.first_at, archive_parts.c.id)
    if start is not None:
        query = query.where(archive_parts.c.last_at >= start)
    if end is not None:
        query = query.where(archive_parts.c.first_at < end)
    return [Part(**row) for row in connection.execute(query).mappings()]


def last_archived(connection: Connection) -> int | None:
    """When the last archived call began, in microseconds; None: nothing is archived."""
    last: int | None = connection.scalar(select(func.max(archive_parts.c.last_at)).where(_IS_OUT))
    return last


def first_metered(connection: Connection) -> int | None:
    """When the first archived call began that was not imported, in microseconds; None: there is none."""
    first: int | None = connection.scalar(select(func.min(archive_parts.c.metered_from)).where(_IS_OUT))
    return first


def archived_spans(connection: Connection) -> Sequence[Span]:
    """The spans of all parts whose calls are not in the ledger; remembered, as every call asks for them."""
    recall = recall_of(connection)
    if recall.known.archived is not None:
        return recall.known.archived
    columns = (archive_parts.c.id, archive_parts.c.first_at, archive_parts.c.last_at)
    found = [Span(*row) for row in connection.execute(select(*columns).where(_IS_OUT))]
    recall.learned.archived = found
    return found


def note_of(
    connection: Connection, bounds: tuple[int | None, int | None], looked_at: Sequence[tuple[Any, Any]]
) -> ArchiveNote | None:
    """What of a range is in the archive; None: nothing.

    Args:
        connection: A transaction on the ledger.
        bounds: The range, in microseconds.
        looked_at: The parts of the range whose calls the answer adds up one by one.
    """
    parts = parts_in(connection, *bounds)
    if not parts:
        return None
    needed = any(_touches(part, *each) for each in looked_at for part in parts)
    removed = sum(part.calls for part in parts if part.removed_at is not None)
    until = from_us(max(part.last_at for part in parts))
    return ArchiveNote(sum(part.calls for part in parts), until, needed, removed)


def remove_unused(engine: Engine, folder: Path, name: str) -> None:
    """Remove a file, unless calls that are out of the ledger are in it: equal calls make equal files."""
    with reading(engine) as connection:
        in_it = (_IS_OUT, archive_parts.c.removed_at.is_(None), archive_parts.c.file == name)
        is_used = connection.scalar(select(archive_parts.c.id).where(*in_it).limit(1)) is not None
    if not is_used:
        with suppress(OSError):
            (folder / name).unlink()


def _touches(part: Part, start: int | None, end: int | None) -> bool:
    return (start is None or part.last_at >= start) and (end is None or part.first_at < end)
