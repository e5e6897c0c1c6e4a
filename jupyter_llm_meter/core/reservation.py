"""Whether a call may be sent: its worst case, held against every limit that it comes under.

Pure arithmetic over figures that somebody else looked up, and the words in which a refusal is told to a
person who reads a traceback. What a call needs is never guessed low on purpose: where it is not known, the
reservation is soft and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from jupyter_llm_meter.core.limits import UNITS, Limit
from jupyter_llm_meter.core.prices import Cost
from jupyter_llm_meter.core.standing import Standing
from llm_meter_tap.wire.record import CallRecord

LEASE = timedelta(seconds=30)
"""How long a reservation holds without being renewed."""

USUAL_TOKENS = 4096
"""What a call is taken to need at most when neither its request nor the user's own past tells."""

RUN = "run"
"""The scope, and the source, of a cap on one run: no limit of the settings can have it."""


@dataclass(frozen=True)
class Habit:
    """What one user's calls to one model used so far, at their 95th percentile; None: too few to tell."""

    input_tokens: int | None = None
    output_tokens: int | None = None


@dataclass(frozen=True)
class Demand:
    """The most that one call can use.

    Attributes:
        tokens: Input and output.
        usd: Its price without any discount; None: the model has no known price.
        is_soft: It may use more, because something about it could only be estimated.
    """

    tokens: int
    usd: Decimal | None
    is_soft: bool

    def of(self, unit: str) -> Decimal:
        """What it reserves of a limit's unit; a call without a price reserves no dollars."""
        if unit == "calls":
            return Decimal(1)
        return Decimal(self.tokens) if unit == "tokens" else self.usd or Decimal(0)

    def is_soft_in(self, unit: str) -> bool:
        """Whether what it reserves of a unit may be exceeded; one call is always one call."""
        return unit != "calls" and (self.is_soft or (unit == "USD" and self.usd is None))


@dataclass(frozen=True)
class Ask:
    """A call that wants to be sent.

    Attributes:
        record: What is known when the request would leave, its user and notebook filled in.
        input_tokens: Counted in its text; None: there was none to count.
        max_output_tokens: The most that it lets the model write; None: it does not say.
        is_text_only: Neither images nor sound nor documents go with the text.
        caps: The caps on the run that it belongs to, see `run_caps`.
    """

    record: CallRecord
    input_tokens: int | None = None
    max_output_tokens: int | None = None
    is_text_only: bool = True
    caps: Sequence[Limit] = ()


@dataclass(frozen=True)
class Claim:
    """What one call needs of one limit.

    Attributes:
        standing: Where the limit is for the call's subject, other calls' reservations included.
        needed: What the call may use of it.
    """

    standing: Standing
    needed: Decimal

    @property
    def fits(self) -> bool:
        """Whether the call keeps the limit. One that needs nothing is refused once the limit is used up."""
        used, amount = self.standing.used, self.standing.amount
        if not self.needed:
            return used < amount
        return used + self.standing.reserved + self.needed <= amount

    @property
    def is_reserved_elsewhere(self) -> bool:
        """Whether it would fit but for what other calls have reserved."""
        without = replace(self, standing=replace(self.standing, reserved=Decimal(0)))
        return not self.fits and without.fits


def demand(ask: Ask, habit: Habit, pricer: Callable[[CallRecord], Cost | None] | None) -> Demand:
    """The worst case of a call.

    Args:
        ask: The call.
        habit: What the user's calls to the model used so far.
        pricer: Finds the cost of a call; None where no dollars are asked for.
    """
    read, written = ask.input_tokens, ask.max_output_tokens
    if ask.record.operation_name == "embeddings":
        written = 0
    is_soft = read is None or written is None or not ask.is_text_only
    if read is None:
        read = _or_usual(habit.input_tokens)
    if written is None:
        written = _or_usual(habit.output_tokens)
    usd = None if pricer is None else _dearest(ask.record, read, written, pricer)
    return Demand(read + written, usd, is_soft)


def run_caps(run_id: str, amounts: Sequence[tuple[str, Decimal]]) -> list[Limit]:
    """The caps on a run, as limits: id ``run=<run id>/total/<unit>``.

    Args:
        run_id: The run.
        amounts: Units, each once, with the most that the run may use of it.
    """
    return [
        Limit(RUN, run_id, "total", unit, amount, warn_at=(), on_exceed="block", source=RUN)
        for unit, amount in amounts
        if unit in UNITS
    ]


def first_refusal(claims: Sequence[Claim]) -> Claim | None:
    """The limit that a call would break; one that is used up goes before one that is only reserved."""
    broken = [claim for claim in claims if not claim.fits]
    return next((claim for claim in broken if not claim.is_reserved_elsewhere), next(iter(broken), None))


def refusal_message(claim: Claim, *, may_raise: bool) -> str:
    """Why a call was refused: the arithmetic, when the limit starts anew, and who can raise it.

    Args:
        claim: The limit that it would have broken.
        may_raise: Whether this user may add to the limit for a while.
    """
    standing = claim.standing
    limit = standing.limit
    unit = limit.unit
    name = "the cap on this run" if limit.scope == RUN else f"the limit {limit.id} for {standing.subject}"
    needed = f"this call may need {_shown(claim.needed)}" if claim.needed else "nothing is left"
    return (
        f"Not sent: {name} is {_shown(standing.amount)} {unit}. Used {_shown(standing.used)}, reserved by "
        f"calls under way {_shown(standing.reserved)}; {needed}. "
        f"{_reset(standing)} {_remedy(limit, may_raise)}"
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


def _reset(standing: Standing) -> str:
    limit = standing.limit
    if limit.scope == RUN:
        return "It holds until this run has ended."
    if standing.resets_at is None:
        return "It never starts anew."
    local = standing.resets_at.astimezone(ZoneInfo(limit.time_zone))
    return f"It starts anew {local:%Y-%m-%d %H:%M} ({limit.time_zone})."


def _remedy(limit: Limit, may_raise: bool) -> str:
    if limit.scope == RUN:
        return "You can change it where it was set, with %llm_limit or %%llm_limit."
    if limit.source != "config":
        dialog = " or from the dialog in JupyterLab" if may_raise else ""
        return f"You can raise it in Settings > LLM Meter{dialog}."
    if may_raise:
        return "You can raise it from the dialog in JupyterLab."
    return "The administrator can raise it."


def _shown(amount: Decimal) -> str:
    return f"{amount.normalize():,f}" if amount else "0"
