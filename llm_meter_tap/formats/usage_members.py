"""Knows the members of usage objects, so that a new one is noticed before its tokens are lost.

There is one list for all formats, because gateways pass the usage of one format through another. A member is
known if a reader uses it, if it repeats another member, or if it is not a count.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from llm_meter_tap.formats.format import names

_READ = names(
    "prompt_tokens completion_tokens input_tokens output_tokens total_tokens cached_tokens",
    "num_cached_tokens prompt_cache_hit_tokens prompt_cache_miss_tokens cache_read_input_tokens",
    "cache_creation_input_tokens cache_write_tokens cache_creation_tokens cache_read_tokens",
    "reasoning_tokens thinking_tokens audio_tokens image_tokens ephemeral_5m_input_tokens",
    "ephemeral_1h_input_tokens prompt_audio_seconds citation_tokens promptTokenCount",
    "candidatesTokenCount totalTokenCount thoughtsTokenCount cachedContentTokenCount",
    "toolUsePromptTokenCount tokenCount tokens total_input_tokens total_output_tokens",
    "total_thought_tokens total_cached_tokens total_tool_use_tokens inputTokens outputTokens",
    "totalTokens cacheReadInputTokens cacheWriteInputTokens cacheReadInputTokenCount",
    "cacheWriteInputTokenCount inputTokenCount outputTokenCount inputTextTokenCount",
    "totalOutputTextTokenCount prompt_token_count generation_token_count input_token_count",
    "generated_token_count output_token_count prompt_eval_count eval_count generated_tokens",
    "num_tokens_generated num_tokens_prompt_total num_search_queries input_mp output_mp search_units",
    "num_requests seconds count image_count pages_processed doc_size_bytes input_length connector_tokens",
    "num_sources_used usage_characters success_count num_pages n_seconds n_variants generated_images",
    "characters cache_n prompt_n predicted_n tokens_predicted tokens_evaluated images classifications",
    "reasoning_output_tokens PromptTokens CompletionTokens TotalTokens num_input_tokens tokens_generated",
    "tokens_input invocation_count token_usage compute_tokens rerank_units guard_tokens search_count",
    "num_prompt_tokens num_completion_tokens num_total_tokens InputTokens OutputTokens CachedTokens",
    "precached_prompt_tokens promptTokens completionTokens cachedTokens reasoningTokens inputTextTokens",
    "numTokens inputLength outputLength cached_input_tokens pages knowledge_tokens",
    "audio_cached_tokens mcp knowledge_search doubao_app input_count output_count token_count",
    "history_tokens total cacheRead cacheWrite reasoning cachedInputTokens",
)
# Parts that sum up to a figure that is read, and what is never charged for by itself.
_REPEATED = names(
    "text_tokens video_tokens file_tokens provisioned_tokens accepted_prediction_tokens tool_tokens",
    "rejected_prediction_tokens",
    "image_output_tokens audio_output_tokens text_input_tokens image_input_tokens image_pixels",
    "num_server_side_tools_used audio_length prompt_per_second predicted_per_second draft_n draft_n_accepted",
    "width height context_window compute_characters tokens_cached input_images video_count TotalPages SR fps",
    "total_calls noCache text request_count",
)
# Money, time and how an answer was made: no counts of what a model read or wrote.
_NO_COUNT = re.compile(
    r"(?i)cost|price|ticks|credit|latency|duration|time|_ms$|_ns$|_per_(?:sec|second)$|_rate$"
    r"|^(?:id|index|version|type|traffic_?type|modality)$"
)
# Their members are the names of tools, or repeat what the response's headers say.
_OPEN = names(
    "server_tool_use serverToolUsage server_side_tool_usage server_side_tool_usage_details connectors",
    "server_tool_use_details tool_usage_details",
    "web_search_usage web_search grounding_tool_count headers tool_calls_details cost cost_details",
    "api_version",
)
_KNOWN = frozenset(_READ + _REPEATED + _OPEN)
_NAME = re.compile(r"[A-Za-z_][\w\-]{0,63}", re.ASCII)
_DEEPEST = 4
_MOST = 8


def unknown_members(raw: Mapping[str, Any]) -> list[str]:
    """The members with a count that no reader knows, as dotted paths; at most a few.

    Args:
        raw: The provider's own figures.
    """
    found = _unknown(raw, _DEEPEST)
    return list(dict.fromkeys(found))[:_MOST] if found else []


def _unknown(raw: Mapping[str, Any], depth: int) -> list[str]:
    found: list[str] = []
    if raw.keys() <= _KNOWN:
        return found
    for name, value in raw.items():
        if name in _KNOWN:
            continue
        kind = type(value)
        if kind is dict or kind is list:
            inside = [
                path
                for inner in ((value,) if kind is dict else value)
                if depth and type(inner) is dict
                for path in _unknown(inner, depth - 1)
            ]
            if inside and _NAME.fullmatch(name):
                found += [f"{name}.{path}" for path in inside]
        elif (
            (kind is int or kind is float) and value and _NAME.fullmatch(name) and not _NO_COUNT.search(name)
        ):
            found.append(name)
    return found
