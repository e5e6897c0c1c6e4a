"""Kernels that are not IPython, with a tap below them: real ones, no browser."""

import json
import os
import sys
from pathlib import Path

import pytest

PLAIN_KERNEL = Path(__file__).parents[2] / "plain_kernel.py"
CALL = 'from llm_meter_tap import record; record(model="gpt-4o", input_tokens={tokens}, output_tokens=7)'
SHOW = "import os; print(os.environ.get('LLM_METER_KERNEL_ID'))"


@pytest.fixture
def kernelspec(jp_data_dir):
    """Install the kernelspec of a kernel that runs its cells as processes."""

    def install(language):
        folder = os.path.join(jp_data_dir, "kernels", "plain")
        os.makedirs(folder)
        argv = [sys.executable, str(PLAIN_KERNEL), "{connection_file}"]
        with open(os.path.join(folder, "kernel.json"), "w") as file:
            json.dump({"argv": argv, "display_name": "plain", "language": language}, file)
        return "plain"

    return install


@pytest.fixture
def session(jp_serverapp, meter, run):
    """Start a kernel for a notebook, as the lab does; all are shut down at the end."""
    started = []

    def start(name, path="research/a.ipynb"):
        manager = jp_serverapp.session_manager
        (Path(jp_serverapp.root_dir) / path).parent.mkdir(parents=True, exist_ok=True)
        model = run(manager.create_session(path=path, name=path, type="notebook", kernel_name=name))
        started.append(model["kernel"]["id"])
        return started[-1]

    yield start
    for kernel_id in started:
        if kernel_id in jp_serverapp.kernel_manager:
            run(jp_serverapp.kernel_manager.shutdown_kernel(kernel_id, now=True))


@pytest.fixture
def run_cell(jp_serverapp, api, run):
    """Run a cell as the page does, which says the cell first; returns the run and what it printed."""

    def send(kernel_id, code, cell_id=None):
        client = jp_serverapp.kernel_manager.get_kernel(kernel_id).client()

        async def finish():
            client.start_channels()
            await client.wait_for_ready(timeout=240)
            said = []
            client.shell_channel.send(message)
            while True:
                got = await client.get_iopub_msg(timeout=240)
                if got["parent_header"].get("msg_id") == run_id:
                    said.append(got["content"].get("text", ""))
                    if got["content"].get("execution_state") == "idle":
                        break
            client.stop_channels()
            return "".join(said)

        message = client.session.msg("execute_request", {"code": code, "silent": False})
        run_id = message["header"]["msg_id"]
        if cell_id is not None:
            body = json.dumps({"kernel_id": kernel_id, "run_id": run_id, "cell_id": cell_id})
            assert api("runs", method="POST", body=body) == (204, None)
        return run_id, run(finish())

    return send


def is_listed(api, kernel_id):
    return kernel_id in [row["kernel_id"] for row in api("standing")[1]["unmetered"]]


@pytest.mark.parametrize("language", ["bash", "python"])
def test_a_call_below_a_kernel_has_its_kernel_notebook_run_and_cell(
    language, kernelspec, session, run_cell, calls, eventually
):
    kernel_id = session(kernelspec(language))
    run_id, _text = run_cell(kernel_id, CALL.format(tokens=11), "cell-1")
    (call,) = eventually(calls, "the call")
    assert (call.kernel_id, call.run_id, call.cell_id) == (kernel_id, run_id, "cell-1")
    assert (call.notebook_path, call.project) == ("research/a.ipynb", "research")


def test_a_kernel_is_metered_once_a_tap_below_it_has_reported_a_call(
    kernelspec, session, run_cell, calls, eventually, api
):
    kernel_id = session(kernelspec("bash"))
    run_cell(kernel_id, "pass")
    assert is_listed(api, kernel_id)
    run_cell(kernel_id, CALL.format(tokens=11))
    eventually(calls, "the call")
    assert not is_listed(api, kernel_id)


def test_an_output_that_was_read_before_the_tap_reported_is_the_same_call(
    kernelspec, session, run_cell, calls, eventually, api
):
    kernel_id = session(kernelspec("bash"))
    run_id, _text = run_cell(kernel_id, CALL.format(tokens=11), "cell-1")
    (call,) = eventually(calls, "the call")
    shown = {
        "llm_meter.call.id": "output-1",
        "llm_meter.call.started_at": call.to_wire()["llm_meter.call.started_at"],
        "llm_meter.call.status": "ok",
        "llm_meter.call.basis": "reported",
        "llm_meter.call.source": "output",
        "gen_ai.usage.input_tokens": 11,
        "gen_ai.usage.output_tokens": 7,
        "llm_meter.kernel.id": kernel_id,
        "llm_meter.run.id": run_id,
        "llm_meter.cell.id": "cell-1",
    }
    status, answer = api("calls", method="POST", body=json.dumps({"records": [shown]}))
    assert (status, answer) == (200, {"acknowledged": ["output-1"]})
    assert [(one.call_id, one.input_tokens) for one in calls()] == [(call.call_id, 11)]
    assert api("standing")[1]["today"]["input_tokens"] == 11


def test_a_call_after_the_end_of_its_cell_has_its_kernel_and_no_cell(
    kernelspec, session, run_cell, calls, eventually, tmp_path
):
    kernel_id = session(kernelspec("bash"))
    go = tmp_path / "go"
    late = f"import os, time\nwhile not os.path.exists({str(go)!r}): time.sleep(0.05)\n" + CALL.format(
        tokens=3
    )
    quiet = "stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL"
    start = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {late!r}], {quiet})"
    run_cell(kernel_id, start, "cell-1")
    run_cell(kernel_id, "pass", "cell-2")
    go.touch()
    (call,) = eventually(calls, "the call")
    assert (call.kernel_id, call.notebook_path, call.cell_id) == (kernel_id, "research/a.ipynb", None)


def test_every_kernel_knows_its_id_however_it_is_started(kernelspec, session, run_cell, jp_serverapp, run):
    in_session = session(kernelspec("bash"))
    assert run_cell(in_session, SHOW)[1].strip() == in_session
    run(jp_serverapp.kernel_manager.restart_kernel(in_session))
    assert run_cell(in_session, SHOW)[1].strip() == in_session
    alone = run(jp_serverapp.kernel_manager.start_kernel(kernel_name="plain"))
    assert run_cell(alone, SHOW)[1].strip() == alone
    run(jp_serverapp.kernel_manager.shutdown_kernel(alone, now=True))


def test_a_kernel_that_starts_after_the_extension_has_stopped_gets_no_id(
    kernelspec, session, run_cell, jp_serverapp, meter, run
):
    run(meter.stop_extension())
    assert "start_kernel" not in vars(jp_serverapp.kernel_manager)
    assert run_cell(session(kernelspec("bash")), SHOW)[1].strip() == "None"
