"""How often a provider's own tools ran, as its usage object counts them."""

from __future__ import annotations

from typing import Any

import pytest

from llm_meter_tap.formats.tool_calls import in_usage


@pytest.mark.parametrize(
    ("raw", "runs"),
    [
        ({"server_tool_use": {"web_search_requests": 2, "web_fetch_requests": 0}}, {"web_search": 2}),
        ({"server_side_tool_usage_details": {"x_search_calls": 3}}, {"x_search": 3}),
        ({"tool_usage": {"web_search": 2, "mcp": 1}}, {"web_search": 2, "mcp": 1}),
        ({"tool_usage": {"web_search": {"num_requests": 2}, "image_gen": {"total_tokens": 9}}}, {}),
        ({"num_search_queries": 18}, {"web_search": 18}),
        ({"num_sources_used": 4}, {"search_source": 4}),
        ({"tool_usage": None, "connectors": [1], "num_search_queries": True}, {}),
    ],
    ids=["anthropic", "xai", "ark", "openai counts its output", "perplexity", "live search", "no counts"],
)
def test_a_usage_object_counts_runs_of_tools(raw: dict[str, Any], runs: dict[str, int]) -> None:
    assert in_usage(raw) == runs
