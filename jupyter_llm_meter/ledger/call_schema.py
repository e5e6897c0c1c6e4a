"""The tables of calls and of sums over them, and the view that has the calls whole.

Times are microseconds since 1970 in UTC, money is whole picodollars (1e-12 USD): both integers, so that
they sort, compare and sum exactly in every database. Prices quoted to a millionth of a dollar per million
tokens come out whole. Null is unknown. The invariant over the tables: a rollup and a counter equal the sum
over `calls` and over the sums that were taken over from pages (`takeover.py`).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.sqlite import BLOB

from jupyter_llm_meter.core.tables import SUBJECT_FIELDS

metadata = MetaData()


def _where(condition: str) -> dict[str, Any]:
    """The arguments of an index on some rows only."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


SUBJECT_COLUMNS = SUBJECT_FIELDS
"""The column that names a limit's subject, by scope."""

SERIES_COLUMNS = (*SUBJECT_COLUMNS.values(), "operation_name", "agent_name", "program_name")
"""What rollups keep apart."""

SUMS = (
    "calls",
    "missing_calls",
    "unpriced_calls",
    "priced_calls",
    "tokens",
    "input_tokens",
    "output_tokens",
    "cache_read_input_tokens",
    "cache_write_input_tokens",
    "reasoning_output_tokens",
    "cost_pico",
)
"""What rollups add up; `tokens` is input plus output."""

UNIT_SUMS = {
    "tokens": "tokens",
    "USD": "cost_pico",
    "calls": "calls",
    "unpriced_calls": "unpriced_calls",
}
"""The sum that a limit's unit counts; the last is no limit's own, see `unpriced.py`."""

KIND_COLUMNS = (
    "status",
    "basis",
    "source",
    "request_model",
    "response_model",
    "is_stream",
    "service_tier",
    "tokenizer",
    "usage_flags",
    "usage_tool_calls",
    "cost_currency",
    "cost_source",
    "server_address",
    "server_port",
    "error_type",
    "limit_id",
    "calls",
    "missing_calls",
    "unpriced_calls",
    "priced_calls",
)
"""What many calls have in common besides their series, and what they add to the sums that count calls."""

PLACE_COLUMNS = ("user_id", "project", "notebook_path", "cell_id")
"""What rollups of cells keep apart."""

OWN_COLUMNS = (
    "call_id",
    "started_at",
    "response_id",
    "run_id",
    "duration_us",
    "first_chunk_us",
    "input_tokens",
    "output_tokens",
    "cache_read_input_tokens",
    "cache_write_input_tokens",
    "reasoning_output_tokens",
    "audio_input_tokens",
    "audio_output_tokens",
    "image_input_tokens",
    "image_output_tokens",
    "usage_values",
    "cost_pico",
    "reported_at",
)
"""What each call has for itself. Times and durations are microseconds."""

series = Table(
    "series",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    *(Column(name, Text) for name in SERIES_COLUMNS),
    Index("series_by_notebook", "notebook_path"),
    Index("series_by_kernel", "kernel_id"),
)

kinds = Table(
    "kinds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("status", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("request_model", Text),
    Column("response_model", Text),
    Column("is_stream", Boolean),
    Column("service_tier", Text),
    Column("tokenizer", Text),
    Column("usage_flags", Text),
    Column("usage_tool_calls", Text),
    Column("cost_currency", Text),
    Column("cost_source", Text),
    Column("server_address", Text),
    Column("server_port", Integer),
    Column("error_type", Text),
    Column("limit_id", Text),
    Column("calls", SmallInteger, nullable=False),
    Column("missing_calls", SmallInteger, nullable=False),
    Column("unpriced_calls", SmallInteger, nullable=False),
    Column("priced_calls", SmallInteger, nullable=False),
)

places = Table(
    "places",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    *(Column(name, Text) for name in PLACE_COLUMNS),
    Index("places_by_notebook", "notebook_path"),
    Index("places_by_cell", "cell_id"),
)

shapes = Table(
    "shapes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("shape", Text, nullable=False),
)
"""Raw usage without its figures, see `raw_usage`."""

RESPONSE_PART = "substr(response_id, 5, 14)"
"""What is indexed of a provider's id: enough to tell responses apart, without what all ids begin with."""

call_rows = Table(
    "call_rows",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call_id", Text().with_variant(BLOB, "sqlite"), nullable=False, unique=True),
    Column("started_at", BigInteger, nullable=False),
    Column("series_id", Integer, ForeignKey("series.id"), nullable=False),
    Column("kind_id", Integer, nullable=False),
    Column("place_id", Integer, nullable=False),
    Column("shape_id", Integer),
    Column("response_id", Text),
    Column("run_id", Text),
    *(Column(name, BigInteger) for name in OWN_COLUMNS[4:-3]),
    Column("usage_values", Text),
    Column("cost_pico", BigInteger),
    Column("reported_at", BigInteger),
    Index("call_rows_by_time", "started_at"),
    Index("call_rows_by_series", "series_id", "started_at"),
    Index("call_rows_by_response", text(RESPONSE_PART), **_where("response_id IS NOT NULL")),
    Index("call_rows_by_cost", "cost_pico", "started_at", **_where("cost_pico IS NOT NULL")),
    Index("call_rows_of_outputs", "series_id", "reported_at", **_where("reported_at IS NOT NULL")),
)
"""One row a call. `reported_at` is when an output's record arrived, null for other sources.

In SQLite an id of 32 hexadecimal digits is stored as its 16 bytes, see `rows.stored_id`.
"""

views = MetaData()

calls = Table(
    "calls",
    views,
    Column("call_id", Text),
    Column("started_at", BigInteger),
    *(Column(name, kinds.c[name].type) for name in KIND_COLUMNS),
    *(Column(name, Text) for name in (*SERIES_COLUMNS, "cell_id", "response_id", "run_id")),
    Column("duration_s", Float),
    Column("time_to_first_chunk_s", Float),
    *(Column(name, BigInteger) for name in OWN_COLUMNS[6:-3]),
    Column("tokens", BigInteger),
    Column("cost_pico", BigInteger),
    Column("usage_shape", Text),
    Column("usage_values", Text),
    Column("reported_at", BigInteger),
    *(Column(name, Integer) for name in ("id", "series_id", "kind_id", "place_id")),
)
"""The calls with all that is known of them: a view of `call_rows` and of what their rows refer to."""


def view_of_calls(dialect: str, rows: str = "call_rows", kind: str = "VIEW") -> str:
    """The statement that makes the view `calls`.

    Args:
        dialect: ``sqlite`` or ``postgresql``.
        rows: Where its rows come from.
        kind: What it makes; a ``TEMP VIEW`` stands before the view of the ledger.
    """
    call_id = "c.call_id"
    if dialect == "sqlite":
        call_id = "CASE WHEN typeof(c.call_id) = 'blob' THEN lower(hex(c.call_id)) ELSE c.call_id END"
    written = {
        "call_id": call_id,
        "duration_s": "c.duration_us / CAST(1000000 AS DOUBLE PRECISION)",
        "time_to_first_chunk_s": "c.first_chunk_us / CAST(1000000 AS DOUBLE PRECISION)",
        "tokens": "coalesce(c.input_tokens, 0) + coalesce(c.output_tokens, 0)",
        "usage_shape": "h.shape",
        "cell_id": "p.cell_id",
        **{name: f"k.{name}" for name in KIND_COLUMNS},
        **{name: f"s.{name}" for name in SERIES_COLUMNS},
    }
    columns = ", ".join(
        f"{written.get(each.name, 'c.' + each.name)} AS {each.name}" for each in calls.columns
    )
    # A CROSS JOIN tells SQLite to begin with the calls, which have the indexes.
    return (
        f"CREATE {kind} calls AS SELECT {columns}"
        f" FROM {rows} c CROSS JOIN series s CROSS JOIN kinds k CROSS JOIN places p"
        " LEFT JOIN shapes h ON h.id = c.shape_id"
        " WHERE s.id = c.series_id AND k.id = c.kind_id AND p.id = c.place_id"
    )


LEVELS = {"quarter": 15 * 60 * 1_000_000, "hour": 3600 * 1_000_000, "day": 86400 * 1_000_000, "ever": None}
"""The spans of time that are summed up, by name, in microseconds; each is a multiple of those before it."""

SERIES_LEVELS = ("quarter", "hour", "day", "ever")
PLACE_LEVELS = ("hour", "day", "ever")


LONG_SPANS = "level >= 2"
"""The condition of days and ever. Where it is written out, sums of cells are found by their place."""


def _rollups(name: str, owner: Table, **indexed: Any) -> Table:
    """Sums over the calls of a series or place in spans of time; `start` is 0 where the span is ``ever``."""
    owner_id = f"{owner.name.removesuffix('s') if owner.name == 'places' else owner.name}_id"
    return Table(
        name,
        metadata,
        Column("level", SmallInteger, primary_key=True, autoincrement=False),
        Column("start", BigInteger, primary_key=True, autoincrement=False),
        Column(owner_id, Integer, ForeignKey(owner.c.id), primary_key=True, autoincrement=False),
        *(Column(each, BigInteger, nullable=False) for each in SUMS),
        Index(f"{name}_by_owner", owner_id, "level", "start", **indexed),
        sqlite_with_rowid=False,
    )


rollups = _rollups("rollups", series)
cell_rollups = _rollups("cell_rollups", places, **_where(LONG_SPANS))
