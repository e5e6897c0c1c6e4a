"""A provider, a private folder, and the tap switched on in the test's own process."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from standin_service import StandInService
from tap_provider import Provider

from llm_meter_tap import startup, tap
from llm_meter_tap.calls import local_servers, possible_call
from llm_meter_tap.formats import matching, registry
from llm_meter_tap.runtime import faults


@pytest.fixture
def provider() -> Iterator[Provider]:
    running = Provider()
    yield running
    running.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "llm-meter"


@pytest.fixture
def metered(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The tap is on in this process, with no service; gives the private folder.

    It has seen no server before: another test's provider may have had the port that this one's has now.
    """
    places = ("NOTEBOOK", "KERNEL_ID", "CELL_ID", "RUN_ID")
    for name in ("SERVICE", "PROJECT", "TEAM", "USER", *places, "DISABLE"):
        monkeypatch.delenv(f"LLM_METER_{name}", raising=False)
    monkeypatch.setenv("LLM_METER_DIR", str(folder))
    monkeypatch.setattr(local_servers, "_answered", {})
    monkeypatch.setattr(possible_call, "_proved", {})
    faults.counts.clear()
    startup.activate()
    yield folder
    startup.deactivate()
    tap.close_tap()
    assert not faults.counts


@pytest.fixture
def service(folder: Path) -> Iterator[StandInService]:
    running = StandInService(folder)
    yield running
    running.close()


@pytest.fixture
def loopback_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Makes the loopback address a host of the provider."""

    def become(provider: str) -> None:
        monkeypatch.setitem(registry.HOSTS, "127.0.0.1", provider)
        matching.owner_of.cache_clear()

    yield become
    matching.owner_of.cache_clear()
