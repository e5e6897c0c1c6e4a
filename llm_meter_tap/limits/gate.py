"""Says whether a hard limit is in force for this process.

Reads the services' gate files (docs/reference/protocol.md). While nothing changes, a check is one
`stat`: a gate that appears, changes or goes changes the time of its folder, and so does a service.
"""

from __future__ import annotations

from typing import NamedTuple

from llm_meter_tap.system import Clock, Files, Process, is_trusted, join, read_trusted_file
from llm_meter_tap.wire.json_values import mapping, parse, text
from llm_meter_tap.wire.rendezvous import living_services

# A service that was killed changes nothing in the folder; so old a finding is not relied upon, seconds.
_RELIABLE_S = 5.0
# Clocks of file systems tick: after a change so fresh another may bear the same time, nanoseconds.
_TICK_NS = 100_000_000


class Gate(NamedTuple):
    """A hard limit is in force.

    Attributes:
        on_unreachable: What becomes of a call when no service answers: `allow` or `block`.
        limits: A digest of the hard limits; empty where the service does not say, or does not know them yet.
    """

    on_unreachable: str
    limits: str = ""


class _Finding(NamedTuple):
    """What a check found, the folder's time before it, and until when it is relied upon."""

    gate: Gate | None
    changed_at: int
    reliable_until: float


class GateWatch:
    """Watches the gate that holds for this process.

    Args:
        folder: The private folder.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._services = join(folder, "services")
        # One object, put in place as a whole: threads look at the same time.
        self._found = _Finding(None, -1, 0.0)

    def current_gate(self) -> Gate | None:
        """Return the gate; None when no hard limit is in force."""
        try:
            status = Files.stat(self._services)
        except OSError:
            return None
        changed_at = status.st_mtime_ns
        seen = self._found
        if changed_at != seen.changed_at or Clock.monotonic() > seen.reliable_until:
            is_fresh = abs(Clock.wall_ns() - changed_at) < _TICK_NS
            until = Clock.monotonic() + _RELIABLE_S
            # What another account has put there holds nothing up.
            gate = self._find_gate() if is_trusted(status) else None
            self._found = seen = _Finding(gate, -1 if is_fresh else changed_at, until)
        return seen.gate

    def _find_gate(self) -> Gate | None:
        """Read the gate of the service that started this process, else of the newest living one."""
        own = Process.environ.get("LLM_METER_SERVICE")
        gate = self._read_gate(own) if own else None
        if gate is None:
            first = next(iter(living_services(self._folder, own)), None)
            gate = self._read_gate(first.stem) if first is not None and first.stem != own else None
        return gate

    def _read_gate(self, stem: str) -> Gate | None:
        try:
            content = mapping(parse(read_trusted_file(join(self._services, f"{stem}.gate"))))
        except FileNotFoundError:
            return None
        except OSError:
            content = {}  # it is there: the service is asked, and knows
        on_unreachable = "block" if content.get("on_unreachable") == "block" else "allow"
        return Gate(on_unreachable, text(content.get("limits")) or "")
