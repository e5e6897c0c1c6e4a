"""Reading the JSON bodies of requests; an error names the member and what is allowed."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from jupyter_llm_meter.core.limits import UNITS
from jupyter_llm_meter.service.arguments import choice, instant
from jupyter_llm_meter.service.errors import ArgumentError
from llm_meter_tap.wire.shape import finite_decimal

MOST_AMOUNT = Decimal(10) ** 15
LONGEST_TEXT = 1000


class Body:
    """The members of a request's body.

    Args:
        content: The body.
        allowed: The members that there may be.

    Raises:
        ArgumentError: It is no JSON object, or has another member.
    """

    def __init__(self, content: bytes, allowed: Collection[str]) -> None:
        try:
            given = json.loads(content)
        except (ValueError, RecursionError):
            given = None
        if not isinstance(given, dict):
            raise ArgumentError("The body must be a JSON object.")
        self.given: dict[str, Any] = given
        for name in given:
            if name not in allowed:
                raise ArgumentError(f"There is no member {name!r}; allowed: {', '.join(allowed)}.")

    def text(self, name: str) -> str:
        """A text that must be there.

        Raises:
            ArgumentError: It is missing, empty, too long, or no text.
        """
        found = self.optional_text(name)
        if found is None:
            raise ArgumentError(f"{name} is missing; it must be a text.")
        return found

    def optional_text(self, name: str) -> str | None:
        """A text; None if it is not there.

        Raises:
            ArgumentError: It is empty, too long, or no text.
        """
        given = self.given.get(name)
        if given is None:
            return None
        if not isinstance(given, str) or not given.strip() or len(given) > LONGEST_TEXT:
            raise ArgumentError(f"{name} must be a text of 1 to {LONGEST_TEXT} characters.")
        return given

    def amount(self, name: str = "amount") -> Decimal:
        """An amount greater than 0.

        Raises:
            ArgumentError: It is none.
        """
        return read_amount(self.given.get(name), name)

    def unit(self) -> str:
        """The unit of an amount.

        Raises:
            ArgumentError: There is no such unit.
        """
        return choice("unit", self.text("unit"), UNITS)

    def one_of(self, name: str, allowed: Sequence[str]) -> str:
        """One of several words.

        Raises:
            ArgumentError: It is another word.
        """
        return choice(name, self.text(name), allowed)

    def flag(self, name: str) -> bool:
        """True or false; false if it is not there.

        Raises:
            ArgumentError: It is something else.
        """
        given = self.given.get(name, False)
        if not isinstance(given, bool):
            raise ArgumentError(f"{name} is {given!r}; it must be true or false.")
        return given

    def instant(self, name: str) -> datetime | None:
        """A time; None if it is not there.

        Raises:
            ArgumentError: It is none.
        """
        given = self.given.get(name)
        return instant(name, None if given is None else str(given))


def read_amount(given: Any, name: str = "amount") -> Decimal:
    """Read an amount greater than 0.

    Raises:
        ArgumentError: It is none.
    """
    amount = None if isinstance(given, bool) else finite_decimal(given)
    if amount is None or not 0 < amount <= MOST_AMOUNT:
        raise ArgumentError(f"{name} is {given!r}; it must be greater than 0, and at most {MOST_AMOUNT:,}.")
    return amount
