"""The notebook of a call: what its process said, else what the lab said of its kernel, wherever it is now.

What a lab says of a kernel is kept in the ledger, so that a call that waited in a spool still finds its
notebook after the kernel and the server have ended. While a lab says the same as before, the ledger knows
better: it has heard of every move since.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert

from jupyter_llm_meter.core.paths import first_folder
from jupyter_llm_meter.ledger.memory import recall_of
from jupyter_llm_meter.ledger.notebooks.moves import Moves, retake
from jupyter_llm_meter.ledger.rows import storable, to_us
from jupyter_llm_meter.ledger.schema import kernels
from jupyter_llm_meter.ledger.sql import Sql
from llm_meter_tap.wire.record import CallRecord

KEPT = timedelta(days=400)
"""How long the notebook of a kernel is remembered."""

_COLUMNS = tuple(column.name for column in kernels.columns)
_KERNELS = Sql(f"SELECT {', '.join(_COLUMNS)} FROM kernels WHERE kernel_id IN (?*)")
_STATED = ("stated_path", "notebook_path", "project", "name")
_MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Place:
    """Where a kernel belongs.

    Attributes:
        path: Path of its notebook under the lab's root; None for a console.
        project: Its project.
        name: What people call it where it has no notebook.
    """

    path: str | None
    project: str | None
    name: str | None = None


@dataclass(frozen=True)
class Places:
    """What a lab says of the kernels and notebooks of some calls.

    Attributes:
        user: The lab's user.
        kernels: By kernel id.
        seen: When a file was seen at paths that calls or `kernels` name.
    """

    user: str = ""
    kernels: Mapping[str, Place] = field(default_factory=dict)
    seen: Mapping[str, datetime] = field(default_factory=dict)


NO_PLACES = Places()


class Placing:
    """Finds the notebooks of some calls. Reads only, until `write`.

    Args:
        connection: A transaction on the ledger.
        records: The calls.
        places: What the lab says.
        now: When it says so.
    """

    def __init__(
        self, connection: Connection, records: Sequence[CallRecord], places: Places, now: datetime
    ) -> None:
        self._connection = connection
        self._places = places
        self._now = to_us(now)
        self._moves = Moves(connection)
        self._retaken: set[str] = set()
        self._new: list[dict[str, Any]] = []
        ids = {record.kernel_id for record in records if record.kernel_id}
        self._kernels = self._known(ids | places.kernels.keys())
        said = {record.notebook_path for record in records if record.notebook_path}
        if said:
            self._moves.load(said)
        self._placed = [self._place(record) for record in records]

    @property
    def records(self) -> list[CallRecord]:
        """The calls with their notebooks and projects, as far as they are known."""
        return self._placed

    def write(self) -> None:
        """Keep what the lab said."""
        if self._retaken:
            retake(self._connection, self._places.user, self._retaken, self._now)
        if self._new:
            recall_of(self._connection).change(self._connection)
            ids = [row["kernel_id"] for row in self._new]
            old = self._now - int(KEPT / timedelta(microseconds=1))
            self._connection.execute(
                delete(kernels).where(kernels.c.kernel_id.in_(ids) | (kernels.c.stated_at < old))
            )
            self._connection.execute(insert(kernels), self._new)

    def _known(self, ids: Collection[str]) -> dict[str, Place]:
        if not ids:
            return {}
        stated = {name: row for name, row in self._rows(ids).items() if row is not None}
        known = {
            name: Place(row["notebook_path"], row["project"], row["name"]) for name, row in stated.items()
        }
        for kernel_id, said in self._places.kernels.items():
            row = stated.get(kernel_id)
            known[kernel_id] = place = self._stated(said, row)
            news = (said.path, place.path, said.project, said.name)
            if row is None or news != tuple(row[name] for name in _STATED):
                self._new.append(
                    {
                        "kernel_id": kernel_id,
                        "user_id": self._places.user,
                        "stated_path": storable(said.path),
                        "notebook_path": storable(place.path),
                        "project": storable(said.project),
                        "name": storable(said.name),
                        "stated_at": self._now,
                    }
                )
        return {name: self._followed(place, stated.get(name)) for name, place in known.items()}

    def _rows(self, ids: Collection[str]) -> Mapping[str, Mapping[str, Any] | None]:
        recall = recall_of(self._connection)
        known = recall.known.kernels
        unknown = sorted(kernel_id for kernel_id in ids if kernel_id not in known)
        read: dict[str, dict[str, Any] | None] = dict.fromkeys(unknown)
        for first in range(0, len(unknown), _MOST_AT_ONCE):
            for values in _KERNELS.all(self._connection, unknown[first : first + _MOST_AT_ONCE]):
                row = dict(zip(_COLUMNS, values, strict=True))
                read[row["kernel_id"]] = row
        recall.learned.kernels.update(read)
        return {kernel_id: read[kernel_id] if kernel_id in read else known[kernel_id] for kernel_id in ids}

    def _stated(self, said: Place, row: Mapping[str, Any] | None) -> Place:
        if said.path is None:
            return said
        user = self._places.user
        if row is not None and row["stated_path"] == said.path and not self._is_there(said.path, user):
            return replace(said, path=row["notebook_path"])
        return replace(said, path=self._where_is(said.path, user, self._now))

    def _followed(self, place: Place, row: Mapping[str, Any] | None) -> Place:
        """A kernel's project by its folder is that of the folder where its notebook is now."""
        stated = None if row is None else row["stated_path"]
        if stated is None or place.path is None or place.project != first_folder(stated):
            return place
        return replace(place, project=first_folder(place.path))

    def _where_is(self, path: str, user_id: str, at: int) -> str:
        is_there = self._is_there(path, user_id)
        if is_there and self._moves.is_elsewhere(path, user_id, at):
            self._retaken.add(path)
        return self._moves.where_is(path, user_id, at, is_there=is_there)

    def _is_there(self, path: str, user_id: str) -> bool:
        """Whether there is a file at a path, after the moves too that the lab had not seen when it looked."""
        seen_at = self._places.seen.get(path)
        return seen_at is not None and not self._moves.has_left(path, user_id, to_us(seen_at))

    def _place(self, record: CallRecord) -> CallRecord:
        place = self._kernels.get(record.kernel_id or "", Place(None, None))
        path, project = record.notebook_path, record.project or place.project
        at = to_us(record.started_at)
        path = self._where_is(path, record.user_id or "", at) if path else place.path
        if project is None and path is not None and record.notebook_path in self._places.seen:
            project = first_folder(path)
        name = (place.name if path is None else None) or record.program_name
        if (path, project, name) == (record.notebook_path, record.project, record.program_name):
            return record
        return replace(record, notebook_path=path, project=project, program_name=name)


def placed(
    connection: Connection, records: Sequence[CallRecord], places: Places, now: datetime
) -> list[CallRecord]:
    """Place calls in a writing transaction, and keep what the lab said of their kernels."""
    placing = Placing(connection, records, places, now)
    placing.write()
    return placing.records
