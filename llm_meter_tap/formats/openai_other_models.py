"""What other models did for an answer in OpenAI's formats: the image tool, and a model that draws SVG."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llm_meter_tap.formats.figures import Usage, total_of
from llm_meter_tap.formats.format import OtherModelUsage
from llm_meter_tap.wire.json_values import count, mapping, sequence, text

_COUNTS = (
    "input_tokens",
    "output_tokens",
    "cache_read_input_tokens",
    "reasoning_output_tokens",
    "image_input_tokens",
    "image_output_tokens",
)


def tool_usage(body: dict[str, Any]) -> dict[str, Any]:
    """Return what the provider's tools used beside the model, with the model that makes the images."""
    used = mapping(body.get("tool_usage"))
    images = mapping(used.get("image_gen"))
    if not count(images.get("total_tokens")):
        return used
    offered = (
        tool for tool in map(mapping, sequence(body.get("tools"))) if tool.get("type") == "image_generation"
    )
    model = text(next(offered, {}).get("model"))
    return {**used, "image_gen": {**images, "model": model} if model else images}


def other_models(raw: Mapping[str, Any]) -> list[OtherModelUsage]:
    """Return the figures of the model that makes images, and of the one that draws SVG."""
    if "tool_usage" not in raw and "svg_usage" not in raw:
        return []
    parts = []
    images = _images_made(raw)
    if images is not None:
        parts.append(OtherModelUsage(text(images.raw.get("model")), images))
    drawn = mapping(raw.get("svg_usage"))
    if drawn:
        parts.append(OtherModelUsage(text(drawn.get("model")), _sided(drawn)))
    return parts


def add_usage(usage: Usage, more: Usage) -> None:
    """Add the figures of another model to those of an answer."""
    for name in _COUNTS:
        setattr(usage, name, total_of(getattr(usage, name), getattr(more, name)))


def _sided(raw: dict[str, Any]) -> Usage:
    """The figures of another model's work within the same answer."""
    inside, outside = mapping(raw.get("input_tokens_details")), mapping(raw.get("output_tokens_details"))
    return Usage(
        input_tokens=count(raw.get("input_tokens")),
        output_tokens=count(raw.get("output_tokens")),
        cache_read_input_tokens=count(raw.get("cached_tokens")),
        reasoning_output_tokens=count(raw.get("reasoning_tokens")),
        image_input_tokens=count(inside.get("image_tokens")),
        image_output_tokens=count(outside.get("image_tokens")),
        raw=raw,
    )


def _images_made(raw: Mapping[str, Any]) -> Usage | None:
    """The figures of the image tool."""
    images = mapping(mapping(raw.get("tool_usage")).get("image_gen"))
    return _sided(images) if count(images.get("total_tokens")) else None
