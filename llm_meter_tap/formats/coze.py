"""Coze's bots and workflows, on its own hosts or on a server of one's own.

A chat that does not stream is made in the background and read by GET once it is there.

Sources: Coze's API reference and its Python SDK (`usage.input_count`, `output_count` and `token_count` of a
chat, in a stream of the event `conversation.chat.completed`; the same of a workflow's run).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage
from llm_meter_tap.formats.format import Endpoint, Family, Format, ReadBack, TextFields, UsageReader
from llm_meter_tap.formats.request_shapes import Request, asked_by_member, of_no_model
from llm_meter_tap.wire.json_values import count, mapping

_ENDS = ("completed", "failed", "requires_action", "canceled")


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a whole answer or an event of a stream; a message names its chat beside its own id."""
    data = mapping(document.get("data")) or document
    status = data.get("status")
    draft.identify(id=data.get("chat_id") or document.get("execute_id") or data.get("id"))
    draft.replace(data.get("usage") or document.get("usage"))
    draft.is_background = draft.is_background or (not event and status is not None)
    draft.is_finished = draft.is_finished or event == "Done" or status in _ENDS
    codes = (document.get("code"), document.get("error_code"), mapping(data.get("last_error")).get("code"))
    failed = next(filter(None, map(count, codes)), None)
    draft.error = {"code": str(failed)} if failed else draft.error


def normalise(draft: Draft, provider: str) -> Usage:
    """Use the two counts unchanged; a total alone is not divided, and taken for input."""
    entered, produced = (count(draft.raw.get(name)) for name in ("input_count", "output_count"))
    if entered is None and produced is None:
        entered = count(draft.raw.get("token_count"))
    return Usage(entered, produced, raw=draft.raw)


def _is_bot_chat(request: Request) -> bool:
    return request.has_text("bot_id") and request.has_text("user_id")


def _is_workflow(request: Request) -> bool:
    return request.has_text("workflow_id")


def _streams(request: Request) -> bool:
    return asked_by_member(request) or "/stream_" in request.path or request.path.endswith("/workflows/chat")


BOT = Format(
    name="coze.bot",
    usage=UsageReader(
        matters=rb'"usage"\s*:\s*\{|"status"\s*:\s*"(?:completed|failed)"|"error_code"',
        names=("usage", "data", "code", "execute_id"),
        read_document=read_document,
        normalise=normalise,
        figures=("data", "usage"),
        totals=("token_count",),
    ),
    output_limit=None,
    text=TextFields(
        read=("additional_messages", "parameters"),
        written=("content", "data"),
        messages=("additional_messages",),
        elsewhere=("conversation_id",),
        delta_events="conversation.message.",
    ),
    stream_ends=(b"conversation.chat.completed", b"conversation.chat.failed"),
)


def _bot(path: str, endings: tuple[str, ...], has_shape: Callable[[Request], bool]) -> Endpoint:
    return Endpoint(
        format=BOT,
        operation_name="invoke_agent",
        author="coze",
        path=path,
        endings=endings,
        has_shape=has_shape,
        streams=_streams,
        model=of_no_model,
    )


FAMILY = Family(
    formats=(BOT,),
    endpoints=(
        _bot(r"/v3/chat$", ("chat",), _is_bot_chat),
        _bot(r"/v1/workflows/chat$", ("chat",), _is_workflow),
        _bot(
            r"/v1/workflow/(?:run|stream_run|stream_resume)$",
            ("run", "stream_run", "stream_resume"),
            _is_workflow,
        ),
    ),
    read_backs=(ReadBack(BOT, "invoke_agent", "coze", r"/v3/chat/retrieve$", hosts=("coze",)),),
    hosts={"coze.cn": "coze", "coze.com": "coze"},
)
