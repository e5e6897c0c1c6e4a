"""Reservations and raises; alerts of refused calls; a refused call counts as no call.

The alerts' unique key takes the kind in, which SQLite can do to a new table only.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_QUARTER_US = 15 * 60 * 1_000_000
_SERIES_COLUMNS = (
    "user_id", "team", "key_fingerprint", "project", "notebook_path", "kernel_id", "model", "provider_name",
    "operation_name", "agent_name",
)  # fmt: skip
_SUBJECT_COLUMNS = {
    "user": "user_id",
    "team": "team",
    "key": "key_fingerprint",
    "project": "project",
    "notebook": "notebook_path",
    "kernel": "kernel_id",
    "model": "model",
    "provider": "provider_name",
}
_ALERT_KEY = ("limit_id", "subject", "window_start", "window_end", "threshold", "amount")
_ALERT_COLUMNS = (
    "id", "limit_id", "subject", "threshold", "window_start", "window_end", "amount", "unit", "used",
    "raised_at", "top_notebook", "claimed_by", "claimed_at", "acknowledged_at",
)  # fmt: skip


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(column) for column in columns))


_CALLS = _table("calls", "call_id", "started_at", "status", "calls", *_SERIES_COLUMNS)
_ROLLUPS = _table("rollups", "quarter", "series_id", "calls")
_SERIES = _table("series", "id", *_SERIES_COLUMNS)
_WINDOWS = _table("counted_windows", "limit_id", "window_start", "window_end", "scope", "value", "unit")
_COUNTERS = _table("counters", "limit_id", "window_start", "window_end", "subject", "used")
_ALERTS = _table("alerts", *_ALERT_COLUMNS, "kind")
_OLD_ALERTS = _table("alerts_before_0004", *_ALERT_COLUMNS)


def upgrade() -> None:
    op.add_column("calls", sa.Column("limit_id", sa.Text(), nullable=True))
    op.create_index("calls_by_request_model", "calls", ["request_model", "started_at"])
    _create_tables()
    if op.get_bind().dialect.name == "sqlite":
        _rebuild_alerts()
    else:
        _change_alerts()
    _take_back_refused_calls(op.get_bind())


def _create_tables() -> None:
    op.create_table(
        "reservations",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("limit_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("is_soft", sa.Boolean(), nullable=False),
        sa.Column("lease_ends_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", "limit_id"),
    )
    op.create_index("reservations_by_limit", "reservations", ["limit_id", "subject"])
    op.create_table(
        "raises",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("limit_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("amount", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("raises_by_end", "raises", ["expires_at"])


def _rebuild_alerts() -> None:
    op.rename_table("alerts", "alerts_before_0004")
    op.create_table(
        "alerts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("limit_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("threshold", sa.Text(), nullable=False),
        sa.Column("window_start", sa.BigInteger(), nullable=False),
        sa.Column("window_end", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("used", sa.Text(), nullable=False),
        sa.Column("needed", sa.Text(), nullable=True),
        sa.Column("reserved", sa.Text(), nullable=True),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("top_notebook", sa.Text(), nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_at", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(*_ALERT_KEY, "kind"),
    )
    kept = [_OLD_ALERTS.c[name] for name in _ALERT_COLUMNS]
    copied = sa.select(*kept, _kind(_OLD_ALERTS))
    op.execute(sa.insert(_ALERTS).from_select([*_ALERT_COLUMNS, "kind"], copied))
    op.drop_table("alerts_before_0004")


def _change_alerts() -> None:
    for constraint in sa.inspect(op.get_bind()).get_unique_constraints("alerts"):
        op.drop_constraint(str(constraint["name"]), "alerts", type_="unique")
    for name in ("kind", "needed", "reserved"):
        op.add_column("alerts", sa.Column(name, sa.Text(), nullable=True))
    op.execute(sa.update(_ALERTS).values(kind=_kind(_ALERTS)))
    op.alter_column("alerts", "kind", nullable=False)
    op.create_unique_constraint(None, "alerts", [*_ALERT_KEY, "kind"])


def _kind(alerts: sa.TableClause) -> sa.ColumnElement[str]:
    return sa.case((alerts.c.threshold == "1", "exceeded"), else_="warning")


def _take_back_refused_calls(connection: sa.Connection) -> None:
    """Take what refused calls were counted for out of calls, rollups and counters."""
    counted = sa.select(_CALLS).where(_CALLS.c.status == "refused", _CALLS.c.calls == 1)
    for row in connection.execute(counted).mappings().all():
        same = (_SERIES.c[name].is_not_distinct_from(row[name]) for name in _SERIES_COLUMNS)
        series_id = connection.scalar(sa.select(_SERIES.c.id).where(*same))
        quarter = row["started_at"] - row["started_at"] % _QUARTER_US
        is_its = (_ROLLUPS.c.quarter == quarter, _ROLLUPS.c.series_id == series_id)
        connection.execute(sa.update(_ROLLUPS).where(*is_its).values(calls=_ROLLUPS.c.calls - 1))
        _take_back_in_counters(connection, row)
    is_refused = (_CALLS.c.status == "refused", _CALLS.c.calls == 1)
    connection.execute(sa.update(_CALLS).where(*is_refused).values(calls=0))


def _take_back_in_counters(connection: sa.Connection, row: sa.RowMapping) -> None:
    holds = (
        _WINDOWS.c.unit == "calls",
        _WINDOWS.c.window_start <= row["started_at"],
        _WINDOWS.c.window_end > row["started_at"],
    )
    for window in connection.execute(sa.select(_WINDOWS).where(*holds)).mappings().all():
        subject = row[_SUBJECT_COLUMNS[window["scope"]]]
        if subject is not None and window["value"] in (None, subject):
            is_its = (
                *(_COUNTERS.c[name] == window[name] for name in ("limit_id", "window_start", "window_end")),
                _COUNTERS.c.subject == subject,
            )
            connection.execute(sa.update(_COUNTERS).where(*is_its).values(used=_COUNTERS.c.used - 1))
