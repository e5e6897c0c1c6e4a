"""A threshold that a raise has brought usage below again: crossing it again is a new event."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alerts", sa.Column("rearmed_at", sa.BigInteger(), nullable=True))
