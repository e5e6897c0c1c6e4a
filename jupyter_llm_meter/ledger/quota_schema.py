"""The tables of a hub's limits: limits that people set, own amounts of users and teams, and who changed what.

Times are microseconds and amounts decimal texts, as in `schema`.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text

from jupyter_llm_meter.ledger.call_schema import metadata

hub_limits = Table(
    "hub_limits",
    metadata,
    Column("limit_id", Text, primary_key=True),
    Column("spec", Text, nullable=False),
    Column("starts_at", BigInteger),
    Column("ends_at", BigInteger),
    Column("version", Text, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("set_at", BigInteger, nullable=False),
)
"""Limits beside those of the configuration. `spec` is the flat JSON object; `version` the last change."""

quotas = Table(
    "quotas",
    metadata,
    Column("limit_id", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("amount", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("is_by_lead", Boolean, nullable=False),
    Column("set_at", BigInteger, nullable=False),
    Index("quotas_by_subject", "subject"),
    sqlite_with_rowid=False,
)
"""Own amounts: what one subject may use of a limit instead of the limit's amount."""

change_sets = Table(
    "change_sets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("is_by_lead", Boolean, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("reason", Text),
    Index("change_sets_by_time", "made_at"),
)
"""What was changed in one go; never changed or removed. `kind`: set, import, credit, share, undo or limit."""

quota_changes = Table(
    "quota_changes",
    metadata,
    Column("change_id", Text, primary_key=True),
    Column("limit_id", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("before", Text),
    Column("after", Text),
    Index("quota_changes_by_subject", "subject"),
    sqlite_with_rowid=False,
)
"""From what to what: an amount, of the subject '' a limit's spec; NULL: there was, or is, none."""

staged_quotas = Table(
    "staged_quotas",
    metadata,
    Column("change_id", Text, primary_key=True),
    Column("limit_id", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("amount", Text),
    Column("line", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Own amounts that are to be set together. `amount` is NULL where one is to be removed."""

imports = Table(
    "imports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("made_by", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
)

quota_requests = Table(
    "quota_requests",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("team", Text),
    Column("limit_id", Text, nullable=False),
    Column("amount", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", BigInteger),
    Column("answer", Text),
    Column("granted", Text),
    Index("quota_requests_by_user", "user_id"),
    Index("quota_requests_by_state", "state", "team"),
)
"""Users' requests for more. `state`: open, granted or declined; `granted` is what a raise added."""

credit_keys = Table(
    "credit_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
)
"""Credits that were given, so that one that is sent again is given once."""
