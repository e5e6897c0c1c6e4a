"""The errors of a ledger: one small tree under `LedgerError`."""

from __future__ import annotations

from jupyter_llm_meter.core.explanation import ExplainedError, Value


class LedgerError(Exception):
    """Something about the ledger; the message says what happened and what to do."""


class LedgerAddressError(ExplainedError, LedgerError):
    """The URL does not name a ledger that can be opened."""


class LedgerUnavailable(ExplainedError, LedgerError):
    """The database cannot be reached, read or written now; nothing of the transaction was kept.

    Args:
        code: The code of its explanation.
        is_refusal: The database is there, and refused these rows.
        values: What the text of the code names.
    """

    def __init__(self, code: str, is_refusal: bool = False, /, **values: Value) -> None:
        super().__init__(code, **values)
        self.is_refusal = is_refusal


class UnusableLedger(ExplainedError, LedgerError):
    """The database at the ledger's address must not be written to; it was left untouched.

    Attributes:
        code: The code of the problem that is reported, see `runtime.problems`.
    """

    code = "ledger-unusable"


class CorruptLedger(UnusableLedger):
    """The database file is damaged."""

    code = "ledger-corrupt"


class ForeignLedger(UnusableLedger):
    """The database belongs to something else."""

    code = "ledger-foreign"


class NewerLedger(UnusableLedger):
    """A later version of LLM Meter has changed the ledger's schema."""

    code = "ledger-newer"


class CopyError(LedgerError):
    """A copy of a ledger cannot be made or put back; nothing has changed. The message says what to do."""


class LedgerInUse(CopyError):
    """Another process has the ledger open."""


class LedgerInTheWay(CopyError):
    """The ledger has a history that would be replaced."""


class ArchiveError(LedgerError):
    """Calls cannot be archived, read or put back; the ledger is as it was. The message says what to do."""


class ArchiveBusy(ArchiveError):
    """Another process moves calls to or from the archive."""


class ArchiveDamaged(ArchiveError):
    """A file of the archive is missing or is not what was written."""


class UnknownAlert(LedgerError):
    """No alert has this id."""


class BadCursor(LedgerError):
    """The cursor was not made by this ledger."""
