"""A ledger of many calls, written straight into its tables and consistent with its rollups.

Settling a million calls one batch after another takes many minutes; this takes one. Calls come in the order
of time, in sessions: a notebook, a kernel, one or two models.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

from jupyter_llm_meter.ledger import Ledger
from jupyter_llm_meter.ledger.rows import Row, quarter, series_digest, sums, to_row
from jupyter_llm_meter.ledger.schema import SERIES_COLUMNS, SUMS, calls
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
FAILED, MISSING, UNPRICED = 0.01, 0.01, 0.03
_BATCH = 10_000


def fill(path: Path, count: int) -> None:
    """Make a ledger of `count` calls at a path where there is none."""
    Ledger.open(f"sqlite:///{path}").close()
    names = [column.name for column in calls.columns]
    insert = f"INSERT INTO calls ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    totals: dict[tuple[int, tuple[str | None, ...]], list[int]] = {}
    with closing(sqlite3.connect(path)) as connection:
        batch = []
        for row in map(to_row, records(count, random.Random(1))):
            batch.append([row.get(name) for name in names])
            key = (quarter(row["started_at"]), tuple(row[name] for name in SERIES_COLUMNS))
            known = totals.setdefault(key, [0] * len(SUMS))
            for position, figure in enumerate(sums(row)):
                known[position] += figure
            if len(batch) == _BATCH:
                connection.executemany(insert, batch)
                batch.clear()
        connection.executemany(insert, batch)
        _write_rollups(connection, totals)
        connection.commit()


def records(count: int, chance: random.Random) -> Iterator[CallRecord]:
    """Calls of one user over the days before NOW, oldest first."""
    sessions = min(SESSIONS, max(1, count // 10))
    span = timedelta(days=DAYS) / sessions
    written = 0
    for session in range(sessions):
        start = NOW - timedelta(days=DAYS) + session * span
        size = count * (session + 1) // sessions - written
        yield from _session(session, written, size, start, span, chance)
        written += size


def _session(
    session: int, first: int, size: int, start: datetime, span: timedelta, chance: random.Random
) -> Iterator[CallRecord]:
    notebook = chance.randrange(NOTEBOOKS)
    provider = chance.choice(list(MODELS))
    models = chance.sample(MODELS[provider], chance.choice((1, 2)))
    for number in range(size):
        fate = chance.random()
        has_failed, is_missing = fate < FAILED, FAILED <= fate < FAILED + MISSING
        known = not (has_failed or is_missing)
        tokens = (
            (int(chance.expovariate(1 / 2000)), int(chance.expovariate(1 / 400))) if known else (None, None)
        )
        is_priced = known and chance.random() > UNPRICED
        yield CallRecord(
            call_id=f"{first + number:032x}",
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
            cell_id=f"cell-{notebook}-{chance.randrange(CELLS)}",
        )


def _write_rollups(
    connection: sqlite3.Connection, totals: dict[tuple[int, tuple[str | None, ...]], list[int]]
) -> None:
    ids = {named: number for number, named in enumerate(dict.fromkeys(named for _, named in totals), start=1)}
    connection.executemany(
        f"INSERT INTO series VALUES (?, ?, {', '.join('?' * len(SERIES_COLUMNS))})",
        [(number, series_digest(_named(named)), *named) for named, number in ids.items()],
    )
    connection.executemany(
        f"INSERT INTO rollups VALUES (?, ?, {', '.join('?' * len(SUMS))})",
        [
            (start, ids[named], *figures)
            for (start, named), figures in sorted(
                totals.items(), key=lambda item: (item[0][0], ids[item[0][1]])
            )
        ],
    )


def _named(named: tuple[str | None, ...]) -> Row:
    return dict(zip(SERIES_COLUMNS, named, strict=True))
