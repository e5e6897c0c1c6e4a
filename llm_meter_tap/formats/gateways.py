"""Reads what gateways say about a call in their response headers: whether it was answered from a cache, its
cost, and its id.

Sources: Cloudflare AI Gateway, Portkey, Helicone and OpenRouter on response caching, LiteLLM on response
headers.
"""

from __future__ import annotations

from collections.abc import Mapping

COST = "gateway_cost_usd"
"""The name among a call's raw figures of the dollars that a gateway states."""

_CACHE_STATUS = frozenset(
    ("cf-aig-cache-status", "x-portkey-cache-status", "helicone-cache", "x-openrouter-cache-status")
)
_COST = "x-litellm-response-cost"
_ID = "x-litellm-call-id"
_LONGEST_ID = 256
TELLING = frozenset((*_CACHE_STATUS, _COST, _ID))
"""The headers by which gateways say something about a call."""


def is_cache_hit(headers: Mapping[str, str]) -> bool:
    """Whether the answer comes from a gateway's cache, so that no provider was called.

    Args:
        headers: The response's headers, keys in lower case.
    """
    if _CACHE_STATUS.isdisjoint(headers):
        return False
    # Portkey has "SEMANTIC HIT" besides.
    return any(headers[name].upper().endswith("HIT") for name in _CACHE_STATUS if name in headers)


def cost_in(headers: Mapping[str, str]) -> str | None:
    """The dollars that a gateway states; None when it states none, or before a stream, where it cannot know.

    Args:
        headers: The response's headers, keys in lower case.
    """
    cost = headers.get(_COST)
    return None if cost is None or "event-stream" in headers.get("content-type", "") else cost


def id_in(headers: Mapping[str, str]) -> str | None:
    """The id that a gateway gave a call; by it the gateway's own record is known where the answer has no id.

    Args:
        headers: The response's headers, keys in lower case.
    """
    name = headers.get(_ID, "")
    return name if 0 < len(name) <= _LONGEST_ID else None
