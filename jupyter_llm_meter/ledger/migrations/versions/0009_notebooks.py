"""A notebook keeps its history: where kernels belong, and which notebooks were moved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kernels",
        sa.Column("kernel_id", sa.Text(), primary_key=True),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("stated_path", sa.Text(), nullable=True),
        sa.Column("notebook_path", sa.Text(), nullable=True),
        sa.Column("project", sa.Text(), nullable=True),
        sa.Column("stated_at", sa.BigInteger(), nullable=False),
        sa.Index("kernels_by_notebook", "notebook_path"),
    )
    op.create_table(
        "moves",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("old_path", sa.Text(), nullable=False),
        sa.Column("new_path", sa.Text(), nullable=False),
        sa.Column("moved_at", sa.BigInteger(), nullable=False),
        sa.Column("retaken_at", sa.BigInteger(), nullable=True),
        sa.Index("moves_by_path", "old_path"),
    )
    op.create_index("calls_by_cell", "calls", ["cell_id"])
