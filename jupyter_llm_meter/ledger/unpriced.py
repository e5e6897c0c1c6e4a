"""What limits in dollars count of calls of models without a known price.

Such a limit has counters beside its own: how many of these calls there were, and, with a price ceiling, how
many tokens they used. The tokens are priced when a counter is read, so a change of the ceiling holds for the
whole window. The calls themselves keep their unknown cost.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Connection

from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.reservation import cost_at_ceiling
from jupyter_llm_meter.ledger.counters import Window, used_amount, used_by_window
from jupyter_llm_meter.ledger.rows import UNPRICED_CALLS, UNPRICED_TOKENS

LimitWindow = tuple[Limit, Window]


class Used(NamedTuple):
    """What one subject used of a limit in a window.

    Attributes:
        amount: In the limit's unit; calls without a known price are in it at the limit's price ceiling.
        unpriced_calls: Of a limit in dollars, how many such calls there were.
    """

    amount: Decimal = Decimal(0)
    unpriced_calls: int = 0


NOTHING = Used()


def with_unpriced(windows: Iterable[LimitWindow]) -> list[LimitWindow]:
    """Windows of limits, and those of the counters beside them."""
    return [each for limit, window in windows for each in ((limit, window), *_beside(limit, window))]


def used_of(
    connection: Connection, windows: Sequence[LimitWindow], subjects: Collection[str] | None = None
) -> dict[Window, dict[str, Used]]:
    """What was used in windows that are counted, by all subjects or by some; nothing used is left out."""
    read = used_by_window(connection, [window for _limit, window in with_unpriced(windows)], subjects)
    found: dict[Window, dict[str, Used]] = {}
    for limit, window in windows:
        beside = {shadow.unit: read.get(its_window, {}) for shadow, its_window in _beside(limit, window)}
        tokens, calls = beside.get(UNPRICED_TOKENS, {}), beside.get(UNPRICED_CALLS, {})
        for subject, used in read.get(window, {}).items():
            amount = used_amount(limit.unit, used) + cost_at_ceiling(limit, tokens.get(subject, 0))
            found.setdefault(window, {})[subject] = Used(amount, calls.get(subject, 0))
    return found


def _beside(limit: Limit, window: Window) -> Iterator[LimitWindow]:
    if limit.unit == "USD":
        for shadow in _shadows(limit):
            yield shadow, window._replace(limit_id=shadow.id)


@lru_cache(4096)
def _shadows(limit: Limit) -> tuple[Limit, ...]:
    units = [UNPRICED_CALLS] if limit.price_ceiling is None else [UNPRICED_CALLS, UNPRICED_TOKENS]
    return tuple(replace(limit, unit=unit) for unit in units)
