"""Compares the ledger with what a provider says was used.

`formats/` has one file for each export of a provider; nothing else names its columns. Nothing here writes.
"""

from jupyter_llm_meter.reconcile.compare import Comparison, Pair, Reconciliation, reconcile
from jupyter_llm_meter.reconcile.errors import ExportError
from jupyter_llm_meter.reconcile.export import FIGURES, Export
from jupyter_llm_meter.reconcile.ledger_days import LedgerDay, ledger_days
from jupyter_llm_meter.reconcile.reading import of_account, read_export, refuse_overlaps
from jupyter_llm_meter.reconcile.reasons import Reason

__all__ = [
    "FIGURES",
    "Comparison",
    "Export",
    "ExportError",
    "LedgerDay",
    "Pair",
    "Reason",
    "Reconciliation",
    "ledger_days",
    "of_account",
    "read_export",
    "reconcile",
    "refuse_overlaps",
]
