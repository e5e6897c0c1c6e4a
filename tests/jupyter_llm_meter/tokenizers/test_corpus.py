"""How far counted figures are from reported ones on recorded traffic, measured by `bench/counted.py`.

The recordings are not a part of this repository; without them these tests are skipped.
"""

from __future__ import annotations

import statistics
from typing import Any

import pytest
from bench_module import bench_module

GROUPS = (
    "openai/openai.chat",
    "openai/openai.responses",
    "anthropic/anthropic.messages",
    "google/google.generateContent",
    "mistral/openai.chat",
)


@pytest.fixture(scope="module")
def measured() -> list[Any]:
    counted = bench_module("counted")
    path = counted.corpus_path()
    if not path.is_file():
        pytest.skip(f"no recorded traffic at {path}; set LLM_METER_CORPUS to its folder")
    rows = (row for row in counted.exchanges(path) if counted.group_of(row) in GROUPS)
    return list(counted.measure(rows))


def sizes_of(measured: list[Any], side: str, *groups: str) -> list[float]:
    chosen = [one for one in measured if one.left_out is None and one.side == side]
    return sorted(abs(one.error) for one in chosen if one.group in groups)


def test_most_inputs_of_openais_chats_and_responses_are_exact(measured: list[Any]) -> None:
    for group in GROUPS[:2]:
        sizes = sizes_of(measured, "input", group)
        assert len(sizes) > 350
        assert statistics.median(sizes) == 0
        assert sizes[int(0.95 * len(sizes))] < 0.2


@pytest.mark.parametrize(
    ("group", "bound"),
    [(GROUPS[2], 0.06), (GROUPS[3], 0.02), (GROUPS[4], 0.02)],
)
def test_the_median_input_of_other_providers_is_close(measured: list[Any], group: str, bound: float) -> None:
    sizes = sizes_of(measured, "input", group)
    assert len(sizes) > 150
    assert statistics.median(sizes) <= bound


def test_the_median_answer_is_within_a_twentieth(measured: list[Any]) -> None:
    sizes = sizes_of(measured, "output", *GROUPS)
    assert len(sizes) > 1500
    assert statistics.median(sizes) <= 0.05


def test_nothing_is_left_out_without_a_reason(measured: list[Any]) -> None:
    assert all(one.left_out or (one.counted and one.reported) for one in measured)
