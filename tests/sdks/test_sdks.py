"""Every call through an SDK is counted once, with the figures of its answer; here the SDKs that are at hand.

`python bench/sdks.py` has them all.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from replay.server import Replay
from warm_python import warm_python

from sdks.calls import CALLS
from sdks.metered import environment, run, stand_in

MODULES = {
    "google-genai": "google.genai",
    "langchain-openai": "langchain_openai",
    "zai-sdk": "zai",
    "volcengine-ark-runtime": "volcenginesdkarkruntime",
}


def module_of(name: str) -> str:
    sdk = name.partition(" ")[0]
    return MODULES.get(sdk, sdk)


def is_at_hand(name: str) -> bool:
    try:
        return find_spec(module_of(name)) is not None
    except ModuleNotFoundError:
        return False


AT_HAND = [name for name in CALLS if is_at_hand(name)]


@pytest.fixture(scope="module")
def replay() -> Iterator[Replay]:
    with stand_in() as running:
        yield running


@pytest.fixture(scope="module")
def python(replay: Replay, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """A Python that has imported the SDKs as a metered one does; each import takes a second or more."""
    folder: Path = tmp_path_factory.mktemp("private")
    with warm_python(sorted({*map(module_of, AT_HAND)}), environment(replay, str(folder))) as words:
        yield words


def test_the_sdks_that_the_tests_need_are_at_hand() -> None:
    assert {"openai", "openai aiohttp", "anthropic", "google-genai async", "boto3"} <= set(AT_HAND)


@pytest.mark.parametrize("name", AT_HAND)
def test_each_call_is_counted_once_and_right(replay: Replay, python: list[str], name: str) -> None:
    outcome = run(name, replay, python)

    assert outcome.made is not None, outcome.errors
    assert outcome.is_right(), outcome.records


@pytest.mark.parametrize("name", AT_HAND)
def test_a_refused_call_is_tried_once(replay: Replay, python: list[str], name: str) -> None:
    outcome = run(name, replay, python, is_blocked=True)

    assert outcome.is_refused_once(), (outcome.errors, outcome.records)


@pytest.mark.parametrize("is_blocked", [False, True])
def test_it_is_so_in_an_interpreter_that_imports_the_sdk_itself(replay: Replay, is_blocked: bool) -> None:
    outcome = run("openai", replay, [sys.executable], is_blocked=is_blocked)

    assert outcome.is_refused_once() if is_blocked else outcome.is_right(), (outcome.errors, outcome.records)
