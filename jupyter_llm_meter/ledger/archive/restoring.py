"""Archived calls come back into the ledger, a part in one transaction; sums have them already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, update

from jupyter_llm_meter.ledger.archive.files import COLUMNS, calls_in, read_lines
from jupyter_llm_meter.ledger.archive.owners import joined_now, with_owners
from jupyter_llm_meter.ledger.archive.parts import Part, remove_unused
from jupyter_llm_meter.ledger.engine import writing
from jupyter_llm_meter.ledger.errors import ArchiveDamaged
from jupyter_llm_meter.ledger.memory import recall_of
from jupyter_llm_meter.ledger.rows import stored_id, to_us
from jupyter_llm_meter.ledger.schema import archive_marks, archive_parts, archive_unpriced, call_rows
from jupyter_llm_meter.ledger.sql import Insert, Values

_INSERT = Insert(call_rows, COLUMNS)


def read_calls(folder: Path, part: Part) -> list[Values]:
    """The calls of a part, as its file has them.

    Raises:
        ArchiveDamaged: The file is missing, or is not what was written.
    """
    path = folder / part.file
    calls = [call for call in calls_in(read_lines(path, part.sha256)) if len(call) == len(COLUMNS)]
    if len(calls) != part.calls:
        raise ArchiveDamaged(f"{path} has {len(calls)} calls, and the ledger noted {part.calls}")
    return calls


def restore_part(engine: Engine, folder: Path, part: Part, now: datetime) -> bool:
    """Put the calls of a part back, and remove its file.

    Args:
        engine: The ledger's database.
        folder: The archive.
        part: The part.
        now: Is noted as the time at which they came back.

    Returns:
        Whether they were out of the ledger until now.

    Raises:
        ArchiveDamaged: The file is missing, or is not what was written; the ledger is as it was.
        LedgerUnavailable: Nothing of the part was put back.
    """
    calls = read_calls(folder, part)
    with writing(engine) as connection:
        is_out = (archive_parts.c.id == part.id, archive_parts.c.restored_at.is_(None))
        back = connection.execute(update(archive_parts).where(*is_out).values(restored_at=to_us(now)))
        if back.rowcount:
            recall_of(connection).change(connection)
            _INSERT.run(connection, stored_calls(connection, calls))
            for table in (archive_marks, archive_unpriced):
                connection.execute(delete(table).where(table.c.part_id == part.id))
    remove_unused(engine, folder, part.file)
    return bool(back.rowcount)


def stored_calls(connection: Connection, calls: Sequence[Values]) -> list[Values]:
    """Calls as their rows have them, with the series and places that they belong to now."""
    moved = with_owners(calls, joined_now(connection))
    return [(stored_id(connection, call_id), *rest) for call_id, *rest in moved]
