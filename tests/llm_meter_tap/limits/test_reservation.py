"""A call under a blocking limit: reserved before it leaves, renewed while under way, or refused."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import signal
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import httpx2
import pytest
import requests
from standin_service import StandInService
from tap_process import run, settled, spool_lines

from llm_meter_tap import LimitExceeded, tap
from llm_meter_tap.calls.entry import OutgoingRequest, prepare_call
from llm_meter_tap.runtime import faults

CHAT = "v1/chat/completions"
BODY = {"model": "gpt-5", "messages": [{"role": "user", "content": "Say hi"}], "max_tokens": 9, "n": 2}
STREAM = {**BODY, "stream": True}


@pytest.fixture
def gate(service: StandInService, monkeypatch: pytest.MonkeyPatch) -> StandInService:
    """The service, with a blocking limit in force; on a busy machine this process waits for its answer."""
    monkeypatch.setattr("llm_meter_tap.limits.reservation._PATIENCE_S", 120.0)
    service.write_gate()
    return service


def _urllib(url: str) -> None:
    request = urllib.request.Request(url, json.dumps(BODY).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        response.read()


def _http_client(url: str) -> None:
    host, _, path = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host)
    connection.request("POST", f"/{path}", json.dumps(BODY), {"Content-Type": "application/json"})
    connection.getresponse().read()


def _asynchronous(library: Any) -> Any:
    async def main(url: str) -> None:
        async with library.AsyncClient() as client:
            await client.post(url, json=BODY)

    return lambda url: asyncio.run(main(url))


async def _aiohttp(url: str) -> None:
    async with aiohttp.ClientSession() as session, session.post(url, json=BODY) as response:
        await response.read()


CLIENTS = {
    "httpx": lambda url: httpx.post(url, json=BODY),
    "httpx async": _asynchronous(httpx),
    "httpx2": lambda url: httpx2.post(url, json=BODY),
    "httpx2 async": _asynchronous(httpx2),
    "requests": lambda url: requests.post(url, json=BODY),
    "aiohttp": lambda url: asyncio.run(_aiohttp(url)),
    "urllib": _urllib,
    "http.client": _http_client,
}


@pytest.fixture(params=CLIENTS.values(), ids=CLIENTS)
def call(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_a_refused_call_never_leaves_and_is_written_down_as_refused(call, provider, gate, metered):
    gate.most_calls = 0
    with pytest.raises(LimitExceeded, match="0 of 0 calls used") as refused:
        call(f"{provider.url}/json/{CHAT}")

    assert refused.value.standing["limit"]["id"] == "user/month/calls"
    assert provider.seen == []
    (line,) = gate.wait_for(settled=1)
    record = line["record"]
    assert record["llm_meter.call.status"] == "refused"
    assert record["llm_meter.call.basis"] == "none"
    assert record["error.type"] == "LimitExceeded"
    assert record["llm_meter.limit.id"] == "user/month/calls"
    assert {line["event"] for line in gate.lines} == {"settled"}


def test_a_granted_call_is_asked_about_once_and_gives_back_what_it_held(call, provider, gate, metered):
    call(f"{provider.url}/json/{CHAT}")

    gate.wait_for(settled=1)
    (question,) = gate.reservation_requests
    assert question["record"]["gen_ai.request.model"] == "gpt-5"
    assert question["text"]["input"] == "Say hi"
    assert question["text"]["framing"]["api"] == "openai.chat"
    assert question["max_output_tokens"] == 18
    assert question["is_text_only"] is True
    assert "run" not in question
    assert gate.reserved == set()


def test_without_a_gate_nothing_is_asked(call, provider, service, metered):
    call(f"{provider.url}/json/{CHAT}")

    service.wait_for(settled=1)
    assert service.reservation_requests == []


def test_a_loop_is_never_refused_because_of_its_own_finished_calls(provider, gate, metered):
    gate.most_calls = 5
    for _ in range(5):
        httpx.post(f"{provider.url}/json/{CHAT}", json=BODY)
    with pytest.raises(LimitExceeded):
        httpx.post(f"{provider.url}/json/{CHAT}", json=BODY)

    assert len(provider.seen) == 5


def test_parallel_callers_do_not_pass_the_limit(provider, gate, metered):
    gate.most_calls = 7

    def one(_: int) -> str:
        try:
            return str(httpx.post(f"{provider.url}/json/{CHAT}", json=BODY).status_code)
        except LimitExceeded:
            return "refused"

    with ThreadPoolExecutor(6) as threads:
        outcomes = list(threads.map(one, range(20)))

    assert outcomes.count("200") == len(provider.seen) == 7


def test_a_stream_that_passes_the_limit_in_the_middle_ends_as_ever(provider, gate, metered):
    gate.most_calls = 1
    with httpx.stream("POST", f"{provider.url}/sse/{CHAT}", json=STREAM) as response:
        lines = response.iter_lines()
        first = next(lines)
        with pytest.raises(LimitExceeded):
            httpx.post(f"{provider.url}/json/{CHAT}", json=BODY)
        rest = list(lines)

    assert first.startswith("data:")
    assert "data: [DONE]" in rest


def test_a_reservation_is_renewed_while_its_call_is_under_way(provider, gate, metered):
    gate.lease_s = 0.3
    with httpx.stream("POST", f"{provider.url}/halfway/{CHAT}", json=STREAM) as response:
        next(response.iter_lines())
        gate.wait_until(lambda: len(gate.renewals) >= 2)
        assert gate.renewals[1] == [gate.reservation_requests[0]["record"]["llm_meter.call.id"]]

    gate.wait_for(settled=1)
    assert tap.current().sender.leases.due_in_s() is None


def test_what_the_service_does_not_hold_is_not_renewed_again(provider, gate, metered):
    gate.lease_s = 0.1
    with httpx.stream("POST", f"{provider.url}/halfway/{CHAT}", json=STREAM) as response:
        next(response.iter_lines())
        gate.reserved.clear()
        gate.wait_until(lambda: gate.renewals)
        while tap.current().sender.leases.due_in_s() is not None:
            time.sleep(0.01)


@pytest.mark.parametrize("how", ["broken", "nowhere"])
def test_a_call_that_fails_gives_back_what_it_held(how, provider, gate, metered):
    url = f"{provider.url}/broken/{CHAT}" if how == "broken" else f"http://127.0.0.1:1/{CHAT}"
    try:
        httpx.post(url, json=BODY)
    except httpx.ConnectError:
        assert how == "nowhere"
    gate.wait_until(lambda: len(gate.reservation_requests) == 1 and not gate.reserved)


def test_with_no_service_calls_pass_where_the_gate_allows_it(provider, folder, metered, monkeypatch):
    monkeypatch.setenv("LLM_METER_SERVICE", "1-aaaaaaaa")
    service = StandInService(folder)
    service.write_gate("allow")
    service.close()
    assert httpx.post(f"{provider.url}/json/{CHAT}", json=BODY).status_code == 200


@pytest.mark.parametrize("client", ["httpx", "httpx async"])
def test_with_no_service_calls_are_refused_where_the_gate_says_block(
    client, provider, folder, metered, monkeypatch
):
    monkeypatch.setenv("LLM_METER_SERVICE", "1-aaaaaaaa")
    service = StandInService(folder)
    service.write_gate("block")
    service.close()
    with pytest.raises(LimitExceeded, match=r"cannot be reached.*Nothing was sent.*doctor"):
        CLIENTS[client](f"{provider.url}/json/{CHAT}")

    assert provider.seen == []
    (record,) = settled(folder)
    assert record["llm_meter.call.status"] == "refused"
    assert "llm_meter.limit.id" not in record


def test_a_service_that_does_not_answer_is_not_waited_for_for_ever(provider, gate, metered, monkeypatch):
    monkeypatch.setattr("llm_meter_tap.limits.reservation._PATIENCE_S", 0.2)
    gate.write_gate("block")
    released = threading.Event()
    gate.on_reserve = lambda: released.wait()
    with pytest.raises(LimitExceeded, match="cannot be reached"):
        httpx.post(f"{provider.url}/json/{CHAT}", json=BODY)
    released.set()
    assert provider.seen == []


@pytest.fixture
def interruptible():
    """SIGINT interrupts, though a background job inherits it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_while_waiting_passes_through_and_leaves_nothing_reserved(provider, gate, metered):
    gate.on_reserve = lambda: os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        httpx.post(f"{provider.url}/json/{CHAT}", json=BODY)

    gate.on_reserve = lambda: None
    assert provider.seen == []
    gate.wait_until(lambda: [line["event"] for line in gate.lines] == ["dropped"])
    assert tap.current().sender.leases.due_in_s() is None
    httpx.post(f"{provider.url}/json/{CHAT}", json=BODY)


def test_a_task_cancelled_while_waiting_leaves_nothing_reserved(provider, gate, metered):
    asked, answer = threading.Event(), threading.Event()
    gate.on_reserve = lambda: (asked.set(), answer.wait())

    async def main() -> None:
        async with httpx.AsyncClient() as client:
            task = asyncio.create_task(client.post(f"{provider.url}/json/{CHAT}", json=BODY))
            while not asked.is_set():
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())
    answer.set()
    gate.wait_until(
        lambda: len(gate.reservation_requests) == 1 and len(gate.lines) >= 2 and not gate.reserved
    )
    assert provider.seen == []
    assert tap.current().sender.leases.due_in_s() is None


def test_the_event_loop_keeps_running_while_a_call_waits(provider, gate, metered):
    answer = threading.Event()
    gate.on_reserve = lambda: answer.wait()

    async def main() -> int:
        async with httpx.AsyncClient() as client:
            url = f"{provider.url}/json/{CHAT}"
            calls = [asyncio.create_task(client.post(url, json=BODY)) for _ in "abc"]
            await asyncio.sleep(0.05)
            answer.set()  # never reached by a loop that is blocked
            return len(await asyncio.gather(*calls))

    assert asyncio.run(main()) == 3


@pytest.mark.parametrize("policy", ["allow", "block"])
def test_from_an_unknown_event_loop_no_request_can_be_made(policy, folder, gate, metered):
    gate.write_gate(policy)
    body = json.dumps(BODY).encode()
    call = prepare_call(OutgoingRequest("POST", "api.openai.com", 443, "https", f"/{CHAT}", "", {}, body))
    with pytest.raises(StopIteration if policy == "allow" else LimitExceeded):
        call.admit_async().send(None)

    assert gate.reservation_requests == []
    call.failed(ConnectionError(), is_sent=False)


def test_gathered_tasks_see_the_refusal(provider, gate, metered):
    gate.most_calls = 0

    async def main() -> list[Any]:
        async with httpx.AsyncClient() as client:
            calls = [client.post(f"{provider.url}/json/{CHAT}", json=BODY) for _ in "abc"]
            return await asyncio.gather(*calls, return_exceptions=True)

    assert [type(outcome) for outcome in asyncio.run(main())] == [LimitExceeded] * 3


def test_executors_and_pools_bring_the_refusal_home(provider, gate, metered):
    gate.most_calls = 0
    with ThreadPoolExecutor(1) as threads, pytest.raises(LimitExceeded):
        threads.submit(httpx.post, f"{provider.url}/json/{CHAT}", json=BODY).result()
    with ThreadPool(2) as pool, pytest.raises(LimitExceeded):
        pool.map(CLIENTS["httpx"], [f"{provider.url}/json/{CHAT}"] * 3)


def test_a_pool_of_processes_brings_the_refusal_home(provider, folder, gate):
    gate.most_calls = 0
    code = f"""
        import multiprocessing, httpx
        from llm_meter_tap import LimitExceeded

        def call(_):
            return httpx.post("{provider.url}/json/{CHAT}", json={BODY})

        with multiprocessing.get_context("fork").Pool(2) as pool:
            try:
                pool.map(call, range(3))
            except LimitExceeded as refused:
                print(refused, refused.standing["limit"]["id"])
            print(pool.map(abs, [-1, -2]))
    """
    output, _ = run(folder, code, LLM_METER_SERVICE="1-aaaaaaaa")
    assert output == "0 of 0 calls used user/month/calls\n[1, 2]\n"


def test_a_forked_child_asks_for_itself(provider, folder, gate):
    gate.most_calls = 2
    code = f"""
        import httpx, os
        from llm_meter_tap import LimitExceeded

        def call():
            try:
                return httpx.post("{provider.url}/json/{CHAT}", json={BODY}).status_code
            except LimitExceeded:
                return "refused"

        print(call(), flush=True)
        child = os.fork()
        print(call(), flush=True) if not child else os.waitpid(child, 0)
        if not child:
            import llm_meter_tap.tap
            llm_meter_tap.tap.close_tap()
            os._exit(0)
        print(call())
    """
    output, _ = run(folder, code)
    assert output == "200\n200\nrefused\n"


def test_the_requests_text_is_in_no_file(provider, folder, gate, metered):
    httpx.post(f"{provider.url}/json/{CHAT}", json=BODY)
    assert "Say hi" not in json.dumps(spool_lines(folder))


def test_proxies_are_not_asked(provider, folder, gate):
    code = f"""
        import httpx
        httpx.Client(trust_env=False).post("{provider.url}/json/{CHAT}", json={BODY})
    """
    run(folder, code, HTTP_PROXY="http://127.0.0.1:1", http_proxy="http://127.0.0.1:1")
    assert len(gate.reservation_requests) == 1


def test_a_failure_of_the_tap_during_the_request_counts_as_no_answer(provider, gate, metered, monkeypatch):
    monkeypatch.setattr("llm_meter_tap.limits.reservation.ReservationClient._post", lambda *_: 1 / 0)
    assert httpx.post(f"{provider.url}/json/{CHAT}", json=BODY).status_code == 200
    gate.write_gate("block")
    with pytest.raises(LimitExceeded, match="cannot be reached"):
        httpx.post(f"{provider.url}/json/{CHAT}", json=BODY)
    assert set(faults.counts) == {"ReservationClient.reserve"}
    faults.counts.clear()


def test_a_process_under_a_cap_asks_without_a_gate(provider, folder, service):
    inherited = {"id": "c", "caps": [{"unit": "calls", "amount": "1"}]}
    code = f"""
        import httpx
        from llm_meter_tap import LimitExceeded
        httpx.post("{provider.url}/json/{CHAT}", json={BODY})
        try:
            httpx.post("{provider.url}/json/{CHAT}", json={BODY})
        except LimitExceeded as refused:
            print(refused)
    """
    output, _ = run(folder, code, LLM_METER_RUN=json.dumps(inherited))
    assert output == "1 of 1 calls used\n"
    assert [question["run"] for question in service.reservation_requests[:2]] == [inherited] * 2


def test_a_cap_without_a_service_refuses(provider, folder: Path):
    inherited = {"id": "c", "caps": [{"unit": "calls", "amount": "1"}]}
    code = f"""
        import httpx
        from llm_meter_tap import LimitExceeded
        try:
            httpx.post("{provider.url}/json/{CHAT}", json={BODY})
        except LimitExceeded as refused:
            print(refused)
    """
    output, _ = run(folder, code, LLM_METER_RUN=json.dumps(inherited))
    assert output.startswith("LLM Meter's service cannot be reached, so the cap on this run cannot be ")
    assert provider.seen == []
