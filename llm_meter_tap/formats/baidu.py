"""Baidu's first paths of Qianfan, which name the model; later ones are OpenAI's.

Sources: Baidu's API reference of Qianfan, ERNIE (`result`, `is_end`, `usage`; `error_code` with HTTP status
200), and the paths of its SDK.
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats import openai_usage
from llm_meter_tap.formats.figures import Draft
from llm_meter_tap.formats.format import Endpoint, Family, Format, OutputLimit, TextFields, UsageReader
from llm_meter_tap.formats.request_shapes import from_path, never


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a whole answer or an event of a stream; the last one says that it ends."""
    openai_usage.read_document(draft, event, document)
    draft.is_finished = draft.is_finished or document.get("is_end") is True
    if document.get("error_code"):
        draft.error = {"code": str(document["error_code"])}


_READER = UsageReader(
    matters=openai_usage.READER.matters + rb'|"is_end"\s*:\s*true|"error_code"',
    names=(*openai_usage.READER.names, "is_end", "error_code"),
    read_document=read_document,
    normalise=openai_usage.normalise,
)
CHAT = Format(
    name="baidu.chat",
    usage=_READER,
    output_limit=OutputLimit(tokens=("max_output_tokens",)),
    text=TextFields(
        read=("system", "messages", "prompt"),
        written=("result",),
        system=("system",),
        messages=("messages", "prompt"),
        tools=("functions",),
    ),
    stream_ends=(),
)
EMBEDDING = Format(
    name="baidu.embedding",
    usage=_READER,
    output_limit=None,
    text=TextFields(read=("input",), written=(), messages=("input",)),
    stream_ends=(),
)
RERANK = EMBEDDING._replace(name="baidu.rerank", text=TextFields(read=("query", "documents"), written=()))
IMAGE = EMBEDDING._replace(name="baidu.image", text=None)
_HOSTS = ("baidu",)


def _own(format: Format, operation_name: str, path: str) -> Endpoint:
    return Endpoint(
        format=format,
        operation_name=operation_name,
        author="baidu",
        path=path,
        endings=(),
        has_shape=never,
        hosts=_HOSTS,
        model=from_path(r"/([^/]+)$"),
    )


FAMILY = Family(
    formats=(CHAT, EMBEDDING, RERANK, IMAGE),
    endpoints=(
        _own(CHAT, "chat", r"/wenxinworkshop/(?:chat|completions|image2text|plugin)/[^/]+$"),
        _own(EMBEDDING, "embeddings", r"/wenxinworkshop/embeddings/[^/]+$"),
        _own(RERANK, "rerank", r"/wenxinworkshop/reranker/[^/]+$"),
        _own(IMAGE, "image_generation", r"/wenxinworkshop/text2image/[^/]+$"),
    ),
    hosts={"baidubce.com": "baidu"},
)
