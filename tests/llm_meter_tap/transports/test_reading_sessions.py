"""Sessions of agents: what is posted sets them going, what they used is read out of their events."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
import requests
from tap_process import settled, spool_lines

USED = {
    "input_tokens": 9,
    "output_tokens": 4,
    "cache_read_input_tokens": 0,
    "cache_creation_input_tokens": 0,
}
TURN = {"id": "turn_1", "object": "agent.session.turn", "status": "completed"}
TURN_USED = {"input_tokens": 9, "output_tokens": 4, "total_tokens": 13}


def span(name):
    return {
        "id": name,
        "type": "span.model_request_end",
        "model_request_start_id": "s",
        "model_usage": USED,
        "processed_at": "2026-09-01T12:00:00Z",
    }


def stream(*events):
    return "".join(f"event: message\ndata: {json.dumps(event)}\n\n" for event in events).encode()


EVENTS = [span("e1"), {"id": "e2", "type": "agent.message"}, span("e3"), {"id": "e4", "usage": USED}]
TURNED = {"type": "agent.session.turn.completed", "turn_id": "turn_1", "turn": TURN, "usage": TURN_USED}
PLACES = {
    "/v1/sessions/s1/events/stream": stream(*EVENTS),
    "/v1/sessions/s1/events": json.dumps({"data": EVENTS}).encode(),
    "/v1/agents/sessions": stream({"type": "agent.session.created"}, TURNED),
    "/v1/agents/sessions/s1/events": stream(TURNED),
    "/v1/agents/sessions/s1/turns/turn_1": json.dumps({**TURN, "usage": TURN_USED}).encode(),
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(200, PLACES[self.path])

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.answer(*((200, PLACES[self.path]) if asked.get("stream") else (202, b"")))

    def answer(self, status, body):
        self.send_response(status)
        kind = "text/event-stream" if body.startswith(b"event") else "application/json"
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def server():
    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()


def test_each_request_to_a_model_is_a_call_once_however_it_is_read(server, metered, loopback_of):
    loopback_of("anthropic")
    posted = {"events": [{"type": "user.message", "content": []}]}
    assert httpx.post(f"{server}/v1/sessions/s1/events", json=posted).status_code == 202
    httpx.get(f"{server}/v1/sessions/s1/events/stream")
    requests.get(f"{server}/v1/sessions/s1/events")

    records = settled(metered)
    assert [record["gen_ai.usage.input_tokens"] for record in records] == [9, 9]
    assert {record["gen_ai.operation.name"] for record in records} == {"chat"}
    assert {record["llm_meter.call.started_at"] for record in records} == {"2026-09-01T12:00:00.000000Z"}
    assert not any("openai.response.service_tier" in record for record in records)
    assert [line["event"] for line in spool_lines(metered)][:2] == ["opened", "dropped"]


def test_an_event_that_stops_a_session_is_no_call(server, metered, loopback_of):
    loopback_of("anthropic")
    httpx.post(f"{server}/v1/sessions/s1/events", json={"events": [{"type": "user.interrupt"}]})

    assert not (metered / "spool").exists() or spool_lines(metered) == []


def test_a_turn_is_a_call_once_whether_it_was_streamed_or_read(server, metered, loopback_of):
    loopback_of("openai")
    asked = {"agent_id": "a1", "input": "hi", "stream": True}
    with httpx.stream("POST", f"{server}/v1/agents/sessions", json=asked) as response:
        response.read()
    httpx.get(f"{server}/v1/agents/sessions/s1/events")
    httpx.get(f"{server}/v1/agents/sessions/s1/turns/turn_1")

    records = settled(metered)
    assert {record["llm_meter.call.id"] for record in records} == {records[0]["llm_meter.call.id"]}
    assert {record["gen_ai.usage.output_tokens"] for record in records} == {4}


def test_a_turn_that_is_not_streamed_is_recorded_when_it_is_read(server, metered, loopback_of):
    loopback_of("openai")
    httpx.post(f"{server}/v1/agents/sessions/s1/events", json={"events": [{"type": "x"}]})
    httpx.get(f"{server}/v1/agents/sessions/s1/events")

    (record,) = settled(metered)
    assert (record["gen_ai.response.id"], record["gen_ai.usage.input_tokens"]) == ("turn_1", 9)
