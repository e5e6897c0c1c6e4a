"""Calculates where a limit stands, and which alerts follow from it.

Pure arithmetic on amounts that are counted elsewhere. The shapes are those of ``docs/reference/protocol.md``,
"The standing document": decimal strings for amounts, RFC 3339 UTC for times, and unknown values are absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import ROUND_DOWN, Decimal
from typing import Any

from jupyter_llm_meter.core.limits import Limit

FULL = Decimal(1)
"""The threshold at which a limit is exceeded."""

_MILLIONTH = Decimal("0.000001")


@dataclass(frozen=True)
class Standing:
    """One limit's use by one subject in one window.

    Attributes:
        limit: The limit it is measured against.
        subject: The user, model, ... that used it.
        window_start: First instant of the window, UTC.
        resets_at: First instant after it; None for the window ``total``.
        used: What was used, in the limit's unit.
        reserved: What calls in flight hold.
        soft: The part of it that they may exceed, because their worst case could only be estimated.
        raised: What was added to the limit's amount for this subject.
        unpriced_calls: Of a limit in dollars, calls in the window whose model has no known price.
    """

    limit: Limit
    subject: str
    window_start: datetime
    resets_at: datetime | None
    used: Decimal
    reserved: Decimal = Decimal(0)
    soft: Decimal = Decimal(0)
    raised: Decimal = Decimal(0)
    unpriced_calls: int = 0

    @property
    def amount(self) -> Decimal:
        """The amount in force: the limit's and what was added to it."""
        return self.limit.amount + self.raised

    @property
    def remaining(self) -> Decimal:
        """What is left to use, never below zero."""
        return max(self.amount - self.used - self.reserved, Decimal(0))

    @property
    def ratio(self) -> Decimal:
        """Used share of the amount; above 1 once exceeded."""
        return self.used / self.amount

    @property
    def level(self) -> str:
        """``ok``, from the lowest `warn_at` ``warning``, from the amount on ``exceeded`` or ``blocked``."""
        if self.used >= self.amount:
            return "blocked" if self.limit.is_blocking else "exceeded"
        return "warning" if crossed_thresholds(self.limit, self.used, self.amount) else "ok"

    def to_dict(self) -> dict[str, Any]:
        """The entry of ``standings`` in the standing document."""
        return _present(
            {
                "limit": self.limit.to_dict(),
                "subject": self.subject,
                "window_start": format_time(self.window_start),
                "resets_at": format_time(self.resets_at),
                "amount": format_decimal(self.amount),
                "raised": format_decimal(self.raised) if self.raised else None,
                "used": format_decimal(self.used),
                "reserved": format_decimal(self.reserved),
                "soft_by": format_decimal(self.soft) if self.soft else None,
                "remaining": format_decimal(self.remaining),
                "ratio": float(self.ratio.quantize(_MILLIONTH, ROUND_DOWN)),
                "level": self.level,
                "unpriced_calls": self.unpriced_calls or None,
            }
        )


@dataclass(frozen=True)
class CellPosition:
    """Where a cell is in its notebook.

    Attributes:
        number: 1 is the first cell; cells of every type count.
        count: How many cells the notebook has.
    """

    number: int
    count: int


@dataclass(frozen=True)
class TopNotebook:
    """A notebook that used much of a limit.

    Attributes:
        path: Its path under the lab's root.
        used: What it used, in the limit's unit.
        cell_id: The cell that used most of it, where known.
        position: Where that cell is, where known.
    """

    path: str
    used: Decimal
    cell_id: str | None = None
    position: CellPosition | None = None


@dataclass(frozen=True)
class Alert:
    """What a subject did to a limit; raised once per limit, subject, kind, threshold, window and amount.

    Attributes:
        id: Opaque name of the alert.
        limit_id: The limit's id.
        subject: The user, model, ... that crossed it.
        threshold: Share of the amount; 1 is the limit itself.
        window_start: First instant of the window, UTC.
        resets_at: First instant after it; None for the window ``total``.
        raised_at: When the crossing was seen.
        used: What was used by then.
        amount: The limit's amount by then.
        unit: The limit's unit.
        top_notebook: The notebook that used most of it, where known.
        top_cell: The id of the cell of that notebook that used most of it, where known.
        is_refusal: A call was refused; otherwise a threshold was crossed.
        needed: What the refused call would have needed, where known.
        reserved: What calls in flight held then, where known.
        unpriced_model: The model without a known price, where the call was refused for want of one.
    """

    id: str
    limit_id: str
    subject: str
    threshold: Decimal
    window_start: datetime
    resets_at: datetime | None
    raised_at: datetime
    used: Decimal
    amount: Decimal
    unit: str
    top_notebook: str | None = None
    top_cell: str | None = None
    is_refusal: bool = False
    needed: Decimal | None = None
    reserved: Decimal | None = None
    unpriced_model: str | None = None

    @property
    def kind(self) -> str:
        """``blocked`` for a refusal, ``exceeded`` at the limit itself, ``warning`` below."""
        if self.is_refusal:
            return "blocked"
        return "exceeded" if self.threshold >= FULL else "warning"

    def to_dict(self) -> dict[str, Any]:
        """The entry of ``alerts`` in the standing document."""
        return _present(
            {
                "id": self.id,
                "limit_id": self.limit_id,
                "subject": self.subject,
                "threshold": float(self.threshold),
                "kind": self.kind,
                "window_start": format_time(self.window_start),
                "resets_at": format_time(self.resets_at),
                "raised_at": format_time(self.raised_at),
                "used": format_decimal(self.used),
                "amount": format_decimal(self.amount),
                "unit": self.unit,
                "needed": None if self.needed is None else format_decimal(self.needed),
                "reserved": None if self.reserved is None else format_decimal(self.reserved),
                "unpriced_model": self.unpriced_model,
                "top_notebook": self.top_notebook,
                "top_cell": self.top_cell,
            }
        )


def crossed_thresholds(limit: Limit, used: Decimal, amount: Decimal | None = None) -> tuple[Decimal, ...]:
    """The thresholds of a limit, 1 included, that a used figure has reached, ascending.

    Args:
        limit: The limit.
        used: What was used.
        amount: The amount in force; None: the limit's own.
    """
    whole = limit.amount if amount is None else amount
    return tuple(share for share in (*limit.warn_at, FULL) if used >= share * whole)


def format_time(at: datetime | None) -> str | None:
    """RFC 3339 in UTC with microseconds; None stays None."""
    if at is None:
        return None
    # strftime does not pad the years before 1000.
    return at.astimezone(timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z")


def format_decimal(amount: Decimal) -> str:
    """A decimal string without exponent and without trailing zeros."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _present(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if value is not None}
