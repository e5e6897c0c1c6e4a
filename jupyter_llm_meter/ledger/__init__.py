"""The durable record of calls, counters and alerts, in SQLite or PostgreSQL."""

from jupyter_llm_meter.ledger.errors import (
    BadCursor,
    CorruptLedger,
    ForeignLedger,
    LedgerAddressError,
    LedgerError,
    LedgerUnavailable,
    NewerLedger,
    UnknownAlert,
)
from jupyter_llm_meter.ledger.filters import ALL_CALLS, FILTER_COLUMNS, Filter
from jupyter_llm_meter.ledger.location import default_ledger_url, ledger_url, private_folder
from jupyter_llm_meter.ledger.store import Ledger, Outbox, Pace, Part, Raise, Seen, Settled

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
