"""The ledger holds the providers' own sums, wherever in the lab the calls were made."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from end_to_end.conftest import MakeLab
from end_to_end.lab import Lab, clean_environment
from replay.corpus import Exchange, by_api, selection, true_tokens, write_plan
from replay.server import CALLER, Replay, replaying


@pytest.fixture
def replay(tmp_path: Path) -> Iterator[Replay]:
    with replaying(selection(), tmp_path) as running:
        yield running


def plan_file(folder: Path, exchanges: tuple[Exchange, ...]) -> Path:
    return write_plan(exchanges, folder / "plan.json")


def as_cell(plan: Path) -> str:
    """What a user's cell would hold, in short: import the program, make the calls."""
    return f"import caller\ncaller.main([{str(plan)!r}])"


def assert_true_sum(lab: Lab, exchanges: tuple[Exchange, ...], times: int = 1) -> None:
    lab.wait_for_calls(len(exchanges) * times)
    total = lab.usage()[None]
    assert total["calls"] == times * len(exchanges)
    assert (total["input_tokens"], total["output_tokens"]) == tuple(
        times * tokens for tokens in true_tokens(exchanges)
    )


def test_a_notebook_kernel_is_counted_to_the_token(make_lab: MakeLab, replay: Replay, tmp_path: Path) -> None:
    exchanges = selection()
    lab = make_lab({**replay.environment, "REPLAY_API_KEY": "sk-one"})
    with lab.kernel("folder/work.ipynb") as kernel:
        kernel.run(as_cell(plan_file(tmp_path, exchanges)), cell_id="cell-7")
        assert_true_sum(lab, exchanges)
        kernel_id = kernel.id
    for record in lab.calls():
        assert record["llm_meter.call.status"] == "ok"
        assert record["llm_meter.call.basis"] == "reported"
        assert record["llm_meter.kernel.id"] == kernel_id
        assert record["llm_meter.notebook.path"] == "folder/work.ipynb"
        assert record["llm_meter.cell.id"] == "cell-7"
        assert record["llm_meter.project"] == "folder"
        assert record["llm_meter.key.fingerprint"]
        assert record["user.id"]
    hosts = Counter(record["server.address"] for record in lab.calls())
    assert hosts == Counter(exchange["url"].split("/")[2] for exchange in exchanges)


def test_a_kernel_of_another_environment_is_counted_to_the_token(
    make_lab: MakeLab, replay: Replay, tmp_path: Path, second_python: Path
) -> None:
    exchanges = by_api(selection(), "openai")
    lab = make_lab(replay.environment)
    lab.add_kernelspec("second", second_python)
    with lab.kernel(name="second") as kernel:
        assert str(second_python.parent) in kernel.run("import sys; print(sys.executable)")
        kernel.run(as_cell(plan_file(tmp_path, exchanges)))
        assert_true_sum(lab, exchanges)


def test_a_script_in_a_terminal_is_counted_to_the_token(
    make_lab: MakeLab, replay: Replay, tmp_path: Path
) -> None:
    exchanges = selection()
    lab = make_lab(replay.environment)
    lab.in_terminal(f"{sys.executable} {CALLER} {plan_file(tmp_path, exchanges)}")
    assert_true_sum(lab, exchanges)


def test_four_subprocesses_at_once_are_counted_to_the_token(
    make_lab: MakeLab, replay: Replay, tmp_path: Path
) -> None:
    exchanges = by_api(selection(), "openai")
    lab = make_lab(replay.environment)
    plan = plan_file(tmp_path, exchanges)
    with lab.kernel("four.ipynb") as kernel:
        command = [sys.executable, str(CALLER), str(plan), "--processes", "4"]
        kernel.run(f"import subprocess; subprocess.run({command!r}, check=True)", cell_id="cell-4")
        assert_true_sum(lab, exchanges, times=4)
    assert {record["llm_meter.cell.id"] for record in lab.calls()} == {"cell-4"}


def test_a_command_run_without_a_server_is_counted_to_the_token(replay: Replay, tmp_path: Path) -> None:
    exchanges = selection()
    plan = plan_file(tmp_path, exchanges)
    environment = {**clean_environment(tmp_path), **replay.environment}
    meter = [sys.executable, "-m", "jupyter", "llm-meter"]
    command = [*meter, "run", "--", sys.executable, str(CALLER), str(plan)]
    subprocess.run(command, env=environment, check=True, timeout=240)
    exported = subprocess.run(
        [*meter, "export", "--format", "jsonl"], env=environment, check=True, capture_output=True, text=True
    )
    records = [json.loads(line) for line in exported.stdout.splitlines()]
    assert len(records) == len(exchanges)
    sums = tuple(
        sum(record.get(f"gen_ai.usage.{side}_tokens", 0) for record in records)
        for side in ("input", "output")
    )
    assert sums == true_tokens(exchanges)


def test_a_command_run_without_a_server_keeps_its_exit_code(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "jupyter",
        "llm-meter",
        "run",
        "--",
        sys.executable,
        "-c",
        "raise SystemExit(7)",
    ]
    assert subprocess.run(command, env=clean_environment(tmp_path), timeout=120).returncode == 7
