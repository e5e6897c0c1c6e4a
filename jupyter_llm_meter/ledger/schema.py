"""The ledger's tables. Those of calls are in `call_schema`, which says how times and money are stored."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from jupyter_llm_meter.ledger.archive_schema import (
    archive_marks,
    archive_parts,
    archive_unpriced,
    joined_owners,
)
from jupyter_llm_meter.ledger.call_schema import (
    KIND_COLUMNS,
    LEVELS,
    LONG_SPANS,
    OWN_COLUMNS,
    PLACE_COLUMNS,
    PLACE_LEVELS,
    SERIES_COLUMNS,
    SERIES_LEVELS,
    SUBJECT_COLUMNS,
    SUMS,
    UNIT_SUMS,
    call_rows,
    calls,
    cell_rollups,
    kinds,
    metadata,
    places,
    rollups,
    series,
    shapes,
    view_of_calls,
    views,
)
from jupyter_llm_meter.ledger.quota_schema import (
    change_sets,
    credit_keys,
    hub_limits,
    imports,
    quota_changes,
    quota_requests,
    quotas,
    staged_quotas,
)

__all__ = (
    "KIND_COLUMNS",
    "LEVELS",
    "LONG_SPANS",
    "OWN_COLUMNS",
    "PLACE_COLUMNS",
    "PLACE_LEVELS",
    "SERIES_COLUMNS",
    "SERIES_LEVELS",
    "SUBJECT_COLUMNS",
    "SUMS",
    "UNIT_SUMS",
    "archive_marks",
    "archive_parts",
    "archive_unpriced",
    "call_rows",
    "calls",
    "cell_rollups",
    "change_sets",
    "credit_keys",
    "hub_limits",
    "imports",
    "joined_owners",
    "kinds",
    "metadata",
    "places",
    "quota_changes",
    "quota_requests",
    "quotas",
    "rollups",
    "series",
    "shapes",
    "staged_quotas",
    "view_of_calls",
    "views",
)

APPLICATION_ID = 0x4C4D5452
"""Marks an SQLite file as a ledger of ours (``PRAGMA application_id``): "LMTR" in ASCII."""

NO_END = 2**63 - 1
"""Stands for the end of a window that has none."""

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

merged_calls = Table(
    "merged_calls",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("kept_id", Text, nullable=False),
    Index("merged_calls_by_kept", "kept_id"),
)
"""The other ids of calls that several sources reported, each with the id of the call's row."""

kernels = Table(
    "kernels",
    metadata,
    Column("kernel_id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("stated_path", Text),
    Column("notebook_path", Text),
    Column("project", Text),
    Column("name", Text),
    Column("stated_at", BigInteger, nullable=False),
    Index("kernels_by_notebook", "notebook_path"),
)
"""The notebook of each kernel that a lab has named, so that calls that arrive late know it.

`stated_path` is what the lab said last, `notebook_path` where that notebook is now. `name` is what people
call a kernel without a notebook.
"""

moves = Table(
    "moves",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("old_path", Text, nullable=False),
    Column("new_path", Text, nullable=False),
    Column("moved_at", BigInteger, nullable=False),
    Column("retaken_at", BigInteger),
    Index("moves_by_path", "old_path"),
)
"""Notebooks and folders that were moved. `retaken_at` is when something else was found at the old path."""

counters = Table(
    "counters",
    metadata,
    Column("limit_id", Text, primary_key=True),
    Column("window_start", BigInteger, primary_key=True, autoincrement=False),
    Column("window_end", BigInteger, primary_key=True, autoincrement=False),
    Column("subject", Text, primary_key=True),
    Column("used", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

counted_windows = Table(
    "counted_windows",
    metadata,
    Column("limit_id", Text, primary_key=True),
    Column("window_start", BigInteger, primary_key=True, autoincrement=False),
    Column("window_end", BigInteger, primary_key=True, autoincrement=False),
    Column("scope", Text, nullable=False),
    Column("value", Text),
    Column("unit", Text, nullable=False),
    Index("counted_windows_by_end", "window_end"),
    sqlite_with_rowid=False,
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("limit_id", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("threshold", Text, nullable=False),
    Column("window_start", BigInteger, nullable=False),
    Column("window_end", BigInteger, nullable=False),
    Column("amount", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("used", Text, nullable=False),
    Column("needed", Text),
    Column("reserved", Text),
    Column("unpriced_model", Text),
    Column("raised_at", BigInteger, nullable=False),
    Column("top_notebook", Text),
    Column("top_cell", Text),
    Column("claimed_by", Text),
    Column("claimed_at", BigInteger),
    Column("acknowledged_at", BigInteger),
    Column("rearmed_at", BigInteger),
    UniqueConstraint("limit_id", "subject", "window_start", "window_end", "kind", "threshold", "amount"),
)
"""A row a threshold, or a refusal. `rearmed_at`: since when the use is below it again, as after a raise."""

reservations = Table(
    "reservations",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("limit_id", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("is_soft", Boolean, nullable=False),
    Column("lease_ends_at", BigInteger, nullable=False),
    Column("holder", Text),
    Column("is_allotment", Boolean, nullable=False),
    Column("recalled_at", BigInteger),
    Index("reservations_by_limit", "limit_id", "subject"),
    Index("reservations_by_holder", "holder"),
)
"""A row a call and limit, or an allotment and limit: then `call_id` is the allotment's id, and `recalled_at`
is since when another call waits for it. `holder` names the spool of the process that has it."""

raises = Table(
    "raises",
    metadata,
    Column("id", Text, primary_key=True),
    Column("limit_id", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("amount", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("raised_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("raises_by_end", "expires_at"),
)

unrelayed = Table(
    "unrelayed",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("changed_at", BigInteger, nullable=False),
    Column("allotment_id", Text),
    Column("refusal", Text),
    Index("unrelayed_by_change", "changed_at"),
)
"""The calls that the hub has not got yet as they are now, see `relaying`. `refusal` is why it did not take
one."""

reprices = Table(
    "reprices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("price_version", Text, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Column("range_start", BigInteger),
    Column("range_end", BigInteger),
    Column("model", Text),
    Column("with_stated", Boolean, nullable=False),
    *(
        Column(name, BigInteger, nullable=False)
        for name in ("calls", "changed", "before_pico", "after_pico", "unpriced_before", "unpriced_after")
    ),
)
"""The trail of repricing, see `reprice_trail`."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("alert_id", Text, ForeignKey("alerts.id"), primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("time_zone", Text, nullable=False),
    Column("notebooks", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("tried_since", BigInteger),
    Column("message_id", Text),
    Column("leased_until", BigInteger),
    Column("sent_at", BigInteger),
    Column("reason", Text),
    Index("deliveries_by_channel", "channel", "state", "sent_at"),
)
