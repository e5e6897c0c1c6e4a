"""Kernels behind a real gateway: no shared folder, no service within reach, no browser."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from end_to_end.lab import Lab, LabKernel, clean_environment, wait_for
from free_port import free_port

CALL = 'from llm_meter_tap import record; record(model="gpt-4o", input_tokens={tokens})'


class Gateway:
    """A kernel gateway in a process of its own, whose one kernel has the tap and nothing else of ours."""

    def __init__(self, folder: Path, python: Path) -> None:
        self.folder = folder
        self.environment = {**clean_environment(folder), "HOME": str(folder / "home")}
        self._add_kernel("python3", python, {})
        self._add_kernel("bare", python, {"LLM_METER_DISABLE": "1"})
        (folder / "home").mkdir()
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "kernel_gateway", f"--port={port}", "--ip=127.0.0.1"]
        command += ["--KernelGatewayApp.auth_token=gate", "--JupyterWebsocketPersonality.list_kernels=True"]
        command += ["--KernelGatewayApp.env_process_whitelist=['HOME']"]
        command += ["--ZMQChannelsWebsocketConnection.iopub_msg_rate_limit=20"]
        with (folder / "gateway.log").open("wb") as log:
            self._process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        wait_for(self._is_up, "the gateway")

    def kernel(self, kernel_id: str) -> LabKernel:
        """Speak to a kernel from the gateway's own machine: the lab has no part in it."""
        file = Path(self.environment["JUPYTER_RUNTIME_DIR"]) / f"kernel-{kernel_id}.json"

        def connect() -> LabKernel | None:
            try:
                return LabKernel(file, kernel_id)
            except RuntimeError:  # its heart does not beat yet
                return None

        return wait_for(connect, "the kernel")

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(240)

    def _add_kernel(self, name: str, python: Path, env: dict[str, str]) -> None:
        folder = Path(self.environment["JUPYTER_DATA_DIR"]) / "kernels" / name
        folder.mkdir(parents=True)
        argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        spec = {"argv": argv, "display_name": name, "language": "python", "env": env}
        (folder / "kernel.json").write_text(json.dumps(spec))

    def _is_up(self) -> bool:
        try:
            return requests.get(f"{self.url}/api", headers={"Authorization": "token gate"}, timeout=60).ok
        except requests.ConnectionError:
            return False


@pytest.fixture
def gateway(tmp_path: Path, second_python: Path) -> Iterator[Gateway]:
    command = "import sys; from jupyter_llm_meter.cli.app import main; sys.exit(main())"
    tap = [sys.executable, "-c", command, "tap"]
    subprocess.run([*tap, "install", "--python", str(second_python)], check=True)
    (tmp_path / "gateway").mkdir()
    running = Gateway(tmp_path / "gateway", second_python)
    yield running
    running.close()
    subprocess.run([*tap, "uninstall", "--python", str(second_python)], check=True)


@pytest.fixture
def lab(tmp_path: Path, gateway: Gateway) -> Iterator[Lab]:
    """A lab whose kernels are the gateway's."""
    running = Lab(tmp_path / "lab", {"LLM_METER_USER": "ada"})
    running.start(f"--gateway-url={gateway.url}", "--GatewayClient.auth_token=gate")
    yield running
    running.stop()


@pytest.fixture
def kernel(lab: Lab, gateway: Gateway) -> Iterator[LabKernel]:
    kernel_id = lab.start_session("research/a.ipynb")
    running = gateway.kernel(kernel_id)
    yield running
    running.close()
    lab.end_kernel(kernel_id)


def test_calls_behind_a_gateway_are_counted_with_no_browser_open(
    lab: Lab, kernel: LabKernel, gateway: Gateway
) -> None:
    kernel.run(CALL.format(tokens=7), cell_id="cell-1")
    (call,) = lab.wait_for_calls(1)
    assert call["gen_ai.usage.input_tokens"] == 7
    assert call["llm_meter.call.source"] == "message"
    assert (call["user.id"], call["llm_meter.kernel.id"]) == ("ada", kernel.id)
    assert (call["llm_meter.notebook.path"], call["llm_meter.project"]) == ("research/a.ipynb", "research")
    assert call["llm_meter.cell.id"] == "cell-1"
    assert not list((lab.folder / "data" / "llm-meter" / "spool").glob("*"))
    assert os.path.isdir(gateway.folder / "home" / ".local/share/jupyter/llm-meter-remote/spool")


def test_a_kernel_behind_a_gateway_is_metered_when_its_tap_sends_a_message(
    lab: Lab, kernel: LabKernel, gateway: Gateway
) -> None:
    bare = lab.start_session("bare.ipynb", "bare")
    for kernel_id in (kernel.id, bare):
        speaking = gateway.kernel(kernel_id)
        speaking.run("pass")
        speaking.close()

    def unmetered() -> list[str]:
        return [row["kernel_id"] for row in lab.get("llm-meter/api/v1/standing")["unmetered"]]

    wait_for(lambda: unmetered() == [bare], "the kernel without a tap, and that one alone")
    lab.end_kernel(bare)


def test_a_kernel_restarted_behind_a_gateway_is_still_metered(
    lab: Lab, kernel: LabKernel, gateway: Gateway
) -> None:
    kernel.run(CALL.format(tokens=1))
    lab.wait_for_calls(1)
    lab.restart_kernel(kernel.id)
    again = gateway.kernel(kernel.id)
    again.run(CALL.format(tokens=2))
    found = lab.wait_for_calls(2)
    again.close()
    assert sorted(call["gen_ai.usage.input_tokens"] for call in found) == [1, 2]
