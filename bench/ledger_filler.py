"""A ledger of many calls, written straight into its tables and consistent with its rollups.

Settling a million calls one batch after another takes many minutes; this takes one. Calls come in the order
of time, in sessions: a notebook, a kernel, one or two models. They have the ids that a tap in a notebook and
a provider give them, which take a third of the space. More than `PATTERN` calls are the same ones several
times over, each time with other ids and some microseconds later.
"""

from __future__ import annotations

import random
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

from jupyter_llm_meter.ledger import Ledger
from jupyter_llm_meter.ledger.call_rows import LEVEL_NUMBERS
from jupyter_llm_meter.ledger.rows import Row, own_values, span_start, sums, to_row
from jupyter_llm_meter.ledger.schema import (
    KIND_COLUMNS,
    OWN_COLUMNS,
    PLACE_COLUMNS,
    PLACE_LEVELS,
    SERIES_COLUMNS,
    SERIES_LEVELS,
    SUMS,
)
from jupyter_llm_meter.ledger.shared_rows import digest_of
from llm_meter_tap.wire.record import CallRecord

NOW = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
DAYS = 180
MODELS = {
    "openai": ("gpt-4o", "gpt-4o-mini", "gpt-5", "gpt-5-mini", "text-embedding-3-small"),
    "anthropic": ("claude-sonnet-4-5", "claude-opus-4-1", "claude-haiku-4-5"),
    "gcp.gemini": ("gemini-2.5-pro", "gemini-2.5-flash"),
    "deepseek": ("deepseek-chat", "deepseek-reasoner"),
}
NOTEBOOKS = 400
CELLS = 40
SESSIONS = 2500
CALLS_A_RUN = 2
FAILED, MISSING, UNPRICED = 0.01, 0.01, 0.03
PATTERN = 200_000
"""So many calls are made one by one at most."""

_BATCH = 10_000
_NEW_RESPONSE = "'chatcmpl-' || substr(lower(hex(randomblob(15))), 2)"


def fill(path: Path, count: int) -> None:
    """Make a ledger of `count` calls at a path where there is none.

    Raises:
        ValueError: `count` is above `PATTERN` and no multiple of it.
    """
    copies, rest = divmod(count, PATTERN) if count > PATTERN else (1, 0)
    if rest:
        raise ValueError(f"{count} is no multiple of {PATTERN}")
    Ledger.open(f"sqlite:///{path}").close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA cache_size=-262144")
        connection.execute("BEGIN")
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master"
            " WHERE type = 'index' AND tbl_name = 'call_rows' AND sql NOT NULL"
        ).fetchall()
        for name, _sql in indexes:
            connection.execute(f"DROP INDEX {name}")
        _Filling(connection).write(records(count // copies, random.Random(1)))
        _multiply(connection, copies)
        for _name, sql in indexes:
            connection.execute(sql)
        connection.execute("COMMIT")


def _multiply(connection: sqlite3.Connection, copies: int) -> None:
    """Add each call so many times less one; up to a thousand leave no quarter hour by their new time."""
    new = {
        "call_id": "randomblob(16)",
        "started_at": "started_at - started_at % 1000 + :copy",
        "response_id": f"CASE WHEN response_id NOT NULL THEN {_NEW_RESPONSE} END",
    }
    columns = ("series_id", "kind_id", "place_id", "shape_id", *OWN_COLUMNS)
    last = connection.execute("SELECT max(id) FROM call_rows").fetchone()[0]
    for copy in range(1, copies):
        connection.execute(
            f"INSERT INTO call_rows ({', '.join(columns)})"
            f" SELECT {', '.join(new.get(name, name) for name in columns)} FROM call_rows WHERE id <= :last",
            {"copy": copy, "last": last},
        )
    for table in ("rollups", "cell_rollups"):
        connection.execute(f"UPDATE {table} SET {', '.join(f'{name} = {name} * {copies}' for name in SUMS)}")


class _Filling:
    """Writes calls and their sums as the ledger does, without looking for what is there already."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._shared: dict[str, dict[tuple[Any, ...], int]] = {}
        self._sums: dict[str, dict[tuple[int, int, int], list[int]]] = {"rollups": {}, "cell_rollups": {}}

    def write(self, calls: Iterable[CallRecord]) -> None:
        """Write calls in the order of their time."""
        columns = ("call_id", "series_id", "kind_id", "place_id", "shape_id", *OWN_COLUMNS[1:])
        insert = f"INSERT INTO call_rows ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        batch = []
        for row in map(to_row, calls):
            row["reported_at"] = None
            series = self._id("series", SERIES_COLUMNS, row)
            place = self._id("places", PLACE_COLUMNS, row)
            kind = self._id("kinds", KIND_COLUMNS, row)
            shape = None
            if row["usage_shape"] is not None:
                shape = self._id("shapes", ("shape",), {"shape": row["usage_shape"]})
            batch.append((bytes.fromhex(row["call_id"]), series, kind, place, shape, *own_values(row)))
            figures = sums(row)
            self._add("rollups", SERIES_LEVELS, series, row["started_at"], figures)
            self._add("cell_rollups", PLACE_LEVELS, place, row["started_at"], figures)
            if len(batch) == _BATCH:
                self._connection.executemany(insert, batch)
                batch.clear()
        self._connection.executemany(insert, batch)
        for table, owner in (("rollups", "series_id"), ("cell_rollups", "place_id")):
            self._connection.executemany(
                f"INSERT INTO {table} (level, start, {owner}, {', '.join(SUMS)})"
                f" VALUES (?, ?, ?, {', '.join('?' * len(SUMS))})",
                sorted((*key, *figures) for key, figures in self._sums[table].items()),
            )

    def _id(self, table: str, columns: Sequence[str], row: Row) -> int:
        values = tuple([row[name] for name in columns])
        known = self._shared.setdefault(table, {})
        number = known.get(values)
        if number is None:
            number = known[values] = len(known) + 1
            self._connection.execute(
                f"INSERT INTO {table} (id, digest, {', '.join(columns)})"
                f" VALUES (?, ?, {', '.join('?' * len(columns))})",
                (number, digest_of(values), *values),
            )
        return number

    def _add(self, table: str, levels: Sequence[str], owner: int, at: int, figures: tuple[int, ...]) -> None:
        known = self._sums[table]
        for level in levels:
            key = LEVEL_NUMBERS[level], span_start(at, level), owner
            mine = known.get(key)
            if mine is None:
                known[key] = list(figures)
            else:
                for position, figure in enumerate(figures):
                    mine[position] += figure


def records(count: int, chance: random.Random) -> Iterator[CallRecord]:
    """Calls of one user over the days before NOW, oldest first."""
    sessions = min(SESSIONS, max(1, count // 10))
    span = timedelta(days=DAYS) / sessions
    written = 0
    for session in range(sessions):
        start = NOW - timedelta(days=DAYS) + session * span
        size = count * (session + 1) // sessions - written
        yield from _session(session, size, start, span, chance)
        written += size


def _session(
    session: int, size: int, start: datetime, span: timedelta, chance: random.Random
) -> Iterator[CallRecord]:
    notebook = chance.randrange(NOTEBOOKS)
    provider = chance.choice(list(MODELS))
    models = chance.sample(MODELS[provider], chance.choice((1, 2)))
    run_id, cell = "", 0
    for number in range(size):
        if number % CALLS_A_RUN == 0:
            run_id, cell = str(uuid.UUID(bytes=chance.randbytes(16))), chance.randrange(CELLS)
        fate = chance.random()
        has_failed, is_missing = fate < FAILED, FAILED <= fate < FAILED + MISSING
        known = not (has_failed or is_missing)
        tokens = (
            (int(chance.expovariate(1 / 2000)), int(chance.expovariate(1 / 400))) if known else (None, None)
        )
        is_priced = known and chance.random() > UNPRICED
        yield CallRecord(
            call_id=chance.randbytes(16).hex(),
            response_id=f"chatcmpl-{chance.randbytes(15).hex()[1:]}" if known else None,
            run_id=run_id,
            started_at=start + span * (number / size),
            status="error" if has_failed else "ok",
            basis="none" if has_failed else "missing" if is_missing else "reported",
            source="tap",
            duration_s=chance.expovariate(1 / 3),
            operation_name="chat",
            provider_name=provider,
            request_model=chance.choice(models),
            input_tokens=tokens[0],
            output_tokens=tokens[1],
            usage_raw={"prompt_tokens": tokens[0], "completion_tokens": tokens[1]} if known else None,
            cost_amount=Decimal(tokens[0] * 3 + tokens[1] * 15) / 1_000_000 if is_priced else None,
            cost_currency="USD" if is_priced else None,
            cost_source="genai-prices" if is_priced else None,
            server_address="llm.example.com",
            server_port=443,
            error_type="RateLimitError" if has_failed else None,
            user_id="alice",
            project=f"project-{notebook % 12}",
            notebook_path=f"project-{notebook % 12}/notebook-{notebook}.ipynb",
            kernel_id=f"kernel-{session}",
            cell_id=f"cell-{notebook}-{cell}",
        )
