"""The words of a refusal: what is used, reserved and needed, when the limit resets, and who can raise it."""

from __future__ import annotations

from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from jupyter_llm_meter.core.format import format_exact
from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.reservation import RUN, Decision
from jupyter_llm_meter.core.standing import Standing


class RefusalWords(NamedTuple):
    """What a person reads about a refused call.

    Attributes:
        headline: Which limit says no, and why.
        details: A name and its value each, in the order in which they are shown.
        message: All of it in one paragraph.
    """

    headline: str
    details: tuple[tuple[str, str], ...]
    message: str

    def to_dict(self) -> dict[str, Any]:
        """The members of the answer to a reservation request."""
        return {"message": self.message, "headline": self.headline, "details": [*map(list, self.details)]}


def refusal_words(decision: Decision, *, may_raise: bool, link: str | None = None) -> RefusalWords:
    """Say why a call was refused.

    Args:
        decision: The decision against the call.
        may_raise: Whether this user may add to the limit for a while.
        link: Address of the lab, where known.
    """
    standing = decision.standing
    limit = standing.limit
    amount, used, reserved, needed = (
        format_exact(value, limit.unit)
        for value in (standing.amount, standing.used, standing.reserved, decision.needed)
    )
    name = "the cap on this run" if limit.scope == RUN else f"the limit {limit.id} for {standing.subject}"
    if decision.is_unpriced:
        return _unpriced_words(decision, name, amount, used, link)
    need = f"this call may need {needed}" if decision.needed else "nothing is left"
    reset, remedy = _reset(standing), _remedy(limit, may_raise)
    details = (
        ("Limit", amount),
        ("Used", used),
        ("Reserved", f"{reserved}, by calls under way"),
        ("Needed", f"at most {needed}" if decision.needed else "nothing is left"),
        ("Resets", reset),
        ("To raise", remedy),
        *((("Open", link),) if link else ()),
    )
    return RefusalWords(
        f"LLM Meter did not send this call: it could exceed {name}.",
        details,
        f"Not sent: {name} is {amount}. Used {used}, reserved by calls under way {reserved}; {need}. "
        f"{reset} {remedy}",
    )


def _unpriced_words(decision: Decision, name: str, amount: str, used: str, link: str | None) -> RefusalWords:
    """The refusal of a call because its model has no known price."""
    way = "unpriced=allow" if decision.standing.limit.scope == RUN else "unpriced to allow"
    remedy = f"Add the model's price, or set {way} or to a price ceiling in US dollars per million tokens."
    details = (
        ("Limit", amount),
        ("Used", used),
        ("To send it", remedy),
        *((("Open", link),) if link else ()),
    )
    reason = "its model has no known price, and such calls are refused by"
    return RefusalWords(
        f"LLM Meter did not send this call: {reason} {name}.",
        details,
        f"Not sent: {reason} {name} ({amount}, used {used}). {remedy}",
    )


def _reset(standing: Standing) -> str:
    limit = standing.limit
    if limit.scope == RUN:
        return "It holds until this run has ended."
    if standing.resets_at is None:
        return "It never resets."
    local = standing.resets_at.astimezone(ZoneInfo(limit.time_zone))
    return f"It resets {local:%Y-%m-%d %H:%M} ({limit.time_zone})."


def _remedy(limit: Limit, may_raise: bool) -> str:
    if limit.scope == RUN:
        return "You can change it where it was set, with %llm_limit or %%llm_limit."
    if limit.source != "config":
        dialog = " or from the dialog in JupyterLab" if may_raise else ""
        return f"You can raise it in Settings > LLM Meter{dialog}."
    if may_raise:
        return "You can raise it from the dialog in JupyterLab."
    return "The administrator can raise it."
