"""Counts how often a provider's own tools ran for a call, if the provider charges for them besides the
tokens.

Defines the names of `llm_meter.usage.tool_calls` and reads the count of each provider. Tools that the user's
code runs do not count, and a run that is not reported is not guessed. Sources: OpenAI's reference of a
response's `output`, Anthropic's of `server_tool_use`, xAI's of `server_side_tool_usage`, Perplexity's of
`num_search_queries`, Mistral's of `connectors`, Google's of `groundingMetadata`.
"""

from __future__ import annotations

import re
from typing import Any

from llm_meter_tap.wire.json_values import count, mapping, sequence, text

# By the type of an output item, see OpenAI's reference.
_ITEMS = {
    "web_search_call": "web_search",
    "file_search_call": "file_search",
    "code_interpreter_call": "code_interpreter",
    "image_generation_call": "image_generation",
}
_PREFIX = re.compile(r"^server_side_tool_")
_SUFFIX = re.compile(r"_(?:calls|requests)$")
# Until Gemini 2.5 a grounded answer is charged, since Gemini 3 each of its searches (Google's price list).
_PER_ANSWER = re.compile(r"gemini-(?:1|2)\b")
_LONGEST_NAME = 64
# Anthropic; xAI in chat completions and in responses; Mistral; Ark.
_COUNTERS = (
    "server_tool_use", "server_side_tool_usage", "server_side_tool_usage_details", "connectors", "tool_usage",
)  # fmt: skip
_COUNTED = frozenset((*_COUNTERS, "num_search_queries", "num_sources_used"))


def in_output(output: Any, tools: Any, used: Any) -> dict[str, int]:
    """The tools of a response's output items.

    Args:
        output: The items.
        tools: The tools offered, as the response repeats them: the preview of web search has prices of its
            own.
        used: The response's `tool_usage`: its count of searches is the billed one, and the tokens of images
        that
            it reports are charged instead of the runs.
    """
    offered = {text(mapping(tool).get("type")) for tool in sequence(tools)}
    is_preview = any(name is not None and name.startswith("web_search_preview") for name in offered)
    counts: dict[str, int] = {}
    for item in map(mapping, sequence(output)):
        name = _ITEMS.get(str(item.get("type")))
        # Opening a page that was found is not a search (OpenAI's guide to web search).
        if name is None or mapping(item.get("action")).get("type", "search") != "search":
            continue
        if name == "web_search" and is_preview:
            name = "web_search_preview"
        counts[name] = counts.get(name, 0) + 1
    return _billed(counts, mapping(used), "web_search_preview" if is_preview else "web_search")


def _billed(counts: dict[str, int], used: dict[str, Any], search: str) -> dict[str, int]:
    searches = count(mapping(used.get("web_search")).get("num_requests"))
    if searches is not None:
        counts[search] = searches
    if count(mapping(used.get("image_gen")).get("total_tokens")):
        counts["image_generation"] = 0
    return {name: runs for name, runs in counts.items() if runs}


def in_usage(raw: dict[str, Any]) -> dict[str, int]:
    """The tools that a usage object counts."""
    counts: dict[str, int] = {}
    if _COUNTED.isdisjoint(raw):
        return counts
    for member in _COUNTERS:
        if member not in raw:
            continue
        for name, runs in mapping(raw[member]).items():
            number = count(runs)
            if number and len(name) <= _LONGEST_NAME:
                counts[_SUFFIX.sub("", _PREFIX.sub("", name.lower()))] = number
    queries = count(raw.get("num_search_queries"))
    if queries:
        counts["web_search"] = queries
    sources = count(raw.get("num_sources_used"))
    if sources:
        # xAI's live search is charged by the source (its guide to live search).
        counts["search_source"] = sources
    return counts


def in_grounding_counts(counts: Any, model: str | None) -> dict[str, int]:
    """The grounding that an interaction's usage counts (`type`, `count`)."""
    found: dict[str, int] = {}
    for entry in map(mapping, sequence(counts)):
        name, runs = text(entry.get("type")), count(entry.get("count"))
        if name is None or not runs or len(name) > _LONGEST_NAME:
            continue
        name = "web_search" if name == "google_search" else name
        found[name] = 1 if name == "web_search" and _PER_ANSWER.search(model or "") else runs
    return found


def in_candidates(candidates: Any, model: str | None) -> dict[str, int]:
    """The searches by which Gemini grounded its answer."""
    queries: set[str] = set()
    for candidate in map(mapping, sequence(candidates)):
        asked = sequence(mapping(candidate.get("groundingMetadata")).get("webSearchQueries"))
        queries.update(query for query in asked if isinstance(query, str) and query)
    if not queries:
        return {}
    return {"web_search": 1 if _PER_ANSWER.search(model or "") else len(queries)}
