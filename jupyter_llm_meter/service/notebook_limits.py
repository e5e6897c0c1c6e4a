"""The limits in force, with those of one notebook at the path where that notebook is now.

A limit that names a path (``value``) means the notebook there. When it moves, the limit follows, until
something else is found at the old path: from then on the limit means that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timezone
from typing import NamedTuple

from jupyter_llm_meter.core.limit_names import with_name_parts
from jupyter_llm_meter.core.limits import Limit, limits_at, notebooks_of
from jupyter_llm_meter.ledger import Ledger, LedgerAccess, LedgerUnavailable
from jupyter_llm_meter.service.context import Limits
from jupyter_llm_meter.service.owner import Owner


class _Placed(NamedTuple):
    limits: Sequence[Limit]
    places: Mapping[str, str]
    result: Sequence[Limit]


class NotebookLimits:
    """The limits of one service.

    Args:
        limits: The limits as they were set.
        ledger: Knows which notebooks moved.
        owner: The user of the lab.
    """

    def __init__(self, limits: Limits, ledger: LedgerAccess, owner: Owner) -> None:
        self._limits = limits
        self._ledger = ledger
        self._owner = owner
        self._places: Mapping[str, str] = {}
        self._placed: _Placed | None = None

    def current(self) -> Sequence[Limit]:
        """Return the limits in force: the same list until they change; from any thread."""
        limits, places, placed = self._limits.current(), self._places, self._placed
        if placed is None or placed.limits is not limits or placed.places is not places:
            placed = self._placed = _Placed(limits, places, placed_limits(limits, places))
        return placed.result

    async def follow(self) -> None:
        """Find out where the named notebooks are now; while the ledger cannot be used, nothing changes."""
        limits = await asyncio.to_thread(self._limits.current)
        if not notebooks_of(limits):
            return
        with suppress(LedgerUnavailable):
            await self._ledger.use(self.follow_in)

    def follow_in(self, ledger: Ledger) -> None:
        """Find out where the named notebooks are now, on the thread that uses the ledger."""
        paths = notebooks_of(self._limits.current())
        now = datetime.now(timezone.utc)
        places = ledger.places_now(self._owner.user, paths, now) if paths else {}
        if places != self._places:
            self._places = places


def placed_limits(limits: Sequence[Limit], places: Mapping[str, str]) -> Sequence[Limit]:
    """Return limits with those of moved notebooks at the new paths; the same list where none moved.

    Args:
        limits: The limits as they were set.
        places: The paths that mean another one now, each with that.
    """
    found = limits_at(limits, places)
    return limits if found is limits else with_name_parts(found)
