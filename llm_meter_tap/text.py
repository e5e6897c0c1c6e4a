"""The text of a call whose provider reported no usage, to be counted by tokenizer.

Owns the gathering of what a model read and wrote, out of the formats in `apis.py`. Refuses to keep it: the
text goes to the counting service in memory and is forgotten; nothing here writes or logs. Media are left out:
a picture's base64 is not what a model reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from llm_meter_tap import aws_eventstream, sse
from llm_meter_tap.json_values import mapping, parse
from llm_meter_tap.partial_json import array_items


def _names(*lines: str) -> tuple[str, ...]:
    return tuple(name for line in lines for name in line.split())


# What a model reads, in the order in which providers put it before the model.
_READ = _names(
    "system instructions systemInstruction system_instruction preamble chat_history messages message prompt",
    "suffix input inputs texts contents content requests instances inputText query documents",
)
# Definitions are read as JSON: names, descriptions and schemas alike.
_READ_AS_JSON = _names("tools functions toolConfig response_format")
# What a model writes: whole answers first, then the pieces of streams.
_WRITTEN = _names(
    "choices output content candidates message text response result completion generation generations",
    "results generated_text tool_plan tool_calls delta content_block contentBlockDelta start",
)
# Members inside of those that are no text: identifiers and states; media; repetitions of what stands beside
# them, and verdicts on it.
_NOT_TEXT = frozenset(
    _names(
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
_ARGUMENTS = _names("input args arguments parameters")


def request_text(body: bytes) -> str | None:
    """The text that the model was given to read.

    Args:
        body: The whole request body.

    Returns:
        The text, a line break between its pieces; None when there is none.
    """
    members = mapping(parse(body))
    pieces = [piece for name in _READ for piece in _strings(members.get(name))]
    pieces += [json.dumps(members[name], ensure_ascii=False) for name in _READ_AS_JSON if members.get(name)]
    return "\n".join(pieces) or None


def response_text(content_type: str | None, body: bytes) -> str | None:
    """The text that the model wrote, as far as it came.

    Args:
        content_type: The response's Content-Type.
        body: The decoded body, perhaps cut off.

    Returns:
        The text; the pieces of a stream are joined as they are. None when there is none.
    """
    whole = parse(body)
    if isinstance(whole, dict):
        return "\n".join(_written(whole, "message")) or None
    documents = _documents(content_type or "", body)
    return "".join(piece for document in documents for piece in _written(document, "delta")) or None


def _documents(content_type: str, body: bytes) -> Iterator[dict[str, Any]]:
    if "amazon.eventstream" in content_type:
        texts = [event.data for event in aws_eventstream.events(body)]
    elif body[:256].lstrip()[:1] == b"[":
        return iter(array_items(body))
    elif body[:256].lstrip()[:1] == b"{":
        texts = body.splitlines()
    else:
        texts = [event.data for event in sse.events(body)]
    return (mapping(parse(text)) for text in texts)


def _written(document: dict[str, Any], version: str) -> Iterator[str]:
    kind, delta = str(document.get("type")), document.get("delta")
    if kind.startswith("response."):
        # The Responses API repeats in its other events what the deltas have said.
        if kind.endswith(".delta") and isinstance(delta, str):
            yield delta
        return
    for name in _WRITTEN:
        yield from _strings(document.get(name), version)


def _strings(value: Any, version: str = "message") -> Iterator[str]:
    """All text inside a value.

    Args:
        value: Any part of a document.
        version: The member to take where one choice has a `message` and a `delta`: some providers repeat in a
            stream's `message` what its deltas have said, and give whole answers an empty `delta`.
    """
    if isinstance(value, str):
        if value:
            yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item, version)
    elif isinstance(value, dict):
        chosen = value.get(version)
        members = chosen if isinstance(chosen, dict) else value
        for name, item in members.items():
            if name in _ARGUMENTS and isinstance(item, dict):
                yield json.dumps(item, ensure_ascii=False)
            elif name not in _NOT_TEXT:
                yield from _strings(item, version)
