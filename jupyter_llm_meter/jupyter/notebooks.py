"""Follows the notebooks of a server: which kernel each has, and where they are moved.

The contents manager reports renamed files and folders by an event. Sessions have no such event, so two
methods of their manager are wrapped; reading them from time to time would be too late for a server that is
killed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_events import EventLogger

from jupyter_llm_meter.jupyter.kernels import ServerKernels
from jupyter_llm_meter.service.service import Service

CONTENTS_ACTIONS = "https://events.jupyter.org/jupyter_server/contents_service/v1"
_WRAPPED = ("create_session", "update_session")


class Notebooks:
    """Passes the sessions and renames of one server on to the service. Methods run on the server's loop.

    Args:
        sessions: The server's session manager, a configurable class without types.
        logger: The server's event logger.
        kernels: The server's kernels.
        service: Keeps them in the ledger.
    """

    def __init__(self, sessions: Any, logger: EventLogger, kernels: ServerKernels, service: Service) -> None:
        self._sessions = sessions
        self._logger = logger
        self._kernels = kernels
        self._service = service
        self._wrappers: dict[str, Callable[..., Any]] = {}

    def follow(self) -> None:
        """Follow the notebooks from now on."""
        self._logger.add_listener(schema_id=CONTENTS_ACTIONS, listener=self._contents_action)
        for name in _WRAPPED:
            self._wrappers[name] = self._wrapper(getattr(self._sessions, name))
            setattr(self._sessions, name, self._wrappers[name])

    def stop(self) -> None:
        """Leave the manager as it was, unless somebody else has replaced its methods meanwhile."""
        self._logger.remove_listener(schema_id=CONTENTS_ACTIONS, listener=self._contents_action)
        for name, wrapper in self._wrappers.items():
            if vars(self._sessions).get(name) is wrapper:
                delattr(self._sessions, name)
        self._wrappers = {}

    def _wrapper(self, original: Callable[..., Any]) -> Callable[..., Any]:
        async def changed(*arguments: Any, **named: Any) -> Any:
            answer = await ensure_async(original(*arguments, **named))
            session = answer or await self._session(*arguments, **named)
            kernel_id = ((session or {}).get("kernel") or {}).get("id")
            if kernel_id:
                self._kernels.forget_context(kernel_id)
                self._service.submit(self._service.keep_place(kernel_id))
            return answer

        return changed

    async def _session(self, session_id: str | None = None, **_changes: Any) -> dict[str, Any] | None:
        sessions = await ensure_async(self._sessions.list_sessions())
        return next((each for each in sessions if each["id"] == session_id), None)

    async def _contents_action(self, logger: EventLogger, schema_id: str, data: dict[str, Any]) -> None:
        old, new = (str(data.get(name) or "").strip("/") for name in ("source_path", "path"))
        if data.get("action") == "rename" and old and new:
            self._kernels.forget_paths()
            self._service.submit(self._service.move_notebooks(old, new))
