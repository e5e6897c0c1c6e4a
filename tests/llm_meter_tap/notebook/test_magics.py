"""The magics in a real kernel: but for its cap, a capped cell is the cell that it would be without it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from standin_service import StandInService
from tap_kernel import Kernel, printed, told
from tap_process import run
from tap_provider import Provider

CHAT = "v1/chat/completions"
BODY = {"model": "gpt-5", "messages": [{"role": "user", "content": "Say hi"}]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("magics") / "llm-meter"


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[StandInService]:
    running = StandInService(folder)
    yield running
    running.close()


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    running = Provider()
    yield running
    running.close()


@pytest.fixture(scope="module")
def kernel(folder: Path, service: StandInService, provider: Provider) -> Iterator[Kernel]:
    running = Kernel(folder)
    running.run(f"""
import asyncio, httpx, subprocess, sys, threading
from concurrent.futures import ThreadPoolExecutor
from llm_meter_tap import LimitExceeded
url, body = '{provider.url}/json/{CHAT}', {BODY}
def call(): return httpx.post(url, json=body).status_code
async def acall():
    async with httpx.AsyncClient() as client: return (await client.post(url, json=body)).status_code
""")
    yield running
    running.stop()


def error(said: list[dict[str, Any]]) -> dict[str, Any]:
    (found,) = [message["content"] for message in said if message["msg_type"] == "error"]
    return found


def count(said: list[dict[str, Any]]) -> int:
    """The execution count of a cell that showed a result."""
    (number,) = [one["content"]["execution_count"] for one in said if one["msg_type"] == "execute_result"]
    return number


def result(said: list[dict[str, Any]]) -> str | None:
    shown = [one["content"]["data"]["text/plain"] for one in said if one["msg_type"] == "execute_result"]
    return shown[0] if shown else None


def test_a_capped_cell_is_refused_what_passes_its_cap_and_the_kernel_lives_on(kernel):
    said = kernel.run("%%llm_limit 2 calls\ncalled = [call(), call()]\ncall()\ncalled = 'never'", fails=True)
    assert error(said)["ename"] == "LimitExceeded"
    assert error(said)["evalue"] == "2 of 2 calls used"
    assert "2 of 2 calls used" in error(said)["traceback"][-1]
    assert result(kernel.run("called")) == "[200, 200]"
    assert result(kernel.run("call()")) == "200"


def test_a_refusal_is_sent_under_its_cell(kernel):
    kernel.run("%llm_usage")  # when it answers, all calls so far were told
    said = kernel.run("%%llm_limit 1 calls\ncall()\ncall()", "cell-9", calls=2, fails=True)
    records = [message["content"]["data"]["record"] for message in told(said)]
    assert [record["llm_meter.call.status"] for record in records] == ["ok", "refused"]
    assert records[1]["llm_meter.cell.id"] == "cell-9"
    assert records[1]["llm_meter.limit.id"].startswith("run=")


def test_a_capped_cell_says_once_that_a_model_without_a_price_does_not_count(kernel, service):
    service.unpriced_model = "gpt-5"
    try:
        said = printed(kernel.run("%%llm_limit 0.000001 USD\ncall(); call(); await acall()", calls=3))
        assert said.count("LLM Meter: gpt-5 has no known price, so the cap in USD does not count") == 1
        assert "unpriced=block" in said
        again = printed(kernel.run("%%llm_limit 0.000001 USD\nawait acall()", calls=1))
        assert again.count("has no known price") == 1
    finally:
        service.unpriced_model = None
    assert "no known price" not in printed(kernel.run("%%llm_limit 1 USD\ncall()", calls=1))


def test_a_cap_tells_the_service_what_becomes_of_models_without_a_price(kernel, service):
    kernel.run("%%llm_limit 1 USD unpriced=15\ncall()", calls=1)
    assert service.reservation_requests[-1]["run"]["caps"] == [
        {"unit": "USD", "amount": "1", "unpriced": "15"}
    ]
    assert "USD unpriced=15" in printed(kernel.run("%llm_limit 2 USD unpriced=15"))
    kernel.run("%llm_limit off")


def test_a_capped_cell_awaits_at_its_top_level(kernel):
    assert result(kernel.run("%%llm_limit 2 calls\nawaited = [await acall(), await acall()]\nawaited")) == (
        "[200, 200]"
    )
    said = kernel.run("%%llm_limit 1 calls\nawait acall()\nawait acall()", fails=True)
    assert error(said)["ename"] == "LimitExceeded"


def test_a_capped_cell_keeps_line_numbers_the_execution_count_and_its_history(kernel):
    before = count(kernel.run("0"))
    said = kernel.run("%%llm_limit 1 USD\n\n1 / 0", fails=True)
    assert "line 3" in "".join(error(said)["traceback"])
    assert count(kernel.run("%%llm_limit 1 USD\n'shown'")) == before + 2
    assert result(kernel.run(f"_{before + 2}")) == "'shown'"


def test_other_magics_work_before_and_after(kernel):
    assert "Wall time" in printed(kernel.run("%%llm_limit 1 calls\n%%time\ntimed = call()"))
    assert result(kernel.run("timed")) == "200"
    said = kernel.run("%%time\n%%llm_limit 1 calls\ncall()\ncall()", fails=True)
    assert error(said)["ename"] == "LimitExceeded"


def test_what_a_capped_cell_started_stays_capped_when_it_is_over(kernel):
    kernel.run("""%%llm_limit 1 calls
go, outcomes = threading.Event(), []
def late():
    go.wait(20)
    try: outcomes.append(call())
    except LimitExceeded: outcomes.append('refused')
async def later():
    while not go.is_set(): await asyncio.sleep(0.01)
    try: outcomes.append(await acall())
    except LimitExceeded: outcomes.append('refused')
thread = threading.Thread(target=late); thread.start()
task = asyncio.create_task(later())
job = ThreadPoolExecutor(1).submit(late)
""")
    said = kernel.run("go.set(); await task; thread.join(); job.result(); sorted(map(str, outcomes)), call()")
    assert result(said) == "(['200', 'refused', 'refused'], 200)"


def test_a_process_that_a_capped_cell_starts_is_capped(kernel, provider):
    child = f"import httpx; [httpx.post('{provider.url}/json/{CHAT}', json={BODY}) for _ in 'ab']"
    start = f"subprocess.run([{sys.executable!r}, '-c', {child!r}], capture_output=True, text=True)"
    said = kernel.run(f"%%llm_limit 1 calls\ndone = {start}\n'LimitExceeded: 1 of 1' in done.stderr")
    assert result(said) == "True"
    assert result(kernel.run(f"{start}.returncode")) == "0"


def test_a_cap_on_the_session_holds_until_it_is_taken_away_and_around_capped_cells(kernel, service):
    assert "capped at 3 calls" in printed(kernel.run("%llm_limit 3 calls"))
    kernel.run("%%llm_limit 2 calls\ncall(); call()")
    question = service.reservation_requests[-1]["run"]
    assert question["caps"] == [{"unit": "calls", "amount": "2"}]
    assert question["within"]["caps"] == [{"unit": "calls", "amount": "3"}]
    kernel.run("call()")
    assert error(kernel.run("call()", fails=True))["evalue"] == "3 of 3 calls used"
    assert "4 calls, 1 USD" in printed(kernel.run("%llm_limit 4 calls, 1 USD"))
    kernel.run("call()")
    assert "capped at 4 calls, 1 USD" in printed(kernel.run("%llm_limit"))
    assert "removed" in printed(kernel.run("%llm_limit off"))
    assert "no cap" in printed(kernel.run("%llm_limit off")).lower()
    assert result(kernel.run("call()")) == "200"


@pytest.mark.parametrize("written", ["", "2 apples", "1 USD, 2 USD"])
def test_a_cap_that_cannot_be_read_runs_nothing_and_says_what_is_right(kernel, written):
    said = printed(kernel.run(f"%%llm_limit {written}\nprint('it ran')"))
    assert "UsageError" in said
    assert "0.50 USD" in said
    assert "it ran" not in said


def test_usage_is_that_of_the_last_cell_with_calls_and_of_the_session(kernel, service):
    kernel.run("call()")
    kernel.run("1 + 1")
    said = printed(kernel.run("%llm_usage"))
    last, session = said.splitlines()
    assert last.startswith("Last cell:")
    assert session.startswith("Session:")
    assert "input and" in last
    since_cell, since_start = service.usage_requests[-2:]
    assert since_cell["kernel_id"] == since_start["kernel_id"] == kernel.id
    assert since_cell["since"] > since_start["since"]
    settled = [line["record"]["llm_meter.call.started_at"] for line in service.settled()]
    assert sum(at >= since_cell["since"] for at in settled) == 1


def test_without_a_service_no_cap_is_promised(kernel, folder):
    for path in (folder / "services").iterdir():
        path.rename(path.with_suffix(f"{path.suffix}-away"))
    said = printed(kernel.run("%%llm_limit 1 calls\nprint('it ran')"))
    assert "No cap can be kept; nothing was run" in said
    assert "does not answer" in printed(kernel.run("%llm_usage"))


def test_outside_a_metered_kernel_the_magics_are_absent(tmp_path):
    code = """
        from IPython.core.interactiveshell import InteractiveShell
        shell = InteractiveShell.instance()
        print([name for kind in shell.magics_manager.magics.values() for name in kind if "llm" in name])
    """
    assert json.loads(run(tmp_path, code)[0].replace("'", '"')) == []
