"""Which notebooks and folders were moved: an old path stands for what was moved from there.

A move holds for all that was under the old path before it. For what comes later it holds until something else
is found at the old path: from then on the path means that.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from jupyter_llm_meter.core.paths import moved, self_and_folders
from jupyter_llm_meter.ledger.memory import recall_of
from jupyter_llm_meter.ledger.rows import storable
from jupyter_llm_meter.ledger.schema import moves
from jupyter_llm_meter.ledger.sql import Sql

_OF_PATHS = Sql("SELECT user_id, old_path, new_path, moved_at, retaken_at FROM moves WHERE old_path IN (?*)")
_MOST_AT_ONCE = 500


class Move(NamedTuple):
    """A move of a file or folder; times in microseconds."""

    user_id: str
    old_path: str
    new_path: str
    moved_at: int
    retaken_at: int | None

    def holds_at(self, at: int) -> bool:
        """Whether the old path means the new one at a time: nothing else is there since."""
        return self.moved_at <= at and (self.retaken_at is None or self.retaken_at > at)


class Moves:
    """The moves of a ledger, read when they are needed.

    Args:
        connection: A transaction on the ledger.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._recall = recall_of(connection)
        self._by_path: dict[str, list[Move]] = {}

    def load(self, paths: Iterable[str]) -> None:
        """Read the moves of paths and of their folders, in one query."""
        new = [path for path in paths if path not in self._by_path]
        if not new:
            return
        wanted = {each for path in new for each in self_and_folders(path)} - self._by_path.keys()
        known = self._recall.known.moves
        self._by_path.update((path, known[path]) for path in wanted if path in known)
        unknown = sorted(path for path in wanted if path not in known)
        read: dict[str, list[Move]] = {path: [] for path in unknown}
        for first in range(0, len(unknown), _MOST_AT_ONCE):
            for row in _OF_PATHS.all(self._connection, unknown[first : first + _MOST_AT_ONCE]):
                read[row[1]].append(Move(*row))
        self._by_path.update(read)
        self._recall.learned.moves.update(read)

    def has_left(self, path: str, user_id: str, since: int) -> bool:
        """Whether what was at a path was moved at a time or later."""
        return any(move.moved_at >= since for move in self._of(path, user_id))

    def is_elsewhere(self, path: str, user_id: str, at: int) -> bool:
        """Whether a path stood for another one at a time, as far as the ledger knows."""
        return any(move.holds_at(at) for move in self._of(path, user_id))

    def where_is(self, path: str, user_id: str, at: int, *, is_there: bool = False) -> str:
        """Return the path that a notebook has now.

        Args:
            path: Where somebody says that it is or was.
            user_id: In whose lab.
            at: When they said so, in microseconds.
            is_there: There is a file at `path` now, so that no earlier move is meant.
        """
        move = self._first(path, user_id, at, is_there=is_there)
        while move is not None:
            path = moved(path, move.old_path, move.new_path) or path
            later = [each for each in self._of(path, user_id) if each.moved_at > move.moved_at]
            move = min(later, key=lambda each: each.moved_at, default=None)
        return path

    def _first(self, path: str, user_id: str, at: int, *, is_there: bool) -> Move | None:
        own = self._of(path, user_id)
        before = [] if is_there else [move for move in own if move.holds_at(at)]
        if before:
            return max(before, key=lambda move: move.moved_at)
        later = [move for move in own if move.moved_at > at]
        return min(later, key=lambda move: move.moved_at, default=None)

    def _of(self, path: str, user_id: str) -> list[Move]:
        self.load([path])
        folders = self_and_folders(path)
        return [move for each in folders for move in self._by_path[each] if move.user_id == user_id]


def write_move(connection: Connection, user_id: str, old: str, new: str, at: int) -> None:
    """Store a move; from now on the new path stands for what was moved."""
    last = connection.scalar(select(func.max(moves.c.moved_at)).where(moves.c.user_id == user_id)) or 0
    at = max(at, last + 1)  # moves have an order, also where a clock was set back
    retake(connection, user_id, [new], at)
    row = {"id": uuid.uuid4().hex, "user_id": user_id, "moved_at": at}
    connection.execute(insert(moves).values(**row, old_path=storable(old), new_path=storable(new)))


def retake(connection: Connection, user_id: str, paths: Iterable[str], at: int) -> None:
    """Note that there is something at these paths, so that they no longer mean what was moved away."""
    taken = {each for path in paths for each in self_and_folders(path)}
    recall_of(connection).change(connection)
    connection.execute(
        update(moves)
        .where(moves.c.user_id == user_id, moves.c.old_path.in_(taken), moves.c.retaken_at.is_(None))
        .where(moves.c.moved_at < at)
        .values(retaken_at=at)
    )


def places_now(connection: Connection, user_id: str, paths: Iterable[str], at: int) -> dict[str, str]:
    """Those of some paths that mean another one now, each with that."""
    known = Moves(connection)
    found = {path: known.where_is(path, user_id, at) for path in paths}
    return {path: new for path, new in found.items() if new != path}
