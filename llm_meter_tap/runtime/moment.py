"""The present moment, even if the program has replaced `datetime` and `time`."""

from __future__ import annotations

from llm_meter_tap.system import Clock, Held, hold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

hold()


def now() -> datetime:
    """Return the present moment in UTC."""
    return Held.datetime.fromtimestamp(Clock.wall(), Held.utc)
