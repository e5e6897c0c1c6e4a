"""Follows starts and ends of a server's kernels, which jupyter_server reports as events."""

from __future__ import annotations

from typing import Any

from jupyter_events import EventLogger

from jupyter_llm_meter.jupyter.kernel_messages import KernelMessages
from jupyter_llm_meter.jupyter.kernels import ServerKernels
from jupyter_llm_meter.service.service import Service

KERNEL_ACTIONS = "https://events.jupyter.org/jupyter_server/kernel_actions/v1"
START_PAUSE_S = 5.0
"""How long a kernel may take to start before it is checked for its tap."""


class KernelEvents:
    """Passes starts and ends of kernels on to the service. Methods run on the server's loop.

    Args:
        logger: The server's event logger.
        kernels: The server's kernels.
        service: Imports the calls that an ended kernel left, and announces the change.
        messages: Reads the messages of kernels; None where they are not read.
    """

    def __init__(
        self, logger: EventLogger, kernels: ServerKernels, service: Service, messages: KernelMessages | None
    ) -> None:
        self._logger = logger
        self._kernels = kernels
        self._service = service
        self._messages = messages
        self._is_following = False

    def follow(self) -> None:
        """Follow the kernels from now on."""
        self._is_following = True
        self._logger.add_listener(schema_id=KERNEL_ACTIONS, listener=self._kernel_action)

    def stop(self) -> None:
        """Follow them no longer; an event on its way is ignored, because the service may be gone."""
        self._is_following = False
        self._logger.remove_listener(schema_id=KERNEL_ACTIONS, listener=self._kernel_action)

    async def _kernel_action(self, logger: EventLogger, schema_id: str, data: dict[str, Any]) -> None:
        if not self._is_following or data.get("status") != "success":
            return
        action, kernel_id = data["action"], data.get("kernel_id", "")
        if action in ("shutdown", "restart"):
            self._kernels.forget_tap(kernel_id)
        self._follow_messages(action, kernel_id)
        if action in ("start", "restart"):
            self._kernels.kernel_started(kernel_id)
        if action == "shutdown":
            self._kernels.forget_mark(kernel_id)
            self._service.kernel_ended(kernel_id)
        if action in ("shutdown", "restart"):
            self._service.process_ended()
        self._service.announce_change_later(0.0)
        if action in ("start", "restart"):
            self._service.announce_change_later(START_PAUSE_S)

    def _follow_messages(self, action: str, kernel_id: str) -> None:
        if self._messages is None:
            return
        if action in ("start", "restart"):
            self._messages.follow(kernel_id)
        elif action == "shutdown":
            self._messages.unfollow(kernel_id)
