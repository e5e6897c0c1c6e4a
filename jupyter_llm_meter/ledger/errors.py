"""What can go wrong with a ledger: one small tree under `LedgerError`."""

from __future__ import annotations


class LedgerError(Exception):
    """Something about the ledger; the message says what happened and what to do."""


class LedgerAddressError(LedgerError):
    """The URL does not name a ledger that can be opened."""


class LedgerUnavailable(LedgerError):
    """The database cannot be reached, read or written now; nothing of the transaction was kept."""


class UnusableLedger(LedgerError):
    """What lies at the ledger's address must not be written to; it was left untouched."""


class CorruptLedger(UnusableLedger):
    """The database file is damaged."""


class ForeignLedger(UnusableLedger):
    """The database belongs to something else."""


class NewerLedger(UnusableLedger):
    """A later version of LLM Meter has changed the ledger's schema."""


class UnknownAlert(LedgerError):
    """No alert has this id."""


class BadCursor(LedgerError):
    """The cursor was not made by this ledger."""
