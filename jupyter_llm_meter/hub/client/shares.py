"""Joins what this user's ledger and the hub's grant a process, so that its calls keep the limits of both.

In a process a hub's limit has another id than one of the user's own, since both may have the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from jupyter_llm_meter.core.allotments import AllotmentReturn
from jupyter_llm_meter.hub.names import LIMIT_PREFIX

Answer = dict[str, Any]


def joined(own: Answer, above: Answer, digest: str, is_own_limited: bool, is_above_limited: bool) -> Answer:
    """One grant out of two.

    There is an allotment only if each ledger that has hard limits gave one: a process draws only what it may
    draw from both.

    Args:
        own: The grant of the user's own ledger.
        above: That of the hub's.
        digest: Names the limits of both.
        is_own_limited: Whether the user's own ledger has hard limits.
        is_above_limited: Whether the hub's has.
    """
    answer = {**above, **own}
    answer.pop("allotment", None)
    wanted: list[Answer | None] = []
    if is_own_limited:
        wanted.append(own.get("allotment"))
    if is_above_limited:
        wanted.append(_of_hub(above.get("allotment")))
    parts = [part for part in wanted if part is not None]
    if not parts or len(parts) < len(wanted):
        return answer
    prices = [part["prices"] for part in parts if "prices" in part]
    answer["allotment"] = {
        "id": parts[0]["id"],
        "limits": digest,
        "shares": [share for part in parts for share in part["shares"]],
        "output_tokens": max(part["output_tokens"] for part in parts),
        "valid_s": min(part["valid_s"] for part in parts),
        **({"prices": [max(each) for each in zip(*prices, strict=True)]} if prices else {}),
    }
    return answer


def parted(
    returned: Sequence[AllotmentReturn],
) -> tuple[list[AllotmentReturn], list[AllotmentReturn]]:
    """What a process gives back, as it concerns the user's own ledger, and the hub's."""
    own = [replace(each, keep=_kept(each, is_of_hub=False)) for each in returned]
    return own, [replace(each, keep=_kept(each, is_of_hub=True)) for each in returned]


def to_wire(returned: Sequence[AllotmentReturn]) -> list[Answer]:
    """Returns as the hub gets them."""
    return [{"id": each.id, **({} if each.keep is None else {"keep": dict(each.keep)})} for each in returned]


def _of_hub(part: Answer | None) -> Answer | None:
    if part is None:
        return None
    shares = [{**share, "limit_id": LIMIT_PREFIX + share["limit_id"]} for share in part["shares"]]
    return {**part, "shares": shares}


def _kept(each: AllotmentReturn, *, is_of_hub: bool) -> dict[str, int] | None:
    if each.keep is None:
        return None
    return {
        limit_id.removeprefix(LIMIT_PREFIX): amount
        for limit_id, amount in each.keep.items()
        if limit_id.startswith(LIMIT_PREFIX) == is_of_hub
    }
