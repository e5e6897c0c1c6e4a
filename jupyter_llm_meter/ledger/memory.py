"""What a process remembers of a ledger: rows that every call needs and that change rarely.

The ledger counts the changes of these rows (its generation, in `meta`). A writing transaction reads the count
after it has its lock: while the count is the same, what is remembered is what the database holds, whichever
process wrote it. What a transaction has learned is kept when it has committed, and only then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, NamedTuple

from sqlalchemy import Connection

from jupyter_llm_meter.ledger.locks import require_alone
from jupyter_llm_meter.ledger.sql import Sql

GENERATION = "generation"
"""The key in `meta` of the number of changes."""

MOST_KEPT = 20_000
"""Entries of one kind that are remembered at most."""

_KEY = "llm_meter_recall"
READ_GENERATION = f"SELECT value FROM meta WHERE key = '{GENERATION}'"
_COUNT = Sql("UPDATE meta SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT) WHERE key = ?")
_FIRST = Sql("INSERT INTO meta (key, value) VALUES (?, '1')")


class CountedWindow(NamedTuple):
    """A row of `counted_windows`."""

    limit_id: str
    start: int
    end: int
    scope: str
    value: str | None
    unit: str


@dataclass
class Facts:
    """Rows of the ledger.

    Attributes:
        ids: Ids of shared rows, by the table and by what they hold.
        counted: Windows that have counters: limit, start, end.
        windows: The counted windows that a call of a scope's subject can lie in and that end after `floor`.
        quiet: Windows and subjects of which no threshold was announced.
        floor: In microseconds; None while there are no `windows`.
        kernels: Rows of `kernels`, by kernel id; None where there is none.
        moves: Rows of `moves`, by the old path.
        archived: The parts of the archive, see `archive.parts.Span`; None: not read yet.
    """

    ids: dict[str, dict[tuple[Any, ...], int]] = field(default_factory=dict)
    counted: dict[tuple[Any, ...], bool] = field(default_factory=dict)
    windows: dict[tuple[str, str], list[CountedWindow]] = field(default_factory=dict)
    quiet: dict[tuple[Any, ...], bool] = field(default_factory=dict)
    floor: int | None = None
    kernels: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    moves: dict[str, list[Any]] = field(default_factory=dict)
    archived: Sequence[Any] | None = None

    def add(self, other: Facts) -> None:
        """Take over what another one has."""
        for name, ids in other.ids.items():
            self.ids.setdefault(name, {}).update(ids)
        if other.archived is not None:
            self.archived = other.archived
        names = ["counted", "quiet", "kernels", "moves"]
        if self.floor in (None, other.floor):
            self.floor = other.floor
            names.append("windows")
        for name in names:
            getattr(self, name).update(getattr(other, name))

    @property
    def is_large(self) -> bool:
        """Whether it is time to forget it."""
        sizes = [len(rows) for rows in self.ids.values()]
        sizes += [len(self.quiet), len(self.windows), len(self.kernels), len(self.moves)]
        return max(sizes) > MOST_KEPT


class Recall:
    """What one writing transaction knows; nothing, where the ledger has no such count.

    Attributes:
        known: What was remembered, to be read only.
        learned: What this transaction has found out.
    """

    def __init__(self, known: Facts) -> None:
        self.known = known
        self.learned = Facts()
        self.has_changed = False

    def change(self, connection: Connection) -> None:
        """Forget what is known, because this transaction changes rows that others remember.

        Raises:
            NotAlone: The transaction has to be alone for that.
        """
        require_alone(connection)
        self.known, self.learned = Facts(), Facts()
        if not self.has_changed:
            self.has_changed = True
            if not _COUNT.run(connection, GENERATION):
                _FIRST.run(connection, GENERATION)


class Memory:
    """What the threads of a process remember of one ledger.

    Attributes:
        writes: Held by the thread that has a writing transaction.
        connection: What the last such transaction used, for the next one.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._generation = ""
        self._facts = Facts()

        self.writes = Lock()
        self.connection: Connection | None = None

    @contextmanager
    def recalled(self, connection: Connection, generation: str) -> Iterator[Recall]:
        """Give a writing transaction what is remembered; `keep` is to be called when it has committed.

        Args:
            connection: The transaction.
            generation: The ledger's, read after the transaction had its lock.
        """
        with self._lock:
            if generation != self._generation:
                self._generation, self._facts = generation, Facts()
            recall = Recall(self._facts)
        connection.info[_KEY] = recall
        try:
            yield recall
        finally:
            del connection.info[_KEY]

    def keep(self, recall: Recall) -> None:
        """Remember what a committed transaction has learned, unless the ledger has changed since."""
        with self._lock:
            if recall.has_changed:
                self._generation = ""
            elif self._facts is recall.known:
                if self._facts.is_large:
                    self._facts = Facts()
                self._facts.add(recall.learned)


def recall_of(connection: Connection) -> Recall:
    """What a transaction knows; one that only reads starts with nothing."""
    recall: Recall | None = connection.info.get(_KEY)
    return Recall(Facts()) if recall is None else recall
