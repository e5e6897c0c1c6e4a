"""Suggests an amount for a limit from past use."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal
from math import ceil

SHARE_COVERED = 0.95
"""The share of past uses that would have stayed within the suggested amount."""

FEWEST = 5
"""With fewer uses nothing is suggested."""


def suggest(used: Sequence[Decimal], unit: str) -> Decimal | None:
    """Suggest an amount that most past uses were at most; None where too few are known, or all are zero.

    Args:
        used: What was used, one figure for each user and window.
        unit: The unit; tokens and calls are whole.
    """
    if len(used) < FEWEST:
        return None
    amount = sorted(used)[ceil(SHARE_COVERED * len(used)) - 1]
    if amount <= 0:
        return None
    step = Decimal(1).scaleb(amount.adjusted() - 1)
    smallest = Decimal("0.01") if unit == "USD" else Decimal(1)
    return amount.quantize(max(step, smallest), ROUND_CEILING)
