"""New members of usage objects are noticed by name; known ones, and what is no count, raise no alarm."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bench_module import bench_module

from llm_meter_tap.formats.matching import CallShape
from llm_meter_tap.formats.reading import read_response
from llm_meter_tap.formats.usage_members import unknown_members

CHAT = CallShape("openai.chat", "openai", "chat", None, False)
KNOWN = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({}, []),
        ({"dream_tokens": 5}, ["dream_tokens"]),
        ({"dream_tokens": 0, "quiet": None, "note": "words", "is_new": True}, []),
        ({"in_details": {"cached_tokens": 3, "smell_tokens": 2}}, ["in_details.smell_tokens"]),
        ({"inDetails": [{"modality": "TEXT", "tokenCount": 3, "echo": 1}]}, ["inDetails.echo"]),
        ({"server_tool_use": {"any_tool": 3}, "cost": 0.1, "queue_time": 0.2, "total_cost_usd": 1}, []),
        ({"a text that somebody wrote": 5, "x" * 70: 6, "inner words": {"dream": 1}}, []),
        ({f"new_{n}": 1 for n in range(30)}, [f"new_{n}" for n in range(8)]),
    ],
)  # fmt: skip
def test_a_count_that_no_reader_knows_is_named(more: dict[str, Any], found: list[str]) -> None:
    assert unknown_members({**KNOWN, **more}) == found


def test_such_a_call_is_marked_and_keeps_its_figures() -> None:
    body = json.dumps({"id": "a", "model": "m", "usage": {**KNOWN, "dream_tokens": 5}}).encode()
    reading = read_response(CHAT, 200, {}, "application/json", body, True)
    assert reading.flags == ["unknown-usage-member"]
    assert reading.unknown_members == ["dream_tokens"]
    assert reading.usage is not None
    assert (reading.usage.input_tokens, reading.usage.output_tokens) == (11, 7)


def test_no_recorded_answer_raises_a_false_alarm() -> None:
    scoring = bench_module("corpus")
    path = scoring.corpus_path()
    if not path.is_file():
        pytest.skip(f"no recorded traffic at {path}; set LLM_METER_CORPUS to its folder")
    read, alarms = 0, []
    for row in scoring.exchanges(path):
        shape = scoring.shape_of(row)
        reading = None if shape is None else scoring.reading_of(row, shape)
        if reading is not None and reading.usage is not None:
            read += 1
            alarms += [(row["id"], reading.unknown_members)] if reading.unknown_members else []
    assert read > 4000
    assert alarms == []
