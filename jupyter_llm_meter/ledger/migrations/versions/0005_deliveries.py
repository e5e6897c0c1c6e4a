"""Adds the deliveries: each alert waits for its channels until it is delivered or given up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deliveries",
        sa.Column("alert_id", sa.Text(), sa.ForeignKey("alerts.id"), primary_key=True),
        sa.Column("channel", sa.Text(), primary_key=True),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("notebooks", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("tried_since", sa.BigInteger()),
        sa.Column("message_id", sa.Text()),
        sa.Column("leased_until", sa.BigInteger()),
        sa.Column("sent_at", sa.BigInteger()),
        sa.Column("reason", sa.Text()),
    )
    op.create_index("deliveries_by_channel", "deliveries", ["channel", "state", "sent_at"])
