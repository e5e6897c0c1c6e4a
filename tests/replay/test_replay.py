"""The replay serves what was recorded, under the recorded names, to the real SDKs, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from replay.corpus import GROUPS, selection, write_plan
from replay.server import CALLER, replaying


def run(code: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **environment}
    return subprocess.run([sys.executable, *code], env=env, capture_output=True, text=True, timeout=240)


def test_selection_covers_every_group_streamed_and_whole() -> None:
    chosen = selection()
    assert {(one["provider"], one["api"]) for one in chosen} == GROUPS
    assert {one["stream"] for one in chosen if one["api"] == "anthropic.messages"} == {True, False}


def test_every_selected_call_is_answered_through_the_sdks(tmp_path: Path) -> None:
    exchanges = selection()
    plan = write_plan(exchanges, tmp_path / "plan.json")
    with replaying(exchanges, tmp_path) as replay:
        result = run([str(CALLER), str(plan)], replay.environment)
    assert result.returncode == 0, result.stderr
    assert replay.served == [exchange["id"] for exchange in exchanges]


def test_a_call_without_an_id_is_found_by_its_request(tmp_path: Path) -> None:
    exchange = next(one for one in selection() if one["api"] == "openai.responses")
    (tmp_path / "body.json").write_text(exchange["request_body"])
    code = (
        "import sys, requests; "
        "print(requests.post(sys.argv[1], data=open(sys.argv[2]).read().encode(), timeout=30).status_code)"
    )
    with replaying([exchange], tmp_path) as replay:
        result = run(["-c", code, exchange["url"], str(tmp_path / "body.json")], replay.environment)
    assert result.stdout.strip() == "200", result.stderr
    assert replay.served == [exchange["id"]]


@pytest.mark.parametrize("host", ["example.org", "api.openai.com"])
def test_a_host_that_is_not_replayed_does_not_exist(tmp_path: Path, host: str) -> None:
    exchange = next(one for one in selection() if one["provider"] == "anthropic")
    with replaying([exchange], tmp_path) as replay:
        result = run(["-c", f"import socket; socket.create_connection(({host!r}, 443))"], replay.environment)
    assert "is not replayed" in result.stderr
