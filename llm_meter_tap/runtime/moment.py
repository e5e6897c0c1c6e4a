"""The present moment, even if the program has replaced `datetime` and `time`."""

from __future__ import annotations

import datetime as library

from llm_meter_tap.system import Clock


class _Held:
    """The real class; loaded with the first adapter."""

    datetime = library.datetime
    utc = library.timezone.utc


def now() -> library.datetime:
    """Return the present moment in UTC."""
    return _Held.datetime.fromtimestamp(Clock.wall(), _Held.utc)
