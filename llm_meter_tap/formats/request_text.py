"""The text of a call whose provider reported no usage, to be counted by tokenizer.

The text goes to the counting service in memory and is forgotten; nothing here writes or logs it. Media are
left out: a picture's base64 is not what a model reads. What a provider puts around the pieces of text goes as
numbers.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from llm_meter_tap.formats import eventstream, sse
from llm_meter_tap.formats.answer_schema import answer_schema
from llm_meter_tap.formats.format import TextFields, names
from llm_meter_tap.formats.framing import count_messages
from llm_meter_tap.formats.partial_json import array_items
from llm_meter_tap.formats.registry import FORMATS
from llm_meter_tap.formats.tool_text import tool_text
from llm_meter_tap.wire.json_values import mapping, parse

BREAK = "\x1e"
"""Between two pieces of text, which a tokenizer must not merge: ASCII's record separator."""


# Members inside of a format's text fields that are no text, in the spellings of all formats: identifiers and
# states; media; repetitions of the text beside them, and judgements about it.
_NOT_TEXT = frozenset(
    names(
        "type role id object status index model created signature thoughtSignature tool_call_id tool_use_id",
        "toolUseId call_id item_id token_id format detail event_type verbosity channel cache_control usage",
        "finish_reason finishReason stop_reason stopReason stop_sequence native_finish_reason",
        "image image_url imageUrl images input_audio audio video video_url source file file_data fileData",
        "inlineData inline_data bytes b64_json url data media_type mime_type mimeType embedding embeddings",
        "encrypted_content logprobs annotations citations reasoning_details executed_tools search_results",
        "content_filter_results safetyRatings citationMetadata groundingMetadata",
    )
)
# A tool call's arguments, which the model wrote or reads as JSON.
_ARGUMENTS = names("input args arguments parameters")


class Gathered(NamedTuple):
    """Text of one side of a call.

    Attributes:
        text: The text, `BREAK` between its pieces; None when there is none.
        framing: How many there are of what stands around it: `framing.count_messages`, `tool_text.tool_text`.
    """

    text: str | None
    framing: dict[str, int]


def call_text(
    api: str, request: bytes | None, content_type: str | None, response: bytes
) -> dict[str, Any] | None:
    """The `text` member of a spool line (docs/reference/protocol.md).

    Args:
        api: The name of the call's format.
        request: The request's body; None where what the model read needs no count.
        content_type: The response's Content-Type.
        response: The response's body, decoded and as far as it came.

    Returns:
        The member; None when there is no text, or when it is not what the call is charged by.
    """
    fields = FORMATS[api].text
    if fields is None:
        return None
    written = response_text(fields, content_type, response)
    read = Gathered(None, {}) if request is None else request_text(fields, request)
    known = {side: one.text for side, one in (("output", written), ("input", read)) if one.text}
    if not known:
        return None
    return {**known, "framing": {"api": api, "input": read.framing, "output": written.framing}}


def request_text(fields: TextFields, body: bytes) -> Gathered:
    """What the model was given to read.

    Args:
        fields: Where the request's format has text.
        body: The whole request body.
    """
    members = mapping(parse(body))
    counts: Counter[str] = Counter()
    pieces = [piece for name in fields.read for piece in _strings(members.get(name))]
    count_messages(members, fields, counts)
    for name in fields.tools:
        tools = tool_text(members.get(name), counts)
        pieces += [] if tools is None else [tools]
    asked = answer_schema(members, fields.answer_schema)
    if asked is not None:
        counts["schemas"] += 1
        pieces.append(asked)
    return Gathered(BREAK.join(pieces) or None, dict(+counts))


def response_text(fields: TextFields, content_type: str | None, body: bytes) -> Gathered:
    """What the model wrote, as far as it came; the pieces of a stream are joined as they are.

    Args:
        fields: Where the answer's format has text.
        content_type: The response's Content-Type.
        body: The decoded body, perhaps cut off.
    """
    counts: Counter[str] = Counter()
    whole = parse(body)
    if isinstance(whole, dict):
        return Gathered(BREAK.join(_written(fields, whole, "message", counts)) or None, dict(+counts))
    documents = _documents(content_type or "", body)
    text = "".join(piece for document in documents for piece in _written(fields, document, "delta", counts))
    return Gathered(text or None, dict(+counts))


def _documents(content_type: str, body: bytes) -> Iterator[dict[str, Any]]:
    if "amazon.eventstream" in content_type and eventstream.parts(body):
        content_type, body = "", eventstream.parts(body)
    if "amazon.eventstream" in content_type:
        texts = [event.data for event in eventstream.events(body)]
    elif body[:256].lstrip()[:1] == b"[":
        return iter(array_items(body))
    elif body[:256].lstrip()[:1] == b"{":
        texts = body.splitlines()
    else:
        texts = [event.data for event in sse.events(body)]
    return (mapping(parse(text)) for text in texts)


def _written(
    fields: TextFields, document: dict[str, Any], version: str, counts: Counter[str]
) -> Iterator[str]:
    kind, delta = str(document.get("type")), document.get("delta")
    if fields.delta_events is not None and kind.startswith(fields.delta_events):
        # Other events repeat what the deltas have said, but for a tool's name.
        if kind.endswith(".delta") and isinstance(delta, str):
            yield delta
        elif kind == "response.output_item.added":
            yield from _strings(mapping(document.get("item")).get("name"), version, counts)
            counts["calls"] += mapping(document.get("item")).get("type") == "function_call"
        return
    for name in fields.written:
        yield from _strings(document.get(name), version, counts)


def _strings(value: Any, version: str = "message", counts: Counter[str] | None = None) -> Iterator[str]:
    """All text inside a value.

    Args:
        value: Any part of a document.
        version: The member to take where one choice has a `message` and a `delta`: some providers repeat in a
            stream's `message` what its deltas have said, and give whole answers an empty `delta`.
        counts: Grows by the `calls` of tools.
    """
    if isinstance(value, str):
        if value:
            yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item, version, counts)
    elif isinstance(value, dict):
        chosen = value.get(version)
        members = chosen if isinstance(chosen, dict) else value
        if counts is not None and members.get("name") and any(name in members for name in _ARGUMENTS):
            counts["calls"] += 1
        for name, item in members.items():
            if name in _ARGUMENTS and isinstance(item, dict):
                if item:
                    yield json.dumps(item, ensure_ascii=False)
            elif name not in _NOT_TEXT:
                yield from _strings(item, version, counts)
