"""The problems with metering at this moment, for the log and for the ``state`` of the standing document.

An explanation says what happened and what to do. It contains no secret and no text of users.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from threading import Lock

from jupyter_llm_meter.core.explanation import Explanation


@dataclass(frozen=True)
class Problem:
    """One thing that keeps metering from being complete.

    Attributes:
        code: A stable name, lower case with hyphens (``ledger-foreign``).
        explanation: What happened and what to do, for the user.
    """

    code: str
    explanation: Explanation

    @property
    def message(self) -> str:
        """The explanation in English, as a sentence of its own."""
        text = self.explanation.text
        return text[:1].upper() + text[1:]

    def to_dict(self) -> dict[str, object]:
        """Return it for programs and the page."""
        return {"code": self.code, "message": self.message, "explanation": self.explanation.to_dict()}


class Problems:
    """The open problems of one service, by code; safe to use from any thread.

    Args:
        log: Each problem is logged once when it appears or changes, and once when it is resolved.
    """

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._lock = Lock()
        self._open: dict[str, Problem] = {}

    def report(self, code: str, explanation: Explanation) -> None:
        """Open a problem, or change the explanation of an open one."""
        problem = Problem(code, explanation)
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
            "problems": [problem.to_dict() for problem in problems],
        }
