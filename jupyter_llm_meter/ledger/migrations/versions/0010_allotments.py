"""Allotments: what a process holds of hard limits for calls to come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reservations", sa.Column("holder", sa.Text(), nullable=True))
    op.add_column("reservations", sa.Column("recalled_at", sa.BigInteger(), nullable=True))
    op.create_index("reservations_by_holder", "reservations", ["holder"])
