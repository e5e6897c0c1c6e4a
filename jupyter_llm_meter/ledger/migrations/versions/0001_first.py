"""The first schema.

Migrations are append-only: a published one is never edited. This one is written out instead of derived from
``schema.py``, because that file changes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "archive_parts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("metered_from", sa.BigInteger(), nullable=True),
        sa.Column("archived_at", sa.BigInteger(), nullable=False),
        sa.Column("restored_at", sa.BigInteger(), nullable=True),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "archive_marks",
        sa.Column("part_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("marks", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["part_id"], ["archive_parts.id"]),
        sa.PrimaryKeyConstraint("part_id"),
    )
    op.create_table(
        "archive_unpriced",
        sa.Column("part_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("series_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("start", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["part_id"], ["archive_parts.id"]),
        sa.PrimaryKeyConstraint("part_id", "series_id", "start"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "joined_owners",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("old_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "old_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("limit_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("threshold", sa.Text(), nullable=False),
        sa.Column("window_start", sa.BigInteger(), nullable=False),
        sa.Column("window_end", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("used", sa.Text(), nullable=False),
        sa.Column("needed", sa.Text(), nullable=True),
        sa.Column("reserved", sa.Text(), nullable=True),
        sa.Column("unpriced_model", sa.Text(), nullable=True),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("top_notebook", sa.Text(), nullable=True),
        sa.Column("top_cell", sa.Text(), nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_at", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.Column("rearmed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "limit_id", "subject", "window_start", "window_end", "kind", "threshold", "amount"
        ),
    )
    op.create_table(
        "change_sets",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("is_by_lead", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("change_sets_by_time", "change_sets", ["made_at"], unique=False)
    op.create_table(
        "credit_keys",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "hub_limits",
        sa.Column("limit_id", sa.Text(), nullable=False),
        sa.Column("spec", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=True),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("limit_id"),
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "quota_changes",
        sa.Column("change_id", sa.Text(), nullable=False),
        sa.Column("limit_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("change_id", "limit_id", "subject"),
        sqlite_with_rowid=False,
    )
    op.create_index("quota_changes_by_subject", "quota_changes", ["subject"], unique=False)
    op.create_table(
        "quota_requests",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("limit_id", sa.Text(), nullable=False),
        sa.Column("amount", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("granted", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("quota_requests_by_state", "quota_requests", ["state", "team"], unique=False)
    op.create_index("quota_requests_by_user", "quota_requests", ["user_id"], unique=False)
    op.create_table(
        "quotas",
        sa.Column("limit_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("amount", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("is_by_lead", sa.Boolean(), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("limit_id", "subject"),
        sqlite_with_rowid=False,
    )
    op.create_index("quotas_by_subject", "quotas", ["subject"], unique=False)
    op.create_table(
        "staged_quotas",
        sa.Column("change_id", sa.Text(), nullable=False),
        sa.Column("limit_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("amount", sa.Text(), nullable=True),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("change_id", "limit_id", "subject"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "counted_windows",
        sa.Column("limit_id", sa.Text(), nullable=False),
        sa.Column("window_start", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("window_end", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("limit_id", "window_start", "window_end"),
        sqlite_with_rowid=False,
    )
    op.create_index("counted_windows_by_end", "counted_windows", ["window_end"], unique=False)
    op.create_table(
        "counters",
        sa.Column("limit_id", sa.Text(), nullable=False),
        sa.Column("window_start", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("window_end", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("limit_id", "window_start", "window_end", "subject"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "kernels",
        sa.Column("kernel_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("stated_path", sa.Text(), nullable=True),
        sa.Column("notebook_path", sa.Text(), nullable=True),
        sa.Column("project", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("stated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kernel_id"),
    )
    op.create_index("kernels_by_notebook", "kernels", ["notebook_path"], unique=False)
    op.create_table(
        "kinds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("request_model", sa.Text(), nullable=True),
        sa.Column("response_model", sa.Text(), nullable=True),
        sa.Column("is_stream", sa.Boolean(), nullable=True),
        sa.Column("service_tier", sa.Text(), nullable=True),
        sa.Column("tokenizer", sa.Text(), nullable=True),
        sa.Column("usage_flags", sa.Text(), nullable=True),
        sa.Column("usage_tool_calls", sa.Text(), nullable=True),
        sa.Column("cost_currency", sa.Text(), nullable=True),
        sa.Column("cost_source", sa.Text(), nullable=True),
        sa.Column("server_address", sa.Text(), nullable=True),
        sa.Column("server_port", sa.Integer(), nullable=True),
        sa.Column("error_type", sa.Text(), nullable=True),
        sa.Column("limit_id", sa.Text(), nullable=True),
        sa.Column("calls", sa.SmallInteger(), nullable=False),
        sa.Column("missing_calls", sa.SmallInteger(), nullable=False),
        sa.Column("unpriced_calls", sa.SmallInteger(), nullable=False),
        sa.Column("priced_calls", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "merged_calls",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("kept_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("call_id"),
    )
    op.create_index("merged_calls_by_kept", "merged_calls", ["kept_id"], unique=False)
    op.create_table(
        "meta",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "moves",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("old_path", sa.Text(), nullable=False),
        sa.Column("new_path", sa.Text(), nullable=False),
        sa.Column("moved_at", sa.BigInteger(), nullable=False),
        sa.Column("retaken_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("moves_by_path", "moves", ["old_path"], unique=False)
    op.create_table(
        "places",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("project", sa.Text(), nullable=True),
        sa.Column("notebook_path", sa.Text(), nullable=True),
        sa.Column("cell_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_index("places_by_cell", "places", ["cell_id"], unique=False)
    op.create_index("places_by_notebook", "places", ["notebook_path"], unique=False)
    op.create_table(
        "raises",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("limit_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("amount", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("raises_by_end", "raises", ["expires_at"], unique=False)
    op.create_table(
        "reprices",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("price_version", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("range_start", sa.BigInteger(), nullable=True),
        sa.Column("range_end", sa.BigInteger(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("with_stated", sa.Boolean(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("before_pico", sa.BigInteger(), nullable=False),
        sa.Column("after_pico", sa.BigInteger(), nullable=False),
        sa.Column("unpriced_before", sa.BigInteger(), nullable=False),
        sa.Column("unpriced_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "reservations",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("limit_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("is_soft", sa.Boolean(), nullable=False),
        sa.Column("lease_ends_at", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("is_allotment", sa.Boolean(), nullable=False),
        sa.Column("recalled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("call_id", "limit_id"),
    )
    op.create_index("reservations_by_holder", "reservations", ["holder"], unique=False)
    op.create_index("reservations_by_limit", "reservations", ["limit_id", "subject"], unique=False)
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("key_fingerprint", sa.Text(), nullable=True),
        sa.Column("project", sa.Text(), nullable=True),
        sa.Column("notebook_path", sa.Text(), nullable=True),
        sa.Column("kernel_id", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("provider_name", sa.Text(), nullable=True),
        sa.Column("operation_name", sa.Text(), nullable=True),
        sa.Column("agent_name", sa.Text(), nullable=True),
        sa.Column("program_name", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_index("series_by_kernel", "series", ["kernel_id"], unique=False)
    op.create_index("series_by_notebook", "series", ["notebook_path"], unique=False)
    op.create_table(
        "shapes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "unrelayed",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("allotment_id", sa.Text(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("call_id"),
    )
    op.create_index("unrelayed_by_change", "unrelayed", ["changed_at"], unique=False)
    op.create_table(
        "call_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Text().with_variant(sa.BLOB(), "sqlite"), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("kind_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("shape_id", sa.Integer(), nullable=True),
        sa.Column("response_id", sa.Text(), nullable=True),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("duration_us", sa.BigInteger(), nullable=True),
        sa.Column("first_chunk_us", sa.BigInteger(), nullable=True),
        sa.Column("input_tokens", sa.BigInteger(), nullable=True),
        sa.Column("output_tokens", sa.BigInteger(), nullable=True),
        sa.Column("cache_read_input_tokens", sa.BigInteger(), nullable=True),
        sa.Column("cache_write_input_tokens", sa.BigInteger(), nullable=True),
        sa.Column("reasoning_output_tokens", sa.BigInteger(), nullable=True),
        sa.Column("audio_input_tokens", sa.BigInteger(), nullable=True),
        sa.Column("audio_output_tokens", sa.BigInteger(), nullable=True),
        sa.Column("image_input_tokens", sa.BigInteger(), nullable=True),
        sa.Column("image_output_tokens", sa.BigInteger(), nullable=True),
        sa.Column("usage_values", sa.Text(), nullable=True),
        sa.Column("cost_pico", sa.BigInteger(), nullable=True),
        sa.Column("reported_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["series_id"],
            ["series.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("call_id"),
    )
    op.create_index(
        "call_rows_by_cost",
        "call_rows",
        ["cost_pico", "started_at"],
        unique=False,
        sqlite_where=sa.text("cost_pico IS NOT NULL"),
        postgresql_where=sa.text("cost_pico IS NOT NULL"),
    )
    op.create_index(
        "call_rows_by_response",
        "call_rows",
        [sa.text("substr(response_id, 5, 14)")],
        unique=False,
        sqlite_where=sa.text("response_id IS NOT NULL"),
        postgresql_where=sa.text("response_id IS NOT NULL"),
    )
    op.create_index("call_rows_by_series", "call_rows", ["series_id", "started_at"], unique=False)
    op.create_index("call_rows_by_time", "call_rows", ["started_at"], unique=False)
    op.create_index(
        "call_rows_of_outputs",
        "call_rows",
        ["series_id", "reported_at"],
        unique=False,
        sqlite_where=sa.text("reported_at IS NOT NULL"),
        postgresql_where=sa.text("reported_at IS NOT NULL"),
    )
    op.create_table(
        "cell_rollups",
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("start", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("missing_calls", sa.BigInteger(), nullable=False),
        sa.Column("unpriced_calls", sa.BigInteger(), nullable=False),
        sa.Column("priced_calls", sa.BigInteger(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cache_read_input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cache_write_input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("reasoning_output_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost_pico", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["place_id"],
            ["places.id"],
        ),
        sa.PrimaryKeyConstraint("level", "start", "place_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "cell_rollups_by_owner",
        "cell_rollups",
        ["place_id", "level", "start"],
        unique=False,
        sqlite_where=sa.text("level >= 2"),
        postgresql_where=sa.text("level >= 2"),
    )
    op.create_table(
        "deliveries",
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("notebooks", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("tried_since", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["alert_id"],
            ["alerts.id"],
        ),
        sa.PrimaryKeyConstraint("alert_id", "channel"),
    )
    op.create_index("deliveries_by_channel", "deliveries", ["channel", "state", "sent_at"], unique=False)
    op.create_table(
        "rollups",
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("start", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("series_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("missing_calls", sa.BigInteger(), nullable=False),
        sa.Column("unpriced_calls", sa.BigInteger(), nullable=False),
        sa.Column("priced_calls", sa.BigInteger(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cache_read_input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cache_write_input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("reasoning_output_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost_pico", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["series_id"],
            ["series.id"],
        ),
        sa.PrimaryKeyConstraint("level", "start", "series_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("rollups_by_owner", "rollups", ["series_id", "level", "start"], unique=False)
    # ### end Alembic commands ###
    call_id = "c.call_id"
    if op.get_bind().dialect.name == "sqlite":
        call_id = "CASE WHEN typeof(c.call_id) = 'blob' THEN lower(hex(c.call_id)) ELSE c.call_id END"
    op.execute(f"CREATE VIEW calls AS SELECT {call_id} {_REST}")


_REST = (
    "AS call_id, c.started_at AS started_at, k.status AS status, k.basis AS basis, k.source AS "
    "source, k.request_model AS request_model, k.response_model AS response_model, k.is_stream AS "
    "is_stream, k.service_tier AS service_tier, k.tokenizer AS tokenizer, k.usage_flags AS "
    "usage_flags, k.usage_tool_calls AS usage_tool_calls, k.cost_currency AS cost_currency, "
    "k.cost_source AS cost_source, k.server_address AS server_address, k.server_port AS "
    "server_port, k.error_type AS error_type, k.limit_id AS limit_id, k.calls AS calls, "
    "k.missing_calls AS missing_calls, k.unpriced_calls AS unpriced_calls, k.priced_calls AS "
    "priced_calls, s.user_id AS user_id, s.team AS team, s.key_fingerprint AS key_fingerprint, "
    "s.project AS project, s.notebook_path AS notebook_path, s.kernel_id AS kernel_id, s.model AS "
    "model, s.provider_name AS provider_name, s.operation_name AS operation_name, s.agent_name AS "
    "agent_name, s.program_name AS program_name, p.cell_id AS cell_id, "
    "c.response_id AS response_id, c.run_id AS run_id, "
    "c.duration_us / CAST(1000000 AS DOUBLE PRECISION) AS duration_s, c.first_chunk_us / "
    "CAST(1000000 AS DOUBLE PRECISION) AS time_to_first_chunk_s, c.input_tokens AS input_tokens, "
    "c.output_tokens AS output_tokens, c.cache_read_input_tokens AS cache_read_input_tokens, "
    "c.cache_write_input_tokens AS cache_write_input_tokens, c.reasoning_output_tokens AS "
    "reasoning_output_tokens, c.audio_input_tokens AS audio_input_tokens, c.audio_output_tokens "
    "AS audio_output_tokens, c.image_input_tokens AS image_input_tokens, c.image_output_tokens AS "
    "image_output_tokens, coalesce(c.input_tokens, 0) + coalesce(c.output_tokens, 0) AS tokens, "
    "c.cost_pico AS cost_pico, h.shape AS usage_shape, c.usage_values AS usage_values, "
    "c.reported_at AS reported_at, c.id AS id, c.series_id AS series_id, c.kind_id AS kind_id, "
    "c.place_id AS place_id FROM call_rows c CROSS JOIN series s CROSS JOIN kinds k CROSS JOIN "
    "places p LEFT JOIN shapes h ON h.id = c.shape_id WHERE s.id = c.series_id AND k.id = "
    "c.kind_id AND p.id = c.place_id"
)
