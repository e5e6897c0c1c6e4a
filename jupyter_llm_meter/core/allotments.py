"""Allotments: shares of hard limits that a process holds for a while, so that its next calls need no request.

A process asks for one together with a reservation. It is sized in calls like the one that was asked about,
and never takes more than a quarter of what a limit has left, so that near the end of a limit only single
calls are reserved. While it is held, used + reserved + allotted is never above the amount.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import ROUND_CEILING, Decimal

from llm_meter_tap.wire.record import CallRecord

VALID = timedelta(seconds=20)
"""How long calls may be drawn from an allotment. Less than a lease, so that no call is drawn from what others
may have already."""

MOST_CALLS = 256
"""The most calls that one allotment is sized for."""

FEWEST_CALLS = 4
"""With room for fewer, calls are reserved one by one."""

SHARE = 4
"""An allotment takes at most one part in so many of what is left."""

_PICO = Decimal(10) ** 12
# Providers have dearer prices for long prompts; the steps in use lie at 128,000, 200,000 and 272,000 tokens.
_SIZES = (1_000, 130_000, 201_000, 273_000, 1_000_000)
_WRITTEN = 1_000


@dataclass(frozen=True)
class AllotmentRequest:
    """The wish for an allotment, beside the request for a reservation.

    Attributes:
        id: The allotment's name, chosen by the process that asks.
        holder: The spool of that process: when it is imported, the process is dead, and holds nothing.
        calls: For how many calls like this one, at most.
        input_bytes: The most tokens that the input of this call can have: a text has at most as many tokens
            as bytes.
    """

    id: str
    holder: str
    calls: int
    input_bytes: int


@dataclass(frozen=True)
class AllotmentReturn:
    """What a process gives back.

    Attributes:
        id: The allotment.
        keep: By limit id, what calls under way still hold of it; None: nothing, the allotment ends.
    """

    id: str
    keep: Mapping[str, int] | None = None


@dataclass(frozen=True)
class PriceCeiling:
    """The most that a call to one model can cost, in picodollars.

    Attributes:
        call: Whatever it reads and writes.
        input_token: Each token read, also when it is written to a cache.
        output_token: Each token written.
    """

    call: int
    input_token: int
    output_token: int

    def of(self, read: int, written: int) -> int:
        """The most that so many tokens cost."""
        return self.call + read * self.input_token + written * self.output_token


@dataclass(frozen=True)
class Share:
    """What an allotment holds of one limit.

    Attributes:
        limit_id: The limit.
        unit: Its unit.
        amount: Tokens, calls, or picodollars.
    """

    limit_id: str
    unit: str
    amount: int


@dataclass(frozen=True)
class Allotment:
    """What a process was given.

    Attributes:
        id: Its name.
        shares: What it holds of each limit that applies to such calls.
        output_tokens: What a request is taken to write that sets no bound.
        ceiling: The prices at which calls are drawn; None where no limit is in dollars.
        valid: How long calls may be drawn from it.
    """

    id: str
    shares: Sequence[Share]
    output_tokens: int
    ceiling: PriceCeiling | None
    valid: timedelta


def price_ceiling(
    record: CallRecord, dearest: Callable[[CallRecord, int, int], Decimal | None]
) -> PriceCeiling | None:
    """The most that calls to the model of a record can cost; None where its price is not known.

    Args:
        record: A call to the model.
        dearest: The highest price of a call that reads and writes so many tokens.
    """
    plain = replace(record, input_tokens=None, output_tokens=None)
    once = dearest(plain, 0, 0)
    if once is None:
        return None
    read, written = [], []
    for size in (0, *_SIZES):
        alone, answered = dearest(plain, size, 0), dearest(plain, size, _WRITTEN)
        if alone is None or answered is None:
            return None
        read += [(alone - once) / size] if size else []
        written.append((answered - alone) / _WRITTEN)
    return PriceCeiling(_up(once), _up(max(read)), _up(max(written)))


def calls_that_fit(left: int, needed: int, wanted: int) -> int:
    """For how many calls a limit may be allotted; 0 where there is too little left.

    Args:
        left: What is not used, reserved or allotted.
        needed: By one call.
        wanted: Calls.
    """
    if needed <= 0:
        return wanted
    calls = min(left // SHARE // needed, wanted, MOST_CALLS)
    return calls if calls >= FEWEST_CALLS else 0


def _up(dollars: Decimal) -> int:
    return max(int((dollars * _PICO).to_integral_value(rounding=ROUND_CEILING)), 0)
