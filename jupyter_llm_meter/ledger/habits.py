"""What a user's calls to a model used so far, and which model answers to a name: what a worst case goes by.

Owns remembering the answers for a while, since a loop asks the same before every call. Reads only.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, select

from jupyter_llm_meter.core.reservation import Habit
from jupyter_llm_meter.ledger.rows import FIGURES
from jupyter_llm_meter.ledger.schema import calls
from llm_meter_tap.wire.record import CallRecord

FEWEST = 20
"""A 95th percentile of fewer calls says nothing."""

LATEST = 200
"""How many of the latest calls are looked at."""

KEPT_S = 60.0
_MOST_KEPT = 1000

Result = TypeVar("Result")


class Habits:
    """The remembered answers of one ledger; safe to use from any thread."""

    def __init__(self) -> None:
        self._known: dict[object, tuple[float, object]] = {}

    def habit(self, ask: Callable[[Callable[[Connection], Habit]], Habit], record: CallRecord) -> Habit:
        """The 95th percentiles of a user's calls to a model.

        Args:
            ask: Puts a question to the ledger.
            record: A call of the user's to the model.
        """
        user, model = record.user_id, record.request_model
        if user is None or model is None:
            return Habit()
        return self._remembered(("habit", user, model), lambda: ask(lambda at: _habit(at, user, model)))

    def model(
        self, ask: Callable[[Callable[[Connection], str | None]], str | None], record: CallRecord
    ) -> str | None:
        """The model that answered last when this one was asked for, under which the call will count."""
        asked, provider = record.request_model, record.provider_name
        if asked is None:
            return None
        key = ("model", asked, provider)
        return self._remembered(key, lambda: ask(lambda at: _last_model(at, asked, provider))) or asked

    def saw(self, record: CallRecord) -> None:
        """Learn from a call that was settled."""
        if record.request_model is not None and record.response_model is not None:
            self._keep(("model", record.request_model, record.provider_name), record.response_model)

    def _remembered(self, key: object, find: Callable[[], Result]) -> Result:
        known = self._known.get(key)
        if known is not None and time.monotonic() < known[0]:
            return known[1]  # type: ignore[return-value]
        found = find()
        self._keep(key, found)
        return found

    def _keep(self, key: object, value: object) -> None:
        if len(self._known) >= _MOST_KEPT:
            self._known.clear()
        self._known[key] = (time.monotonic() + KEPT_S, value)


def _habit(connection: Connection, user: str, model: str) -> Habit:
    query = (
        select(calls.c.input_tokens, calls.c.output_tokens)
        .where(calls.c.request_model == model, calls.c.user_id == user, calls.c.basis.in_(FIGURES))
        .order_by(calls.c.started_at.desc())
        .limit(LATEST)
    )
    read, written = [], []
    for input_tokens, output_tokens in connection.execute(query):
        read += [] if input_tokens is None else [input_tokens]
        written += [] if output_tokens is None else [output_tokens]
    return Habit(_percentile(read), _percentile(written))


def _percentile(figures: list[int]) -> int | None:
    """The 95th percentile by nearest rank: no figure that was never seen."""
    if len(figures) < FEWEST:
        return None
    return sorted(figures)[-(-95 * len(figures) // 100) - 1]


def _last_model(connection: Connection, asked: str, provider: str | None) -> str | None:
    query = (
        select(calls.c.response_model)
        .where(
            calls.c.request_model == asked,
            calls.c.provider_name.is_not_distinct_from(provider),
            calls.c.response_model.is_not(None),
        )
        .order_by(calls.c.started_at.desc())
        .limit(1)
    )
    return connection.scalar(query)
