"""A real Jupyter server with folders of its own, and what tests do with it: kernels, terminals, REST, kill.

Uses the server's own REST interface and its kernels' connection files; knows nothing of the meter's insides.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import requests
from free_port import free_port
from jupyter_client.blocking.client import BlockingKernelClient
from tornado.websocket import websocket_connect

Found = TypeVar("Found")
TOKEN = "end-to-end"
PATIENCE_S = 180.0
STOP_PATIENCE_S = 30.0
# No test here opens a page, and to load what only pages use takes a server more time than all the rest. The
# UI tests have the whole lab.
FOR_PAGES = ("jupyterlab", "jupyter_lsp", "notebook", "notebook_shim")


def wait_for(look: Callable[[], Found | None], what: str, patience_s: float = PATIENCE_S) -> Found:
    """Look until something is there.

    Raises:
        AssertionError: patience ran out; says what was waited for.
    """
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {patience_s:.0f} s in vain for {what}")


class Lab:
    """A server that can be started, killed and started again on the same folders.

    Args:
        folder: A new one, for the server's folders.
        environment: Variables of the server.
        python: The Python of another environment, whose JupyterLab is started; None: a server of this one.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str], python: Path | None = None) -> None:
        self.folder = folder
        self.notebooks = folder / "notebooks"
        self.log = folder / "logs" / "server.log"
        self.notebooks.mkdir(parents=True)
        self.log.parent.mkdir()
        self.environment = {**clean_environment(folder), **environment}
        bare = f"--ServerApp.jpserver_extensions={dict.fromkeys(FOR_PAGES, False)}"
        self._program = (
            [sys.executable, "-m", "jupyter_server", bare]
            if python is None
            else [str(python), "-m", "jupyterlab"]
        )
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def start(self, *arguments: str) -> None:
        """Start the server and wait until it answers."""
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/base/"
        command = [
            *(*self._program, "--no-browser", "--allow-root"),
            *(f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.base_url=/base/"),
            *(f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={self.notebooks}"),
            *arguments,
        ]
        with self.log.open("ab") as log:
            # Elsewhere than in the checkout, which `-m` would put on the path before the wheel.
            self._process = subprocess.Popen(
                command, cwd=self.folder, env=self.environment, stdout=log, stderr=log
            )
        wait_for(self._is_up, f"the server; its log is {self.log}")

    def kill(self) -> None:
        """End the server as a crash would (SIGKILL)."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End the server in good order."""
        self._end(signal.SIGTERM)

    def get(self, path: str, **parameters: str) -> Any:
        """GET a path below the base URL; returns the JSON."""
        reply = requests.get(self.url + path, params=parameters, headers=_HEADERS, timeout=120)
        reply.raise_for_status()
        return reply.json()

    def post(self, path: str) -> Any:
        """POST nothing to a path below the base URL; returns the JSON."""
        reply = requests.post(self.url + path, headers=_HEADERS, timeout=120)
        reply.raise_for_status()
        return reply.json()

    def usage(self, group_by: str = "none") -> dict[str | None, dict[str, Any]]:
        """The meter's figures, by group."""
        rows = self.get("llm-meter/api/v1/usage", group_by=group_by)["rows"]
        return {row.get("group"): row for row in rows}

    def calls(self) -> list[dict[str, Any]]:
        """All records in the ledger, newest first, page by page."""
        found: list[dict[str, Any]] = []
        page: dict[str, Any] = {"next_cursor": None}
        while "next_cursor" in page:
            cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else {}
            page = self.get("llm-meter/api/v1/calls", limit="100", **cursor)
            found += page["calls"]
            if not page.get("next_cursor"):
                break
        return found

    def wait_for_calls(self, number: int) -> list[dict[str, Any]]:
        """Wait until that many calls are in the ledger; returns them."""

        def look() -> list[dict[str, Any]] | None:
            found = self.calls()
            return found if len(found) >= number else None

        return wait_for(look, f"{number} calls in the ledger")

    @contextmanager
    def kernel(self, notebook: str = "test.ipynb", name: str = "python3") -> Iterator[LabKernel]:
        """Open a notebook's session with a kernel of its own."""
        kernel_id = self.start_session(notebook, name)
        kernel = LabKernel(
            Path(self.environment["JUPYTER_RUNTIME_DIR"]) / f"kernel-{kernel_id}.json", kernel_id
        )
        try:
            yield kernel
        finally:
            kernel.close()
            if self._is_up():
                self.end_kernel(kernel_id)

    def start_session(self, notebook: str, name: str = "python3") -> str:
        """Open a notebook's session; returns the id of its kernel."""
        wanted = {"path": notebook, "name": notebook, "type": "notebook", "kernel": {"name": name}}
        reply = requests.post(f"{self.url}api/sessions", json=wanted, headers=_HEADERS, timeout=60)
        reply.raise_for_status()
        return str(reply.json()["kernel"]["id"])

    def restart_kernel(self, kernel_id: str) -> None:
        """Restart a kernel as a user does."""
        url = f"{self.url}api/kernels/{quote(kernel_id)}/restart"
        requests.post(url, headers=_HEADERS, timeout=60).raise_for_status()

    def end_kernel(self, kernel_id: str) -> None:
        """Shut a kernel down."""
        requests.delete(f"{self.url}api/kernels/{quote(kernel_id)}", headers=_HEADERS, timeout=120)

    def add_kernelspec(self, name: str, python: Path) -> None:
        """Offer a kernel of another Python environment."""
        folder = Path(self.environment["JUPYTER_DATA_DIR"]) / "kernels" / name
        folder.mkdir(parents=True)
        argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        spec = {"argv": argv, "display_name": name, "language": "python"}
        (folder / "kernel.json").write_text(json.dumps(spec))

    def in_terminal(self, command: str) -> None:
        """Run a shell command in a terminal of the lab and wait for its end."""
        done = self.folder / "terminal-done"
        name = requests.post(f"{self.url}api/terminals", headers=_HEADERS, timeout=120).json()["name"]
        url = f"{self.url.replace('http', 'ws', 1)}terminals/websocket/{name}?token={TOKEN}"
        asyncio.run(_type(url, f"{command}; echo $? > {done}.new; mv {done}.new {done}\r", done))
        assert done.read_text().strip() == "0"
        done.unlink()

    def _is_up(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            return False
        try:
            return requests.get(f"{self.url}api/status", headers=_HEADERS, timeout=60).ok
        except requests.ConnectionError:
            return False

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            try:
                self._process.wait(timeout=STOP_PATIENCE_S)
            except subprocess.TimeoutExpired:
                # Stopped while it answers a request for a file, jupyter_server leaves idle worker threads of
                # anyio behind that never end; without our extension too.
                self._process.kill()
                self._process.wait()
            self._process = None


class LabKernel:
    """A running kernel, spoken to as a frontend does, cell ids included."""

    def __init__(self, connection_file: Path, kernel_id: str) -> None:
        self.id = kernel_id
        self._client = BlockingKernelClient(connection_file=str(connection_file))
        self._client.load_connection_file()
        # A client without a manager takes a kernel that misses one heartbeat of a second for dead, which a
        # busy machine does to a kernel that starts.
        self._client.hb_channel.time_to_dead = PATIENCE_S
        self._client.start_channels()
        self._client.wait_for_ready(timeout=PATIENCE_S)

    def run(self, code: str, cell_id: str = "a-cell", patience_s: float = 240) -> str:
        """Run a cell; returns what it printed.

        Raises:
            AssertionError: the cell raised.
        """
        sent = self.send(code, cell_id)
        printed = []
        while True:
            message = self._client.get_iopub_msg(timeout=patience_s)
            if message["parent_header"].get("msg_id") != sent:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "stream":
                printed.append(content["text"])
            elif kind == "error":
                raise AssertionError("\n".join(content["traceback"]))
            elif kind == "status" and content["execution_state"] == "idle":
                return "".join(printed)

    def send(self, code: str, cell_id: str = "a-cell") -> str:
        """Start a cell and do not wait; returns the message's id."""
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}}
        content |= {"allow_stdin": False, "stop_on_error": True}
        message = self._client.session.msg("execute_request", content, metadata={"cellId": cell_id})
        self._client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def close(self) -> None:
        """Hang up; the kernel goes on."""
        self._client.stop_channels()


def clean_environment(folder: Path) -> dict[str, str]:
    """This process's environment with every Jupyter folder moved under ``folder``, and no meter in it."""
    ours = ("LLM_METER_", "JUPYTER", "JPY_", "OPENAI_", "ANTHROPIC_", "GOOGLE_", "GEMINI_", "REPLAY_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    kept.pop("PYTHONPATH", None)
    return {
        **kept,
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "config" / "lab" / "user-settings"),
        "IPYTHONDIR": str(folder / "ipython"),
        "NO_PROXY": "*",
        "no_proxy": "*",
    }


async def _type(url: str, text: str, done: Path) -> None:
    connection = await websocket_connect(url)
    await connection.write_message(json.dumps(["stdin", text]))
    while not done.exists():
        await asyncio.wait_for(connection.read_message(), timeout=PATIENCE_S * 2)
        await asyncio.sleep(0.05)
    connection.close()


_HEADERS = {"Authorization": f"token {TOKEN}"}
