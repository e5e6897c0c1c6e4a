"""The problems with metering at this moment, for the log and for the ``state`` of the standing document.

A message says what happened and what to do. It contains no secret and no text of users.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True)
class Problem:
    """One thing that keeps metering from being complete.

    Attributes:
        code: A stable name, lower case with hyphens (``ledger-foreign``).
        message: What happened and what to do, for the user.
    """

    code: str
    message: str


class Problems:
    """The open problems of one service, by code; safe to use from any thread.

    Args:
        log: Each problem is logged once when it appears or changes, and once when it is resolved.
    """

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._lock = Lock()
        self._open: dict[str, Problem] = {}

    def report(self, code: str, message: str) -> None:
        """Open a problem, or change the message of an open one."""
        problem = Problem(code, message[:1].upper() + message[1:])
        with self._lock:
            if self._open.get(code) == problem:
                return
            self._open[code] = problem
        self._log.error("LLM Meter: %s [%s]", problem.message, code)

    def resolve(self, code: str) -> None:
        """Close a problem; closing one that is not open does nothing."""
        with self._lock:
            was_open = self._open.pop(code, None)
        if was_open:
            self._log.info("LLM Meter: resolved: %s [%s]", was_open.message, code)

    def open(self) -> list[Problem]:
        """Return the open problems, oldest first."""
        with self._lock:
            return list(self._open.values())

    def state(self) -> dict[str, object]:
        """Return the ``state`` object of the standing document."""
        problems = self.open()
        return {
            "level": "degraded" if problems else "ok",
            "problems": [{"code": problem.code, "message": problem.message} for problem in problems],
        }
