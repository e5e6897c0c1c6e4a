"""Tencent Cloud's own form of Hunyuan and of the knowledge engine: chats and embeddings.

Source: Tencent Cloud's API reference (`ChatCompletions`, `GetEmbedding`). The action stands in a header, so
that a call is known by its body; an answer lies below `Response`, an event of a stream does not.
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage, rest_of
from llm_meter_tap.formats.format import Endpoint, Family, Format, UsageReader
from llm_meter_tap.formats.request_shapes import Request, is_tencent_chat, is_tencent_embedding
from llm_meter_tap.wire.json_values import count, mapping, sequence, text

_MATTERS = rb'"Usage"|"Error"|"ErrorMsg"|"FinishReason"\s*:\s*"[a-z]'


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a whole answer or an event of a stream, where each event repeats the usage so far."""
    answer = mapping(document.get("Response")) or document
    draft.identify(answer.get("Model"), answer.get("Id") or answer.get("RequestId"))
    draft.replace(answer.get("Usage"))
    error = mapping(answer.get("Error") or answer.get("ErrorMsg"))
    draft.error = error.get("Code") or (str(error) if error else None) or draft.error
    reasons = [mapping(choice).get("FinishReason") for choice in sequence(answer.get("Choices"))]
    draft.is_finished = draft.is_finished or any(map(text, reasons))


def normalise(draft: Draft, provider: str) -> Usage:
    """Use the counts unchanged; an embedding has only a prompt."""
    raw = draft.raw
    entered, produced = count(raw.get("PromptTokens")), count(raw.get("CompletionTokens"))
    if entered is None:
        entered = rest_of(count(raw.get("TotalTokens")), produced)
    return Usage(input_tokens=entered, output_tokens=produced, raw=raw)


def _streams(request: Request) -> bool:
    return request.members.get("Stream") is True


def _model(request: Request) -> str | None:
    return text(request.members.get("Model"))


_READER = UsageReader(
    matters=_MATTERS,
    names=("Response", "Usage", "Id", "Model", "Choices", "ErrorMsg"),
    read_document=read_document,
    normalise=normalise,
    totals=("TotalTokens",),
)
# Its members have names that the readers of text do not know: what it does not report is not counted.
CHAT = Format(name="tencent.chat", usage=_READER, output_limit=None, text=None, stream_ends=())
EMBEDDING = CHAT._replace(name="tencent.embedding")
_HOSTS = ("tencent",)

FAMILY = Family(
    formats=(CHAT, EMBEDDING),
    endpoints=(
        Endpoint(
            format=CHAT,
            operation_name="chat",
            author="tencent",
            path=r"^$",
            endings=(),
            has_shape=is_tencent_chat,
            streams=_streams,
            model=_model,
            hosts=_HOSTS,
            is_shape_asked=True,
        ),
        Endpoint(
            format=EMBEDDING,
            operation_name="embeddings",
            author="tencent",
            path=r"^$",
            endings=(),
            has_shape=is_tencent_embedding,
            streams=_streams,
            model=_model,
            hosts=_HOSTS,
            is_shape_asked=True,
        ),
    ),
    hosts={
        "hunyuan.cloud.tencent.com": "tencent",
        "lkeap.cloud.tencent.com": "tencent",
        "hunyuan.tencentcloudapi.com": "tencent",
        "lkeap.tencentcloudapi.com": "tencent",
    },
)
