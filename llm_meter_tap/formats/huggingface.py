"""The native formats of Hugging Face's text-generation-inference and text-embeddings-inference.

Usage is in the response headers, and in `details` when the request asked for them. Sources: the references
of text-generation-inference (`/generate`, `/generate_stream`; headers x-prompt-tokens, x-generated-tokens)
and of text-embeddings-inference (`/embed`; header x-compute-tokens).
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage
from llm_meter_tap.formats.format import Endpoint, Family, Format, OutputLimit, TextFields, UsageReader
from llm_meter_tap.formats.request_shapes import (
    Request,
    asked_by_path,
    is_tei_input,
    is_tgi_prompt,
    is_tgi_root,
    never,
)
from llm_meter_tap.wire.json_values import first_count, mapping

_MATTERS = rb'"details"\s*:\s*\{|"generated_text"\s*:\s*"|"error"'
_NAMES = ("details", "generated_text", "error")
_HEADERS = (("x-prompt-tokens", "prompt_tokens"), ("x-generated-tokens", "generated_tokens"))


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a whole answer or an event of a stream; the last event has the whole text."""
    details = mapping(document.get("details"))
    draft.update({name: details[name] for name in ("input_length", "generated_tokens") if name in details})
    draft.is_finished = draft.is_finished or isinstance(document.get("generated_text"), str)
    draft.error = document.get("error_type") or document.get("error") or draft.error


def normalise(draft: Draft, provider: str) -> Usage:
    """Prefer the body's figures over the headers'."""
    raw = draft.raw
    headers = mapping(raw.get("headers"))
    return Usage(
        input_tokens=first_count(
            raw.get("input_length"), headers.get("prompt_tokens"), headers.get("compute_tokens")
        ),
        output_tokens=first_count(raw.get("generated_tokens"), headers.get("generated_tokens")),
        raw=raw,
    )


def _is_tei_ranking(request: Request) -> bool:
    """One server, one model, so that none is named."""
    is_pair = isinstance(request.members.get("inputs"), dict)
    return "model" not in request.members and (
        is_pair or (request.has("query") and request.has_array("texts"))
    )


def _is_tei_prediction(request: Request) -> bool:
    """Named by an option of its own, since the path is a common word."""
    return is_tei_input(request) and any(name in request.members for name in ("raw_scores", "truncate"))


INFERENCE = Format(
    name="huggingface.inference",
    usage=UsageReader(
        matters=_MATTERS, names=_NAMES, read_document=read_document, normalise=normalise, headers=_HEADERS
    ),
    output_limit=OutputLimit(
        tokens=("parameters.max_new_tokens",),
        answers=("parameters.num_return_sequences", "parameters.best_of"),
    ),
    text=TextFields(read=("inputs",), written=("generated_text",), messages=("inputs",)),
    stream_ends=(),
)

EMBED = Format(
    name="huggingface.embed",
    usage=UsageReader(
        matters=rb'"error"',
        names=("error",),
        read_document=read_document,
        normalise=normalise,
        headers=(("x-compute-tokens", "compute_tokens"),),
    ),
    output_limit=None,
    text=TextFields(read=("inputs", "query", "texts"), written=(), messages=("inputs",)),
    stream_ends=(),
)

FAMILY = Family(
    formats=(INFERENCE, EMBED),
    endpoints=(
        Endpoint(
            format=INFERENCE,
            operation_name="text_completion",
            author="huggingface",
            path=r"/generate(?:_stream)?$",
            endings=("generate", "generate_stream"),
            has_shape=is_tgi_prompt,
            streams=asked_by_path,
        ),
        Endpoint(
            format=INFERENCE,
            operation_name="text_completion",
            author="huggingface",
            path=r"^$|^/(?:hf-inference/)?models/|^/pipeline/|^/v1/[^/]+/[^/]+/huggingface/",
            endings=(),
            has_shape=never,
            hosts=("huggingface",),
        ),
        Endpoint(
            format=INFERENCE,
            operation_name="text_completion",
            author="huggingface",
            path=r"^$",
            endings=(),
            has_shape=is_tgi_root,
        ),
        Endpoint(
            format=EMBED,
            operation_name="rerank",
            author="huggingface",
            path=r"^/(?:rerank|similarity)$",
            endings=("rerank", "similarity"),
            has_shape=_is_tei_ranking,
        ),
        Endpoint(
            format=EMBED,
            operation_name="rerank",
            author="huggingface",
            path=r"^/predict$",
            endings=("predict",),
            has_shape=_is_tei_prediction,
        ),
        Endpoint(
            format=EMBED,
            operation_name="embeddings",
            author="huggingface",
            path=r"^/embed(?:_all|_sparse)?$",
            endings=("embed", "embed_all", "embed_sparse"),
            has_shape=is_tei_input,
        ),
    ),
    hosts={"huggingface.cloud": "huggingface", "huggingface.co": "huggingface"},
)
