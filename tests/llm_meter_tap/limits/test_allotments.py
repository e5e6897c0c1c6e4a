"""What a process holds of hard limits: a loop of calls asks seldom, and what is not needed goes back."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import Any

import httpx
import pytest
from standin_service import StandInService

from llm_meter_tap import tap
from llm_meter_tap.limits import allotments as module
from llm_meter_tap.limits.allotments import Allotments, Bounds, kind_of
from llm_meter_tap.wire.record import CallRecord

CHAT = "v1/chat/completions"
BODY = {"model": "gpt-5", "messages": [{"role": "user", "content": "Say hi"}], "max_tokens": 9}
WITH_IMAGE = {
    **BODY,
    "messages": [
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://x/a.png"}}]}
    ],
}


@pytest.fixture
def gate(service: StandInService, monkeypatch: pytest.MonkeyPatch) -> StandInService:
    """The service, with a hard limit in force of which it gives allotments of ten calls.

    On a busy machine two calls of a loop can be far apart, so that nothing is idle here.
    """
    monkeypatch.setattr("llm_meter_tap.limits.reservation._PATIENCE_S", 120.0)
    monkeypatch.setattr(module, "_IDLE_S", 600.0)
    service.write_gate(limits="one")
    service.allotted_calls = 10
    service.valid_s = 600.0
    return service


@pytest.fixture
def loop(provider: Any) -> Any:
    def make(calls: int, body: dict[str, Any] = BODY) -> None:
        for _ in range(calls):
            httpx.post(f"{provider.url}/json/{CHAT}", json=body)

    return make


def drawn(gate: StandInService) -> list[str]:
    records = [line["record"] for line in gate.settled()]
    return [each["llm_meter.allotment.id"] for each in records if "llm_meter.allotment.id" in each]


def test_the_calls_of_a_loop_are_drawn_from_an_allotment(loop, gate, metered):
    loop(8)

    gate.wait_for(settled=8)
    assert len(gate.reservation_requests) == 2
    assert "allotment" not in gate.reservation_requests[0]
    wish = gate.reservation_requests[1]["allotment"]
    assert wish["calls"] >= 8
    assert wish["input_bytes"] >= len('{"model":"gpt-5"}')
    assert drawn(gate) == [wish["id"]] * 6


def test_a_used_up_allotment_is_given_back_with_the_wish_for_a_larger_one(loop, gate, metered):
    gate.allotted_calls = 3
    loop(10)

    first, second = [each["allotment"] for each in gate.reservation_requests if "allotment" in each][:2]
    assert second["calls"] == 2 * first["calls"]
    assert gate.returned[0]["id"] == first["id"]


def test_asynchronous_calls_are_drawn_too(provider, gate, metered):
    async def main() -> None:
        async with httpx.AsyncClient() as client:
            for _ in range(6):
                await client.post(f"{provider.url}/json/{CHAT}", json=BODY)

    asyncio.run(main())
    gate.wait_for(settled=6)
    assert len(gate.reservation_requests) == 2


def test_parallel_calls_draw_no_more_than_there_is(provider, gate, metered):
    gate.most_calls = 1000
    with httpx.Client() as client, ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: client.post(f"{provider.url}/json/{CHAT}", json=BODY), range(60)))

    gate.wait_for(settled=60)
    names = drawn(gate)
    assert len(names) + len(gate.reservation_requests) == 60
    assert all(names.count(name) <= 10 for name in names)


def test_calls_of_another_kind_ask_for_themselves(loop, gate, metered):
    loop(4)
    before = len(gate.reservation_requests)
    loop(1, {**BODY, "model": "gpt-5-mini"})
    assert len(gate.reservation_requests) == before + 1


def test_what_is_not_only_text_is_never_drawn(loop, gate, metered):
    loop(4, WITH_IMAGE)
    assert len(gate.reservation_requests) == 4
    assert not any("allotment" in each for each in gate.reservation_requests)


def test_changed_limits_end_an_allotment(loop, gate, metered):
    loop(4)
    name = gate.reservation_requests[1]["allotment"]["id"]
    gate.write_gate(limits="another")
    # The tap relies on what it saw of the folder for a moment, as file systems' clocks tick.
    loop(1)

    assert len(gate.reservation_requests) == 3
    assert name in [each["id"] for each in gate.returned]


def test_a_recalled_allotment_is_given_back_and_not_drawn_from_again(loop, gate, metered):
    loop(3)
    name = gate.reservation_requests[1]["allotment"]["id"]
    gate.recalled = [name]
    loop(1)
    gate.wait_until(lambda: name in [each["id"] for each in gate.returned if "keep" not in each])
    gate.recalled = []
    before = len(gate.reservation_requests)
    loop(1)
    assert len(gate.reservation_requests) == before + 1


def test_what_is_idle_is_given_back_but_for_calls_under_way(provider, gate, metered, monkeypatch):
    url = f"{provider.url}/halfway/{CHAT}"
    with httpx.Client() as client:
        for _ in range(3):
            client.post(f"{provider.url}/json/{CHAT}", json=BODY)
        name = gate.reservation_requests[1]["allotment"]["id"]
        with client.stream("POST", url, json={**BODY, "stream": True}) as response:
            next(response.iter_lines())
            monkeypatch.setattr(module, "_IDLE_S", 0.01)
            tap.current().sender.flush()
            gate.wait_until(lambda: any(each.get("keep") for each in gate.returned))
            (kept,) = [each["keep"] for each in gate.returned if each["id"] == name]
            assert kept == {"user/month/calls": 1}
    gate.wait_until(lambda: {"id": name} in gate.returned)


def test_a_process_that_ends_gives_back_all(loop, gate, metered):
    loop(4)
    name = gate.reservation_requests[1]["allotment"]["id"]
    tap.close_tap()
    assert {"id": name} in gate.returned
    assert gate.reserved == set()


def test_an_allotment_that_the_service_lost_is_not_drawn_from(loop, gate, metered):
    gate.lease_s = 0.3
    loop(3)
    name = gate.reservation_requests[1]["allotment"]["id"]
    with gate._changed:
        gate.reserved.discard(name)
    gate.wait_until(lambda: any(name in each for each in gate.renewals))
    gate.lease_s = 30.0
    while tap.current().sender.allotments.opened():
        pass
    before = len(gate.reservation_requests)
    loop(1)
    assert len(gate.reservation_requests) == before + 1


def test_a_refused_call_is_no_call_of_an_allotment(loop, gate, metered):
    gate.allotted_calls = None
    gate.most_calls = 3
    loop(3)
    with pytest.raises(BaseException, match="3 of 3 calls used"):
        loop(1)
    assert drawn(gate) == []


class _Leases:
    def hold(self, name: str, lease_s: float | None) -> None:
        """Nothing lapses here."""

    def release(self, name: str) -> bool:
        return True


def record(call_id: str, **figures: Any) -> CallRecord:
    now = datetime(2026, 11, 24, tzinfo=timezone.utc)
    return CallRecord(call_id, now, "ok", "reported", "tap", request_model="gpt-5", **figures)


@pytest.fixture
def held() -> Allotments:
    """1,000 tokens and 10,000 picodollars, at 1 a call, 2 a token read and 5 a token written."""
    made = Allotments(_Leases())
    shares = [
        {"limit_id": "user/month/tokens", "unit": "tokens", "amount": 1000},
        {"limit_id": "user/month/USD", "unit": "USD", "amount": 10_000},
    ]
    given = {
        "id": "one",
        "limits": "x",
        "shares": shares,
        "output_tokens": 200,
        "prices": [1, 2, 5],
        "valid_s": 600,
    }
    made.answered(KIND, "one", {"allotment": given}, module.Clock.monotonic())
    return made


KIND = kind_of(record("any"), ())


def left(allotments: Allotments) -> dict[str, int]:
    (opened,) = allotments.opened()
    return {share.unit: share.left for share in opened.shares}


def test_a_call_holds_its_bytes_and_its_bound_in_each_unit(held):
    assert held.draw(KIND, record("a"), Bounds(100, 50), "x")
    assert left(held) == {"tokens": 850, "USD": 10_000 - (1 + 200 + 250)}


def test_a_request_without_a_bound_holds_what_is_usual(held):
    assert held.draw(KIND, record("a"), Bounds(100, None), "x")
    assert left(held)["tokens"] == 700


def test_a_settled_call_holds_its_own_figures_until_the_service_says_what_it_used(held):
    held.draw(KIND, record("a"), Bounds(100, 50), "x")
    held.ended(record("a", input_tokens=30, output_tokens=10))
    assert left(held) == {"tokens": 960, "USD": 10_000 - (1 + 60 + 50)}
    held.delivered(["a"], [{"id": "a", "used": {"tokens": 40, "USD": 70}}], [])
    assert left(held) == {"tokens": 960, "USD": 9930}


def test_a_call_that_used_more_than_it_could_leaves_less(held):
    held.draw(KIND, record("a"), Bounds(100, 50), "x")
    held.delivered(["a"], [{"id": "a", "used": {"tokens": 990, "USD": 1}}], [])
    assert left(held)["tokens"] == 10
    assert not held.draw(KIND, record("b"), Bounds(10, 1), "x")


def test_a_dropped_call_leaves_all(held):
    held.draw(KIND, record("a"), Bounds(100, 50), "x")
    held.dropped("a")
    assert left(held) == {"tokens": 1000, "USD": 10_000}


def test_a_line_that_the_service_refused_keeps_what_the_call_held(held):
    held.draw(KIND, record("a"), Bounds(100, 50), "x")
    held.delivered(["a"], [], [])
    assert left(held)["tokens"] == 850


def test_nothing_is_drawn_once_an_allotment_is_no_longer_valid(held, monkeypatch):
    later = module.Clock.monotonic() + 601
    monkeypatch.setattr(module, "Clock", type("Later", (), {"monotonic": staticmethod(lambda: later)}))
    assert not held.draw(KIND, record("a"), Bounds(1, 1), "x")


def test_what_does_not_fit_closes_the_allotment_for_a_new_one(held):
    assert not held.draw(KIND, record("a"), Bounds(999, 50), "x")
    assert held.opened() == []
    assert held.returned() == [{"id": "one"}]
