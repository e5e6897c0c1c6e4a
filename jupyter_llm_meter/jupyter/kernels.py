"""The kernels of the Jupyter server: which notebook each belongs to, and whose calls are not seen."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.serverapp import ServerApp

from jupyter_llm_meter.core.paths import first_folder
from jupyter_llm_meter.core.program_names import kernel_name
from jupyter_llm_meter.core.standing import CellPosition
from jupyter_llm_meter.jupyter.cell_positions import positions_at
from jupyter_llm_meter.jupyter.notebook_projects import NotebookProjects
from jupyter_llm_meter.jupyter.server_query import PATIENCE_S, ServerQuery
from jupyter_llm_meter.service.context import KernelContext, UnmeteredKernel

MOST_PATHS = 1_000
"""The most paths named by calls that are remembered."""
MOST_CELLS = 10
"""The most notebooks of which the places of cells are remembered."""
CELLS_PATIENCE_S = 10.0
"""How long an alert waits for the place of a cell."""
MOST_STARTS = 1_000
"""The most kernels whose start is remembered."""
SHOWN_OF_ID = 8
"""How many characters of a kernel's id distinguish it from others with the same kernelspec."""


@dataclass(frozen=True)
class _Spec:
    language: str
    display_name: str


class ServerKernels:
    """The kernels of a Jupyter server.

    Args:
        server: The server; its managers are used through their public methods, on its own loop.
        folder: The private folder, where living taps leave a mark.
        loop: The server's loop.
    """

    def __init__(self, server: ServerApp, folder: Path, loop: asyncio.AbstractEventLoop) -> None:
        # jupyter_server's managers are configurable classes without types.
        self._sessions_manager: Any = server.session_manager
        self._kernel_manager: Any = server.kernel_manager
        self._specs: Any = server.kernel_spec_manager
        self._contents: Any = server.contents_manager
        self._loop = loop
        self._marks = folder / "kernels"
        self._with_tap: set[str] = set()
        self._with_calls: set[str] = set()
        self._started: OrderedDict[str, datetime] = OrderedDict()
        self._known_specs: dict[str, _Spec] = {}
        self._projects = NotebookProjects(self._contents)
        self._contexts: dict[str, ServerQuery[KernelContext]] = {}
        self._existing: OrderedDict[str, ServerQuery[datetime | None]] = OrderedDict()
        self._cells: OrderedDict[str, ServerQuery[Mapping[str, CellPosition]]] = OrderedDict()
        self._unmetered: ServerQuery[list[UnmeteredKernel]] = ServerQuery(
            self._loop, self._find_unmetered, []
        )

    async def context(self, kernel_id: str, *, is_awaited: bool = False) -> KernelContext:
        """Return the notebook and project of a kernel; the last answer stays after the kernel has ended."""
        query = self._contexts.get(kernel_id)
        if query is None:
            query = ServerQuery(self._loop, lambda: self._find_context(kernel_id), KernelContext())
            self._contexts[kernel_id] = query
        return await query.answer(None if is_awaited else PATIENCE_S)

    def forget_context(self, kernel_id: str) -> None:
        """Let the next query of a kernel's notebook ask the server: its session is new or another one."""
        query = self._contexts.get(kernel_id)
        if query is not None:
            query.expire()

    def forget_paths(self) -> None:
        """Let the next queries ask the server: something was moved."""
        for query in self._queries():
            query.expire()

    async def seen_at(self, path: str) -> datetime | None:
        """Return when a file was seen at a path under the lab's root, None when there was none."""
        query = self._existing.get(path)
        if query is None:
            query = ServerQuery[datetime | None](self._loop, lambda: self._find_file(path), None)
            self._existing[path] = query
            while len(self._existing) > MOST_PATHS:
                self._existing.popitem(last=False)
        return await query.answer()

    async def cells(self, path: str) -> Mapping[str, CellPosition]:
        """Return where the cells of a notebook are, by their ids, as it was last saved; empty if unknown."""
        query = self._cells.get(path)
        if query is None:
            nothing: Mapping[str, CellPosition] = {}
            query = ServerQuery(self._loop, lambda: positions_at(self._contents, path), nothing)
            self._cells[path] = query
            while len(self._cells) > MOST_CELLS:
                self._cells.popitem(last=False)
        return await query.answer(CELLS_PATIENCE_S)

    async def unmetered(self) -> Sequence[UnmeteredKernel]:
        """List the kernels whose calls are not seen."""
        rows = await self._unmetered.answer()
        return [row for row in rows if row.kernel_id not in self._with_calls]

    async def close(self) -> None:
        """End what still runs on the server's loop.

        jupyter_server calls its file manager in threads of anyio, which outlive the loop, and so keep the
        process from ending, when the task that started them never ends.
        """
        await self._unmetered.cancel()
        for query in self._queries():
            await query.cancel()

    def tap_seen(self, kernel_id: str) -> bool:
        """Remember that a kernel's tap sent a message; its mark may be on another machine. From any thread.

        Returns:
            Whether it is the first message.
        """
        is_first = kernel_id not in self._with_tap
        self._with_tap.add(kernel_id)
        return is_first

    def tap_reported(self, kernel_id: str) -> bool:
        """Remember that a tap in a kernel or in a process below it reported a call. From any thread.

        Returns:
            Whether the kernel was listed as one whose calls are not seen.
        """
        is_first = kernel_id not in self._with_calls
        self._with_calls.add(kernel_id)
        return is_first and any(row.kernel_id == kernel_id for row in self._unmetered.last)

    def forget_tap(self, kernel_id: str) -> None:
        """Forget that a kernel's tap sent messages or calls: the kernel has ended or restarted."""
        self._with_tap.discard(kernel_id)
        self._with_calls.discard(kernel_id)

    def kernel_started(self, kernel_id: str) -> None:
        """Remember when a kernel started: its name where it has no other."""
        self._started[kernel_id] = datetime.now().astimezone()
        while len(self._started) > MOST_STARTS:
            self._started.popitem(last=False)

    def forget_mark(self, kernel_id: str) -> None:
        """Remove the mark of the tap of a kernel that has ended."""
        if kernel_id and Path(kernel_id).name == kernel_id:
            (self._marks / kernel_id).unlink(missing_ok=True)

    def _queries(self) -> list[ServerQuery[Any]]:
        return [*self._contexts.values(), *self._existing.values(), *self._cells.values()]

    async def _find_context(self, kernel_id: str) -> KernelContext:
        session = _session_of(kernel_id, await self._sessions())
        if session is None:
            last = self._contexts[kernel_id].last
            return last if last != KernelContext() else KernelContext(name=await self._name(kernel_id))
        path = session["path"]
        if session["type"] != "notebook":
            return KernelContext(
                project=first_folder(path), name=await self._name(kernel_id, session["name"])
            )
        seen_at = await self._find_file(path)
        return KernelContext(path, await self._projects.project_in(path) or first_folder(path), seen_at)

    async def _name(self, kernel_id: str, session_name: str = "") -> str | None:
        """What people call a kernel without a notebook; None once it has ended."""
        kernels = await ensure_async(self._kernel_manager.list_kernels())
        kernelspec = next((kernel["name"] for kernel in kernels if kernel["id"] == kernel_id), None)
        if kernelspec is None:
            return None
        spec = await self._spec(kernelspec)
        return kernel_name(
            kernelspec if spec is None else spec.display_name, session_name, self._started.get(kernel_id)
        )

    async def _find_file(self, path: str) -> datetime | None:
        now = datetime.now(timezone.utc)
        return now if await ensure_async(self._contents.file_exists(path)) else None

    async def _sessions(self) -> list[dict[str, Any]]:
        sessions: list[dict[str, Any]] = await ensure_async(self._sessions_manager.list_sessions())
        return sessions

    async def _find_unmetered(self) -> list[UnmeteredKernel]:
        sessions = await self._sessions()
        kernels = await ensure_async(self._kernel_manager.list_kernels())
        rows = []
        for kernel in kernels:
            reason = await self._reason(kernel)
            if reason:
                session = _session_of(kernel["id"], sessions)
                path = None if session is None or session["type"] == "console" else session["path"] or None
                label = await self._label(kernel, session) if path is None else None
                rows.append(UnmeteredKernel(kernel["id"], kernel["name"], path, reason, label))
        return rows

    async def _label(self, kernel: dict[str, Any], session: dict[str, Any] | None) -> str:
        """The name of a kernel without a document; the path of a console is not a name."""
        if session is not None and session["name"]:
            return str(session["name"])
        spec = await self._spec(kernel["name"])
        return f"{kernel['name'] if spec is None else spec.display_name} {kernel['id'][:SHOWN_OF_ID]}"

    async def _reason(self, kernel: dict[str, Any]) -> str | None:
        if await self._language(kernel["name"]) != "python":
            return "language"
        # A kernel that has not answered yet may not have started its tap.
        is_up = kernel.get("execution_state") in ("idle", "busy")
        is_metered = kernel["id"] in self._with_tap or (self._marks / kernel["id"]).exists()
        return "no-tap" if is_up and not is_metered else None

    async def _language(self, name: str) -> str:
        spec = await self._spec(name)
        return "unknown" if spec is None else spec.language

    async def _spec(self, name: str) -> _Spec | None:
        """Return the kernelspec of a name; None where it was removed while its kernel runs."""
        if name not in self._known_specs:
            try:
                spec = await ensure_async(self._specs.get_kernel_spec(name))
            except KeyError:
                return None
            # A gateway's manager returns the REST model as it is.
            read = spec["spec"] if isinstance(spec, dict) else spec.to_dict()
            self._known_specs[name] = _Spec(read["language"].lower(), read.get("display_name") or name)
        return self._known_specs[name]


def _session_of(kernel_id: str, sessions: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Pick a kernel's session, the notebook's before that of a console attached to it."""
    own = [session for session in sessions if (session.get("kernel") or {}).get("id") == kernel_id]
    return min(own, key=lambda session: session["type"] != "notebook", default=None)
