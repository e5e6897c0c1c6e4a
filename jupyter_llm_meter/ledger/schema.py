"""The ledger's tables.

Times are microseconds since 1970 in UTC, money is whole picodollars (1e-12 USD): both integers, so that
they sort, compare and sum exactly in every database. Prices quoted to a millionth of a dollar per million
tokens come out whole. Null is unknown. The invariant over the tables: a rollup and a counter equal the sum
over `calls` and over the sums that were taken over from pages (`takeover.py`).
"""

from __future__ import annotations

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
    UniqueConstraint,
    text,
)

from jupyter_llm_meter.core.tables import SUBJECT_FIELDS

APPLICATION_ID = 0x4C4D5452
"""Marks an SQLite file as a ledger of ours (``PRAGMA application_id``): "LMTR" in ASCII."""

NO_END = 2**63 - 1
"""Stands for the end of a window that has none."""

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

SUBJECT_COLUMNS = SUBJECT_FIELDS
"""The column that names a limit's subject, by scope."""

SERIES_COLUMNS = (*SUBJECT_COLUMNS.values(), "operation_name", "agent_name")
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

calls = Table(
    "calls",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("started_at", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("duration_s", Float),
    Column("operation_name", Text),
    Column("provider_name", Text),
    Column("request_model", Text),
    Column("response_model", Text),
    Column("model", Text),
    Column("response_id", Text),
    Column("is_stream", Boolean),
    Column("time_to_first_chunk_s", Float),
    Column("service_tier", Text),
    Column("input_tokens", BigInteger),
    Column("output_tokens", BigInteger),
    Column("cache_read_input_tokens", BigInteger),
    Column("cache_write_input_tokens", BigInteger),
    Column("reasoning_output_tokens", BigInteger),
    Column("audio_input_tokens", BigInteger),
    Column("audio_output_tokens", BigInteger),
    Column("image_input_tokens", BigInteger),
    Column("image_output_tokens", BigInteger),
    Column("usage_raw", Text),
    Column("usage_flags", Text),
    Column("usage_tool_calls", Text),
    Column("tokenizer", Text),
    Column("cost_pico", BigInteger),
    Column("cost_currency", Text),
    Column("cost_source", Text),
    Column("server_address", Text),
    Column("server_port", Integer),
    Column("error_type", Text),
    Column("agent_name", Text),
    Column("user_id", Text),
    Column("team", Text),
    Column("key_fingerprint", Text),
    Column("project", Text),
    Column("kernel_id", Text),
    Column("notebook_path", Text),
    Column("cell_id", Text),
    Column("run_id", Text),
    Column("limit_id", Text),
    Column("calls", SmallInteger, nullable=False),
    Column("missing_calls", SmallInteger, nullable=False),
    Column("unpriced_calls", SmallInteger, nullable=False),
    Column("priced_calls", SmallInteger, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("reported_at", BigInteger),
    Index("calls_by_time", "started_at", "call_id"),
    Index("calls_by_request_model", "request_model", "started_at"),
    Index("calls_by_notebook", "notebook_path", "started_at"),
    Index("calls_by_response", "response_id"),
    Index("calls_by_cell", "cell_id"),
    Index(
        "calls_of_outputs",
        "kernel_id",
        "started_at",
        sqlite_where=text("source = 'output'"),
        postgresql_where=text("source = 'output'"),
    ),
)
"""One row a call. `reported_at` is when an output's record arrived, null for other sources."""

merged_calls = Table(
    "merged_calls",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("kept_id", Text, nullable=False),
    Index("merged_calls_by_kept", "kept_id"),
)
"""The other ids of calls that several sources reported, each with the id of the call's row."""

kernels = Table(
    "kernels",
    metadata,
    Column("kernel_id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("stated_path", Text),
    Column("notebook_path", Text),
    Column("project", Text),
    Column("stated_at", BigInteger, nullable=False),
    Index("kernels_by_notebook", "notebook_path"),
)
"""The notebook of each kernel that a lab has named, so that calls that arrive late know it.

`stated_path` is what the lab said last, `notebook_path` where that notebook is now.
"""

moves = Table(
    "moves",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("old_path", Text, nullable=False),
    Column("new_path", Text, nullable=False),
    Column("moved_at", BigInteger, nullable=False),
    Column("retaken_at", BigInteger),
    Index("moves_by_path", "old_path"),
)
"""Notebooks and folders that were moved. `retaken_at` is when something else was found at the old path."""

series = Table(
    "series",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    *(Column(name, Text) for name in SERIES_COLUMNS),
)

rollups = Table(
    "rollups",
    metadata,
    Column("quarter", BigInteger, primary_key=True, autoincrement=False),
    Column("series_id", Integer, ForeignKey("series.id"), primary_key=True, autoincrement=False),
    *(Column(name, BigInteger, nullable=False) for name in SUMS),
)

counters = Table(
    "counters",
    metadata,
    Column("limit_id", Text, primary_key=True),
    Column("window_start", BigInteger, primary_key=True, autoincrement=False),
    Column("window_end", BigInteger, primary_key=True, autoincrement=False),
    Column("subject", Text, primary_key=True),
    Column("used", BigInteger, nullable=False),
)

counted_windows = Table(
    "counted_windows",
    metadata,
    Column("limit_id", Text, primary_key=True),
    Column("window_start", BigInteger, primary_key=True, autoincrement=False),
    Column("window_end", BigInteger, primary_key=True, autoincrement=False),
    Column("scope", Text, nullable=False),
    Column("value", Text),
    Column("unit", Text, nullable=False),
    Index("counted_windows_by_end", "window_end"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("limit_id", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("threshold", Text, nullable=False),
    Column("window_start", BigInteger, nullable=False),
    Column("window_end", BigInteger, nullable=False),
    Column("amount", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("used", Text, nullable=False),
    Column("needed", Text),
    Column("reserved", Text),
    Column("raised_at", BigInteger, nullable=False),
    Column("top_notebook", Text),
    Column("claimed_by", Text),
    Column("claimed_at", BigInteger),
    Column("acknowledged_at", BigInteger),
    Column("rearmed_at", BigInteger),
    UniqueConstraint("limit_id", "subject", "window_start", "window_end", "kind", "threshold", "amount"),
)
"""A row a threshold, or a refusal. `rearmed_at`: since when the use is below it again, as after a raise."""

reservations = Table(
    "reservations",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("limit_id", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("is_soft", Boolean, nullable=False),
    Column("lease_ends_at", BigInteger, nullable=False),
    Column("holder", Text),
    Column("recalled_at", BigInteger),
    Index("reservations_by_limit", "limit_id", "subject"),
    Index("reservations_by_holder", "holder"),
)
"""A row a call and limit, or an allotment and limit: then `call_id` is the allotment's id, `holder` names the
spool of the process that has it, and `recalled_at` is since when another call waits for it."""

raises = Table(
    "raises",
    metadata,
    Column("id", Text, primary_key=True),
    Column("limit_id", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("amount", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("raised_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("raises_by_end", "expires_at"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("alert_id", Text, ForeignKey("alerts.id"), primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("time_zone", Text, nullable=False),
    Column("notebooks", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("tried_since", BigInteger),
    Column("message_id", Text),
    Column("leased_until", BigInteger),
    Column("sent_at", BigInteger),
    Column("reason", Text),
    Index("deliveries_by_channel", "channel", "state", "sent_at"),
)
