"""The names of the public record: one table from our field names to the wire.

The default spelling is that of OpenTelemetry's semantic conventions v1.41.1, the last tagged release with
GenAI names; `latest` is the spelling on the main branch of semantic-conventions-genai; readers accept every
alias. `tests/vectors/semconv.json` holds the same table for both languages. What a field may hold is in
`record.py`.
"""

from __future__ import annotations

from typing import NamedTuple


class Field(NamedTuple):
    """The spellings of one field.

    Attributes:
        wire: What we write (v1.41.1).
        latest: The name on genai main, where it differs; read as an alias.
        aliases: Deprecated and foreign spellings (old OpenTelemetry, Sentry), read only.
    """

    wire: str
    latest: str
    aliases: tuple[str, ...] = ()


def _same(name: str, *aliases: str) -> Field:
    return Field(name, name, aliases)


FIELDS: dict[str, Field] = {
    "call_id": _same("llm_meter.call.id"),
    "started_at": _same("llm_meter.call.started_at"),
    "status": _same("llm_meter.call.status"),
    "basis": _same("llm_meter.call.basis"),
    "source": _same("llm_meter.call.source"),
    "duration_s": _same("llm_meter.call.duration_s"),
    "operation_name": _same("gen_ai.operation.name"),
    "provider_name": _same("gen_ai.provider.name", "gen_ai.system"),
    "request_model": _same("gen_ai.request.model"),
    "response_model": _same("gen_ai.response.model"),
    "response_id": _same("gen_ai.response.id"),
    "is_stream": _same("gen_ai.request.stream"),
    "time_to_first_chunk_s": _same("gen_ai.response.time_to_first_chunk"),
    "service_tier": _same("openai.response.service_tier", "gen_ai.openai.response.service_tier"),
    "input_tokens": _same("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
    "output_tokens": _same("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
    "cache_read_input_tokens": _same(
        "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.input_tokens.cached"
    ),
    "cache_write_input_tokens": Field(
        "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_write.input_tokens",
        ("gen_ai.usage.input_tokens.cache_write",),
    ),
    "reasoning_output_tokens": _same(
        "gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.output_tokens.reasoning"
    ),
    "audio_input_tokens": Field("llm_meter.usage.audio.input_tokens", "gen_ai.usage.audio.input_tokens"),
    "audio_output_tokens": Field("llm_meter.usage.audio.output_tokens", "gen_ai.usage.audio.output_tokens"),
    "image_input_tokens": Field("llm_meter.usage.image.input_tokens", "gen_ai.usage.image.input_tokens"),
    "image_output_tokens": Field("llm_meter.usage.image.output_tokens", "gen_ai.usage.image.output_tokens"),
    "usage_raw": _same("llm_meter.usage.raw"),
    "usage_flags": _same("llm_meter.usage.flags"),
    "usage_tool_calls": _same("llm_meter.usage.tool_calls"),
    "tokenizer": _same("llm_meter.usage.tokenizer"),
    "cost_amount": _same("llm_meter.cost.amount"),
    "cost_currency": _same("llm_meter.cost.currency"),
    "cost_source": _same("llm_meter.cost.source"),
    "server_address": _same("server.address"),
    "server_port": _same("server.port"),
    "error_type": _same("error.type"),
    "agent_name": _same("gen_ai.agent.name"),
    "program_name": _same("llm_meter.program.name"),
    "user_id": _same("user.id"),
    "team": _same("llm_meter.team"),
    "key_fingerprint": _same("llm_meter.key.fingerprint"),
    "project": _same("llm_meter.project"),
    "kernel_id": _same("llm_meter.kernel.id"),
    "notebook_path": _same("llm_meter.notebook.path"),
    "cell_id": _same("llm_meter.cell.id"),
    "run_id": _same("llm_meter.run.id"),
    "limit_id": _same("llm_meter.limit.id"),
}

INTERNAL: dict[str, Field] = {"allotment_id": _same("llm_meter.allotment.id")}
"""Fields between tap and service, which the ledger does not keep and no reader of records sees."""


def spellings(field: str) -> tuple[str, ...]:
    """Return every wire name under which a reader accepts a field, the one that we write first."""
    names = FIELDS.get(field) or INTERNAL[field]
    latest = () if names.latest == names.wire else (names.latest,)
    return (names.wire, *latest, *names.aliases)


def wire_name(field: str) -> str:
    """Return the name that we write for a field."""
    return spellings(field)[0]
