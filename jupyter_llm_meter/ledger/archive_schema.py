"""The tables of the archive: which calls have left the ledger, and what they leave behind.

Rollups and counters keep what archived calls add to them. The rest that the ledger must still know is here.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, Table, Text

from jupyter_llm_meter.ledger.call_schema import metadata

archive_parts = Table(
    "archive_parts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("month", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in ("bytes", "calls", "first_at", "last_at")),
    Column("metered_from", BigInteger),
    Column("archived_at", BigInteger, nullable=False),
    Column("restored_at", BigInteger),
    Column("removed_at", BigInteger),
)
"""One row a file, also when the file is no longer there: `restored_at` and `removed_at` say since when.

`metered_from` is when its first call began that was not imported.
"""

archive_marks = Table(
    "archive_marks",
    metadata,
    Column("part_id", Integer, ForeignKey("archive_parts.id"), primary_key=True, autoincrement=False),
    Column("marks", LargeBinary, nullable=False),
)
"""By which a late report of an archived call is known, see `archive.marks`."""

archive_unpriced = Table(
    "archive_unpriced",
    metadata,
    Column("part_id", Integer, ForeignKey("archive_parts.id"), primary_key=True, autoincrement=False),
    Column("series_id", Integer, primary_key=True, autoincrement=False),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("tokens", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Tokens of archived calls without a price, by quarter hour: limits count them, and no rollup has them."""

joined_owners = Table(
    "joined_owners",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("old_id", Integer, primary_key=True, autoincrement=False),
    Column("kept_id", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Series and places that became one with another when their notebook moved: archived calls name them."""
