"""What LiteLLM says of a call that is over, as a record. Pure.

LiteLLM counts as OpenAI does: ``prompt_tokens`` includes what was read from and written to a cache, also
where the provider counts otherwise.
Source: `StandardLoggingPayload` and `Usage` of ``litellm.types.utils``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from llm_meter_tap.formats.flags import CACHE_HIT
from llm_meter_tap.formats.providers import provider_of
from llm_meter_tap.wire.json_values import count, mapping
from llm_meter_tap.wire.record import CallRecord

_PROVIDERS = {
    "azure": "azure.ai.openai",
    "azure_ai": "azure.ai.inference",
    "azure_text": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "bedrock_converse": "aws.bedrock",
    "cohere_chat": "cohere",
    "gemini": "gcp.gemini",
    "mistral": "mistral_ai",
    "moonshot": "moonshot_ai",
    "text-completion-openai": "openai",
    "vertex_ai": "gcp.vertex_ai",
    "vertex_ai_beta": "gcp.vertex_ai",
    "watsonx": "ibm.watsonx.ai",
    "xai": "x_ai",
}
_DEFAULT_PORTS = {"http": 80, "https": 443}
_LONGEST_NAME = 256
_DISCONNECTED = "ClientDisconnected"


def finished(
    opened: CallRecord, payload: Mapping[str, Any], usage: Mapping[str, Any], duration_s: float
) -> CallRecord:
    """The record of a call that got an answer, or a part of one.

    Args:
        opened: What was known before.
        payload: LiteLLM's `StandardLoggingPayload`.
        usage: LiteLLM's `Usage`; empty where there is none.
        duration_s: How long it took.
    """
    record = replace(opened, status="ok", duration_s=duration_s, **_names(payload))
    if payload.get("cache_hit") is True:
        return replace(record, basis="none", usage_flags=[CACHE_HIT])
    is_cut = mapping(payload.get("error_information")).get("error_class") == _DISCONNECTED
    if is_cut:
        record = replace(record, status="aborted", error_type=_DISCONNECTED)
    figures = _figures(usage)
    if not figures:
        return record
    basis = "partial" if is_cut else "reported"
    return replace(record, basis=basis, usage_raw=_counts(usage), **figures)


def failed(
    opened: CallRecord,
    error: BaseException,
    counted: int | None,
    duration_s: float,
) -> CallRecord:
    """The record of a call that LiteLLM could not complete.

    Args:
        opened: What was known before.
        error: What LiteLLM raised.
        counted: The tokens that were counted in the request.
        duration_s: How long it took.
    """
    status = getattr(error, "status_code", None)
    if status == 499:
        return abandoned(opened, counted, duration_s, _DISCONNECTED)
    record = replace(
        opened, status="error", basis="none", duration_s=duration_s, error_type=type(error).__name__
    )
    if any("MidStream" in kind.__name__ for kind in type(error).__mro__):
        return _read(record, counted)
    return record


def abandoned(
    opened: CallRecord, counted: int | None, duration_s: float, error_type: str | None = None
) -> CallRecord:
    """The record of a call whose end nobody saw: the provider has read the request, if no more."""
    return _read(replace(opened, status="aborted", duration_s=duration_s, error_type=error_type), counted)


def refused(opened: CallRecord, limit_id: str | None) -> CallRecord:
    """The record of a call that a limit refused."""
    return replace(opened, status="refused", basis="none", error_type="LimitExceeded", limit_id=limit_id)


def _read(record: CallRecord, counted: int | None) -> CallRecord:
    if counted is None:
        return replace(record, basis="missing")
    return replace(record, basis="partial", input_tokens=counted)


def _names(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Who answered, as far as LiteLLM says."""
    address = urlsplit(_text(payload.get("api_base")) or "")
    host = (address.hostname or "").lower() or None
    maker = _text(payload.get("custom_llm_provider"))
    model = _text(payload.get("model"))
    names = {
        "provider_name": provider_name(maker, host),
        # Without LiteLLM's name of the provider in front: that of the deployment, which has a price.
        "response_model": _text((model or "").removeprefix(f"{maker}/")),
        # The tap takes LiteLLM's own id, too, where the answer has none or one that is too long for a name.
        "response_id": _text(payload.get("id")) or _text(payload.get("litellm_call_id")),
        "server_address": host,
        "server_port": _port(address) if host else None,
        "service_tier": _text(mapping(payload.get("model_parameters")).get("service_tier")),
        "time_to_first_chunk_s": _first_chunk_s(payload),
    }
    return {name: value for name, value in names.items() if value is not None}


def provider_name(maker: str | None, host: str | None) -> str | None:
    """The provider: that of the host where it is known, else by LiteLLM's name for it."""
    return (host and provider_of(host)) or _PROVIDERS.get(maker or "", maker)


def _port(address: Any) -> int | None:
    try:
        return address.port or _DEFAULT_PORTS.get(address.scheme)
    except ValueError:
        return None


def _first_chunk_s(payload: Mapping[str, Any]) -> float | None:
    started, first = payload.get("startTime"), payload.get("completionStartTime")
    if payload.get("stream") is not True or not isinstance(started, float) or not isinstance(first, float):
        return None
    return max(0.0, first - started)


def _figures(usage: Mapping[str, Any]) -> dict[str, Any]:
    """The figures that are known; none where LiteLLM has only zeros."""
    read = mapping(usage.get("prompt_tokens_details"))
    written = mapping(usage.get("completion_tokens_details"))
    found = {
        "input_tokens": count(usage.get("prompt_tokens")),
        "output_tokens": count(usage.get("completion_tokens")),
        "cache_read_input_tokens": _first(read.get("cached_tokens"), usage.get("cache_read_input_tokens")),
        "cache_write_input_tokens": _first(
            usage.get("cache_creation_input_tokens"), read.get("cache_creation_tokens")
        ),
        "audio_input_tokens": count(read.get("audio_tokens")),
        "image_input_tokens": count(read.get("image_tokens")),
        "reasoning_output_tokens": count(written.get("reasoning_tokens")),
        "audio_output_tokens": count(written.get("audio_tokens")),
        "image_output_tokens": count(written.get("image_tokens")),
    }
    known = {name: figure for name, figure in found.items() if figure is not None}
    return known if known.get("input_tokens") or known.get("output_tokens") else {}


def _first(*values: object) -> int | None:
    return next((known for known in map(count, values) if known is not None), None)


def _counts(usage: Mapping[str, Any]) -> dict[str, Any]:
    """The counts of LiteLLM's usage object, without what is no count."""
    kept: dict[str, Any] = {}
    for name, value in usage.items():
        inner = _counts(value) if isinstance(value, Mapping) else count(value)
        if inner not in (None, {}):
            kept[name] = inner
    return kept


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME else None
