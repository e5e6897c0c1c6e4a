"""Several processes of the hub's service behind one port (``SO_REUSEPORT``).

The first process starts the others, and starts one that ended again, after pauses that grow. What a killed
one held is in the database, and ends with its lease. They end when the first process does, however it ends:
their standard input is a pipe from it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Sequence
from time import monotonic

VARIABLE = "LLM_METER_HUB_WORKER"
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_S = 60.0
"""A process that ran for so long is started again after the first pause."""


def is_worker() -> bool:
    """Whether this process was started by `Workers`."""
    return VARIABLE in os.environ


class Workers:
    """The processes of one service.

    Args:
        command: Starts one.
        log: Says when one ended.
    """

    def __init__(self, command: Sequence[str], log: logging.Logger) -> None:
        self._command = command
        self._log = log

    async def run(self, count: int) -> None:
        """Keep so many processes running until this one is told to stop, then end them."""
        loop, stopped = asyncio.get_running_loop(), asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopped.set)
        kept = [loop.create_task(self._keep_one()) for _ in range(count)]
        await stopped.wait()
        for task in kept:
            task.cancel()
        await asyncio.gather(*kept, return_exceptions=True)

    async def _keep_one(self) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            started_at = monotonic()
            code = await self._run_one()
            pause_s = (
                FIRST_PAUSE_S if monotonic() - started_at > STEADY_S else min(2 * pause_s, LONGEST_PAUSE_S)
            )
            self._log.warning("LLM Meter: a process of the service ended (%d); another one follows.", code)
            await asyncio.sleep(pause_s)

    async def _run_one(self) -> int:
        process = await asyncio.create_subprocess_exec(
            *self._command, stdin=asyncio.subprocess.PIPE, env={**os.environ, VARIABLE: "1"}
        )
        try:
            return await process.wait()
        except asyncio.CancelledError:
            process.terminate()
            await process.wait()
            raise
