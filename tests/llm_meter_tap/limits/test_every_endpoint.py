"""A blocking limit refuses a call to every endpoint of every format before a byte of it is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from standin_service import StandInService
from tap_provider import Provider

from llm_meter_tap import LimitExceeded
from llm_meter_tap.formats.matching import match
from llm_meter_tap.formats.registry import ENDPOINTS

VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "usage.json"


def _requests() -> dict[int, dict[str, Any]]:
    """A request of the vectors for each endpoint, by the endpoint's place in the registry."""
    found: dict[int, dict[str, Any]] = {}
    for case in json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]:
        asked = case["request"]
        body = json.dumps(asked["body"]).encode()
        matched = match(asked["method"], asked["host"], asked["path"], "application/json", body)
        if matched is not None:
            place = next(n for n, endpoint in enumerate(ENDPOINTS) if endpoint is matched[0])
            found.setdefault(place, asked)
    return found


REQUESTS = _requests()


@pytest.fixture
def client(metered: Path, service: StandInService, provider: Provider) -> Iterator[httpx.Client]:
    """A client that reaches every host through the provider as its proxy, while no call is allowed."""
    service.most_calls = 0
    service.write_gate("block")
    with httpx.Client(transport=httpx.HTTPTransport(proxy=provider.url)) as made:
        yield made


@pytest.mark.parametrize(
    "place", range(len(ENDPOINTS)), ids=[f"{one.format.name} {one.path}" for one in ENDPOINTS]
)
def test_the_limit_refuses_the_call_before_it_is_sent(
    client: httpx.Client, service: StandInService, provider: Provider, place: int
) -> None:
    asked = REQUESTS[place]
    url = f"http://{asked['host']}{asked['path']}"
    with pytest.raises(LimitExceeded):
        client.post(url, json=asked["body"])
    assert provider.seen == []

    service.most_calls = 1
    assert client.post(url, json=asked["body"]).status_code == 200
    assert [path.partition("?")[0] for path in provider.seen] == [url]
