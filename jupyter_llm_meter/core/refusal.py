"""The words of a refusal: what is used, reserved and needed, when the limit resets, and who can raise it."""

from __future__ import annotations

from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from jupyter_llm_meter.core.format import format_exact
from jupyter_llm_meter.core.limit_names import limit_name
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


def refusal_words(
    decision: Decision, *, may_raise: bool, link: str | None = None, model: str | None = None
) -> RefusalWords:
    """Say why a call was refused.

    Args:
        decision: The decision against the call.
        may_raise: Whether this user may add to the limit for a while.
        link: Address of the lab, where known.
        model: The model that the call asks for, where known.
    """
    standing = decision.standing
    limit = standing.limit
    amount, used, reserved, needed = (
        format_exact(value, limit.unit)
        for value in (standing.amount, standing.used, standing.reserved, decision.needed)
    )
    name = "the cap on this run" if limit.scope == RUN else f"the limit for {_name(standing)}"
    if decision.is_unpriced:
        return _unpriced_words(decision, name, f"{amount}, used {used}", link, model)
    need = f"this call may need {needed}" if decision.needed else "nothing is left"
    remedy = _remedy(limit, may_raise)
    details = (
        ("Limit", amount),
        ("Used", used),
        ("Reserved", f"{reserved}, by calls under way"),
        ("Needed", f"at most {needed}" if decision.needed else "nothing is left"),
        ("Resets", _reset(standing)),
        ("To raise", remedy),
        *((("Open", link),) if link else ()),
    )
    return RefusalWords(
        f"LLM Meter did not send this call: it could exceed {name}.",
        details,
        f"Not sent: {name} is {amount}. Used {used}, reserved by calls under way {reserved}; {need}. "
        f"{_reset_sentence(standing)} {remedy}",
    )


def _name(standing: Standing) -> str:
    return limit_name(standing.limit, standing.subject, reader=standing.subject)


def _unpriced_words(
    decision: Decision, name: str, figures: str, link: str | None, model: str | None
) -> RefusalWords:
    """The refusal of a call because its model has no known price."""
    remedies = _unpriced_remedies(decision.standing.limit)
    remedy = " ".join(remedies)
    details = (
        ("Model", f"{model or 'unknown'}, without a known price"),
        ("Limit", figures),
        *zip(("To send it", "Or"), remedies, strict=True),
        *((("Open", link),) if link else ()),
    )
    whose = "its model" if model is None else f"the model {model}"
    reason = f"{whose} has no known price, and such calls are refused by"
    return RefusalWords(
        f"LLM Meter did not send this call: {reason} {name}.",
        details,
        f"Not sent: {reason} {name} ({figures}). {remedy}",
    )


def _unpriced_remedies(limit: Limit) -> tuple[str, str]:
    """What lets such calls through, and who can do it: in the limit, and by a price."""
    price = "The administrator can give the model a price of its own (c.LLMMeter.prices_file)."
    if limit.scope == RUN:
        return (
            "Write unpriced=allow or a price ceiling in US dollars per million tokens, such as unpriced=15, "
            "after the amount of the cap.",
            price,
        )
    change = "set the limit's unpriced to allow, or to a price ceiling in US dollars per million tokens"
    if limit.source == "config":
        return f"The administrator can {change} (c.LLMMeter.limits).", price
    return f"You can {change}, in Settings > LLM Meter.", price


def _reset(standing: Standing) -> str:
    limit = standing.limit
    if limit.scope == RUN:
        return "when this run has ended"
    if standing.resets_at is None:
        return "never"
    local = standing.resets_at.astimezone(ZoneInfo(limit.time_zone))
    return f"{local:%Y-%m-%d %H:%M} ({limit.time_zone})"


def _reset_sentence(standing: Standing) -> str:
    if standing.limit.scope == RUN:
        return "It holds until this run has ended."
    if standing.resets_at is None:
        return "It never resets."
    return f"It resets {_reset(standing)}."


def _remedy(limit: Limit, may_raise: bool) -> str:
    if limit.scope == RUN:
        return "You can change it where it was set, with %llm_limit or %%llm_limit."
    if limit.source != "config":
        dialog = " or from the dialog in JupyterLab" if may_raise else ""
        return f"You can raise it in Settings > LLM Meter{dialog}."
    if may_raise:
        return "You can raise it from the dialog in JupyterLab."
    return "The administrator can raise it."
