"""The error of this package."""


class ExportError(Exception):
    """A file that cannot be compared with the ledger; the message says what is wrong and what to do."""
