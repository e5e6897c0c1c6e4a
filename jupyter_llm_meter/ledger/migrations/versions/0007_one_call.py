"""One call reported by several sources is one row: the ids that it had besides, and how it is found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_IS_OUTPUT = sa.text("source = 'output'")


def upgrade() -> None:
    op.create_table(
        "merged_calls",
        sa.Column("call_id", sa.Text(), primary_key=True),
        sa.Column("kept_id", sa.Text(), nullable=False),
        sa.Index("merged_calls_by_kept", "kept_id"),
    )
    op.add_column("calls", sa.Column("reported_at", sa.BigInteger(), nullable=True))
    op.create_index("calls_by_response", "calls", ["response_id"])
    op.create_index(
        "calls_of_outputs",
        "calls",
        ["kernel_id", "started_at"],
        sqlite_where=_IS_OUTPUT,
        postgresql_where=_IS_OUTPUT,
    )
