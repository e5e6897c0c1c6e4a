"""Keeps the gate file, and the watchers, in step with the limits in force.

Settings may change while no call is made, so they are checked every two seconds, for a few calls of stat.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.service.gate import GateFile
from jupyter_llm_meter.service.notebook_limits import NotebookLimits

PAUSE_S = 2.0
"""How long a change of the settings may go unnoticed."""


class LimitsWatch:
    """Follows the limits of one service; all methods on its loop.

    Args:
        limits: The limits in force.
        gate: The service's gate file.
        changed: Called when the limits have changed.
        above: Finds the limits of a hub; None while they are not known.
    """

    def __init__(
        self,
        limits: NotebookLimits,
        gate: GateFile,
        changed: Callable[[], None],
        above: Callable[[], Sequence[Limit] | None] = lambda: (),
    ) -> None:
        self._limits = limits
        self._gate = gate
        self._changed = changed
        self._above = above
        self._seen: Sequence[Limit] | None = None

    async def run(self) -> None:
        """Check every two seconds until cancelled."""
        await asyncio.to_thread(self._gate.tidy)
        while True:
            await self.check()
            await asyncio.sleep(PAUSE_S)

    async def check(self) -> None:
        """Check once, and announce when the limits changed since the last check, whoever asked for it."""
        limits = await asyncio.to_thread(self._limits.current)
        if limits is not self._seen:
            await self._limits.follow()
            limits = self._limits.current()
        above = self._above()
        if above is None:
            self._gate.write()
        else:
            self._gate.follow([*limits, *above])
        is_new = self._seen is not None and limits is not self._seen
        self._seen = limits
        if is_new:
            self._changed()
