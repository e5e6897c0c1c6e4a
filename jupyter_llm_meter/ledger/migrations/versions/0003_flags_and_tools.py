"""Calls know what is odd about their figures, and how often the provider's own tools ran.

Both are JSON: a list of names, and an object from tool to count. Null, as in every older row, is unknown.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("calls", sa.Column("usage_flags", sa.Text(), nullable=True))
    op.add_column("calls", sa.Column("usage_tool_calls", sa.Text(), nullable=True))
