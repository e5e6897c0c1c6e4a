"""Whether a call may be sent: its worst case, compared with every limit that applies to it.

The stages of a reservation: the request (`CallBounds`), its worst case (`WorstCase`), the decision on each
limit (`Decision`), and then a reservation or a refusal. Where the worst case is not known it is estimated,
and the reservation is marked as soft.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType

from jupyter_llm_meter.core.allotments import AllotmentRequest, AllotmentReturn, PriceCeiling, price_ceiling
from jupyter_llm_meter.core.limits import UNITS, Limit
from jupyter_llm_meter.core.prices import Cost
from jupyter_llm_meter.core.standing import Standing
from llm_meter_tap.wire.record import CallRecord

LEASE = timedelta(seconds=30)
"""How long a reservation holds without being renewed."""

USUAL_TOKENS = 4096
"""The worst case of a call's tokens, in or out, where neither its request nor earlier calls say more."""

_MILLION = Decimal(1_000_000)

RUN = "run"
"""The scope, and the source, of a cap on one run: no limit of the settings can have it."""


@dataclass(frozen=True)
class UsualTokens:
    """The 95th percentiles of one user's calls to one model, in tokens; None with too few calls."""

    input_tokens: int | None = None
    output_tokens: int | None = None


@dataclass(frozen=True)
class WorstCase:
    """The most that one call can use.

    Attributes:
        tokens: Input and output.
        usd: Its price without any discount; None: the model has no known price.
        is_soft: It may use more, because something about it could only be estimated.
    """

    tokens: int
    usd: Decimal | None
    is_soft: bool

    def of(self, limit: Limit) -> Decimal:
        """What it reserves of a limit; without a price, dollars at the limit's price ceiling or none."""
        if limit.unit == "calls":
            return Decimal(1)
        if limit.unit == "tokens":
            return Decimal(self.tokens)
        return cost_at_ceiling(limit, self.tokens) if self.usd is None else self.usd

    def is_soft_in(self, limit: Limit) -> bool:
        """Whether what it reserves of a limit may be exceeded; one call is always one call."""
        if limit.unit == "calls":
            return False
        return self.is_soft or (limit.unit == "USD" and self.usd is None and limit.price_ceiling is None)

    def is_unpriced_in(self, limit: Limit) -> bool:
        """Whether a limit refuses it because its model has no known price."""
        return limit.unit == "USD" and self.usd is None and limit.unpriced == "block"


@dataclass(frozen=True)
class CallBounds:
    """A call before it is sent, with what bounds its use.

    Attributes:
        record: What is known of the call, its user and notebook included.
        input_tokens: Tokens counted in its text; None where there is no text to count.
        max_output_tokens: The most tokens that the model may write; None where the request sets no limit.
        is_text_only: Whether it sends no images, sound or documents.
        caps: The caps on its run, see `run_caps`.
        allotment: The wish for an allotment for calls like this one.
        returned: What the process gives back before this call is decided on.
        holder: The spool of the process: when it is imported, the process is dead, and holds nothing.
    """

    record: CallRecord
    input_tokens: int | None = None
    max_output_tokens: int | None = None
    is_text_only: bool = True
    caps: Sequence[Limit] = ()
    allotment: AllotmentRequest | None = None
    returned: Sequence[AllotmentReturn] = ()
    holder: str | None = None


@dataclass(frozen=True)
class Decision:
    """Whether one call keeps one limit.

    Attributes:
        standing: The limit's standing for the call's subject, with the reservations of other calls.
        needed: The most that the call may use of the limit.
        is_unpriced: The limit refuses the call because its model has no known price.
        allotted: The part of what is reserved that processes hold for calls to come.
    """

    standing: Standing
    needed: Decimal
    is_unpriced: bool = False
    allotted: Decimal = Decimal(0)

    @property
    def fits(self) -> bool:
        """Whether the call keeps the limit. One that needs nothing is refused once the limit is used up."""
        if self.is_unpriced:
            return False
        used, amount = self.standing.used, self.standing.amount
        if not self.needed:
            return used < amount
        return used + self.standing.reserved + self.needed <= amount

    @property
    def is_reserved_elsewhere(self) -> bool:
        """Whether it would fit without the reservations of other calls."""
        return not self.fits and self._fits_without(self.standing.reserved)

    @property
    def is_allotted_elsewhere(self) -> bool:
        """Whether it would fit without what processes hold for later calls."""
        return not self.fits and self._fits_without(self.allotted)

    def _fits_without(self, held: Decimal) -> bool:
        reserved = self.standing.reserved - held
        return replace(self, standing=replace(self.standing, reserved=reserved)).fits


def worst_case(
    bounds: CallBounds, usual: UsualTokens, pricer: Callable[[CallRecord], Cost | None] | None
) -> WorstCase:
    """The worst case of a call.

    Args:
        bounds: The call.
        usual: What the user's calls to the model used so far.
        pricer: Finds the cost of a call; None where no limit is in dollars.
    """
    read, written = bounds.input_tokens, bounds.max_output_tokens
    if bounds.record.operation_name == "embeddings":
        written = 0
    is_soft = read is None or written is None or not bounds.is_text_only
    if read is None:
        read = _or_usual(usual.input_tokens)
    if written is None:
        written = _or_usual(usual.output_tokens)
    usd = None if pricer is None else _dearest(bounds.record, read, written, pricer)
    return WorstCase(read + written, usd, is_soft)


def ceiling_of(record: CallRecord, pricer: Callable[[CallRecord], Cost | None]) -> PriceCeiling | None:
    """The most that calls to the model of a record can cost; None where its price is not known."""
    return price_ceiling(record, lambda plain, read, written: _dearest(plain, read, written, pricer))


def has_price(record: CallRecord, pricer: Callable[[CallRecord], Cost | None]) -> bool:
    """Whether the model of a call has a known price."""
    return _dearest(record, 1, 1, pricer) is not None


def cost_at_ceiling(limit: Limit, tokens: int) -> Decimal:
    """The dollars at which a limit counts tokens of models without a known price; 0 without a ceiling."""
    return (limit.price_ceiling or Decimal(0)) * tokens / _MILLION


def run_caps(
    run_id: str,
    amounts: Sequence[tuple[str, Decimal]],
    unpriced: Mapping[str, str | Decimal] = MappingProxyType({}),
) -> list[Limit]:
    """The caps on a run, as limits: id ``run=<run id>/total/<unit>``.

    Args:
        run_id: The run.
        amounts: Units, each once, with the most that the run may use of it.
        unpriced: By unit, what becomes of calls without a known price, see `Limit`.
    """
    return [
        Limit(
            RUN,
            run_id,
            "total",
            unit,
            amount,
            warn_at=(),
            on_exceed="block",
            unpriced=unpriced.get(unit, "allow"),
            source=RUN,
        )
        for unit, amount in amounts
        if unit in UNITS
    ]


def first_refusal(decisions: Sequence[Decision]) -> Decision | None:
    """The limit that a call would exceed; one that is used up before one that is only reserved."""
    broken = [decision for decision in decisions if not decision.fits]
    return next(
        (decision for decision in broken if not decision.is_reserved_elsewhere), next(iter(broken), None)
    )


def _or_usual(tokens: int | None) -> int:
    return USUAL_TOKENS if tokens is None else tokens


def _dearest(
    record: CallRecord, read: int, written: int, pricer: Callable[[CallRecord], Cost | None]
) -> Decimal | None:
    """The price of the figures, with all of the input written to a cache where that costs more."""
    plain = replace(record, basis="counted", input_tokens=read, output_tokens=written, service_tier=None)
    costs = [pricer(plain), pricer(replace(plain, cache_write_input_tokens=read))]
    return max((cost.amount for cost in costs if cost is not None), default=None)
