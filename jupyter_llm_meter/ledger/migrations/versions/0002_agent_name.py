"""Calls and rollups know the agent that made a call.

A series is found by the digest of everything that it keeps apart, so the digests take the new column in.
"""

from __future__ import annotations

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SERIES = sa.table(
    "series",
    sa.column("id"),
    sa.column("digest"),
    sa.column("user_id"),
    sa.column("team"),
    sa.column("key_fingerprint"),
    sa.column("project"),
    sa.column("notebook_path"),
    sa.column("kernel_id"),
    sa.column("model"),
    sa.column("provider_name"),
    sa.column("operation_name"),
    sa.column("agent_name"),
)


def upgrade() -> None:
    op.add_column("calls", sa.Column("agent_name", sa.Text(), nullable=True))
    op.add_column("series", sa.Column("agent_name", sa.Text(), nullable=True))
    connection = op.get_bind()
    digests = [
        {"series_id": number, "new_digest": hashlib.sha256(json.dumps(named).encode()).hexdigest()}
        for number, _old, *named in connection.execute(sa.select(_SERIES)).all()
    ]
    if digests:
        connection.execute(
            sa.update(_SERIES)
            .where(_SERIES.c.id == sa.bindparam("series_id"))
            .values(digest=sa.bindparam("new_digest")),
            digests,
        )
