"""Tencent Cloud's own form of Hunyuan and the knowledge engine: chats, translations, embeddings, rerankings.

Sources: Tencent Cloud's API reference and the types of its SDK (`ChatCompletions`, `ChatTranslations`,
`QueryRewrite`, `GetEmbedding`, `RunRerank`). The action stands in a header, so that a call is known by its
body; an answer lies below `Response`, an event of a stream does not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage, rest_of
from llm_meter_tap.formats.format import Endpoint, Family, Format, UsageReader
from llm_meter_tap.formats.request_shapes import (
    Request,
    is_tencent_chat,
    is_tencent_embedding,
    is_tencent_ranking,
)
from llm_meter_tap.wire.json_values import count, first_count, mapping, sequence, text

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
    """Use the counts unchanged; an embedding has only a prompt, a ranking only a total."""
    raw = draft.raw
    entered = first_count(raw.get("PromptTokens"), raw.get("InputTokens"))
    produced = first_count(raw.get("CompletionTokens"), raw.get("OutputTokens"))
    if entered is None:
        entered = rest_of(count(raw.get("TotalTokens")), produced)
    cached = count(mapping(raw.get("PromptTokensDetails")).get("CachedTokens"))
    return Usage(input_tokens=entered, output_tokens=produced, cache_read_input_tokens=cached, raw=raw)


def _streams(request: Request) -> bool:
    return request.members.get("Stream") is True


def _model(request: Request) -> str | None:
    return text(request.members.get("Model"))


_READER = UsageReader(
    matters=_MATTERS,
    names=("Response", "Usage", "Id", "Model", "Choices", "ErrorMsg"),
    read_document=read_document,
    normalise=normalise,
    figures=("Usage",),
    totals=("TotalTokens",),
)
# Its members have names that the readers of text do not know: what it does not report is not counted.
CHAT = Format(name="tencent.chat", usage=_READER, output_limit=None, text=None, stream_ends=())
EMBEDDING = CHAT._replace(name="tencent.embedding")
RERANK = CHAT._replace(name="tencent.rerank")
_HOSTS = ("tencent",)


def _own(format: Format, operation_name: str, has_shape: Callable[[Request], bool]) -> Endpoint:
    return Endpoint(
        format=format,
        operation_name=operation_name,
        author="tencent",
        path=r"^$",
        endings=(),
        has_shape=has_shape,
        streams=_streams,
        model=_model,
        hosts=_HOSTS,
        is_shape_asked=True,
    )


FAMILY = Family(
    formats=(CHAT, EMBEDDING, RERANK),
    endpoints=(
        _own(CHAT, "chat", is_tencent_chat),
        _own(EMBEDDING, "embeddings", is_tencent_embedding),
        _own(RERANK, "rerank", is_tencent_ranking),
    ),
    hosts={
        "hunyuan.cloud.tencent.com": "tencent",
        "lkeap.cloud.tencent.com": "tencent",
        "hunyuan.tencentcloudapi.com": "tencent",
        "lkeap.tencentcloudapi.com": "tencent",
    },
)
