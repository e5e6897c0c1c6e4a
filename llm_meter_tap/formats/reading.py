"""What a provider's response says about the call: figures, model, id, error, end.

Owns the choice of the family whose rules read a response. Refuses to raise, whatever the bytes are, and to
count anything itself: figures are the provider's or absent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from llm_meter_tap.formats import (
    alephalpha,
    anthropic,
    bedrock,
    bfl,
    cohere,
    google,
    huggingface,
    ollama,
    openai,
    replicate,
    watsonx,
)
from llm_meter_tap.formats.documents import documents
from llm_meter_tap.formats.errors import error_type
from llm_meter_tap.formats.figures import Draft, Reading, Usage
from llm_meter_tap.formats.flags import flags_of
from llm_meter_tap.formats.tool_calls import in_usage
from llm_meter_tap.wire.json_values import count, parse

if TYPE_CHECKING:
    from llm_meter_tap.formats.matching import Shape

__all__ = ["Reading", "Usage", "read_document", "read_response"]


class _Family(NamedTuple):
    """One format's rules.

    Attributes:
        matters: What a stream's event must hold to be looked at.
        names: Outer members worth having from a body too big to parse, the one with the figures first.
        take: Gathers one document into the draft.
        normalise: Makes inclusive sums of the draft's raw figures.
        headers: Response headers with figures, each with its name among the raw figures.
    """

    matters: re.Pattern[bytes]
    names: tuple[str, ...]
    take: Callable[[Draft, str, dict[str, Any]], None]
    normalise: Callable[[Draft, str], Usage]
    headers: tuple[tuple[str, str], ...] = ()


_OPENAI = _Family(openai.MATTERS, openai.NAMES, openai.take, openai.normalise)
# By the part of `Shape.api` before the dot; who is not here speaks OpenAI's format.
_FAMILIES = {
    "alephalpha": _Family(alephalpha.MATTERS, alephalpha.NAMES, alephalpha.take, alephalpha.normalise),
    "anthropic": _Family(anthropic.MATTERS, anthropic.NAMES, anthropic.take, anthropic.normalise),
    "google": _Family(google.MATTERS, google.NAMES, google.take, google.normalise),
    "bedrock": _Family(bedrock.MATTERS, bedrock.NAMES, bedrock.take, bedrock.normalise, bedrock.HEADERS),
    "bfl": _Family(bfl.MATTERS, bfl.NAMES, bfl.take, bfl.normalise),
    "cohere": _Family(cohere.MATTERS, cohere.NAMES, cohere.take, cohere.normalise),
    "huggingface": _Family(
        huggingface.MATTERS,
        huggingface.NAMES,
        huggingface.take,
        huggingface.normalise,
        huggingface.HEADERS,
    ),
    "ollama": _Family(ollama.MATTERS, ollama.NAMES, ollama.take, ollama.normalise),
    "replicate": _Family(replicate.MATTERS, replicate.NAMES, replicate.take, replicate.normalise),
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
    in_headers = {name: count(parse(headers[key])) for key, name in family.headers if key in headers}
    if in_headers:
        draft.update({"headers": in_headers})
    has_ended = found.is_stream and (draft.is_finished or bool(draft.error))
    failure = error_type(status, _error(status, draft, found.items), headers)
    return _reading(family, draft, shape, failure, found.is_whole or has_ended)


def read_document(shape: Shape, answer: dict[str, Any]) -> Reading:
    """Read an answer that came within another document; never raises."""
    family = _FAMILIES.get(shape.api.partition(".")[0], _OPENAI)
    draft = Draft()
    family.take(draft, "", answer)
    return _reading(family, draft, shape, error_type(0, draft.error, {}), is_finished=True)


def _reading(family: _Family, draft: Draft, shape: Shape, failure: str | None, is_finished: bool) -> Reading:
    usage = _usage(family, draft, shape.provider_name)
    return Reading(
        usage=usage,
        response_model=draft.model,
        response_id=draft.id,
        service_tier=draft.tier,
        error_type=failure,
        is_finished=is_finished,
        is_background=draft.is_background,
        flags=flags_of(usage) if usage is not None and is_finished else [],
        tool_calls={**draft.tool_calls, **in_usage(draft.raw)},
    )


def _usage(family: _Family, draft: Draft, provider: str) -> Usage | None:
    usage = family.normalise(draft, provider) if draft.raw else None
    return usage if usage is not None and (usage.is_known() or draft.has_units) else None


def _error(status: int, draft: Draft, items: list[tuple[str, dict[str, Any]]]) -> Any:
    """On a failed status the whole body is the error where none stands out in it."""
    if draft.error or status < 400 or not items:
        return draft.error
    return items[0][1]
