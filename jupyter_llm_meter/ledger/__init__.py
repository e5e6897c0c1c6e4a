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
from .location import default_ledger_url, ledger_url, private_folder
from .store import Ledger, Part, Seen, Settled

__all__ = [
    "BadCursor",
    "CorruptLedger",
    "ForeignLedger",
    "Ledger",
    "LedgerAddressError",
    "LedgerError",
    "LedgerUnavailable",
    "NewerLedger",
    "Part",
    "Seen",
    "Settled",
    "UnknownAlert",
    "default_ledger_url",
    "ledger_url",
    "private_folder",
]
