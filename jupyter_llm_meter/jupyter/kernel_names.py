"""Gives every kernel its id, so that all programs in it or below it can say where their calls are from.

A tap in an IPython kernel finds the id itself. A Python process that a kernel of another language starts, or
a Python kernel without ipykernel, has only the environment.
"""

from __future__ import annotations

import os
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.gateway.managers import GatewayMappingKernelManager

VARIABLE = "LLM_METER_KERNEL_ID"


class KernelNames:
    """Puts the id of each kernel that a server starts into the kernel's environment.

    The manager's method `start_kernel` is replaced: jupyter_server and jupyter_client have no setting for a
    variable whose value is different in every kernel. A gateway starts kernels under ids of its own.

    Args:
        manager: The server's kernel manager, a configurable class without types.
    """

    def __init__(self, manager: Any) -> None:
        self._manager = manager
        self._start: Any = None

    def apply(self) -> None:
        """Name the kernels that are started from now on."""
        if self._start is None and not isinstance(self._manager, GatewayMappingKernelManager):
            self._start = self._manager.start_kernel
            self._manager.start_kernel = self._start_named

    def restore(self) -> None:
        """Leave the manager as it was, unless somebody else has replaced its method meanwhile."""
        if self._start is not None and vars(self._manager).get("start_kernel") == self._start_named:
            del self._manager.start_kernel
        self._start = None

    async def _start_named(self, *arguments: Any, kernel_id: str | None = None, **named: Any) -> Any:
        kernel_id = kernel_id or self._manager.new_kernel_id(**named)
        if kernel_id not in self._manager:
            given = named.get("env")
            named["env"] = {**(os.environ if given is None else given), VARIABLE: kernel_id}
        return await ensure_async(self._start(*arguments, kernel_id=kernel_id, **named))
