"""Reads a provider's response: usage, model, id, error, end.

Usage is the provider's own or absent: nothing is counted here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from llm_meter_tap.formats.documents import WHOLE_BODY, Documents, documents
from llm_meter_tap.formats.errors import error_type
from llm_meter_tap.formats.figures import Draft, Reading, Usage
from llm_meter_tap.formats.flags import CACHE_HIT, UNKNOWN_MEMBER, flags_of
from llm_meter_tap.formats.format import UsageReader
from llm_meter_tap.formats.gateways import COST, TELLING, cost_in, id_in, is_cache_hit
from llm_meter_tap.formats.registry import FORMATS
from llm_meter_tap.formats.tool_calls import in_usage
from llm_meter_tap.formats.usage_members import unknown_members
from llm_meter_tap.wire.json_values import count, parse

if TYPE_CHECKING:
    from llm_meter_tap.formats.matching import CallShape

__all__ = ["Reading", "Usage", "plain_fields", "read_document", "read_response", "whole_object"]


_JSON = "application/json"
# An answer's pattern is compiled when its first answer comes.
_pattern = lru_cache(maxsize=None)(re.compile)


def read_response(
    shape: CallShape,
    status: int,
    headers: Mapping[str, str],
    content_type: str | None,
    body: bytes,
    complete: bool,
    document: dict[str, Any] | None = None,
) -> Reading:
    """Read a response; never raises.

    Args:
        shape: What the request was.
        status: The HTTP status.
        headers: The response's headers, keys in lower case.
        content_type: The response's Content-Type.
        body: The body so far, its content encoding undone.
        complete: Whether the body came to its end.
        document: What `whole_object` says of it, where it was asked.

    Returns:
        What could be read. A body that is not what the shape promises has no usage.
    """
    reader = FORMATS[shape.api].usage
    if document is not None:
        found = Documents([("", document)], False, True)
    else:
        found = documents(
            (content_type or "").lower(),
            body,
            complete,
            _pattern(reader.matters),
            reader.names,
            reader.figures,
            reader.is_summed,
        )
    draft = Draft()
    for event, document in found.items:
        reader.read_document(draft, event, document)
    if reader.headers:
        in_headers = {name: count(parse(headers[key])) for key, name in reader.headers if key in headers}
        draft.update({"headers": in_headers or None})
    cost = cost_in(headers) if draft.raw else None
    if cost is not None:
        draft.update({COST: cost})
    has_ended = found.is_stream and (draft.is_finished or bool(draft.error))
    has_failed = draft.error or status >= 400
    failure = error_type(status, _error(status, draft, found.items), headers) if has_failed else None
    reading = _reading(reader, draft, shape, failure, found.is_whole or has_ended)
    reading.is_closed = found.is_whole
    if reading.response_id is None and not reading.is_stored:
        reading.response_id = id_in(headers)
    if is_cache_hit(headers):
        reading.is_cached, reading.usage = True, None
        reading.tool_calls, reading.flags, reading.unknown_members = {}, [CACHE_HIT], []
    return reading


def whole_object(content_type: str, body: bytes) -> dict[str, Any] | None:
    """Parse an answer that came to its end.

    Args:
        content_type: The response's Content-Type.
        body: The body, its content encoding undone.

    Returns:
        The JSON object that the whole body is, as most are; None for any other body.
    """
    if len(body) > WHOLE_BODY or body[:1] != b"{":
        return None
    if content_type != _JSON and content_type.lower().partition(";")[0] != _JSON:
        return None
    document = parse(body)
    return document if isinstance(document, dict) else None


def plain_fields(api: str, headers: Mapping[str, str], document: dict[str, Any]) -> dict[str, Any] | None:
    """Read an answer that came to its end, with a status of success, in which nothing is out of the ordinary.

    Args:
        api: The name of the answer's format.
        headers: The response's headers, keys in lower case.
        document: What `whole_object` says of it.

    Returns:
        The fields that `read_response` would find for the call's record; None where it has to be asked.
    """
    read = FORMATS[api].usage.plain
    return None if read is None or not TELLING.isdisjoint(headers) else read(document)


def read_document(shape: CallShape, answer: dict[str, Any]) -> Reading:
    """Read an answer that came within another document; never raises."""
    reader = FORMATS[shape.api].usage
    draft = Draft()
    reader.read_document(draft, "", answer)
    return _reading(reader, draft, shape, error_type(0, draft.error, {}), is_finished=True)


def _reading(
    reader: UsageReader, draft: Draft, shape: CallShape, failure: str | None, is_finished: bool
) -> Reading:
    usage = _usage(reader, draft, shape.provider_name)
    is_final = usage is not None and is_finished
    unknown = unknown_members(draft.raw) if is_final else []
    flags = flags_of(usage, reader.totals) if usage is not None and is_final else []
    if usage is None and failure is None and reader.without_figures is not None:
        flags = [reader.without_figures]
    return Reading(
        usage=usage,
        response_model=draft.model,
        response_id=draft.id,
        service_tier=draft.tier,
        error_type=failure,
        is_finished=is_finished,
        is_background=draft.is_background,
        is_stored=draft.is_background or draft.is_stored,
        is_elsewhere=reader.is_elsewhere and usage is None and failure is None and not shape.is_stream,
        flags=[*flags, UNKNOWN_MEMBER] if unknown else flags,
        tool_calls={**draft.tool_calls, **in_usage(draft.raw)},
        unknown_members=unknown,
    )


def _usage(reader: UsageReader, draft: Draft, provider: str) -> Usage | None:
    usage = reader.normalise(draft, provider) if draft.raw else None
    return usage if usage is not None and (usage.is_known() or draft.has_units) else None


def _error(status: int, draft: Draft, items: list[tuple[str, dict[str, Any]]]) -> Any:
    """On a failed status the whole body is the error where none stands out in it."""
    if draft.error or status < 400 or not items:
        return draft.error
    return items[0][1]
