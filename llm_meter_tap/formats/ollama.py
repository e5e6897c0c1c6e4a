"""Ollama's own formats: chat, generate, embeddings.

Source: Ollama's API reference (`prompt_eval_count`, `eval_count` in the response or in a stream's last line,
the one with `done`). A prompt that was cached is not counted, and so absent.
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage
from llm_meter_tap.formats.format import Endpoint, Family, Format, OutputLimit, TextFields, UsageReader
from llm_meter_tap.formats.request_shapes import (
    is_named_chat,
    is_ollama_embed,
    is_ollama_prompt,
    unless_declined,
)
from llm_meter_tap.wire.json_values import count

_MATTERS = rb'"done"\s*:\s*true|"eval_count"|"error"'
_NAMES = ("prompt_eval_count", "eval_count", "model", "done", "error")
_FIGURES = ("prompt_eval_count", "eval_count")


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a whole answer or a line of a stream."""
    draft.identify(document.get("model"))
    draft.update({name: document[name] for name in _FIGURES if name in document})
    draft.is_finished = draft.is_finished or document.get("done") is True
    draft.error = document.get("error") or draft.error


def normalise(draft: Draft, provider: str) -> Usage:
    """Use the two counts unchanged."""
    return Usage(
        input_tokens=count(draft.raw.get("prompt_eval_count")),
        output_tokens=count(draft.raw.get("eval_count")),
        raw=draft.raw,
    )


READER = UsageReader(
    matters=_MATTERS,
    names=_NAMES,
    read_document=read_document,
    normalise=normalise,
    figures=("prompt_eval_count", "eval_count"),
)
_LIMIT = OutputLimit(tokens=("options.num_predict",))
CHAT = Format(
    name="ollama.chat",
    usage=READER,
    output_limit=_LIMIT,
    text=TextFields(
        read=("messages",),
        written=("message",),
        messages=("messages",),
        tools=("tools",),
        answer_schema=(("format",),),
    ),
    stream_ends=(),
)
GENERATE = Format(
    name="ollama.generate",
    usage=READER,
    output_limit=_LIMIT,
    text=TextFields(
        read=("system", "prompt", "suffix"),
        written=("response",),
        system=("system",),
        messages=("prompt",),
        answer_schema=(("format",),),
    ),
    stream_ends=(),
)
EMBED = Format(
    name="ollama.embed",
    usage=READER._replace(figures=()),
    output_limit=None,
    text=TextFields(read=("prompt", "input"), written=(), messages=("prompt", "input")),
    stream_ends=(),
)

FAMILY = Family(
    formats=(CHAT, GENERATE, EMBED),
    endpoints=(
        Endpoint(
            format=EMBED,
            operation_name="embeddings",
            author="ollama",
            path=r"^/api/embed",
            endings=("embed", "embeddings"),
            has_shape=is_ollama_embed,
        ),
        Endpoint(
            format=CHAT,
            operation_name="chat",
            author="ollama",
            path=r"/api/chat$",
            endings=("chat",),
            has_shape=is_named_chat,
            streams=unless_declined,
        ),
        Endpoint(
            format=GENERATE,
            operation_name="text_completion",
            author="ollama",
            path=r"/api/generate$",
            endings=("generate",),
            has_shape=is_ollama_prompt,
            streams=unless_declined,
        ),
    ),
    hosts={"ollama.com": "ollama"},
)
