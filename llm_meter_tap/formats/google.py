"""Google's formats of Gemini and Vertex AI: generateContent, embeddings, images, videos, batches.

Source: Google's reference of `UsageMetadata`: thoughts and tool-use prompts are counted beside candidates and
prompt, and are within the total.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from llm_meter_tap.formats import openai
from llm_meter_tap.formats.figures import Draft, Usage, rest_of, total_of
from llm_meter_tap.formats.format import (
    Endpoint,
    Family,
    Format,
    OutputLimit,
    ReadBack,
    Result,
    TextFields,
    UsageReader,
)
from llm_meter_tap.formats.request_shapes import (
    PUBLISHED_MODEL,
    asked_by_path,
    is_agent_query,
    is_chat,
    is_google,
    is_prediction,
    never,
    of_no_model,
)
from llm_meter_tap.formats.tool_calls import in_candidates
from llm_meter_tap.formats.units import units_format
from llm_meter_tap.wire.json_values import count, first_count, mapping, sequence, text

_MATTERS = (
    rb'"usageMetadata"\s*:\s*\{|"finishReason"\s*:|"error"\s*:\s*\{|"blockReason"\s*:|"webSearchQueries"\s*:'
)
_NAMES = ("usageMetadata", "modelVersion", "responseId", "error")


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read one chunk: figures change between chunks, so the last of each name applies, even if it is
    smaller."""
    # Code Assist wraps its answers.
    document = mapping(document.get("response")) or document
    draft.identify(document.get("modelVersion"), document.get("responseId"))
    usage = mapping(document.get("usageMetadata"))
    draft.update(usage)
    draft.identify(tier=usage.get("serviceTier") or usage.get("trafficType"))
    draft.update(_statistics(document))
    draft.error = document.get("error") or draft.error
    candidates = sequence(document.get("candidates"))
    draft.tool_calls = in_candidates(candidates, draft.model) or draft.tool_calls
    is_blocked = "blockReason" in mapping(document.get("promptFeedback"))
    if is_blocked or any(mapping(candidate).get("finishReason") for candidate in candidates):
        draft.is_finished = True


def _statistics(document: dict[str, Any]) -> dict[str, int]:
    """Vertex text embeddings report each text's tokens (predictions[].embeddings.statistics.token_count)."""
    counts = []
    for prediction in sequence(document.get("predictions")):
        embeddings = mapping(mapping(prediction).get("embeddings"))
        counts.append(count(mapping(embeddings.get("statistics")).get("token_count")))
    summed = total_of(*counts)
    return {} if summed is None else {"promptTokenCount": summed}


def normalise(draft: Draft, provider: str) -> Usage:
    """Bring the parts to inclusive sums."""
    raw = draft.raw
    candidates = first_count(raw.get("candidatesTokenCount"), raw.get("responseTokenCount"))
    thoughts = count(raw.get("thoughtsTokenCount"))
    prompt, total = count(raw.get("promptTokenCount")), count(raw.get("totalTokenCount"))
    entered = total_of(prompt, count(raw.get("toolUsePromptTokenCount"))) if prompt is not None else None
    produced = total_of(candidates, thoughts)
    if entered is None:
        entered = rest_of(total, produced)
    if produced is None:
        produced = rest_of(total, entered)
    asked, answered = _modalities(raw, "promptTokensDetails"), _modalities(raw, "candidatesTokensDetails")
    return Usage(
        input_tokens=entered,
        output_tokens=produced,
        cache_read_input_tokens=count(raw.get("cachedContentTokenCount")),
        reasoning_output_tokens=thoughts,
        audio_input_tokens=asked.get("AUDIO"),
        audio_output_tokens=answered.get("AUDIO"),
        image_input_tokens=asked.get("IMAGE"),
        image_output_tokens=answered.get("IMAGE"),
        raw=raw,
    )


# Google's own clients may ask for the numbers of enumerations (`$alt=json;enum-encoding=int`).
_MODALITIES = {1: "TEXT", 2: "IMAGE", 3: "VIDEO", 4: "AUDIO", 5: "DOCUMENT"}


def _modalities(raw: dict[str, Any], name: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for entry in sequence(raw.get(name)):
        modality, tokens = mapping(entry).get("modality"), count(mapping(entry).get("tokenCount"))
        modality = _MODALITIES.get(modality, modality) if isinstance(modality, int) else modality
        if isinstance(modality, str) and tokens is not None:
            found[modality] = found.get(modality, 0) + tokens
    return found


def provider_at(known: str | None, path: str) -> str | None:
    """Behind a gateway only Vertex AI's paths name a project."""
    return "gcp.vertex_ai" if known is None and "/projects/" in path else known


def _cached_media(raw: Mapping[str, Any]) -> Mapping[str, int]:
    return {name.lower(): tokens for name, tokens in _modalities(dict(raw), "cacheTokensDetails").items()}


READER = UsageReader(
    matters=_MATTERS,
    names=_NAMES,
    read_document=read_document,
    normalise=normalise,
    totals=("totalTokenCount",),
)
GENERATE = Format(
    name="google.generateContent",
    usage=READER,
    output_limit=OutputLimit(
        tokens=("generationConfig.maxOutputTokens", "generation_config.max_output_tokens"),
        answers=("generationConfig.candidateCount", "generation_config.candidate_count"),
    ),
    text=TextFields(
        read=("systemInstruction", "system_instruction", "contents"),
        written=("candidates",),
        system=("systemInstruction", "system_instruction"),
        messages=("contents",),
        tools=("tools",),
        answer_schema=(("generationConfig",),),
        elsewhere=("cachedContent", "cached_content"),
    ),
    stream_ends=(),
    provider_at=provider_at,
)
EMBED = Format(
    name="google.embedContent",
    usage=READER,
    output_limit=None,
    text=TextFields(read=("contents", "content", "requests", "instances"), written=()),
    stream_ends=(),
    provider_at=provider_at,
)
IMAGEN = Format(
    name="google.imagen",
    usage=READER,
    output_limit=None,
    text=None,
    stream_ends=(),
    provider_at=provider_at,
)
# A video is an operation, whose answer has the clip and no figures.
VIDEO = units_format("google.video", figures=(), ids=("name",), models=(), is_job=True)._replace(
    provider_at=provider_at
)
# An agent that runs at Google: its answer does not say what its models used.
AGENT = units_format("google.agent", figures=(), models=())


def _batch_result(document: dict[str, Any]) -> Result | None:
    answer = mapping(document.get("response"))
    if "usageMetadata" not in answer and "candidates" not in answer:
        return None
    name = document.get("key") or mapping(document.get("metadata")).get("key")
    if "embedding" in answer:
        return Result(EMBED, "embeddings", text(name), None, answer)
    return Result(GENERATE, "generate_content", text(name), None, answer)


def _results_in(document: dict[str, Any]) -> Iterator[Result]:
    """The results that Gemini reports within a batch's own state (`inlinedResponses`)."""
    for place in ("response", "metadata"):
        state = mapping(document.get(place))
        for holder in (state, mapping(state.get("output"))):
            found = holder.get("inlinedResponses") or holder.get("inlinedEmbedContentResponses")
            for item in sequence(mapping(found).get("inlinedResponses") or found):
                result = _batch_result(mapping(item))
                if result is not None:
                    yield result
        if mapping(document.get("response")):
            return


FAMILY = Family(
    formats=(GENERATE, EMBED, IMAGEN, VIDEO, AGENT),
    endpoints=(
        Endpoint(
            format=GENERATE,
            operation_name="generate_content",
            author="gcp.gemini",
            path=r":\w+$",
            endings=("generateContent", "streamGenerateContent"),
            has_shape=is_google,
            streams=asked_by_path,
            model=PUBLISHED_MODEL,
        ),
        Endpoint(
            format=EMBED,
            operation_name="embeddings",
            author="gcp.gemini",
            path=r":\w+$",
            endings=("embedContent", "batchEmbedContents"),
            has_shape=is_google,
            model=PUBLISHED_MODEL,
        ),
        Endpoint(
            format=EMBED,
            operation_name="embeddings",
            author="gcp.vertex_ai",
            path=r"/models/[^/]*embedding[^/]*:",
            endings=("predict",),
            has_shape=is_prediction,
            model=PUBLISHED_MODEL,
        ),
        Endpoint(
            format=IMAGEN,
            operation_name="image_generation",
            author="gcp.vertex_ai",
            # Imagen, and what edits and tries on.
            path=r"/models/(?:imag|virtual-try-on)[^/:]*:",
            endings=("predict",),
            has_shape=is_prediction,
            streams=never,
            model=PUBLISHED_MODEL,
        ),
        Endpoint(
            format=IMAGEN,
            operation_name="generate_content",
            author="gcp.vertex_ai",
            # The music of Lyria.
            path=r"/models/lyria[^/:]*:",
            endings=("predict",),
            has_shape=is_prediction,
            streams=never,
            model=PUBLISHED_MODEL,
        ),
        Endpoint(
            format=VIDEO,
            operation_name="video_generation",
            author="gcp.gemini",
            path=r"/models/[^/:]+:",
            endings=("predictLongRunning",),
            has_shape=is_prediction,
            streams=never,
            model=PUBLISHED_MODEL,
        ),
        Endpoint(
            format=AGENT,
            operation_name="invoke_agent",
            author="gcp.vertex_ai",
            path=r"/reasoningEngines/[^/:]+:\w+$",
            endings=("query", "streamQuery"),
            has_shape=is_agent_query,
            hosts=("gcp.vertex_ai",),
            streams=asked_by_path,
            model=of_no_model,
            is_shape_asked=True,
        ),
        Endpoint(
            format=openai.CHAT,
            operation_name="chat",
            author="gcp.vertex_ai",
            # Models of other makers; Claude and OCR have formats of their own.
            path=r"/publishers/(?!anthropic/|google/)[^/]+/models/(?![^/]*ocr)[^/]+$",
            endings=("rawPredict", "streamRawPredict"),
            has_shape=is_chat,
            streams=asked_by_path,
        ),
    ),
    read_backs=(
        ReadBack(
            format=GENERATE,
            operation_name="generate_content",
            author="gcp.gemini",
            path=r"/v\w+/batches/[^/]+$|/files/[^/]+:download$",
            hosts=("gcp.gemini",),
            results_in=_results_in,
        ),
    ),
    host_patterns=(
        (r"aiplatform[\w.-]*\.googleapis\.com$", "gcp.vertex_ai"),
        (r"^(?:generativelanguage|cloudcode-pa)\.googleapis\.com$", "gcp.gemini"),
    ),
    cached_media=_cached_media,
    batch_result=_batch_result,
)
