"""The durable record of calls, counters and alerts, in SQLite or PostgreSQL."""

from .errors import (
    BadCursor,
    CorruptLedger,
    ForeignLedger,
    LedgerAddressError,
    LedgerError,
    LedgerUnavailable,
    NewerLedger,
    UnknownAlert,
)
from .filters import ALL_CALLS, FILTER_COLUMNS, Filter
from .location import default_ledger_url, ledger_url, private_folder
from .store import Ledger, Outbox, Pace, Part, Raise, Seen, Settled

__all__ = [
    "ALL_CALLS",
    "FILTER_COLUMNS",
    "BadCursor",
    "CorruptLedger",
    "Filter",
    "ForeignLedger",
    "Ledger",
    "LedgerAddressError",
    "LedgerError",
    "LedgerUnavailable",
    "NewerLedger",
    "Outbox",
    "Pace",
    "Part",
    "Raise",
    "Seen",
    "Settled",
    "UnknownAlert",
    "default_ledger_url",
    "ledger_url",
    "private_folder",
]
