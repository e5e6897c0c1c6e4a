"""Bad input is answered with what is wrong, in the API's own error shape, and the stand-in goes on."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import Any

import pytest
import requests

MESSAGES = [{"role": "user", "content": "hello"}]
WRONG: list[tuple[str, Any, str]] = [
    ("/v1/chat/completions", b"{not json", "not JSON"),
    ("/v1/chat/completions", b"[1]", "JSON object"),
    ("/v1/chat/completions", {"messages": MESSAGES}, "model"),
    ("/v1/chat/completions", {"model": "m"}, "messages"),
    ("/v1/chat/completions", {"model": "m", "messages": [{"role": "user", "content": 5}]}, "text only"),
    ("/v1/chat/completions", {"model": "m", "messages": MESSAGES, "max_tokens": -1}, "positive"),
    ("/v1/chat/completions", {"model": "m", "messages": MESSAGES, "n": 2}, "`n`"),
    ("/v1/chat/completions", {"model": "m", "messages": MESSAGES, "stream": "yes"}, "`stream`"),
    ("/v1/chat/completions", {"model": "m", "messages": MESSAGES, "stream_options": {}}, "`stream_options`"),
    ("/v1/completions", {"model": "m", "prompt": 7}, "`prompt`"),
    ("/v1/embeddings", {"model": "m", "input": []}, "`input`"),
    ("/v1/embeddings", {"model": "m", "input": "a", "dimensions": 10**9}, "`dimensions`"),
    ("/v1/messages", {"model": "m", "messages": MESSAGES}, "max_tokens"),
    ("/v1beta/models/m:generateContent", {"contents": []}, "`contents`"),
]


@pytest.mark.parametrize(("path", "body", "named"), WRONG)
def test_a_wrong_request_is_named(standin: str, path: str, body: Any, named: str) -> None:
    sent = {"data": body} if isinstance(body, bytes) else {"json": body}
    reply = requests.post(standin + path, timeout=30, **sent)
    assert reply.status_code == 400
    assert named in reply.json()["error"]["message"]


def test_the_answer_to_a_wrong_path_lists_the_supported_paths(standin: str) -> None:
    reply = requests.post(f"{standin}/v2/chat", json={}, timeout=30)
    assert reply.status_code == 404
    assert "/v1/chat/completions" in reply.json()["error"]["message"]


def test_a_wrong_method_is_refused(standin: str) -> None:
    assert requests.get(f"{standin}/v1/messages", timeout=30).status_code == 405


def test_a_client_that_leaves_in_mid_stream_disturbs_no_other_client(standin: str) -> None:
    body = {"model": "standin-slow", "messages": MESSAGES, "stream": True}
    with requests.post(f"{standin}/v1/chat/completions", json=body, stream=True, timeout=30) as reply:
        assert next(reply.iter_lines()).startswith(b"data: ")
    after = requests.post(f"{standin}/v1/chat/completions", json={**body, "model": "m"}, timeout=30)
    assert after.text.endswith("data: [DONE]\n\n")


def test_a_port_in_use_is_said_without_a_traceback() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "jupyter_llm_meter.standin", "--port", port]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert result.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in result.stderr
    assert "Traceback" not in result.stderr
