"""A function may be wrapped as late as its first call, and nobody notices."""

import asyncio
import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from llm_meter_tap.patching import patches
from llm_meter_tap.runtime import faults


class Library:
    """Stands for a class of a library."""

    def handle_request(self, request: str) -> str:
        return f"asked {request}"

    async def handle_async_request(self, request: str) -> str:
        return f"awaited {request}"

    def urlopen(self, method: str, url: str = "/") -> str:
        return f"{method} {url}"


NAMES = ("handle_request", "handle_async_request", "urlopen")


@pytest.fixture(autouse=True)
def library(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Library]]:
    monkeypatch.setattr(patches, "_replaced", [])
    monkeypatch.setattr(patches, "_stand_ins", {})
    originals = {name: vars(Library)[name] for name in NAMES}
    yield Library
    for name, original in originals.items():
        setattr(Library, name, original)
    faults.counts.clear()


def wrapping(owner: Any, name: str) -> Callable[[], None]:
    """What wraps a function so that its result says so."""

    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return "seen", original(*args, **kwargs)

        return wrapper

    return lambda: patches.wrap(owner, name, make)


def test_a_function_is_wrapped_when_it_is_called_for_the_first_time(library):
    loads = []
    patches.wrap_on_call(library, "urlopen", lambda: (loads.append(1), wrapping(library, "urlopen")()))
    assert loads == []

    assert library().urlopen("GET", url="/a") == ("seen", "GET /a")
    assert library().urlopen("GET") == ("seen", "GET /")
    assert loads == [1]


def test_a_function_that_was_taken_before_its_first_call_is_seen_too(library):
    patches.wrap_on_call(library, "urlopen", wrapping(library, "urlopen"))
    taken = library.urlopen

    @functools.wraps(taken)
    def foreign(*args: Any, **kwargs: Any) -> Any:
        return "foreign", taken(*args, **kwargs)

    library.urlopen = foreign
    assert library().urlopen("GET") == ("foreign", ("seen", "GET /"))
    assert vars(library)["urlopen"] is foreign
    assert taken(library(), "GET") == ("seen", "GET /")


def test_a_stand_in_looks_like_the_function_whose_place_it_takes(library):
    before = {name: inspect.signature(vars(library)[name]) for name in NAMES}
    for name in NAMES:
        patches.wrap_on_call(library, name, lambda: None)

    assert {name: inspect.signature(vars(library)[name]) for name in NAMES} == before
    assert inspect.iscoroutinefunction(library.handle_async_request)
    assert not inspect.iscoroutinefunction(library.handle_request)
    # respx looks at the function itself.
    assert inspect.getfullargspec(library.handle_request).args[1:] == ["request"]
    assert asyncio.run(library().handle_async_request("x")) == "awaited x"


def test_a_failure_to_load_is_counted_once_and_the_library_works_on(library):
    def fail() -> None:
        raise ZeroDivisionError

    patches.wrap_on_call(library, "handle_request", fail)

    assert [library().handle_request("x") for _ in range(3)] == ["asked x"] * 3
    assert faults.counts == {"patches": 1}


@pytest.mark.parametrize("is_called", [False, True])
def test_what_was_wrapped_or_was_going_to_be_is_restored(library, is_called):
    original = vars(library)["urlopen"]
    patches.wrap_on_call(library, "urlopen", wrapping(library, "urlopen"))
    if is_called:
        library().urlopen("GET")
    patches.restore_all()

    assert vars(library)["urlopen"] is original


def test_a_second_stand_in_changes_nothing(library):
    patches.wrap_on_call(library, "urlopen", wrapping(library, "urlopen"))
    first = vars(library)["urlopen"]
    patches.wrap_on_call(library, "urlopen", wrapping(library, "urlopen"))

    assert vars(library)["urlopen"] is first
    assert library().urlopen("GET") == ("seen", "GET /")
