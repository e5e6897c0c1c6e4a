"""The present moment, whatever the program has put in the place of `datetime` and `time`."""

from __future__ import annotations

from llm_meter_tap.system import Clock, Held, hold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

hold()


def now() -> datetime:
    """Return the present moment in UTC."""
    return Held.datetime.fromtimestamp(Clock.wall(), Held.utc)
