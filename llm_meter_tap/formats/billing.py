"""Reads what the raw usage of a call says about its price, beyond the token counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llm_meter_tap.formats.format import OtherModelUsage
from llm_meter_tap.formats.registry import FAMILIES

_HOUR_WRITES = tuple(family.hour_writes for family in FAMILIES if family.hour_writes is not None)
_CACHED_MEDIA = tuple(family.cached_media for family in FAMILIES if family.cached_media is not None)
_AUDIO_SECONDS = tuple(family.audio_seconds for family in FAMILIES if family.audio_seconds is not None)
_OTHER_MODELS = tuple(family.other_models for family in FAMILIES if family.other_models is not None)


def hour_writes(raw: Mapping[str, Any]) -> int:
    """How many of the tokens that a call wrote to a cache stay there for an hour.

    Args:
        raw: The provider's own figures.
    """
    return next((found for found in (read(raw) for read in _HOUR_WRITES) if found is not None), 0)


def cached_media(raw: Mapping[str, Any]) -> Mapping[str, int]:
    """How many of the tokens that a call read from a cache were audio and how many image.

    Args:
        raw: The provider's own figures.

    Returns:
        Tokens by "audio" and "image"; empty when the figures do not say.
    """
    return next((found for found in (read(raw) for read in _CACHED_MEDIA) if found), {})


def audio_seconds(raw: Mapping[str, Any]) -> float | None:
    """How many seconds of audio were sent, where that is charged.

    Args:
        raw: The provider's own figures.

    Returns:
        Seconds; None when the figures do not say.
    """
    return next((found for found in (read(raw) for read in _AUDIO_SECONDS) if found is not None), None)


def other_models(raw: Mapping[str, Any]) -> list[OtherModelUsage]:
    """The parts of a call that other models did; their figures are contained in the call's.

    Args:
        raw: The provider's own figures.
    """
    return [part for read in _OTHER_MODELS for part in read(raw)]
