"""Has the gate file, and whoever watches, follow the limits in force.

Settings may change while nothing happens: then they are looked at every two seconds, for a few calls of stat.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.service.context import Limits
from jupyter_llm_meter.service.gate import Gate

PAUSE_S = 2.0
"""How long a change of the settings may go unnoticed while nobody asks."""


class LimitsWatch:
    """Follows the limits of one service; all methods on its loop.

    Args:
        limits: The limits in force.
        gate: The service's gate file.
        changed: Called when the limits are others than before.
    """

    def __init__(self, limits: Limits, gate: Gate, changed: Callable[[], None]) -> None:
        self._limits = limits
        self._gate = gate
        self._changed = changed
        self._seen: Sequence[Limit] | None = None

    async def run(self) -> None:
        """Go on looking until cancelled."""
        await asyncio.to_thread(self._gate.tidy)
        while True:
            if await self.look():
                self._changed()
            await asyncio.sleep(PAUSE_S)

    async def look(self) -> bool:
        """Look once; returns whether the limits changed since the last look."""
        limits = await asyncio.to_thread(self._limits.current)
        self._gate.follow(limits)
        is_new = self._seen is not None and limits is not self._seen
        self._seen = limits
        return is_new
