"""Dify's applications, on its own hosts or on a server of one's own.

Source: Dify's API reference (`metadata.usage` of a message, in a stream of the event `message_end`;
`data.total_tokens` of a workflow, in a stream of the event `workflow_finished`, which are not divided).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llm_meter_tap.formats import openai_usage
from llm_meter_tap.formats.figures import Draft
from llm_meter_tap.formats.format import Endpoint, Family, Format, TextFields, UsageReader
from llm_meter_tap.formats.request_shapes import Request, of_no_model
from llm_meter_tap.wire.json_values import mapping

_ENDS = ("message_end", "workflow_finished")


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a whole answer or an event of a stream."""
    kind, data = document.get("event"), mapping(document.get("data"))
    draft.identify(id=document.get("message_id") or document.get("workflow_run_id"))
    draft.replace(mapping(document.get("metadata")).get("usage"))
    # The steps of a workflow state what is a part of its total.
    if data.get("total_tokens") is not None and kind in (None, "workflow_finished"):
        draft.replace({"total_tokens": data["total_tokens"]})
    draft.is_finished = draft.is_finished or kind in _ENDS
    if kind == "error" or (document.get("code") and document.get("message")):
        draft.error = {"code": document.get("code")}


def _is_dify_run(request: Request) -> bool:
    """What is put into an application, and for whom."""
    return isinstance(request.members.get("inputs"), dict) and request.has_text("user")


def _is_dify_message(request: Request) -> bool:
    return request.has_text("query") and _is_dify_run(request)


def _streams(request: Request) -> bool:
    return request.members.get("response_mode") == "streaming"


APP = Format(
    name="dify.app",
    usage=UsageReader(
        matters=rb'"usage"\s*:\s*\{|"total_tokens"|"message_end"|"workflow_finished"|"error"',
        names=("metadata", "data", "message_id", "workflow_run_id", "event", "code", "message"),
        read_document=read_document,
        normalise=openai_usage.normalise,
        figures=("metadata", "data"),
    ),
    output_limit=None,
    text=TextFields(
        read=("query", "inputs"), written=("answer",), messages=("query",), elsewhere=("conversation_id",)
    ),
    stream_ends=(b"message_end", b"workflow_finished"),
)


def _app(path: str, ending: str, has_shape: Callable[[Request], bool]) -> Endpoint:
    return Endpoint(
        format=APP,
        operation_name="invoke_agent",
        author="dify",
        path=path,
        endings=(ending,),
        has_shape=has_shape,
        streams=_streams,
        model=of_no_model,
    )


FAMILY = Family(
    formats=(APP,),
    endpoints=(
        _app(r"/v1/chat-messages$", "chat-messages", _is_dify_message),
        _app(r"/v1/completion-messages$", "completion-messages", _is_dify_run),
        _app(r"/v1/workflows/(?:[^/]+/)?run$", "run", _is_dify_run),
    ),
    hosts={"dify.ai": "dify"},
)
