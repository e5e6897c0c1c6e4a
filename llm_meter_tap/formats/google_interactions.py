"""Google's Interactions API: models and agents, at once, in a stream, or in the background; decisions.

Sources: the reference of the Interactions API and the types of the google-genai SDK. Thoughts, and usually
the prompts of tools, are counted beside output and input; the total shows which. A stream's last event has
the usage of the whole interaction; the usage of its steps is a part of that. Every stored interaction can be
read by its id, so that the call is known by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llm_meter_tap.formats import google
from llm_meter_tap.formats.figures import Draft, Usage, total_of
from llm_meter_tap.formats.format import (
    Endpoint,
    Family,
    Format,
    OutputLimit,
    ReadBack,
    TextFields,
    UsageReader,
)
from llm_meter_tap.formats.request_shapes import is_interaction, named_by_model_or_agent, never
from llm_meter_tap.formats.tool_calls import in_grounding_counts
from llm_meter_tap.wire.json_values import count, mapping, sequence

_MATTERS = (
    rb'"(?:total_)?usage"\s*:\s*\{'
    rb'|"event_type"\s*:\s*"(?:error|interaction\.(?:start|created|complete|completed|cancelled))"'
)
_NAMES = ("usage", "id", "model", "agent", "status", "service_tier", "error", "errors")
# The first names are those of the API's preview.
_ENDS = ("interaction.complete", "interaction.completed", "interaction.cancelled")
_UNDER_WAY = ("in_progress", "queued")


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read an interaction, or an event of a stream."""
    kind = document.get("event_type")
    interaction = mapping(document.get("interaction")) if kind else document
    draft.identify(
        interaction.get("model") or interaction.get("agent"),
        interaction.get("id") or document.get("interaction_id"),
        interaction.get("service_tier"),
    )
    draft.is_stored = draft.id is not None
    is_under_way = interaction.get("status") in _UNDER_WAY
    draft.is_background = draft.is_background or (kind is None and is_under_way)
    draft.is_finished = draft.is_finished or kind in _ENDS
    _read_figures(draft, document, interaction, is_under_way)
    draft.tool_calls = in_grounding_counts(draft.raw.get("grounding_tool_count"), draft.model)
    draft.error = _error(document, interaction) or draft.error


def _read_figures(
    draft: Draft, document: dict[str, Any], interaction: dict[str, Any], is_under_way: bool
) -> None:
    """The last figures apply; those of an answer under way may still grow."""
    so_far = mapping(document.get("metadata")).get("total_usage")
    if so_far:
        draft.replace(so_far)
        draft.has_final = False
    if interaction.get("usage") and not is_under_way:
        draft.replace(interaction["usage"])
        draft.has_final = True


def _error(document: dict[str, Any], interaction: dict[str, Any]) -> Any:
    if document.get("error"):
        return document["error"]
    if interaction.get("status") != "failed":
        return None
    return next(iter(sequence(interaction.get("errors"))), None) or "failed"


def normalise(draft: Draft, provider: str) -> Usage:
    """Bring the parts to inclusive sums, as the total allows."""
    raw = draft.raw
    entered, produced = count(raw.get("total_input_tokens")), count(raw.get("total_output_tokens"))
    tools, thoughts = count(raw.get("total_tool_use_tokens")), count(raw.get("total_thought_tokens"))
    total = count(raw.get("total_tokens"))
    is_tools_inside, is_thought_inside = _insides(total, entered, produced, tools or 0, thoughts or 0)
    asked, answered = _modalities(raw, "input_tokens"), _modalities(raw, "output_tokens")
    if entered is not None and not is_tools_inside:
        entered = total_of(entered, tools)
    if not is_thought_inside:
        produced = total_of(produced, thoughts)
    return Usage(
        input_tokens=entered,
        output_tokens=produced if draft.has_final else None,
        cache_read_input_tokens=count(raw.get("total_cached_tokens")),
        reasoning_output_tokens=thoughts,
        audio_input_tokens=asked.get("audio"),
        audio_output_tokens=answered.get("audio"),
        image_input_tokens=asked.get("image"),
        image_output_tokens=answered.get("image"),
        raw=raw,
    )


def _insides(
    total: int | None, entered: int | None, produced: int | None, tools: int, thoughts: int
) -> tuple[bool, bool]:
    """Whether the input holds the tools' prompts, and the output the thoughts; neither unless the total
    says."""
    rest = None if total is None else total - (entered or 0) - (produced or 0)
    for beside, insides in (
        (tools + thoughts, (False, False)),
        (thoughts, (True, False)),
        (tools, (False, True)),
        (0, (True, True)),
    ):
        if rest == beside:
            return insides
    return False, False


def _modalities(raw: dict[str, Any], name: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for entry in map(mapping, sequence(raw.get(f"{name}_by_modality"))):
        modality, tokens = entry.get("modality"), count(entry.get("tokens"))
        if isinstance(modality, str) and tokens is not None:
            found[modality.lower()] = found.get(modality.lower(), 0) + tokens
    return found


def _cached_media(raw: Mapping[str, Any]) -> Mapping[str, int]:
    return _modalities(dict(raw), "cached_tokens")


INTERACTION = Format(
    name="google.interactions",
    usage=UsageReader(matters=_MATTERS, names=_NAMES, read_document=read_document, normalise=normalise),
    output_limit=OutputLimit(tokens=("generation_config.max_output_tokens",)),
    text=TextFields(
        read=("system_instruction", "input"),
        written=("outputs", "steps", "step", "delta"),
        system=("system_instruction",),
        messages=("input",),
        tools=("tools",),
        answer_schema=(("response_format",),),
        elsewhere=("previous_interaction_id", "cached_content", "agent", "environment"),
    ),
    stream_ends=(b"interaction.complete", b"interaction.cancelled"),
    provider_at=google.provider_at,
)

FAMILY = Family(
    formats=(INTERACTION,),
    endpoints=(
        Endpoint(
            format=INTERACTION,
            operation_name="generate_content",
            author="gcp.gemini",
            path=r"/v\d\w*/(?:projects/[^/]+/locations/[^/]+/)?interactions$",
            endings=("interactions",),
            has_shape=is_interaction,
            model=named_by_model_or_agent,
        ),
        Endpoint(
            format=INTERACTION,
            operation_name="generate_content",
            author="gcp.gemini",
            path=r"/v\d\w*/decisions$",
            endings=("decisions",),
            has_shape=never,
            hosts=("gcp.gemini",),
            streams=never,
        ),
    ),
    cached_media=_cached_media,
    read_backs=(
        ReadBack(INTERACTION, "generate_content", "gcp.gemini", r"/v\d\w*/(?:.*/)?interactions/[^/]+$"),
    ),
)
