"""Perplexity's own paths: chats, agents, and asynchronous research.

Research is a job whose answer is a chat completion, read by GET once it is there.

Sources: Perplexity's API reference and SDK (`request`, `status`, `response`).
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats import openai, openai_usage
from llm_meter_tap.formats.figures import Draft
from llm_meter_tap.formats.format import (
    Endpoint,
    Family,
    Format,
    OutputLimit,
    ReadBack,
    TextFields,
    UsageReader,
)
from llm_meter_tap.formats.request_shapes import Request, is_wrapped_request, never
from llm_meter_tap.wire.json_values import mapping, text

_MATTERS = rb'"response"|"error_message"'
_NAMES = ("response", "id", "model", "status", "error_message")


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a job in its present state; its id takes precedence over that of its answer."""
    draft.identify(document.get("model"), document.get("id"))
    openai_usage.read_document(draft, event, mapping(document.get("response")) or document)
    draft.is_background = True
    draft.error = document.get("error_message") or draft.error


def _model(request: Request) -> str | None:
    return text(mapping(request.members.get("request")).get("model"))


RESEARCH = Format(
    name="perplexity.research",
    usage=UsageReader(
        matters=_MATTERS, names=_NAMES, read_document=read_document, normalise=openai_usage.normalise
    ),
    output_limit=OutputLimit(tokens=("request.max_tokens",)),
    text=TextFields(read=("request",), written=("response",), messages=("messages",), inside="request"),
    stream_ends=(),
)
_PATH = r"/async/(?:chat/completions|sonar)"

FAMILY = Family(
    formats=(RESEARCH,),
    endpoints=(
        Endpoint(
            format=RESEARCH,
            operation_name="chat",
            author="perplexity",
            path=_PATH + "$",
            endings=("completions", "sonar"),
            has_shape=is_wrapped_request,
            model=_model,
        ),
        Endpoint(
            format=openai.CHAT,
            operation_name="chat",
            author="perplexity",
            path=r"/v1/sonar$",
            endings=("sonar",),
            has_shape=never,
            hosts=("perplexity",),
        ),
        Endpoint(
            format=openai.RESPONSES,
            operation_name="invoke_agent",
            author="perplexity",
            path=r"/v1/agent$",
            endings=("agent",),
            has_shape=never,
            hosts=("perplexity",),
        ),
    ),
    read_backs=(ReadBack(RESEARCH, "chat", "perplexity", _PATH + r"/[^/]+$"),),
    hosts={"perplexity.ai": "perplexity"},
)
