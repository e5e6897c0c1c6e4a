"""Calls that the Jupyter server makes itself, for a chat assistant that is one of its extensions."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from end_to_end.conftest import MakeLab
from end_to_end.lab import Lab, wait_for
from tap_provider import Provider

EXTENSIONS = Path(__file__).with_name("extensions")
WAYS = ("answer", "plain", "task", "gathered", "executor", "to_thread", "thread", "background", "stream")


def with_assistant(provider: dict[str, str]) -> dict[str, str]:
    return {**provider, "PYTHONPATH": str(EXTENSIONS), "JUPYTER_CONFIG_PATH": str(EXTENSIONS)}


@pytest.fixture
def hanging() -> Iterator[dict[str, str]]:
    """The variables that lead to a provider whose streams stand still after their first words."""
    provider = Provider()
    yield {"OPENAI_BASE_URL": f"{provider.url}/halfway/v1", "OPENAI_API_KEY": "sk-none"}
    provider.close()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(100) as running:
        yield running


def ask(lab: Lab, way: str) -> list[str]:
    return lab.post(f"chat-assistant/{way}").split()


def await_open_streams(lab: Lab, number: int) -> None:
    wait_for(lambda: lab.get("chat-assistant/streams") == number, f"{number} open streams")


def spools(lab: Lab) -> list[Path]:
    return list(Path(lab.environment["JUPYTER_DATA_DIR"], "llm-meter", "spool").glob("*.jsonl"))


def test_each_call_of_an_assistant_is_counted_once_under_its_name(
    make_lab: MakeLab, standin: dict[str, str]
) -> None:
    lab = make_lab(with_assistant(standin))
    answered = [answer_id for way in WAYS for answer_id in ask(lab, way)]
    records = lab.wait_for_calls(len(WAYS))
    known = [record["gen_ai.response.id"] for record in records]
    assert len(known) == len(set(known)) == len(WAYS)
    assert set(answered) < set(known)
    assert {record.get("gen_ai.agent.name") for record in records} == {"chat_assistant"}
    assert {record["llm_meter.call.basis"] for record in records} == {"reported"}
    names = {name for record in records for name in record}
    assert not names & {"llm_meter.notebook.path", "llm_meter.kernel.id"}
    assert lab.usage("agent")["chat_assistant"]["calls"] == len(WAYS)


def test_a_call_in_a_kernel_of_the_same_lab_has_no_agent(make_lab: MakeLab, standin: dict[str, str]) -> None:
    lab = make_lab(with_assistant(standin))
    with lab.kernel() as kernel:
        kernel.run("import chat_assistant, asyncio; await chat_assistant.Assistant().answer()")
        (record,) = lab.wait_for_calls(1)
    assert "gen_ai.agent.name" not in record
    assert record["llm_meter.notebook.path"] == "test.ipynb"


def test_a_hundred_concurrent_chats_and_a_stalled_ledger_delay_no_request(
    make_lab: MakeLab, standin: dict[str, str], pool: ThreadPoolExecutor
) -> None:
    lab = make_lab(with_assistant(standin))
    ask(lab, "answer")
    lab.wait_for_calls(1)
    ledger = Path(lab.environment["JUPYTER_DATA_DIR"], "llm-meter", "ledger.sqlite3")
    with closing(sqlite3.connect(ledger, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        crowd = pool.submit(ask, lab, "crowd")
        await_open_streams(lab, 100)
        assert lab.get("api/status")["started"]
        assert not crowd.done()
        answered = crowd.result(120)
        alone = list(pool.map(lambda _: ask(lab, "answer")[0], range(100)))
        assert lab.get("api/status")["started"]
        connection.execute("ROLLBACK")
    known = [record["gen_ai.response.id"] for record in lab.wait_for_calls(201)]
    assert len(known) == len(set(known)) == 201
    assert {*answered, *alone} < set(known)


def test_a_server_killed_in_mid_chat_leaves_an_aborted_call(
    make_lab: MakeLab, hanging: dict[str, str], pool: ThreadPoolExecutor
) -> None:
    lab = make_lab(with_assistant(hanging))
    pool.submit(ask, lab, "stream")
    await_open_streams(lab, 1)
    lab.kill()
    lab.start()
    (record,) = lab.wait_for_calls(1)
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("aborted", "missing")
    assert record["gen_ai.agent.name"] == "chat_assistant"


def test_a_server_stopped_in_mid_chat_ends_and_counts_what_came(
    make_lab: MakeLab, hanging: dict[str, str], pool: ThreadPoolExecutor
) -> None:
    lab = make_lab(with_assistant(hanging))
    pool.submit(ask, lab, "stream")
    await_open_streams(lab, 1)
    lab.stop()
    assert spools(lab) == []
    assert "Traceback" not in lab.log.read_text()
    lab.start()
    (record,) = lab.calls()
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("aborted", "partial")
    assert record["gen_ai.usage.output_tokens"] > 0


def test_nothing_of_the_lab_in_whose_terminal_a_server_was_started_is_in_its_calls(
    make_lab: MakeLab, standin: dict[str, str], tmp_path: Path
) -> None:
    outer = {
        "LLM_METER_DIR": str(tmp_path / "outer"),
        "LLM_METER_SERVICE": "1-outer",
        "LLM_METER_KERNEL_ID": "outer-kernel",
        "LLM_METER_CELL_ID": "outer-cell",
        "LLM_METER_NOTEBOOK": "outer.ipynb",
    }
    lab = make_lab({**with_assistant(standin), **outer})
    ask(lab, "answer")
    code = "import asyncio, chat_assistant as c; asyncio.run(c.Assistant().answer())"
    lab.in_terminal(f"{sys.executable} -c '{code}'")
    records = lab.wait_for_calls(2)
    assert sorted(record.get("gen_ai.agent.name", "") for record in records) == ["", "chat_assistant"]
    assert "outer" not in str(records)
    assert not list(tmp_path.glob("outer/spool/*"))
