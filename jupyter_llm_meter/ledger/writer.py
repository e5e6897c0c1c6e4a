"""Group commit: what waits at the same time is written in one transaction.

A thread that finds no other one writing writes at once. Threads that come meanwhile wait for the next
transaction, which one of them makes for all. Where a commit waits for a disk, the first of some threads that
wrote together a moment ago waits for the others, for less time than their own transaction would take: most
likely they come again at about the same time. So an idle ledger adds no delay, and a busy one makes one
transaction for many. Work returns when it is committed, never before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from time import monotonic, sleep
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from jupyter_llm_meter.ledger.engine import writing
from jupyter_llm_meter.ledger.errors import LedgerError, LedgerUnavailable
from jupyter_llm_meter.ledger.locks import NotAlone

MOST_AT_ONCE = 64
"""Pieces of one transaction."""

PART_WAITED = 0.5
"""How long to wait for others that wrote a moment ago, as a part of what their transaction took."""

LONGEST_WAIT_S = 0.01
"""How long to wait for them at most."""

Item = TypeVar("Item")
Result = TypeVar("Result")
Work = Callable[[Connection, Sequence[Item]], Sequence[Result]]
"""Writes some pieces of one kind in a transaction; returns what became of each."""


class Writer:
    """The threads that write to one ledger.

    Args:
        engine: The ledger's database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._waiting: list[_Piece] = []
        self._is_busy = False
        # What the last transaction took, when it ended, and how many threads wrote or waited then.
        self._took = self._ended_at = 0.0
        self._expected = 1
        self._gathering: _Piece | None = None

    def write(self, work: Work[Item, Result], item: Item) -> Result:
        """Write one piece, with others that wait.

        Args:
            work: Writes pieces of this kind. It changes nothing but the database.
            item: The piece.

        Raises:
            LedgerUnavailable: Nothing of the piece was written.
            Exception: What `work` raised for this piece; the others are written.
        """
        piece = _Piece(work, item)
        with self._lock:
            self._waiting.append(piece)
            is_leader, self._is_busy = not self._is_busy, True
            if self._gathering is not None and len(self._waiting) >= self._expected:
                self._gathering.wake()
                self._gathering = None
        if not is_leader:
            piece.wait()
        if not piece.is_done:
            self._lead(piece)
        if piece.error is not None:
            raise piece.error
        result: Result = piece.result
        return result

    def _lead(self, own: _Piece) -> None:
        """Write what waits, and leave what has come meanwhile to the first that waits for it."""
        batch = [own]
        began = monotonic()
        try:
            self._gather(own)
            began = monotonic()
            with self._lock:
                batch = [piece for piece in self._waiting if self._is_for(piece, own)][:MOST_AT_ONCE]
                self._waiting = [piece for piece in self._waiting if piece not in batch]
            self._commit(batch)
        finally:
            for piece in batch:
                piece.finish()
            self._hand_over(batch, monotonic() - began)

    def _hand_over(self, written: Sequence[_Piece], took: float) -> None:
        with self._lock:
            # Only one that was interrupted still waits.
            self._waiting = [piece for piece in self._waiting if piece not in written]
            self._took, self._ended_at = took, monotonic()
            self._expected = len(written) + len(self._waiting)
            self._is_busy = bool(self._waiting)
            if self._is_busy:
                self._waiting[0].wake()

    def _gather(self, own: _Piece) -> None:
        """Wait a moment for threads that wrote with this one and have not come again yet."""
        if self._engine.dialect.name != "postgresql":
            # A commit to a file costs less than a wait: only lets those run that are about to come.
            sleep(0)
            return
        patience = min(PART_WAITED * self._took, LONGEST_WAIT_S)
        with self._lock:
            is_late = monotonic() > self._ended_at + patience
            if is_late or len(self._waiting) >= self._expected:
                return
            self._gathering = own
        try:
            own.wait(patience)
        finally:
            self._gathering = None

    def _is_for(self, piece: _Piece, first: _Piece) -> bool:
        """Whether two pieces can share a transaction: in PostgreSQL, each kind has its order of locks."""
        return piece.work == first.work or self._engine.dialect.name != "postgresql"

    def _results(self, batch: Sequence[_Piece]) -> list[Any]:
        if self._engine.dialect.name == "postgresql":
            try:
                with writing(self._engine, is_alone=False) as connection:
                    return _run(connection, batch)
            except NotAlone:
                pass
            except LedgerUnavailable as error:
                # Two wrote the same, or waited for one another: alone it can be decided.
                if not error.is_refusal:
                    raise
        with writing(self._engine) as connection:
            return _run(connection, batch)

    def _commit(self, batch: Sequence[_Piece]) -> None:
        try:
            results = self._results(batch)
        except Exception as error:  # noqa: BLE001 - raised again in the thread whose piece it is
            if len(batch) == 1 or _is_about_the_ledger(error):
                for piece in batch:
                    piece.error = error
            else:
                # One piece must not fail the others, and nothing of them was written.
                for piece in batch:
                    self._commit([piece])
        else:
            for piece, result in zip(batch, results, strict=True):
                piece.error, piece.result = None, result


class _Piece:
    """A piece of work and its outcome; until `finish` that it was interrupted."""

    def __init__(self, work: Work[Any, Any], item: Any) -> None:
        self.work = work
        self.item = item
        self.is_done = False
        self.result: Any = None
        self.error: Exception | None = LedgerUnavailable("ledger-interrupted")
        self._sleep = Lock()
        self._sleep.acquire()

    def wait(self, longest_s: float = -1) -> None:
        """Wait until the piece is done, or until it is its turn to write for all."""
        self._sleep.acquire(timeout=longest_s)

    def wake(self) -> None:
        """End the wait."""
        self._sleep.release()

    def finish(self) -> None:
        """Set the outcome."""
        self.is_done = True
        if self._sleep.locked():
            self._sleep.release()


def _run(connection: Connection, batch: Sequence[_Piece]) -> list[Any]:
    """Write pieces of one kind together; returns what became of each, in the order of the batch."""
    kinds: dict[Work[Any, Any], list[int]] = {}
    for position, piece in enumerate(batch):
        kinds.setdefault(piece.work, []).append(position)
    results: list[Any] = [None] * len(batch)
    for work, positions in kinds.items():
        found = work(connection, [batch[position].item for position in positions])
        for position, result in zip(positions, found, strict=True):
            results[position] = result
    return results


def _is_about_the_ledger(error: Exception) -> bool:
    """Whether the ledger failed, and would fail for each piece alone as well."""
    if isinstance(error, LedgerUnavailable):
        return not error.is_refusal
    return isinstance(error, LedgerError)
