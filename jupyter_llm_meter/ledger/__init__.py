"""The durable record of calls, counters and alerts, in SQLite or PostgreSQL.

Everything that other packages use of the ledger is here; the modules are its own.
"""

from jupyter_llm_meter.ledger.access import LedgerAccess
from jupyter_llm_meter.ledger.answers import Answers
from jupyter_llm_meter.ledger.archive.months import LEAST_DAYS
from jupyter_llm_meter.ledger.archive.parts import ArchiveNote, Part
from jupyter_llm_meter.ledger.archive.store import Archive, Month, Verdict
from jupyter_llm_meter.ledger.batch import DrawnUse, Pricer
from jupyter_llm_meter.ledger.compacting import Sizes, compact
from jupyter_llm_meter.ledger.copies import back_up, restore
from jupyter_llm_meter.ledger.deliveries import DELIVERY_LEASE, ChannelRecord, Quiet, Turn
from jupyter_llm_meter.ledger.engine import parse_url, sqlite_file
from jupyter_llm_meter.ledger.errors import (
    ArchiveBusy,
    ArchiveDamaged,
    ArchiveError,
    BadCursor,
    CopyError,
    CorruptLedger,
    ForeignLedger,
    LedgerAddressError,
    LedgerError,
    LedgerInTheWay,
    LedgerInUse,
    LedgerUnavailable,
    NewerLedger,
    UnknownAlert,
    UnusableLedger,
)
from jupyter_llm_meter.ledger.exposure import make_private, open_folder
from jupyter_llm_meter.ledger.file_systems import file_system, is_over_network
from jupyter_llm_meter.ledger.filters import ALL_CALLS, FILTER_COLUMNS, Filter
from jupyter_llm_meter.ledger.location import (
    LEDGER_FILE,
    archive_folder,
    default_ledger_url,
    ledger_url,
    private_folder,
    sqlite_url,
)
from jupyter_llm_meter.ledger.notebooks.places import NO_PLACES, Place, Places
from jupyter_llm_meter.ledger.oddities import Oddities, sum_of_oddities
from jupyter_llm_meter.ledger.pages import ORDERS, SORTS, Page
from jupyter_llm_meter.ledger.raising import new_raise_id
from jupyter_llm_meter.ledger.relaying import Unrelayed
from jupyter_llm_meter.ledger.reprice_trail import RepriceEntry, new_entry_id
from jupyter_llm_meter.ledger.repricing import CostChange, Repricing, sum_of
from jupyter_llm_meter.ledger.reservations.decide import Reserved
from jupyter_llm_meter.ledger.rows import Row, from_pico
from jupyter_llm_meter.ledger.store import Ledger, Outbox, Pace, Raise, Seen, Settled, TakeoverPart
from jupyter_llm_meter.ledger.takeover_body import read_takeover
from jupyter_llm_meter.ledger.token_usage_file import TokenUsageFile, read_token_usage
from jupyter_llm_meter.ledger.usage import GROUPS, SPLIT_COLUMNS

__all__ = [
    "ALL_CALLS",
    "DELIVERY_LEASE",
    "FILTER_COLUMNS",
    "GROUPS",
    "LEAST_DAYS",
    "LEDGER_FILE",
    "NO_PLACES",
    "ORDERS",
    "SORTS",
    "SPLIT_COLUMNS",
    "Answers",
    "Archive",
    "ArchiveBusy",
    "ArchiveDamaged",
    "ArchiveError",
    "ArchiveNote",
    "BadCursor",
    "ChannelRecord",
    "CopyError",
    "CorruptLedger",
    "CostChange",
    "DrawnUse",
    "Filter",
    "ForeignLedger",
    "Ledger",
    "LedgerAccess",
    "LedgerAddressError",
    "LedgerError",
    "LedgerInTheWay",
    "LedgerInUse",
    "LedgerUnavailable",
    "Month",
    "NewerLedger",
    "Oddities",
    "Outbox",
    "Pace",
    "Page",
    "Part",
    "Place",
    "Places",
    "Pricer",
    "Quiet",
    "Raise",
    "RepriceEntry",
    "Repricing",
    "Reserved",
    "Row",
    "Seen",
    "Settled",
    "Sizes",
    "TakeoverPart",
    "TokenUsageFile",
    "Turn",
    "UnknownAlert",
    "Unrelayed",
    "UnusableLedger",
    "Verdict",
    "archive_folder",
    "back_up",
    "compact",
    "default_ledger_url",
    "file_system",
    "from_pico",
    "is_over_network",
    "ledger_url",
    "make_private",
    "new_entry_id",
    "new_raise_id",
    "open_folder",
    "parse_url",
    "private_folder",
    "read_takeover",
    "read_token_usage",
    "restore",
    "sqlite_file",
    "sqlite_url",
    "sum_of",
    "sum_of_oddities",
]
