"""The bots of Ark: which models they used, and how often they searched."""

from __future__ import annotations

import json
from typing import Any

from llm_meter_tap.formats.billing import other_models
from llm_meter_tap.formats.figures import Reading
from llm_meter_tap.formats.matching import CallShape
from llm_meter_tap.formats.reading import read_response

SHAPE = CallShape("volcengine.bot", "volcengine", "invoke_agent", "bot-1", False)
MODELS = [
    {"name": "m-x", "prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25},
    {"name": "m-y", "prompt_tokens": 7, "completion_tokens": 1, "total_tokens": 8},
]


def read_bot(used: dict[str, Any], **more: Any) -> Reading:
    answer = {"id": "b1", "model": "m-x", "choices": [], "bot_usage": used, **more}
    return read_response(SHAPE, 200, {}, "application/json", json.dumps(answer).encode(), True)


def test_a_model_beside_the_first_is_priced_by_itself() -> None:
    usage = read_bot({"model_usage": MODELS}).usage
    assert usage is not None
    ((model, part),) = other_models(usage.raw)
    assert (model, part.input_tokens, part.output_tokens) == ("m-y", 7, 1)


def test_searches_of_all_actions_are_counted() -> None:
    actions = [{"name": "search", "search_count": 2}, {"name": "news", "search_count": 1}, {"name": "links"}]
    reading = read_bot({"model_usage": MODELS, "action_usage": actions})
    assert reading.tool_calls == {"web_search": 3}
    assert reading.flags == []


def test_a_usage_without_models_is_left_out() -> None:
    alone = {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}
    usage = read_bot({"model_usage": None, "action_usage": []}, usage=alone).usage
    assert usage is not None
    assert (usage.input_tokens, usage.output_tokens) == (3, 1)
