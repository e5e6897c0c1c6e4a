"""Anthropic's managed agents and their dreams, and Alibaba's agents, which have sessions of the same kind.

Sources: the types of Anthropic's SDK, beta sessions and dreams, and of Alibaba's SDK, AgentStudio. What a
session does is set going by an event that is posted to it, and reported by the session's own events: each
request to a model has its usage in the event `span.model_request_end` (Alibaba: `model_request_end`, in the
data of its first content block), without the model's name. The usage of the session is the sum of these, and
is not read. A dream is made in the background and read by its id.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from llm_meter_tap.formats import anthropic
from llm_meter_tap.formats.format import Endpoint, Family, Format, ReadBack, Result
from llm_meter_tap.formats.request_shapes import always, is_session_event, never, of_no_model
from llm_meter_tap.formats.units import units_format
from llm_meter_tap.wire.json_values import mapping, sequence, text

_HOSTS = ("anthropic",)
_SESSION_HOSTS = ("anthropic", "alibaba")
_ENDS = ("span.model_request_end", "model_request_end")

SESSION = Format(
    name="anthropic.session",
    usage=anthropic.READER._replace(is_elsewhere=True),
    output_limit=None,
    text=None,
    stream_ends=(),
)
DREAM = units_format(
    "anthropic.dream",
    figures=("usage",),
    models=("model.id",),
    status="status",
    ends=("completed", "failed"),
    is_job=True,
)
DREAM = DREAM._replace(usage=DREAM.usage._replace(normalise=anthropic.normalise))


def _result(event: dict[str, Any]) -> Result | None:
    blocks = map(mapping, sequence(event.get("content"))[:1])
    usage = mapping(event.get("model_usage")) or next((mapping(block.get("data")) for block in blocks), {})
    if event.get("type") not in _ENDS or not usage:
        return None
    answer = {"type": "message", "usage": usage, "created_at": event.get("processed_at")}
    return Result(anthropic.MESSAGES, "chat", None, text(event.get("id")), answer, tier=None)


def _results_in(document: dict[str, Any]) -> Iterator[Result]:
    """The results in a page of a session's events."""
    for event in map(mapping, sequence(document.get("data"))):
        result = _result(event)
        if result is not None:
            yield result


_SESSIONS = r"/(?:v1|agentstudio)/sessions"
_PATH = _SESSIONS + r"/[^/]+/(?:threads/[^/]+/)?"

FAMILY = Family(
    formats=(SESSION, DREAM),
    endpoints=(
        Endpoint(
            format=SESSION,
            operation_name="invoke_agent",
            author="anthropic",
            path=_SESSIONS + r"(?:/[^/]+/events)?$",
            endings=("sessions", "events"),
            has_shape=is_session_event,
            hosts=_SESSION_HOSTS,
            streams=never,
            model=of_no_model,
            is_shape_asked=True,
        ),
        Endpoint(
            format=DREAM,
            operation_name="invoke_agent",
            author="anthropic",
            path=r"/v1/dreams$",
            endings=("dreams",),
            has_shape=always,
            hosts=_HOSTS,
            streams=never,
        ),
    ),
    read_backs=(
        ReadBack(
            format=anthropic.MESSAGES,
            operation_name="chat",
            author="anthropic",
            path=_PATH + r"(?:events/)?stream$",
            hosts=_SESSION_HOSTS,
            is_lines=True,
        ),
        ReadBack(
            format=anthropic.MESSAGES,
            operation_name="chat",
            author="anthropic",
            path=_PATH + "events$",
            hosts=_SESSION_HOSTS,
            results_in=_results_in,
        ),
        ReadBack(DREAM, "invoke_agent", "anthropic", r"/v1/dreams/[^/]+$", hosts=_HOSTS),
    ),
    batch_result=_result,
)
