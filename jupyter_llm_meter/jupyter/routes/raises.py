"""Reading a raise that somebody asks for (openapi.yaml, ``RaiseWish``)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from jupyter_llm_meter.jupyter.arguments import ArgumentError, instant
from jupyter_llm_meter.policy.raises import RaiseWish

LONGEST_NAME = 1000
LONGEST_REASON = 2000
MOST = Decimal(10) ** 15
_FIELDS = ("limit_id", "subject", "amount", "reason", "expires_at")


def raise_wish(body: Any) -> RaiseWish:
    """Read the body of ``POST limits/raises``.

    Raises:
        ArgumentError: It cannot be used; the message names the field.
    """
    if not isinstance(body, dict):
        raise ArgumentError(f"The body must be an object with {', '.join(_FIELDS[:-1])}.")
    for name in body:
        if name not in _FIELDS:
            raise ArgumentError(f"{name} is not known; allowed are {', '.join(_FIELDS)}.")
    expires_at = body.get("expires_at")
    return RaiseWish(
        limit_id=_text(body, "limit_id", LONGEST_NAME),
        subject=_text(body, "subject", LONGEST_NAME),
        amount=_amount(body.get("amount")),
        reason=_text(body, "reason", LONGEST_REASON),
        expires_at=instant("expires_at", None if expires_at is None else str(expires_at)),
    )


def _text(body: Mapping[str, Any], name: str, longest: int) -> str:
    given = body.get(name)
    if not isinstance(given, str) or not given.strip() or len(given) > longest:
        raise ArgumentError(f"{name} must be a text of 1 to {longest} characters that says something.")
    return given.strip() if name == "reason" else given


def _amount(given: Any) -> Decimal:
    try:
        amount = Decimal(given) if isinstance(given, str) and len(given) <= 40 else Decimal("NaN")
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 < amount <= MOST:
        raise ArgumentError('amount must be a decimal string above 0, such as "50000".')
    return amount
