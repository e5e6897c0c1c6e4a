"""Usage in the format of Gemini and Vertex AI.

Owns `usageMetadata` and the token statistics of Vertex embeddings. Source: Google's reference of
`UsageMetadata` (thoughts and tool-use prompts are counted beside candidates and prompt, and are within the
total).
"""

from __future__ import annotations

import re
from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage, rest_of, total_of
from llm_meter_tap.formats.tool_calls import in_candidates
from llm_meter_tap.wire.json_values import count, first_count, mapping, sequence

MATTERS = re.compile(
    rb'"usageMetadata"\s*:\s*\{|"finishReason"\s*:|"error"\s*:\s*\{|"blockReason"\s*:|"webSearchQueries"\s*:'
)
NAMES = ("usageMetadata", "modelVersion", "responseId", "error")


def take(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Gather one chunk: figures move between chunks, so the last of each name wins, even if it is smaller."""
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


def _modalities(raw: dict[str, Any], name: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for entry in sequence(raw.get(name)):
        modality, tokens = mapping(entry).get("modality"), count(mapping(entry).get("tokenCount"))
        if isinstance(modality, str) and tokens is not None:
            found[modality] = found.get(modality, 0) + tokens
    return found
