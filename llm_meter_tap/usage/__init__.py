"""What a provider's response says about the call: figures, model, id, error, end.

Owns the choice of the family whose rules read a response. Refuses to raise, whatever the bytes are, and to
count anything itself: figures are the provider's or absent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from llm_meter_tap.usage import anthropic, bedrock, cohere, google, ollama, openai, watsonx
from llm_meter_tap.usage.documents import documents
from llm_meter_tap.usage.errors import error_type
from llm_meter_tap.usage.figures import Draft, Reading, Usage

if TYPE_CHECKING:
    from llm_meter_tap.recognise import Shape

__all__ = ["Reading", "Usage", "read_response"]


class _Family(NamedTuple):
    matters: re.Pattern[bytes]
    names: tuple[str, ...]
    take: Callable[[Draft, str, dict[str, Any]], None]
    normalise: Callable[[Draft, str], Usage]


_OPENAI = _Family(openai.MATTERS, openai.NAMES, openai.take, openai.normalise)
# By the part of `Shape.api` before the dot; who is not here speaks OpenAI's format.
_FAMILIES = {
    "anthropic": _Family(anthropic.MATTERS, anthropic.NAMES, anthropic.take, anthropic.normalise),
    "google": _Family(google.MATTERS, google.NAMES, google.take, google.normalise),
    "bedrock": _Family(bedrock.MATTERS, bedrock.NAMES, bedrock.take, bedrock.normalise),
    "cohere": _Family(cohere.MATTERS, cohere.NAMES, cohere.take, cohere.normalise),
    "ollama": _Family(ollama.MATTERS, ollama.NAMES, ollama.take, ollama.normalise),
    "watsonx": _Family(watsonx.MATTERS, watsonx.NAMES, watsonx.take, watsonx.normalise),
}


def read_response(
    shape: Shape,
    status: int,
    headers: Mapping[str, str],
    content_type: str | None,
    body: bytes,
    complete: bool,
) -> Reading:
    """Read a response; never raises.

    Args:
        shape: What the request was.
        status: The HTTP status.
        headers: The response's headers, keys in lower case.
        content_type: The response's Content-Type.
        body: The body so far, its content encoding undone.
        complete: Whether the body came to its end.

    Returns:
        What could be read. A body that is not what the shape promises has no usage.
    """
    family = _FAMILIES.get(shape.api.partition(".")[0], _OPENAI)
    found = documents((content_type or "").lower(), body, complete, family.matters, family.names)
    draft = Draft()
    for event, document in found.items:
        family.take(draft, event, document)
    if shape.api.startswith("bedrock."):
        bedrock.take_headers(draft, headers)
    usage = family.normalise(draft, shape.provider_name) if draft.raw else None
    return Reading(
        usage=usage if usage is not None and usage.is_known() else None,
        response_model=draft.model,
        response_id=draft.id,
        service_tier=draft.tier,
        error_type=error_type(status, _error(status, draft, found.items), headers),
        is_finished=found.is_whole or draft.is_finished or bool(draft.error),
    )


def _error(status: int, draft: Draft, items: list[tuple[str, dict[str, Any]]]) -> Any:
    """On a failed status the whole body is the error where none stands out in it."""
    if draft.error or status < 400 or not items:
        return draft.error
    return items[0][1]
