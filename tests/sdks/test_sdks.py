"""Every call through an SDK is counted once, with the figures of its answer; here the SDKs that are at hand.

`python bench/sdks.py` has them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from replay.server import Replay

from sdks.calls import CALLS
from sdks.metered import run, stand_in

MODULES = {
    "google-genai": "google.genai",
    "langchain-openai": "langchain_openai",
    "zai-sdk": "zai",
    "volcengine-ark-runtime": "volcenginesdkarkruntime",
}


def is_at_hand(name: str) -> bool:
    module = name.partition(" ")[0]
    try:
        return find_spec(MODULES.get(module, module)) is not None
    except ModuleNotFoundError:
        return False


AT_HAND = [name for name in CALLS if is_at_hand(name)]


@pytest.fixture(scope="module")
def replay() -> Iterator[Replay]:
    with stand_in() as running:
        yield running


def test_the_sdks_that_the_tests_need_are_at_hand() -> None:
    assert {"openai", "openai aiohttp", "anthropic", "google-genai async", "boto3"} <= set(AT_HAND)


@pytest.mark.parametrize("name", AT_HAND)
def test_each_call_is_counted_once_and_right(replay: Replay, name: str) -> None:
    outcome = run(name, replay)

    assert outcome.made is not None, outcome.errors
    assert outcome.is_right(), outcome.records


@pytest.mark.parametrize("name", AT_HAND)
def test_a_refused_call_is_tried_once(replay: Replay, name: str) -> None:
    outcome = run(name, replay, is_blocked=True)

    assert outcome.is_refused_once(), (outcome.errors, outcome.records)
