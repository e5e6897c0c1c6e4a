"""What is special to httpx and httpx2; what holds for every client is in test_conformance.py."""

import asyncio
import importlib
from types import ModuleType

import httpx
import httpx2
import pytest
from tap_clients import BODY
from tap_process import settled, spool_lines

CHAT = "v1/chat/completions"


@pytest.fixture(params=[httpx, httpx2], ids=["httpx", "httpx2"])
def library(request: pytest.FixtureRequest) -> ModuleType:
    return request.param


def test_an_interrupt_while_waiting_for_the_answer_aborts_the_call(library, provider, metered, monkeypatch):
    def interrupted(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    core = importlib.import_module("httpcore2" if library is httpx2 else "httpcore")
    monkeypatch.setattr(core.ConnectionPool, "handle_request", interrupted)
    with pytest.raises(KeyboardInterrupt):
        library.post(f"{provider.url}/json/{CHAT}", json=BODY)

    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["error.type"]) == ("aborted", "KeyboardInterrupt")


def test_what_a_mock_of_the_core_answers_or_raises_is_no_call(library, metered, monkeypatch):
    core = importlib.import_module("httpcore2" if library is httpx2 else "httpcore")
    monkeypatch.setattr(
        core.ConnectionPool, "handle_request", lambda *_arguments: core.Response(200, content=b"{}")
    )
    assert library.post(f"http://api.openai.com/{CHAT}", json=BODY).json() == {}

    def refused(*_arguments: object) -> None:
        raise RuntimeError("a mock")

    monkeypatch.setattr(core.ConnectionPool, "handle_request", refused)
    with pytest.raises(RuntimeError):
        library.post(f"http://api.openai.com/{CHAT}", json=BODY)

    assert [line["event"] for line in spool_lines(metered)] == ["opened", "dropped"] * 2


def test_mocks_and_in_process_applications_are_not_calls(library, metered):
    transport = library.MockTransport(
        lambda request: library.Response(200, json={"usage": {"prompt_tokens": 1}})
    )
    library.Client(transport=transport).post(f"https://api.openai.com/{CHAT}", json=BODY)

    assert spool_lines(metered) == []


@pytest.mark.parametrize("is_async", [False, True])
def test_a_form_with_files_names_its_model(library, provider, metered, is_async):
    sent = {
        "data": {"model": "whisper-x", "temperature": "0", "stream": "true"},
        "files": {"file": ("a.wav", b"RIFF" * 1000, "audio/wav")},
    }
    url = f"{provider.url}/json/v1/audio/transcriptions"
    if is_async:

        async def post():
            async with library.AsyncClient() as client:
                await client.post(url, **sent)

        asyncio.run(post())
    else:
        library.post(url, **sent)

    (record,) = settled(metered)
    assert record["gen_ai.request.model"] == "whisper-x"
    assert record["gen_ai.operation.name"] == "transcription"


def test_a_body_produced_while_it_is_sent_passes_untouched(library, provider, metered):
    response = library.post(f"{provider.url}/json/other", content=iter([b"one", b"two"]))

    assert response.status_code == 200
