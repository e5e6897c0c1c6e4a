"""httpx and httpx2, sync and async, against a real server: seen once, otherwise as without the tap."""

import asyncio
import gc
import importlib
from types import ModuleType
from typing import Any

import httpx
import httpx2
import pytest
from tap_process import settled, spool_lines

from llm_meter_tap import startup, tap
from llm_meter_tap.runtime import faults

CHAT = "v1/chat/completions"
BODY = {"model": "gpt-5", "messages": [{"role": "user", "content": "Say hi"}]}
STREAM = {**BODY, "stream": True}


@pytest.fixture(params=[httpx, httpx2], ids=["httpx", "httpx2"])
def library(request: pytest.FixtureRequest) -> ModuleType:
    return request.param


def outcome(call: Any) -> Any:
    """What user code sees of a call: its value, or its exception."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - whatever it raises is the outcome
        return type(error), str(error)


def read_all(library: ModuleType, url: str) -> Any:
    response = library.post(url, json=STREAM, timeout=1)
    return response.status_code, response.content, response.headers.get("content-type"), response.is_closed


def read_raw(library: ModuleType, url: str) -> Any:
    with library.stream("POST", url, json=STREAM, timeout=1) as response:
        return response.status_code, b"".join(response.iter_raw()), response.num_bytes_downloaded


def read_lines(library: ModuleType, url: str) -> Any:
    with library.stream("POST", url, json=STREAM, timeout=1) as response:
        return list(response.iter_lines()), response.is_stream_consumed


def read_async(library: ModuleType, url: str) -> Any:
    async def main() -> Any:
        async with (
            library.AsyncClient(timeout=1) as client,
            client.stream("POST", url, json=STREAM) as response,
        ):
            return response.status_code, [line async for line in response.aiter_lines()]

    return asyncio.run(main())


ENDINGS = [
    "json",
    "gzip",
    "chunked",
    "sse",
    "silent",
    "gzipsse",
    "nonsense",
    "limited",
    "broken",
    "moved",
    "drop",
]


@pytest.mark.parametrize("reader", [read_all, read_raw, read_lines, read_async])
@pytest.mark.parametrize("ending", [*ENDINGS, "hang"])
def test_a_call_gives_and_raises_what_it_would_without_the_tap(
    library, provider, folder, monkeypatch, ending, reader
):
    url = f"{provider.url}/{ending}/{CHAT}"
    if ending == "hang":
        monkeypatch.setattr(provider._server.released, "wait", lambda _: None)
    plain = outcome(lambda: reader(library, url))

    monkeypatch.setenv("LLM_METER_DIR", str(folder))
    startup.activate()
    try:
        assert outcome(lambda: reader(library, url)) == plain
    finally:
        startup.deactivate()
        tap.leave()
    assert len([line for line in spool_lines(folder) if line["event"] == "opened"]) == 1
    assert not faults.counts


@pytest.mark.parametrize("ending", ["json", "gzip", "chunked", "sse", "gzipsse"])
@pytest.mark.parametrize("reader", [read_all, read_raw, read_lines, read_async])
def test_reported_usage_is_recorded_once(library, provider, metered, ending, reader):
    reader(library, f"{provider.url}/{ending}/{CHAT}")

    (record,) = settled(metered)
    assert record["llm_meter.call.status"] == "ok"
    assert record["llm_meter.call.basis"] == "reported"
    assert record["gen_ai.usage.input_tokens"] == 11
    assert record["gen_ai.usage.output_tokens"] == 7
    assert record["gen_ai.response.model"] == "gpt-5-2025"
    assert record["server.address"] == "127.0.0.1"
    assert record["server.port"] == provider.port
    assert record["gen_ai.request.stream"] is True


def test_the_settled_line_is_on_disk_before_the_terminal_event_is_handed_over(library, provider, metered):
    with library.stream("POST", f"{provider.url}/sse/{CHAT}", json=STREAM) as response:
        for line in response.iter_lines():
            if line == "data: [DONE]":
                break
        assert len(settled(metered)) == 1
    assert len(settled(metered)) == 1


@pytest.mark.parametrize(("ending", "error_type"), [("limited", "rate_limit_exceeded"), ("broken", "503")])
def test_a_refused_call_costs_nothing_and_names_its_error(library, provider, metered, ending, error_type):
    library.post(f"{provider.url}/{ending}/{CHAT}", json=BODY)

    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("error", "none")
    assert record["error.type"] == error_type
    assert "gen_ai.usage.input_tokens" not in record


def test_a_call_that_reached_no_network_is_dropped(library, metered):
    with pytest.raises(library.ConnectError):
        library.post(f"http://127.0.0.1:1/{CHAT}", json=BODY)

    assert [line["event"] for line in spool_lines(metered)] == ["opened", "dropped"]


def test_a_read_timeout_is_an_error_with_unknown_usage(library, provider, metered):
    with pytest.raises(library.ReadTimeout):
        library.post(f"{provider.url}/hang/{CHAT}", json=BODY, timeout=0.1)

    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("error", "missing")
    assert record["error.type"] == "ReadTimeout"


def test_a_redirection_is_no_call_of_its_own(library, provider, metered):
    response = library.post(f"{provider.url}/moved/{CHAT}", json=BODY, follow_redirects=True)

    assert response.json()["usage"]["total_tokens"] == 18
    events = [line["event"] for line in spool_lines(metered)]
    assert events == ["opened", "dropped", "opened", "settled"]


def test_a_body_that_is_not_what_the_shape_promises_is_missing(library, provider, metered):
    assert library.post(f"{provider.url}/nonsense/{CHAT}", json=BODY).text.startswith("<html>")

    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("ok", "missing")


def close_early(library: ModuleType, url: str) -> None:
    with library.stream("POST", url, json=STREAM) as response:
        next(response.iter_lines())


def forget(library: ModuleType, url: str) -> None:
    client = library.Client()
    response = client.send(client.build_request("POST", url, json=STREAM), stream=True)
    lines = response.iter_lines()
    next(lines)
    del response, lines
    gc.collect()


def never_read(library: ModuleType, url: str) -> None:
    client = library.Client()
    response = client.send(client.build_request("POST", url, json=STREAM), stream=True)
    lines = response.iter_lines()
    del response, lines
    gc.collect()


def never_read_async(library: ModuleType, url: str) -> None:
    async def main() -> None:
        client = library.AsyncClient()
        response = await client.send(client.build_request("POST", url, json=STREAM), stream=True)
        lines = response.aiter_lines()
        del response, lines

    asyncio.run(main())
    gc.collect()


def interrupt(library: ModuleType, url: str) -> None:
    def interrupted(chunk: bytes) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), library.stream("POST", url, json=STREAM) as response:
        for chunk in response.iter_raw():
            interrupted(chunk)


def cancel(library: ModuleType, url: str) -> None:
    async def consume(client: Any, began: asyncio.Event) -> None:
        async with client.stream("POST", url, json=STREAM) as response:
            async for _ in response.aiter_lines():
                began.set()

    async def main() -> None:
        async with library.AsyncClient() as client:
            began = asyncio.Event()
            task = asyncio.create_task(consume(client, began))
            await began.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())


@pytest.mark.parametrize("leave", [close_early, forget, never_read, never_read_async, interrupt, cancel])
def test_a_stream_left_before_its_end_is_aborted(library, provider, metered, leave):
    leave(library, f"{provider.url}/halfway/{CHAT}")

    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("aborted", "missing")


def test_a_stream_broken_by_the_network_is_aborted_and_names_the_error(library, provider, metered):
    with pytest.raises(library.RemoteProtocolError):
        library.post(f"{provider.url}/drop/{CHAT}", json=STREAM)

    (record,) = settled(metered)
    assert record["llm_meter.call.status"] == "aborted"
    assert record["error.type"] == "RemoteProtocolError"


def test_an_interrupt_while_waiting_for_the_answer_aborts_the_call(library, provider, metered, monkeypatch):
    def interrupted(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    core = importlib.import_module("httpcore2" if library is httpx2 else "httpcore")
    monkeypatch.setattr(core.ConnectionPool, "handle_request", interrupted)
    with pytest.raises(KeyboardInterrupt):
        library.post(f"{provider.url}/json/{CHAT}", json=BODY)

    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["error.type"]) == ("aborted", "KeyboardInterrupt")


def test_mocks_and_in_process_applications_are_no_calls(library, metered):
    transport = library.MockTransport(
        lambda request: library.Response(200, json={"usage": {"prompt_tokens": 1}})
    )
    library.Client(transport=transport).post(f"https://api.openai.com/{CHAT}", json=BODY)

    assert spool_lines(metered) == []


def test_other_requests_leave_no_trace(library, provider, metered):
    library.post(f"{provider.url}/json/other", json={"hello": 1})
    library.get(f"{provider.url}/json/{CHAT}")

    assert not (metered / "spool").exists()


def test_a_body_produced_while_it_is_sent_passes_untouched(library, provider, metered):
    response = library.post(f"{provider.url}/json/other", content=iter([b"one", b"two"]))

    assert response.status_code == 200


def test_patching_twice_changes_nothing_and_deactivating_gives_the_library_back(library, metered):
    patched = library.HTTPTransport.handle_request
    startup.activate()
    assert library.HTTPTransport.handle_request is patched

    startup.deactivate()
    assert library.HTTPTransport.handle_request is not patched
    assert not hasattr(library.HTTPTransport.handle_request, "__wrapped__")


def test_a_failure_of_the_tap_is_counted_and_not_the_users(library, provider, metered, monkeypatch):
    def fail(*args: object) -> None:
        raise ZeroDivisionError("a secret prompt")

    monkeypatch.setattr("llm_meter_tap.calls.entry.recognise", fail)
    assert library.post(f"{provider.url}/json/{CHAT}", json=BODY).json()["usage"]["total_tokens"] == 18
    assert sum(faults.counts.values()) == 1
    faults.counts.clear()
