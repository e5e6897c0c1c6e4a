"""Counts what stands around the text that a model reads: messages, tools and the like.

How many tokens one of them takes is known by the service, by provider
(`jupyter_llm_meter/tokenizers/framing.py`).
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from llm_meter_tap.formats.format import TextFields
from llm_meter_tap.wire.json_values import mapping, sequence

_SPEAKERS = ("system", "developer", "user", "assistant")
_CALLS = ("tool_calls", "function_call")
_REQUIRED = ("required", "any", "tool", "function")
_RESULTS = ("tool_result", "function_call_output")


def count_messages(members: dict[str, Any], fields: TextFields, counts: Counter[str]) -> None:
    """Count the messages of a request and what is in them.

    Args:
        members: The request's outer members.
        fields: Where the request's format has its system prompt and its messages.
        counts: Grows by `systems` (a system prompt that stands beside the messages), `messages`, `names`,
            `instructions` (system prompts among the messages), `calls` (of tools), `results` (of such calls),
            `required` and `barred` (1 where a tool must be called, or none may be).
    """
    choice = _choice(members)
    counts["required"] += choice in _REQUIRED
    counts["barred"] += choice == "none"
    if fields.inside is not None:
        members = mapping(members.get(fields.inside))
    counts["systems"] += sum(bool(members.get(name)) for name in fields.system)
    counts["messages"] += sum(isinstance(members.get(name), str) for name in fields.messages)
    for name in fields.messages:
        for message in sequence(members.get(name)):
            if isinstance(message, dict):
                _count_message(message, counts)


def _choice(members: dict[str, Any]) -> str:
    """How tools may be chosen, in lower case, as OpenAI, Anthropic or Gemini name it."""
    given = members.get("tool_choice")
    if isinstance(given, dict):
        given = given.get("type")
    if given is None:
        given = mapping(mapping(members.get("toolConfig")).get("functionCallingConfig")).get("mode")
    return given.lower() if isinstance(given, str) else ""


def _count_message(message: dict[str, Any], counts: Counter[str]) -> None:
    counts["messages"] += 1
    counts["names"] += "name" in message and message.get("role") in _SPEAKERS
    counts["instructions"] += message.get("role") in ("system", "developer")
    counts["calls"] += message.get("type") == "function_call"
    counts["calls"] += sum(len(sequence(message.get(name))) or bool(message.get(name)) for name in _CALLS)
    counts["results"] += message.get("role") in ("tool", "function") or message.get("type") in _RESULTS
    for part in sequence(message.get("content")) + sequence(message.get("parts")):
        part = mapping(part)
        kind = part.get("type")
        counts["calls"] += kind == "tool_use" or "functionCall" in part or "toolUse" in part
        counts["results"] += kind in _RESULTS or "functionResponse" in part or "toolResult" in part
