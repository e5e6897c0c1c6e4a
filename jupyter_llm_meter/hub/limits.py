"""The limits in force on a hub: those of its configuration, and those that people set by REST.

People's limits are in the ledger. A process looks whether they changed when it is asked something, at most
once in `LOOK_EVERY_S`; nothing polls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone
from time import monotonic

from jupyter_llm_meter.core.limit_names import with_name_parts
from jupyter_llm_meter.core.limit_reader import parse_limits
from jupyter_llm_meter.core.limits import Limit, merge_limits
from jupyter_llm_meter.ledger import Ledger, LedgerAccess, hub_limits
from jupyter_llm_meter.ledger.hub_limits import SetLimit

LOOK_EVERY_S = 1.0
SOURCE = "hub"
"""Where users' services see that a limit comes from."""


class HubLimits:
    """The limits in force; safe to use from any thread.

    Args:
        configured: Those of the configuration.
        time_zone: IANA zone of limits that name none.
    """

    def __init__(self, configured: Sequence[Limit], time_zone: str) -> None:
        self._configured = [replace(limit, is_ceiling=True) for limit in configured]
        self._time_zone = time_zone
        self._set: dict[str, SetLimit] = {}
        self._generation: str | None = None
        self._looked_at = float("-inf")
        self._in_force = self._merged(datetime.now(timezone.utc))

    def current(self) -> Sequence[Limit]:
        """Return the limits in force: the same list until one of them changes, begins or ends."""
        now = datetime.now(timezone.utc)
        if now >= self._in_force[1]:
            self._in_force = self._merged(now)
        return self._in_force[0]

    def set_limits(self) -> dict[str, SetLimit]:
        """Return the limits that people set, by id, whether or not they are in force now."""
        return self._set

    def of_id(self, limit_id: str) -> Limit | None:
        """Return the limit in force that has an id."""
        return next((limit for limit in self.current() if limit.id == limit_id), None)

    async def follow(self, ledger: LedgerAccess, *, is_at_once: bool = False) -> None:
        """Learn the limits that people have set, if they have changed.

        Args:
            ledger: The ledger of all.
            is_at_once: Look even if somebody looked a moment ago.

        Raises:
            LedgerUnavailable: It cannot be used now; the limits stay as they are.
        """
        if not is_at_once and monotonic() - self._looked_at < LOOK_EVERY_S:
            return
        known = self._generation
        found = await ledger.use(lambda opened: _changed(opened, known))
        self._looked_at = monotonic()
        if found is not None:
            self._generation, limits = found
            self._set = {each.limit_id: each for each in limits}
            self._in_force = self._merged(datetime.now(timezone.utc))

    def _merged(self, now: datetime) -> tuple[Sequence[Limit], datetime]:
        """The limits in force, and until when they are."""
        found, until = [], datetime.max.replace(tzinfo=timezone.utc)
        for each in self._set.values():
            until = min([until, *(at for at in (each.starts_at, each.ends_at) if at and at > now)])
            is_on = (each.starts_at is None or each.starts_at <= now) and (
                not each.ends_at or each.ends_at > now
            )
            if is_on:
                found += parse_limits([each.spec], SOURCE, self._time_zone)
        return with_name_parts(merge_limits(self._configured, found)), until


def _changed(ledger: Ledger, known: str | None) -> tuple[str, list[SetLimit]] | None:
    generation = ledger.read(hub_limits.generation)
    return None if generation == known else (generation, ledger.read(hub_limits.all_limits))
