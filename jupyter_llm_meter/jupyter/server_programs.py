"""The programs below the Jupyter server that no tap can see, by the kernel that started them."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.serverapp import ServerApp

from jupyter_llm_meter.environments.programs import Program, connected_programs


class ServerPrograms:
    """The programs that run below a Jupyter server's kernels and terminals.

    Args:
        server: The server; its managers are used through their public methods, on its own loop.
    """

    def __init__(self, server: ServerApp) -> None:
        # jupyter_server's managers are configurable classes without types.
        self._sessions_manager: Any = server.session_manager
        self._kernel_manager: Any = server.kernel_manager

    async def find(self) -> list[dict[str, str]]:
        """List the programs as the page gets them: names, and what is known of the kernels they run below."""
        kernels = {
            pid: kernel_id
            for kernel_id in self._kernel_manager.list_kernel_ids()
            if (pid := self._pid(kernel_id))
        }
        programs = await asyncio.to_thread(connected_programs, os.getpid())
        if not programs:
            return []
        sessions: list[dict[str, Any]] = await ensure_async(self._sessions_manager.list_sessions())
        named = {session["kernel"]["id"]: _name(session) for session in sessions}
        # A kernel of another language is listed as a kernel.
        rows = [_row(each, kernels, named) for each in programs if each.pid not in kernels]
        return list({tuple(row.items()): row for row in rows}.values())

    def _pid(self, kernel_id: str) -> int | None:
        """The process of a kernel; None where it runs elsewhere, as behind a gateway."""
        provisioner = getattr(self._kernel_manager.get_kernel(kernel_id), "provisioner", None)
        return getattr(provisioner, "pid", None)


def _name(session: dict[str, Any]) -> str:
    """What people call a session; the path of a console is not a name."""
    return str(session["name"] if session["type"] == "console" else session["path"])


def _row(program: Program, kernels: dict[int, str], named: dict[str, str]) -> dict[str, str]:
    kernel_id = next((kernels[pid] for pid in program.parents if pid in kernels), None)
    row = {"name": program.name, "kernel_id": kernel_id, "started_in": named.get(kernel_id or "")}
    return {key: value for key, value in row.items() if value}
