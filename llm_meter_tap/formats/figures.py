"""The types of what is read from a response.

They include the draft that the rules of a family fill while they go through the documents of a response.
Nothing here depends on a provider.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from llm_meter_tap.wire.json_values import count

LONGEST_NAME = 256
"""A model or an id that is longer is none."""


@dataclass
class Usage:
    """What one call used; None is unknown, zero is a figure.

    Sums are inclusive as in OpenTelemetry GenAI v1.41.1: `input_tokens` holds cache reads and writes, audio
    and images, `output_tokens` holds reasoning, audio and images.

    Attributes:
        raw: The provider's own figures, merged over a stream's events, otherwise untouched.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_write_input_tokens: int | None = None
    reasoning_output_tokens: int | None = None
    audio_input_tokens: int | None = None
    audio_output_tokens: int | None = None
    image_input_tokens: int | None = None
    image_output_tokens: int | None = None
    raw: dict[str, Any] = field(default_factory=dict)

    def is_known(self) -> bool:
        return self.input_tokens is not None or self.output_tokens is not None


@dataclass
class Reading:
    """What a response says.

    Attributes:
        usage: The figures, or None when the response has none.
        response_model: The model that answered.
        response_id: The provider's id of the answer.
        service_tier: The tier that answered; it changes the price.
        error_type: The provider's error code or type, else the HTTP status; None when the call succeeded.
        is_finished: The answer came to its end: a JSON body parsed whole, or a stream's terminal event.
        is_closed: Nothing more follows: a JSON body parsed whole, or a stream said so (`[DONE]`).
        is_background: The answer is made without the client waiting for it.
        is_stored: The answer, and with it the figures, may be read back later under `response_id`.
        is_elsewhere: What was asked for is reported by answers of their own, which are read back.
        is_cached: A gateway answered from its cache, so that the figures are those of an earlier call.
        flags: What is odd about the figures, see `flags.py`.
        tool_calls: How often the provider's own tools ran, see `tool_calls.py`.
        unknown_members: The members of the usage object that no reader knows, see `usage_members.py`.
    """

    usage: Usage | None = None
    response_model: str | None = None
    response_id: str | None = None
    service_tier: str | None = None
    error_type: str | None = None
    is_finished: bool = False
    is_closed: bool = False
    is_background: bool = False
    is_stored: bool = False
    is_elsewhere: bool = False
    is_cached: bool = False
    flags: list[str] = field(default_factory=list)
    tool_calls: dict[str, int] = field(default_factory=dict)
    unknown_members: list[str] = field(default_factory=list)


@dataclass
class Draft:
    """What has been gathered from the documents so far.

    Attributes:
        raw: The usage figures as the provider names them.
        has_final: The figures are the answer's last, not those of its start.
        has_units: The provider charged for this call in other units than tokens (searches, seconds of audio).
        error: The error object, or the name of an error event.
        is_background: See `Reading`.
        is_stored: See `Reading`; what is made in the background is stored anyway.
        tool_calls: Those that the answer itself shows; those that the figures count are not among them.
    """

    raw: dict[str, Any] = field(default_factory=dict)
    model: str | None = None
    id: str | None = None
    tier: str | None = None
    error: Any = None
    is_finished: bool = False
    has_final: bool = True
    has_units: bool = False
    is_background: bool = False
    is_stored: bool = False
    tool_calls: dict[str, int] = field(default_factory=dict)

    def identify(self, model: Any = None, id: Any = None, tier: Any = None) -> None:
        """Keep the first model and id that say something (Azure's first chunk has empty ones), the last
        tier."""
        self.model = self.model or _name(model)
        self.id = self.id or _name(id)
        if tier is not None:
            self.tier = _name(tier) or self.tier

    def replace(self, figures: Any) -> None:
        """Use a cumulative usage object: the last one applies, never the sum. An empty one, or one of zeros
        only, does not replace known figures.
        """
        if isinstance(figures, dict) and figures and (not self.raw or _is_news(figures)):
            self.raw = figures

    def update(self, figures: Any) -> None:
        """Use a usage object whose figures replace those of the same name."""
        if isinstance(figures, dict):
            self.raw = {**self.raw, **{name: value for name, value in figures.items() if value is not None}}


def _is_news(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_is_news, value.values()))
    if isinstance(value, list):
        return any(map(_is_news, value))
    return bool(count(value))


def _name(value: Any) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= LONGEST_NAME else None


def total_of(*parts: int | None) -> int | None:
    """The sum of the known parts; None when no part is known."""
    known = [part for part in parts if part is not None]
    return sum(known) if known else None


def rest_of(whole: int | None, *parts: int | None) -> int | None:
    """What the known parts leave of a whole; None when the whole is unknown or smaller than its parts."""
    if whole is None:
        return None
    rest = whole - sum(part or 0 for part in parts)
    return rest if rest >= 0 else None
