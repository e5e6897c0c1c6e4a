"""OpenAI's agents, evaluations and graders.

Sources: the types of OpenAI's SDK, beta agents (`agent.session.turn.completed`), evals (`per_model_usage`)
and graders. A post starts a session's turn. The turn reports its usage in the answering stream, in the
session's events, or when it is read by its id.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llm_meter_tap.formats import openai_usage
from llm_meter_tap.formats.figures import Draft, Usage, total_of
from llm_meter_tap.formats.format import (
    Endpoint,
    Family,
    Format,
    OtherModelUsage,
    ReadBack,
    Result,
    UsageReader,
)
from llm_meter_tap.formats.request_shapes import is_session_event, never
from llm_meter_tap.formats.units import units_format
from llm_meter_tap.wire.json_values import count, mapping, sequence, text

_HOSTS = ("openai",)
_ENDS = ("completed", "failed", "cancelled")


def read_turn(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a turn that has ended, or the event that says so. A session is not a turn; its usage is a sum."""
    turn = document
    kind = document.get("type")
    if kind:
        is_end = str(kind).startswith("agent.session.turn.") and str(kind).rpartition(".")[2] in _ENDS
        turn = mapping(document.get("turn")) if is_end else {}
    if turn.get("object") != "agent.session.turn" or turn.get("status") not in _ENDS:
        return
    draft.identify(id=turn.get("id"))
    draft.replace(document.get("usage") or turn.get("usage"))
    draft.is_stored = draft.is_finished = True
    draft.error = turn.get("error") or draft.error


def _turn_result(event: dict[str, Any]) -> Result | None:
    turn = mapping(event.get("turn"))
    usage = mapping(event.get("usage")) or mapping(turn.get("usage"))
    if turn.get("object") != "agent.session.turn" or not usage:
        return None
    return Result(SESSION, "invoke_agent", None, None, {**turn, "usage": usage}, tier=None)


def read_run(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read an evaluation's run; the call's model is the first of its models."""
    draft.identify(id=document.get("id"))
    draft.is_background = True
    models = sequence(document.get("per_model_usage"))
    if document.get("status") in ("completed", "failed", "canceled") and models:
        draft.replace({"per_model_usage": models})
        draft.identify(mapping(models[0]).get("model_name"))
    draft.error = document.get("error") or draft.error


def normalise_run(draft: Draft, provider: str) -> Usage:
    """Sum the figures of all models."""
    parts = [_figures(entry) for entry in _models(draft.raw)]
    return Usage(
        input_tokens=total_of(*(part.input_tokens for part in parts)),
        output_tokens=total_of(*(part.output_tokens for part in parts)),
        cache_read_input_tokens=total_of(*(part.cache_read_input_tokens for part in parts)),
        raw=draft.raw,
    )


def _models(raw: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [entry for entry in map(mapping, sequence(raw.get("per_model_usage"))) if entry]


def _figures(entry: dict[str, Any]) -> Usage:
    return Usage(
        input_tokens=count(entry.get("prompt_tokens")),
        output_tokens=count(entry.get("completion_tokens")),
        cache_read_input_tokens=count(entry.get("cached_tokens")),
        raw=entry,
    )


def _other_models(raw: Mapping[str, Any]) -> list[OtherModelUsage]:
    if "per_model_usage" not in raw:
        return []
    return [OtherModelUsage(text(entry.get("model_name")), _figures(entry)) for entry in _models(raw)[1:]]


SESSION = Format(
    name="openai.session",
    usage=UsageReader(
        matters=rb'agent\.session\.turn\.(?:completed|failed|cancelled)|"error"',
        names=("usage", "id", "object", "status", "error"),
        read_document=read_turn,
        normalise=openai_usage.normalise,
        is_elsewhere=True,
    ),
    output_limit=None,
    text=None,
    stream_ends=(),
)
EVAL = Format(
    name="openai.eval",
    usage=UsageReader(
        matters=rb'"per_model_usage"|"error"',
        names=("per_model_usage", "id", "status", "error"),
        read_document=read_run,
        normalise=normalise_run,
        totals=(),
    ),
    output_limit=None,
    text=None,
    stream_ends=(),
)
# A total that is not divided, and no model.
GRADER = units_format("openai.grader", figures=("metadata.token_usage",), ids=(), models=())
GRADER = GRADER._replace(
    usage=GRADER.usage._replace(
        normalise=lambda draft, provider: Usage(count(draft.raw.get("token_usage")), raw=draft.raw)
    )
)

FAMILY = Family(
    formats=(SESSION, EVAL, GRADER),
    endpoints=(
        Endpoint(
            format=SESSION,
            operation_name="invoke_agent",
            author="openai",
            path=r"/v1/agents/sessions(?:/[^/]+/events)?$",
            endings=("sessions", "events"),
            has_shape=is_session_event,
            hosts=_HOSTS,
            is_shape_asked=True,
        ),
        Endpoint(
            format=EVAL,
            operation_name="generate_content",
            author="openai",
            path=r"/v1/evals/[^/]+/runs$",
            endings=("runs",),
            has_shape=never,
            hosts=_HOSTS,
            streams=never,
        ),
        Endpoint(
            format=GRADER,
            operation_name="generate_content",
            author="openai",
            path=r"/v1/fine_tuning/alpha/graders/run$",
            endings=("run",),
            has_shape=never,
            hosts=_HOSTS,
            streams=never,
        ),
    ),
    read_backs=(
        ReadBack(
            SESSION, "invoke_agent", "openai", r"/v1/agents/sessions/[^/]+/events$", _HOSTS, is_lines=True
        ),
        ReadBack(SESSION, "invoke_agent", "openai", r"/v1/agents/sessions/.+/turns/[^/]+$", hosts=_HOSTS),
        ReadBack(EVAL, "generate_content", "openai", r"/v1/evals/[^/]+/runs/[^/]+$", hosts=_HOSTS),
    ),
    other_models=_other_models,
    batch_result=_turn_result,
)
