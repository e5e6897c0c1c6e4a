"""IBM watsonx.ai's formats: text generation and embeddings; its chat is OpenAI's at a path of its own.

Sources: IBM's API reference, text generation, and the paths of its SDK. In a stream the generated count is
cumulative and the input count stands in the first event only, so the largest of each is the figure.
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats import openai
from llm_meter_tap.formats.figures import Draft, Usage
from llm_meter_tap.formats.format import Endpoint, Family, Format, OutputLimit, TextFields, UsageReader
from llm_meter_tap.formats.request_shapes import asked_by_path, is_watsonx, named_by_model_id
from llm_meter_tap.wire.json_values import count, mapping, sequence

_MATTERS = rb'"(?:generated|input)_token_count"|"errors"'
_NAMES = ("results", "input_token_count", "model_id", "errors")
_FIGURES = ("input_token_count", "generated_token_count")


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a whole answer or an event of a stream."""
    draft.identify(document.get("model_id"))
    # Embeddings have one count for all texts.
    draft.update({name: document[name] for name in _FIGURES if name in document})
    for result in map(mapping, sequence(document.get("results"))):
        for name in _FIGURES:
            tokens = count(result.get(name))
            if tokens is not None:
                draft.update({name: max(tokens, draft.raw.get(name, 0))})
        if result.get("stop_reason") not in (None, "not_finished", "NOT_FINISHED"):
            draft.is_finished = True
    draft.error = next(iter(sequence(document.get("errors"))), None) or draft.error


def normalise(draft: Draft, provider: str) -> Usage:
    """Use the two counts unchanged."""
    return Usage(
        input_tokens=count(draft.raw.get("input_token_count")),
        output_tokens=count(draft.raw.get("generated_token_count")),
        raw=draft.raw,
    )


READER = UsageReader(matters=_MATTERS, names=_NAMES, read_document=read_document, normalise=normalise)
GENERATE = Format(
    name="watsonx.generate",
    usage=READER,
    output_limit=OutputLimit(tokens=("parameters.max_new_tokens",)),
    text=TextFields(read=("input",), written=("results",), messages=("input",)),
    stream_ends=(),
)
EMBED = Format(
    name="watsonx.embed",
    usage=READER,
    output_limit=None,
    text=TextFields(read=("inputs",), written=(), messages=("inputs",)),
    stream_ends=(),
)

FAMILY = Family(
    formats=(GENERATE, EMBED),
    endpoints=(
        Endpoint(
            format=EMBED,
            operation_name="rerank",
            author="ibm.watsonx.ai",
            path=r"/text/rerank$",
            endings=("rerank",),
            has_shape=is_watsonx,
            model=named_by_model_id,
        ),
        Endpoint(
            format=EMBED,
            operation_name="embeddings",
            author="ibm.watsonx.ai",
            path=r"/text/e",
            endings=("embeddings",),
            has_shape=is_watsonx,
            model=named_by_model_id,
        ),
        Endpoint(
            format=openai.CHAT,
            operation_name="chat",
            author="ibm.watsonx.ai",
            path=r"/text/chat",
            endings=("chat", "chat_stream"),
            has_shape=is_watsonx,
            streams=asked_by_path,
            model=named_by_model_id,
        ),
        Endpoint(
            format=GENERATE,
            operation_name="text_completion",
            author="ibm.watsonx.ai",
            path=r"/(?:text/generation|generation/text)(?:_stream)?$",
            endings=("generation", "generation_stream", "text", "text_stream"),
            has_shape=is_watsonx,
            streams=asked_by_path,
            model=named_by_model_id,
        ),
    ),
    hosts={"ml.cloud.ibm.com": "ibm.watsonx.ai"},
)
