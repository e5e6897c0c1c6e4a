"""Results of batches and of background answers, read through every client: counted once, polling never."""

import asyncio
import gzip
import json
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import aiohttp
import httpx
import httpx2
import pytest
import requests
import urllib3
from tap_process import settled, spool_lines

from llm_meter_tap import tap
from llm_meter_tap.calls import background_reader


def openai_line(number):
    body = {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "gpt-5",
        "choices": [],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
    }
    return {"id": f"r{number}", "custom_id": f"c{number}", "response": {"status_code": 200, "body": body}}


FAILED = {"custom_id": "bad", "response": {"status_code": 400, "body": {"error": {"code": "x"}}}}
CLAUDE = {
    "custom_id": "c1",
    "result": {
        "type": "succeeded",
        "message": {
            "id": "msg_1",
            "type": "message",
            "model": "claude-x",
            "usage": {"input_tokens": 21, "output_tokens": 5, "service_tier": "batch"},
        },
    },
}
WAITING = {"id": "resp_1", "object": "response", "status": "queued", "background": True, "usage": None}
FIGURES = {"input_tokens": 3, "output_tokens": 2, "total_tokens": 5}
ANSWERED = {**WAITING, "status": "completed", "usage": FIGURES}


def gemini_answer(number):
    return {
        "responseId": f"g{number}",
        "modelVersion": "gemini-x",
        "candidates": [{"content": {"parts": [{"text": "Hi"}]}}],
        "usageMetadata": {"promptTokenCount": 4, "candidatesTokenCount": number},
    }


INLINED = {
    "name": "batches/b1",
    "metadata": {"state": "BATCH_STATE_SUCCEEDED"},
    "done": True,
    "response": {
        "inlinedResponses": {
            "inlinedResponses": [
                {"metadata": {"key": "k1"}, "response": gemini_answer(1)},
                {"metadata": {"key": "k2"}, "error": {"code": 3, "message": "bad"}},
                {"metadata": {"key": "k3"}, "response": gemini_answer(2)},
            ]
        }
    },
}
PREDICTION = {
    "id": "p1",
    "model": "meta/llama-x",
    "status": "processing",
    "error": None,
    "urls": {"get": "https://api.replicate.com/v1/predictions/p1"},
}
PREDICTED = {
    **PREDICTION,
    "status": "succeeded",
    "metrics": {"input_token_count": 9, "output_token_count": 3, "predict_time": 0.5},
}
RESEARCHING = {"id": "v1_1", "object": "interaction", "status": "in_progress", "agent": "deep-research-x"}
RESEARCHED = {
    **RESEARCHING,
    "status": "completed",
    "created": "2026-09-01T12:00:00Z",
    "usage": {
        "total_input_tokens": 8,
        "total_output_tokens": 2,
        "total_thought_tokens": 3,
        "total_tokens": 13,
    },
}


def lines(*documents):
    return "".join(json.dumps(document) + "\n" for document in documents).encode()


def events(*documents):
    return "".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in documents).encode()


RESUMED = "/v1/responses/resp_1?stream=true&starting_after=1"
PLACES = {
    RESUMED: events(
        {"type": "response.output_text.delta", "sequence_number": 2, "delta": "Hi"},
        {"type": "response.completed", "sequence_number": 3, "response": ANSWERED},
    ),
    "/v1/files/file-1/content": lines(openai_line(1), FAILED, openai_line(2)),
    "/v1/files/file-2/content": lines({"custom_id": "c1", "body": {"model": "gpt-5", "messages": []}}),
    "/v1/files/file-3/content": lines(*map(openai_line, range(1000))),
    "/v1/messages/batches/b1/results": lines(CLAUDE),
    "/v1/batches/b1": lines({"id": "b1", "object": "batch", "usage": {"input_tokens": 9}}),
    "/v1beta/batches/b1": lines(INLINED),
    "/v1beta/batches/b2": lines({"name": "batches/b2", "metadata": {"state": "BATCH_STATE_RUNNING"}}),
    "/download/v1beta/files/f1:download": lines(
        {"key": "k1", "response": gemini_answer(1)},
        {"key": "k2", "error": {"code": 3, "message": "bad"}},
        {"key": "k3", "response": gemini_answer(2)},
    ),
    "/v1/predictions/p1": lines(PREDICTED),
    "/v1/predictions/p2": lines({**PREDICTED, "id": "p2", "metrics": {"predict_time": 0.5}}),
    "/v1/predictions/waiting": lines(PREDICTION),
    "/v1beta/interactions/v1_1": lines(RESEARCHED),
    "/v1/responses/waiting": lines(WAITING),
    "/v1/responses/resp_1": lines(ANSWERED),
    "/v1/responses/resp_2": lines({**ANSWERED, "id": "resp_2", "background": False}),
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = PLACES[self.path]
        if "gzip" in self.headers.get("accept-encoding", ""):
            body = gzip.compress(body)
            self.answer(body, {"content-encoding": "gzip"})
        else:
            self.answer(body, {})

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        answers = {"predictions": PREDICTION, "interactions": RESEARCHING}
        self.answer(lines(answers.get(self.path.rpartition("/")[2], WAITING)), {})

    def answer(self, body, headers):
        self.send_response(200)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def server():
    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()


async def through_async_httpx(url):
    async with httpx.AsyncClient() as client:
        return (await client.get(url)).content


async def through_aiohttp(url):
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return await response.read()


CLIENTS = {
    "httpx": lambda url: httpx.get(url).content,
    "httpx2": lambda url: httpx2.get(url).content,
    "httpx-async": lambda url: asyncio.run(through_async_httpx(url)),
    "requests": lambda url: requests.get(url).content,
    "urllib3": lambda url: urllib3.PoolManager().request("GET", url).data,
    "aiohttp": lambda url: asyncio.run(through_aiohttp(url)),
    "urllib": lambda url: urllib.request.urlopen(url).read(),
}


@pytest.fixture(params=CLIENTS)
def get(request):
    return CLIENTS[request.param]


def test_each_result_with_usage_is_a_call_once_however_often_it_is_read(server, metered, get):
    for _ in range(2):
        assert get(f"{server}/v1/files/file-1/content") == PLACES["/v1/files/file-1/content"]
    records = settled(metered)
    assert [record["gen_ai.response.id"] for record in records] == ["chatcmpl-1", "chatcmpl-2"]
    assert {record["gen_ai.usage.input_tokens"] for record in records} == {11}
    assert {record["openai.response.service_tier"] for record in records} == {"batch"}
    assert {record["llm_meter.call.started_at"] for record in records} == {"2023-11-14T22:13:20.000000Z"}


def test_another_process_knows_a_result_by_the_same_id(server, metered, get):
    get(f"{server}/v1/messages/batches/b1/results")
    tap.close_tap()  # the next call makes another tap, as another process would
    get(f"{server}/v1/messages/batches/b1/results")
    ids = {record["llm_meter.call.id"] for record in settled(metered)}
    assert len(ids) == 1


@pytest.mark.parametrize(
    "path", ["/v1/batches/b1", "/v1/files/file-2/content", "/v1/responses/waiting", "/v1/responses/resp_2"]
)
def test_polling_input_files_and_answers_that_were_counted_leave_nothing(server, metered, get, path):
    get(server + path)
    assert not (metered / "spool").exists() or spool_lines(metered) == []


def test_a_background_answer_is_the_call_that_asked_for_it(server, metered, get):
    httpx.post(f"{server}/v1/responses", json={"model": "gpt-5", "input": "Hi", "background": True})
    get(f"{server}/v1/responses/resp_1")
    asked, answered = settled(metered)
    assert asked["llm_meter.call.id"] == answered["llm_meter.call.id"]
    assert (asked["llm_meter.call.basis"], answered["llm_meter.call.basis"]) == ("missing", "reported")


def test_a_stream_that_is_resumed_and_its_answer_read_again_are_the_call_that_asked(server, metered, get):
    httpx.post(f"{server}/v1/responses", json={"model": "gpt-5", "input": "Hi", "background": True})
    assert get(server + RESUMED) == PLACES[RESUMED]
    get(f"{server}/v1/responses/resp_1")
    records = settled(metered)
    assert len({record["llm_meter.call.id"] for record in records}) == 1
    assert records[-1]["gen_ai.usage.input_tokens"] == 3
    assert records[-1]["gen_ai.usage.output_tokens"] == 2


def test_a_large_file_of_results_is_read_to_its_end(server, metered, get, monkeypatch):
    monkeypatch.setattr(background_reader, "_EXIT_S", 120.0)  # even on a busy machine
    get(f"{server}/v1/files/file-3/content")
    tap.close_tap()
    assert len(settled(metered)) == 1000


@pytest.mark.parametrize("path", ["/v1beta/batches/b1", "/download/v1beta/files/f1:download"])
def test_results_of_a_gemini_batch_are_calls_at_the_price_of_a_batch(server, metered, get, loopback_of, path):
    loopback_of("gcp.gemini")
    for _ in range(2):
        get(server + path)
    records = settled(metered)
    assert [record["gen_ai.response.id"] for record in records] == ["g1", "g2"]
    assert [record["gen_ai.usage.output_tokens"] for record in records] == [1, 2]
    assert {record["openai.response.service_tier"] for record in records} == {"batch"}
    assert {record["gen_ai.operation.name"] for record in records} == {"generate_content"}


def test_a_gemini_result_is_the_same_call_in_the_state_and_in_the_file(server, metered, get, loopback_of):
    loopback_of("gcp.gemini")
    get(f"{server}/v1beta/batches/b1")
    get(f"{server}/download/v1beta/files/f1:download")
    assert len(settled(metered)) == 2


def test_a_prediction_is_the_call_that_asked_for_it(server, metered, get, loopback_of):
    loopback_of("replicate")
    httpx.post(f"{server}/v1/models/meta/llama-x/predictions", json={"input": {"prompt": "Hi"}})
    for _ in range(2):
        get(f"{server}/v1/predictions/p1")
    asked, answered = settled(metered)
    assert asked["llm_meter.call.id"] == answered["llm_meter.call.id"]
    assert (asked["llm_meter.call.basis"], answered["llm_meter.call.basis"]) == ("missing", "reported")
    assert (answered["gen_ai.usage.input_tokens"], answered["gen_ai.usage.output_tokens"]) == (9, 3)


def test_an_agents_work_is_the_call_that_asked_for_it(server, metered, get):
    ask = {"agent": "deep-research-x", "input": "Hi", "background": True}
    httpx.post(f"{server}/v1beta/interactions", json=ask)
    for _ in range(2):
        get(f"{server}/v1beta/interactions/v1_1")
    asked, answered = settled(metered)
    assert asked["llm_meter.call.id"] == answered["llm_meter.call.id"]
    assert (asked["llm_meter.call.basis"], answered["llm_meter.call.basis"]) == ("missing", "reported")
    assert (answered["gen_ai.usage.input_tokens"], answered["gen_ai.usage.output_tokens"]) == (8, 5)
    assert answered["llm_meter.call.started_at"].startswith("2026-09-01T12:00:00")


@pytest.mark.parametrize(
    ("provider", "path"),
    [
        ("gcp.gemini", "/v1beta/batches/b2"),
        ("replicate", "/v1/predictions/p2"),
        ("replicate", "/v1/predictions/waiting"),
    ],
)
def test_what_is_under_way_or_has_no_figures_leaves_nothing(
    server, metered, get, loopback_of, provider, path
):
    loopback_of(provider)
    get(server + path)
    assert not (metered / "spool").exists() or spool_lines(metered) == []
