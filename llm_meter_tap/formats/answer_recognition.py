"""Recognises a call by its answer, if its path is unknown.

The proof is a usage object: counts of input and output, under names that a known format uses, beside a model
or an id. An answer that has only one of these, or that reports on earlier calls, proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from llm_meter_tap.formats.documents import documents
from llm_meter_tap.formats.figures import Reading
from llm_meter_tap.formats.flags import RECOGNISED_BY_ANSWER
from llm_meter_tap.formats.matching import CallShape, members_of, owner_of, provider_at
from llm_meter_tap.formats.other_requests import is_beside_calls, repeats_usage
from llm_meter_tap.formats.reading import read_document, read_response
from llm_meter_tap.wire.json_values import count, mapping, text

OPERATION = "generate_content"
"""`gen_ai.operation.name` of a call that only its answer proves."""

LONGEST_ANSWER = 8 * 1024 * 1024
"""How many bytes of an answer are kept until it has come to its end."""

_USAGES = ("usage", "usageMetadata", "usage_metadata")
_WRAPPERS = ("response", "message", "result", "interaction", "data", "output", "body", "completion")
_NAMES_OF_CALLS = (
    "id", "model", "modelVersion", "responseId", "response_id", "request_id", "requestId", "model_id",
)  # fmt: skip
_MATTERS = re.compile(rb'"usage(?:Metadata|_metadata)?"\s*:\s*\{')
_NAMES = (*_USAGES, *_NAMES_OF_CALLS, "object", "type", *_WRAPPERS)
# What holds the usage of many calls, or of calls that were made before.
_COLLECTIONS = re.compile(r"(?:batch|list|page|bucket|session|job|run|report|result)$")


# What a model is asked by, and the format in which the text is counted that it has to read.
_ASKED_BY = (
    ("messages", "openai.chat"),
    ("contents", "google.generateContent"),
    ("prompt", "openai.completions"),
    ("input", "openai.responses"),
)


class _Spelling(NamedTuple):
    """How a format names the counts of input and output, and the provider that is assumed."""

    input: str
    output: str
    format: str
    author: str


_CLAUDE = _Spelling("input_tokens", "output_tokens", "anthropic.messages", "anthropic")
_SPELLINGS = (
    _Spelling("prompt_tokens", "completion_tokens", "openai.chat", "openai"),
    _Spelling("input_tokens", "output_tokens", "openai.responses", "openai"),
    _Spelling("promptTokenCount", "candidatesTokenCount", "google.generateContent", "gcp.gemini"),
    _Spelling("inputTokens", "outputTokens", "bedrock.converse", "aws.bedrock"),
    _Spelling("total_input_tokens", "total_output_tokens", "google.interactions", "gcp.gemini"),
)
# Claude counts what it read from a cache beside the input; others count it in, among its details.
_CLAUDE_ALONE = ("cache_read_input_tokens", "cache_creation_input_tokens")


def may_answer_a_call(path: str, content_type: str | None) -> bool:
    """Whether the answer to a POST may prove a call: that is asked before any of the answer is kept.

    Args:
        path: The URL's path.
        content_type: The request's Content-Type.
    """
    is_read = "json" in (content_type or "") or (content_type or "").startswith("multipart/")
    return is_read and not is_beside_calls(path) and not repeats_usage(path.rstrip("/"))


def is_readable(status: int, content_type: str) -> bool:
    """Whether an answer of this kind is worth keeping.

    Args:
        status: The HTTP status.
        content_type: The answer's Content-Type.
    """
    return 200 <= status < 300 and ("json" in content_type or "event-stream" in content_type)


def provisional_shape(host: str, path: str, content_type: str | None, body: bytes | None) -> CallShape:
    """What is known of a request that only its answer can prove to be a call.

    Args:
        host: The host asked for.
        path: The URL's path.
        content_type: The request's Content-Type.
        body: The request's body, or None where it cannot be seen.
    """
    members = members_of(body, content_type or "")
    model = text(members.get("model"))
    provider = provider_at(host, path) or "openai"
    return CallShape("openai.chat", provider, OPERATION, model, members.get("stream") is True)


def asked_format(content_type: str | None, body: bytes | None) -> str | None:
    """The format that is nearest to a request which asks a model for something; None for any other request.

    Hard limits apply to it before its answer can prove anything.

    Args:
        content_type: The request's Content-Type.
        body: The request's body, or None where it cannot be seen.
    """
    if "json" not in (content_type or ""):
        return None
    members = members_of(body, content_type or "")
    if text(members.get("model")) is None:
        return None
    return next((format for name, format in _ASKED_BY if _is_asked(name, members.get(name))), None)


def _is_asked(name: str, given: Any) -> bool:
    is_list = isinstance(given, list)
    return bool(given) and (is_list or (isinstance(given, str) and name in ("prompt", "input")))


def recognise_answer(
    asked: CallShape, host: str, status: int, headers: Mapping[str, str], body: bytes, complete: bool
) -> tuple[CallShape, Reading] | None:
    """Read an answer, if it proves that it was a call; never raises.

    Args:
        asked: What is known of the request.
        host: The host asked for.
        status: The HTTP status.
        headers: The response's headers, keys in lower case.
        body: The body, its content encoding undone.
        complete: Whether the body came to its end.

    Returns:
        What the request is now known to be, and what the answer says.
    """
    content_type = headers.get("content-type", "").lower()
    if not is_readable(status, content_type) or not _MATTERS.search(body):
        return None
    found = documents(content_type, body, complete, _MATTERS, _NAMES)
    proofs = [proof for _, document in found.items for proof in _proofs(document)]
    if not proofs:
        return None
    # A stream begins with what identifies it, and ends with its last figures.
    spelling = proofs[0][0]
    shape = asked._replace(
        api=spelling.format,
        provider_name=asked.provider_name if owner_of(host) else spelling.author,
        is_stream=found.is_stream,
    )
    reading = read_response(shape, status, headers, content_type, body, complete)
    if not _is_full(reading):
        reading = read_document(shape, proofs[-1][1])
    if not _is_full(reading):
        return None
    reading.flags = [*reading.flags, RECOGNISED_BY_ANSWER]
    return shape, reading


def _is_full(reading: Reading) -> bool:
    usage = reading.usage
    if reading.is_cached:
        return True
    return usage is not None and usage.input_tokens is not None and usage.output_tokens is not None


def _proofs(document: dict[str, Any]) -> Iterator[tuple[_Spelling, dict[str, Any]]]:
    """The objects of a document that hold usage and say whose it is."""
    for carrier in (document, *(mapping(document.get(name)) for name in _WRAPPERS)):
        usage = next((found for found in (mapping(carrier.get(name)) for name in _USAGES) if found), None)
        if usage is None or _is_of_many(carrier) or not _is_named(carrier, document):
            continue
        for spelling in _SPELLINGS:
            given = usage.get(spelling.input), usage.get(spelling.output)
            counts = [count(value) for value in given if not isinstance(value, str)]
            if len(counts) == len(given) and None not in counts and any(counts):
                yield (_CLAUDE if _is_claude(carrier, usage, spelling) else spelling), carrier
                break


def _is_of_many(carrier: dict[str, Any]) -> bool:
    kinds = (text(carrier.get(name)) for name in ("object", "type"))
    is_collection = any(kind is not None and _COLLECTIONS.search(kind) for kind in kinds)
    return is_collection or "request_counts" in carrier


def _is_named(carrier: dict[str, Any], document: dict[str, Any]) -> bool:
    return any(text(one.get(name)) for one in (carrier, document) for name in _NAMES_OF_CALLS)


def _is_claude(carrier: dict[str, Any], usage: dict[str, Any], spelling: _Spelling) -> bool:
    if spelling.input != _CLAUDE.input:
        return False
    return carrier.get("type") == "message" or any(name in usage for name in _CLAUDE_ALONE)
