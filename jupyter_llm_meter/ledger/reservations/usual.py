"""Finds how much a user's calls to a model usually use, and which model answers to a requested name. The
worst case of a call is based on it.

Answers are kept for a minute, because a loop needs the same ones before every call.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection, Engine, func, select

from jupyter_llm_meter.core.reservation import UsualTokens
from jupyter_llm_meter.ledger.engine import reading
from jupyter_llm_meter.ledger.reach import reach_of
from jupyter_llm_meter.ledger.rows import FIGURES
from jupyter_llm_meter.ledger.schema import calls, kinds, rollups, series
from llm_meter_tap.wire.record import CallRecord

FEWEST = 20
"""A 95th percentile of fewer calls says nothing."""

LATEST = 200
"""How many of the latest calls are looked at."""

KEPT_S = 60.0
_MOST_KEPT = 1000

Result = TypeVar("Result")


class UsualUse:
    """What is usual in one ledger; safe to use from any thread.

    Args:
        engine: The ledger's database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[object, tuple[float, object]] = {}

    def tokens(self, record: CallRecord) -> UsualTokens:
        """The 95th percentiles of the calls of a record's user to its model."""
        user, model = record.user_id, record.request_model
        if user is None or model is None:
            return UsualTokens()
        return self._remembered(("tokens", user, model), partial(_usual_tokens, user=user, model=model))

    def answering_model(self, record: CallRecord) -> str | None:
        """The model that answered last when a record's model was requested; the call will count under it."""
        requested, provider = record.request_model, record.provider_name
        if requested is None:
            return None
        find = partial(_last_model, requested=requested, provider=provider)
        return self._remembered(("model", requested, provider), find) or requested

    def learn_from(self, record: CallRecord) -> None:
        """Learn from a call that was settled."""
        if record.request_model is not None and record.response_model is not None:
            self._remember(("model", record.request_model, record.provider_name), record.response_model)

    def _remembered(self, key: object, find: Callable[[Connection], Result]) -> Result:
        known = self._known.get(key)
        if known is not None and time.monotonic() < known[0]:
            return known[1]  # type: ignore[return-value]
        with reading(self._engine) as connection:
            found = find(connection)
        self._remember(key, found)
        return found

    def _remember(self, key: object, value: object) -> None:
        if len(self._known) >= _MOST_KEPT:
            self._known.clear()
        self._known[key] = (time.monotonic() + KEPT_S, value)


def _usual_tokens(connection: Connection, user: str, model: str) -> UsualTokens:
    answered = func.coalesce(kinds.c.response_model, kinds.c.request_model)
    models = list(connection.scalars(select(answered).where(kinds.c.request_model == model).distinct()))
    mine = select(series.c.id).where(series.c.user_id == user, series.c.model.in_(models))
    asked = select(kinds.c.id).where(kinds.c.request_model == model, kinds.c.basis.in_(FIGURES))
    query = (
        select(calls.c.input_tokens, calls.c.output_tokens)
        .where(calls.c.series_id.in_(mine), calls.c.kind_id.in_(asked))
        .where(*reach_of(connection, rollups.c.series_id.in_(mine), LATEST))
        .order_by(calls.c.started_at.desc())
        .limit(LATEST)
    )
    read, written = [], []
    for input_tokens, output_tokens in connection.execute(query):
        read += [] if input_tokens is None else [input_tokens]
        written += [] if output_tokens is None else [output_tokens]
    return UsualTokens(_percentile(read), _percentile(written))


def _percentile(figures: list[int]) -> int | None:
    """The 95th percentile by nearest rank: no figure that was never seen."""
    if len(figures) < FEWEST:
        return None
    return sorted(figures)[-(-95 * len(figures) // 100) - 1]


def _last_model(connection: Connection, requested: str, provider: str | None) -> str | None:
    is_meant = (kinds.c.request_model == requested, kinds.c.response_model.is_not(None))
    models = list(connection.scalars(select(kinds.c.response_model).where(*is_meant).distinct()))
    if not models:
        return None
    theirs = select(series.c.id).where(
        series.c.provider_name.is_not_distinct_from(provider), series.c.model.in_(models)
    )
    query = (
        select(calls.c.response_model)
        .where(calls.c.series_id.in_(theirs), calls.c.kind_id.in_(select(kinds.c.id).where(*is_meant)))
        .order_by(calls.c.started_at.desc())
        .limit(1)
    )
    latest = query.where(*reach_of(connection, rollups.c.series_id.in_(theirs), 1))
    # The newest calls that the model answered may have named it themselves.
    return connection.scalar(latest) or connection.scalar(query)
