"""Whatever is killed when, every finished call is in the ledger once and the unfinished one is marked."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from end_to_end.calls import CALL
from end_to_end.conftest import MakeLab
from end_to_end.lab import wait_for

DIE = "\nimport os, signal; os.kill(os.getpid(), signal.SIGKILL)"
STREAM = "stream = begin_stream(4)"
MANY = """
import sys
with open(sys.argv[1], "a") as finished:
    for number in range(200):
        reply = call(number)
        finished.write(reply["id"] + "\\n")
        finished.flush()
"""


def test_a_kernel_killed_right_after_a_call_leaves_it_once(
    make_lab: MakeLab, standin: dict[str, str]
) -> None:
    lab = make_lab(standin)
    with lab.kernel() as kernel:
        kernel.send(CALL + "call(1)" + DIE)
        (record,) = lab.wait_for_calls(1)
    assert record["llm_meter.call.status"] == "ok"
    assert record["llm_meter.call.basis"] == "reported"
    assert record["gen_ai.usage.output_tokens"] > 0


def test_a_kernel_killed_in_mid_stream_leaves_an_aborted_call(
    make_lab: MakeLab, standin: dict[str, str]
) -> None:
    lab = make_lab(standin)
    with lab.kernel("cut.ipynb") as kernel:
        kernel.send(CALL + STREAM + DIE)
        (record,) = lab.wait_for_calls(1)
    assert record["llm_meter.call.status"] == "aborted"
    assert record["llm_meter.call.basis"] in {"missing", "partial"}
    assert record["gen_ai.request.model"] == "standin-slow"
    assert record["llm_meter.notebook.path"] == "cut.ipynb"


def test_a_stream_that_is_broken_off_is_counted_as_far_as_it_came(
    make_lab: MakeLab, standin: dict[str, str]
) -> None:
    lab = make_lab(standin)
    with lab.kernel() as kernel:
        kernel.run(CALL + STREAM + "\nstream.close()")
        # A busy service counts the text after the call itself is in the ledger.
        record = wait_for(
            lambda: next((each for each in lab.calls() if each["llm_meter.call.basis"] == "partial"), None),
            "a call that is counted in part",
        )
        assert len(lab.calls()) == 1
    assert record["llm_meter.call.status"] == "aborted"
    assert 0 < record["gen_ai.usage.output_tokens"] < 20


def test_a_server_killed_during_200_calls_has_each_once_after_its_return(
    make_lab: MakeLab, standin: dict[str, str], tmp_path: Path
) -> None:
    lab = make_lab(standin)
    script, finished = tmp_path / "many.py", tmp_path / "finished.txt"
    script.write_text(CALL + MANY)
    with lab.kernel() as kernel:
        # A session of its own: the kernel dies with its server, the script goes on.
        start = f"subprocess.Popen({[sys.executable, str(script), str(finished)]!r}, start_new_session=True)"
        kernel.run(f"import subprocess; {start}")
        wait_for(lambda: finished.exists() and len(finished.read_text().splitlines()) > 40, "40 calls")
        lab.kill()
    wait_for(lambda: len(finished.read_text().splitlines()) == 200, "200 calls")
    lab.start()
    counts = Counter(record["gen_ai.response.id"] for record in lab.wait_for_calls(200))
    assert counts == Counter(finished.read_text().splitlines())
    assert set(counts.values()) == {1}


def test_the_total_stands_after_a_restart_of_the_server(make_lab: MakeLab, standin: dict[str, str]) -> None:
    lab = make_lab(standin)
    with lab.kernel() as kernel:
        kernel.run(CALL + "for number in range(3): call(number)")
        lab.wait_for_calls(3)
        before = lab.usage()
    lab.stop()
    lab.start()
    assert lab.usage() == before
