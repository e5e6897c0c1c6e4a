"""The gate file ``services/<stem>.gate``: while it exists, taps reserve before they send.

See docs/reference/protocol.md, "Hard limits". It names the hard limits by a digest, so that a tap gives back
an allotment of limits that have changed. The file is written before the limits are known and removed when
none of them is hard: a needless request costs a tap a moment, but a missing one could exceed a limit.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from jupyter_llm_meter.core.explanation import explain
from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.policy.rules import Rules
from jupyter_llm_meter.runtime.problems import Problems
from llm_meter_tap.wire import file_lock

VERSION = 1
PROBLEM = "gate"
LEFT_FOR_S = 30 * 86400.0
"""How long the gate of a killed service keeps blocking the processes that it left."""


class GateFile:
    """The gate file of one service.

    Args:
        folder: The private folder.
        stem: The service's rendezvous.
        rules: Say what taps do when the service does not answer.
        problems: Takes the problem of a file that cannot be written.
    """

    def __init__(self, folder: Path, stem: str, *, rules: Rules, problems: Problems) -> None:
        self._services = folder / "services"
        self._path = self._services / f"{stem}.gate"
        self._rules = rules
        self._problems = problems
        self._written: str | None = None

    def write(self, digest: str = "") -> None:
        """Write the file, unless it is there.

        Args:
            digest: Of the hard limits, see `limits_digest`; empty as long as they are not known.
        """
        if self._written == digest:
            return
        draft = self._services / f".{self._path.name}.draft"
        content = {"version": VERSION, "on_unreachable": self._rules.on_unreachable, "limits": digest}
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(content, file)
            os.replace(draft, self._path)
        except OSError as error:
            reason = error.strerror or str(error)
            self._problems.report(PROBLEM, explain("gate-unwritable", path=str(self._path), error=reason))
        else:
            self._written = digest
            self._problems.resolve(PROBLEM)

    def follow(self, limits: Sequence[Limit]) -> None:
        """Keep the file while one of the limits blocks."""
        if any(limit.is_blocking for limit in limits):
            self.write(limits_digest(limits))
        else:
            self._remove_own()

    def close(self) -> None:
        """Leave the file for processes that must not send without a service, else remove it."""
        if self._rules.on_unreachable == "allow":
            self._remove_own()

    def tidy(self) -> None:
        """Remove the gates of dead services, unless they are meant to block."""
        for path in self._services.glob("*.gate"):
            if path != self._path and not file_lock.is_held(str(path.with_suffix(".lock"))):
                _remove_if_spent(path)

    def _remove_own(self) -> None:
        with suppress(OSError):  # where it could not be written it does not exist
            self._path.unlink(missing_ok=True)
        self._written = None


def limits_digest(limits: Sequence[Limit]) -> str:
    """A short name for the hard limits among the limits in force; empty without any."""
    hard = sorted(repr(limit) for limit in limits if limit.is_blocking)
    return hashlib.sha256("\n".join(hard).encode()).hexdigest()[:12] if hard else ""


def _remove_if_spent(path: Path) -> None:
    try:
        blocks = json.loads(path.read_text(encoding="utf-8")).get("on_unreachable") == "block"
        if not blocks or path.stat().st_mtime < time.time() - LEFT_FOR_S:
            path.unlink(missing_ok=True)
    except (OSError, ValueError, AttributeError):
        return  # another service removed it first, or the file is not a gate
