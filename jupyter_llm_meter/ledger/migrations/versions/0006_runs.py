"""Calls know the run of their cell, and those of a notebook are found without reading all."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("calls", sa.Column("run_id", sa.Text(), nullable=True))
    op.create_index("calls_by_notebook", "calls", ["notebook_path", "started_at"])
