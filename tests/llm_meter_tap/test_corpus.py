"""Recorded traffic of many providers: what the tap makes of it, scored by `bench/corpus.py`.

The recordings are not a part of this repository; without them these tests are skipped.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from bench_module import bench_module

# The formats of OpenAI, Azure, Anthropic and Gemini, on their own hosts and compatible ones.
MAIN = ("openai.chat", "openai.completions", "openai.responses", "openai.embeddings")
MAIN += ("anthropic.messages", "google.generateContent", "google.embedContent")
# A clip of Veo has no tokens, so that the recordings do not count it as a call.
CLIPS = ("google.video",)


@pytest.fixture(scope="module")
def outcomes() -> list[Any]:
    scoring = bench_module("corpus")
    path = scoring.corpus_path()
    if not path.is_file():
        pytest.skip(f"no recorded traffic at {path}; set LLM_METER_CORPUS to its folder")
    return [scoring.judge(row) for row in scoring.exchanges(path)]


def test_every_figure_of_the_main_formats_is_exact(outcomes: list[Any]) -> None:
    scored = [one for one in outcomes if one.group[1] in MAIN and one.verdict != "silent"]
    assert len(scored) > 3000
    assert [one for one in scored if one.verdict != "exact"] == []


def test_every_call_of_the_main_formats_is_recognised(outcomes: list[Any]) -> None:
    calls = [one for one in outcomes if one.kind == "call" and one.group[1] in MAIN]
    assert len(calls) > 3500
    assert [one for one in calls if not one.is_recognised] == []


def test_every_call_of_the_main_formats_is_recognised_behind_an_unknown_gateway() -> None:
    scoring = bench_module("corpus")
    path = scoring.corpus_path()
    if not path.is_file():
        pytest.skip(f"no recorded traffic at {path}; set LLM_METER_CORPUS to its folder")
    unseen, taken = [], []
    for row in scoring.exchanges(path):
        url = urlsplit(row["url"])
        moved = {**row, "url": f"https://llm.example.org/gateway{url.path}?{url.query}"}
        shape = scoring.shape_of(moved)
        if row["kind"] != "call":
            taken += [] if shape is None or shape.api in CLIPS else [row["id"]]
        elif row["api"] in MAIN and row["provider"] != "writer" and row["status"] < 400 and shape is None:
            # Writer's "/v1/chat" is too common a word to know it by on another host.
            unseen.append(row["id"])
    assert (unseen, taken) == ([], [])


def test_no_other_request_is_recognised_as_a_call_with_tokens(outcomes: list[Any]) -> None:
    scoring = bench_module("corpus")
    others = [one for one in outcomes if one.kind != "call"]
    assert len(others) > 1000
    recognised = {one.id for one in others if one.is_recognised}
    rows = [row for row in scoring.exchanges(scoring.corpus_path()) if row["id"] in recognised]
    assert [row["id"] for row in rows if scoring.shape_of(row).api not in CLIPS] == []
    assert [one for one in others if one.id in recognised and one.verdict != "silent"] == []


@pytest.mark.parametrize("is_any_host", [False, True], ids=["known hosts", "any host"])
def test_no_answer_of_anything_else_proves_a_call(is_any_host: bool) -> None:
    scoring = bench_module("corpus")
    path = scoring.corpus_path()
    if not path.is_file():
        pytest.skip(f"no recorded traffic at {path}; set LLM_METER_CORPUS to its folder")
    others = [row for row in scoring.exchanges(path) if row["kind"] != "call"]
    assert len(others) > 1000
    assert [row["id"] for row in others if scoring.answer_of(row, is_any_host) is not None] == []


def test_a_call_proved_by_its_answer_has_the_usage_of_the_known_path() -> None:
    scoring = bench_module("corpus")
    path = scoring.corpus_path()
    if not path.is_file():
        pytest.skip(f"no recorded traffic at {path}; set LLM_METER_CORPUS to its folder")
    proved, wrong = 0, []
    for row in scoring.exchanges(path):
        found = scoring.answer_of(row, True) if row["kind"] == "call" and row["truth"] else None
        if found is not None:
            proved += 1
            wrong += [row["id"]] if scoring.differences_of(row, found[1].usage) else []
    assert proved > 3000
    assert wrong == []


def test_no_call_without_figures_is_given_any(outcomes: list[Any]) -> None:
    assert [one for one in outcomes if one.verdict == "invented"] == []


def test_nearly_all_figures_of_every_format_are_exact(outcomes: list[Any]) -> None:
    scored = [one for one in outcomes if one.verdict in ("exact", "wrong", "missed")]
    assert sum(one.verdict == "exact" for one in scored) / len(scored) > 0.995
    assert [one for one in scored if one.verdict == "wrong"] == []
