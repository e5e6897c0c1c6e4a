"""An IPython kernel with the tap on, spoken to as a frontend does, and what it says."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from pathlib import Path
from typing import Any

from jupyter_client import KernelManager
from tap_process import environment

PATIENCE_S = 120.0


class Kernel:
    """A kernel, and what it says.

    It listens on sockets in a folder of its own: another program may take a TCP port after the manager has
    picked it and before the kernel listens on it.
    """

    def __init__(self, folder: Path) -> None:
        self.id = str(uuid.uuid4())
        # Not pytest's folder for temporary files: the path of a socket has about 100 characters.
        self._connections = Path(tempfile.mkdtemp(prefix="kernel-"))
        file = self._connections / f"kernel-{self.id}.json"
        self._manager = KernelManager(
            connection_file=str(file), transport="ipc", ip=str(self._connections / "ipc")
        )
        self._manager.start_kernel(env=environment(folder))
        self._client = self._manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=PATIENCE_S)

    def run(
        self, code: str, cell: str | None = None, calls: int = 0, *, fails: bool = False
    ) -> list[dict[str, Any]]:
        """Run a cell; returns its IOPub messages, when it is idle and `calls` calls were sent."""
        metadata = {"cellId": cell} if cell else {}
        request = self._client.session.msg(
            "execute_request", {"code": code, "silent": False, "stop_on_error": True}, metadata=metadata
        )
        self._client.shell_channel.send(request)
        said: list[dict[str, Any]] = []
        while calls > len(told(said)) or not any(is_idle(message, request) for message in said):
            said.append(self._client.get_iopub_msg(timeout=PATIENCE_S))
        errors = [message["content"] for message in said if message["msg_type"] == "error"]
        assert bool(errors) is fails, errors
        return said

    def start(self, code: str, cell: str) -> dict[str, Any]:
        """Start a cell; returns its request when it has printed something."""
        request = self._client.session.msg("execute_request", {"code": code}, metadata={"cellId": cell})
        self._client.shell_channel.send(request)
        while self._client.get_iopub_msg(timeout=PATIENCE_S)["msg_type"] != "stream":
            pass
        return request

    def interrupt(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        """Interrupt the cell of a request, as a user does; returns what it says from then on."""
        self._manager.interrupt_kernel()
        said: list[dict[str, Any]] = []
        while not any(is_idle(message, request) for message in said):
            said.append(self._client.get_iopub_msg(timeout=PATIENCE_S))
        return said

    def next_news(self) -> dict[str, Any]:
        """The data of the next message about a call, finished or under way."""
        while True:
            message = self._client.get_iopub_msg(timeout=PATIENCE_S)
            data = message["content"].get("data", {})
            if message["msg_type"] == "comm_msg" and {"record", "under_way"} & data.keys():
                return data

    def stop(self) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel()
        shutil.rmtree(self._connections)


def is_idle(message: dict[str, Any], request: dict[str, Any]) -> bool:
    of_request = message["parent_header"].get("msg_id") == request["header"]["msg_id"]
    return of_request and message["content"].get("execution_state") == "idle"


def told(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The messages about a call."""
    return [message for message in messages if "record" in message["content"].get("data", {})]


def announced(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The data of the messages that only say that the tap is alive."""
    said = [one["content"]["data"] for one in messages if one["msg_type"] == "comm_msg"]
    return [data for data in said if "record" not in data]


def printed(messages: list[dict[str, Any]]) -> str:
    return "".join(message["content"]["text"] for message in messages if message["msg_type"] == "stream")
