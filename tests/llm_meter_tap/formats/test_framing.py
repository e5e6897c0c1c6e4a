"""How many messages, tools' calls and the like a request holds."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_meter_tap.formats.framing import count_messages
from llm_meter_tap.formats.registry import FORMATS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
MEMBERS = ["messages", "input", "contents", "system", "message", "tool_choice", "toolConfig"]


def counts_of(members: dict[str, Any], api: str) -> dict[str, int]:
    fields = FORMATS[api].text
    assert fields is not None
    counts: Counter[str] = Counter()
    count_messages(members, fields, counts)
    return dict(+counts)


HI = {"role": "user", "content": "Hi"}


@pytest.mark.parametrize(
    ("api", "members", "counts"),
    [
        ("openai.chat", {"messages": [HI, HI]}, {"messages": 2}),
        (
            "openai.chat",
            {"messages": [{"role": "system", "content": "Be brief"}, HI]},
            {"messages": 2, "instructions": 1},
        ),
        ("openai.chat", {"messages": [{**HI, "name": "ann"}]}, {"messages": 1, "names": 1}),
        ("openai.responses", {"input": "Hi", "instructions": "Be brief"}, {"messages": 1, "systems": 1}),
        (
            "openai.responses",
            {"input": [HI, {"role": "developer", "content": "x"}]},
            {"messages": 2, "instructions": 1},
        ),
        (
            "anthropic.messages",
            {"system": [{"text": "Be brief"}], "messages": [HI]},
            {"messages": 1, "systems": 1},
        ),
        (
            "google.generateContent",
            {"contents": [{"parts": [{"text": "Hi"}]}], "systemInstruction": {}},
            {"messages": 1},
        ),
        (
            "cohere.chat",
            {"message": "Hi", "chat_history": [HI], "preamble": "x"},
            {"messages": 2, "systems": 1},
        ),
        ("dashscope.generation", {"input": {"messages": [HI]}}, {"messages": 1}),
        ("openai.embeddings", {"input": [[1, 2, 3]]}, {}),
    ],
)
def test_messages_and_system_prompts_are_distinguished_in_every_format(
    api: str, members: dict[str, Any], counts: dict[str, int]
) -> None:
    assert counts_of(members, api) == counts


@pytest.mark.parametrize(
    ("api", "members"),
    [
        (
            "openai.chat",
            {"messages": [{"tool_calls": [{}]}, {"role": "tool", "name": "far", "content": "9"}]},
        ),
        (
            "openai.responses",
            {"input": [{"type": "function_call", "name": "far"}, {"type": "function_call_output"}]},
        ),
        (
            "anthropic.messages",
            {"messages": [{"content": [{"type": "tool_use"}]}, {"content": [{"type": "tool_result"}]}]},
        ),
        (
            "google.generateContent",
            {"contents": [{"parts": [{"functionCall": {}}]}, {"parts": [{"functionResponse": {}}]}]},
        ),
        (
            "bedrock.converse",
            {"messages": [{"content": [{"toolUse": {}}]}, {"content": [{"toolResult": {}}]}]},
        ),
    ],
)
def test_a_call_of_a_tool_and_its_result_are_found_in_every_format(api: str, members: dict[str, Any]) -> None:
    assert counts_of(members, api) == {"messages": 2, "calls": 1, "results": 1}


@pytest.mark.parametrize(
    ("choice", "counts"),
    [
        ({"tool_choice": "required"}, {"required": 1}),
        ({"tool_choice": {"type": "any"}}, {"required": 1}),
        ({"toolConfig": {"functionCallingConfig": {"mode": "ANY"}}}, {"required": 1}),
        ({"tool_choice": "none"}, {"barred": 1}),
        ({"tool_choice": "auto"}, {}),
        ({"tool_choice": None}, {}),
        ({}, {}),
    ],
)
def test_the_framing_says_whether_a_tool_must_or_may_not_be_called(
    choice: dict[str, Any], counts: dict[str, int]
) -> None:
    assert counts_of(choice, "openai.chat") == counts


@settings(deadline=None)
@given(
    st.sampled_from([one.name for one in FORMATS.values() if one.text is not None]),
    st.dictionaries(st.sampled_from(MEMBERS), JSON),
)
def test_any_members_can_be_counted(api: str, members: dict[str, Any]) -> None:
    assert all(count > 0 for count in counts_of(members, api).values())
