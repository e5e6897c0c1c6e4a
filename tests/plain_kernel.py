"""A kernel that is neither IPython nor built on ipykernel: it runs its code as a Python process of its own.

So does a kernel of bash, R or Julia with the Python programs that a cell starts. ``python plain_kernel.py
CONNECTION_FILE``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from threading import Thread
from typing import Any

import zmq
from jupyter_client.session import Session

INFO = {
    "status": "ok",
    "protocol_version": "5.3",
    "implementation": "plain",
    "implementation_version": "1",
    "language_info": {"name": "plain", "version": "1", "mimetype": "text/plain", "file_extension": ".txt"},
    "banner": "",
    "help_links": [],
}


class PlainKernel:
    """Answers on the five sockets of a connection file."""

    def __init__(self, connection: dict[str, Any]) -> None:
        self._session = Session(
            key=connection["key"].encode(), signature_scheme=connection["signature_scheme"]
        )
        context = zmq.Context()

        def bind(kind: int, name: str) -> Any:
            socket = context.socket(kind)
            if kind == zmq.ROUTER:
                # The next client has the identity of the last one, which may not be known to be gone.
                socket.router_handover = True
            socket.bind(f"{connection['transport']}://{connection['ip']}:{connection[name]}")
            return socket

        self._shell, self._control = bind(zmq.ROUTER, "shell_port"), bind(zmq.ROUTER, "control_port")
        self._iopub = bind(zmq.PUB, "iopub_port")
        self._stdin = bind(zmq.ROUTER, "stdin_port")
        Thread(target=zmq.proxy, args=(bind(zmq.ROUTER, "hb_port"),) * 2, daemon=True).start()
        self._count = 0

    def run(self) -> None:
        """Answer until a request ends the kernel."""
        self._say("status", {"execution_state": "starting"}, {})
        poller = zmq.Poller()
        for socket in (self._shell, self._control):
            poller.register(socket, zmq.POLLIN)
        while True:
            for socket, _event in poller.poll():
                identity, request = self._session.recv(socket, mode=0)
                self._say("status", {"execution_state": "busy"}, request)
                kind = request["header"]["msg_type"]
                answer = self._answer(kind, request)
                self._session.send(socket, kind.replace("_request", "_reply"), answer, request, identity)
                self._say("status", {"execution_state": "idle"}, request)
                if kind == "shutdown_request":
                    return

    def _answer(self, kind: str, request: dict[str, Any]) -> dict[str, Any]:
        if kind == "kernel_info_request":
            return INFO
        if kind == "execute_request":
            self._execute(request)
            return {"status": "ok", "execution_count": self._count, "payload": [], "user_expressions": {}}
        return {"status": "ok", "restart": request["content"].get("restart", False)}

    def _execute(self, request: dict[str, Any]) -> None:
        code = request["content"]["code"]
        self._count += 1
        self._say("execute_input", {"code": code, "execution_count": self._count}, request)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        for name, text in (("stdout", done.stdout), ("stderr", done.stderr)):
            if text:
                self._say("stream", {"name": name, "text": text}, request)

    def _say(self, kind: str, content: dict[str, Any], parent: dict[str, Any]) -> None:
        self._session.send(self._iopub, kind, content, parent, ident=kind.encode())


if __name__ == "__main__":
    PlainKernel(json.loads(Path(sys.argv[-1]).read_text())).run()
