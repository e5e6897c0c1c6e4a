"""The functions that user code may call: record a call, count tokens, count and be warned.

A count that no tokenizer made is an error, not an estimate.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from llm_meter_tap import startup, tap
from llm_meter_tap.delivery.notices import print_notices
from llm_meter_tap.delivery.service_client import JSON, ServiceClient
from llm_meter_tap.errors import TapInactive, TokenCountUnavailable
from llm_meter_tap.local_tokenizer import count_offline
from llm_meter_tap.provenance import context
from llm_meter_tap.runtime.moment import now
from llm_meter_tap.runtime.native import Event
from llm_meter_tap.system import Process
from llm_meter_tap.wire.json_values import encode
from llm_meter_tap.wire.record import CallRecord

_INACTIVE = (
    "LLM Meter is not active in this process, so there is nothing to record into. Start it from JupyterLab "
    "with the extension installed, or with `jupyter llm-meter run -- COMMAND`."
)
# How long check_and_alert waits for the service's notices about limits, seconds.
_NOTICE_S = 2.0


def record(
    *,
    input_tokens: int | None = None,
    output_tokens: int | None = None,
    model: str | None = None,
    provider: str | None = None,
    operation: str = "chat",
    cache_read_input_tokens: int | None = None,
    cache_write_input_tokens: int | None = None,
    reasoning_output_tokens: int | None = None,
    response_model: str | None = None,
    response_id: str | None = None,
    started_at: datetime | None = None,
    duration_s: float | None = None,
) -> str:
    """Record a call that the tap cannot see: one over gRPC or a websocket, or made elsewhere.

    Args:
        input_tokens: All input, cache reads and writes included, as in OpenTelemetry's GenAI conventions.
        output_tokens: All output, reasoning included.
        model: The model asked for.
        provider: `gen_ai.provider.name`, such as "openai".
        operation: `gen_ai.operation.name`, such as "chat" or "embeddings".
        cache_read_input_tokens: Part of the input that came from the provider's cache.
        cache_write_input_tokens: Part of the input that was written to it.
        reasoning_output_tokens: Part of the output that was reasoning.
        response_model: The model that answered.
        response_id: The provider's id of the answer.
        started_at: With a time zone; now when absent.
        duration_s: Seconds.

    Returns:
        The call's id.

    Raises:
        TypeError: A figure is not a whole number, or a name is not a string.
        ValueError: A figure is negative, no figure is given, or `started_at` has no time zone.
        TapInactive: This process is not metered.
    """
    figures = {
        "input_tokens": input_tokens,
        "output_tokens": output_tokens,
        "cache_read_input_tokens": cache_read_input_tokens,
        "cache_write_input_tokens": cache_write_input_tokens,
        "reasoning_output_tokens": reasoning_output_tokens,
    }
    names = {
        "request_model": _name("model", model),
        "provider_name": _name("provider", provider),
        "operation_name": _name("operation", operation),
        "response_model": _name("response_model", response_model),
        "response_id": _name("response_id", response_id),
    }
    for name, value in figures.items():
        if value is not None:
            _count(name, value)
    if input_tokens is None and output_tokens is None:
        raise ValueError("record() needs input_tokens or output_tokens: what the call used")
    call = _manual_call("reported", _aware(started_at))
    call.duration_s = None if duration_s is None else _seconds(duration_s)
    for name, known in {**figures, **names}.items():
        setattr(call, name, known)
    _settle(call)
    return call.call_id


def count_tokens(text: str, model: str | None = None, tokenizer: Any = None) -> int:
    """Count the tokens of a text.

    Args:
        text: The text.
        model: Count as this model does, as far as its vocabulary is public.
        tokenizer: An object with `encode` (transformers, tokenizers, tiktoken), used here and now; or the
            name of an encoding, such as "o200k_base".

    Returns:
        The number of tokens.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: The service does not know the tokenizer.
        TokenCountUnavailable: No tokenizer is available.
    """
    return _counted(text, model, tokenizer).tokens


def check_and_alert(input_text: str, estimated_output_tokens: int = 0) -> int:
    """Count a text, record it as a call, and say on stderr when a limit's threshold is crossed by it.

    For calls that the tap cannot see; one that it sees would be counted twice.

    Args:
        input_text: What is sent to the model.
        estimated_output_tokens: What the answer is expected to take.

    Returns:
        This call's total: input and estimated output tokens.

    Raises:
        TypeError: `input_text` is not a string, or `estimated_output_tokens` not a whole number.
        ValueError: `estimated_output_tokens` is negative.
        TokenCountUnavailable: No tokenizer is available; nothing was recorded.
        TapInactive: This process is not metered.
    """
    _text("input_text", input_text)
    _count("estimated_output_tokens", estimated_output_tokens)
    call = _manual_call("counted", None)
    counted = _counted(input_text, None, None)
    call.input_tokens, call.output_tokens = counted.tokens, estimated_output_tokens
    call.operation_name, call.tokenizer = "chat", counted.tokenizer
    print_notices(_settle_and_hear(call))
    return counted.tokens + estimated_output_tokens


class _Counted(NamedTuple):
    tokens: int
    tokenizer: str | None


def _counted(text: str, model: str | None, tokenizer: Any) -> _Counted:
    _text("text", text)
    _name("model", model)
    if tokenizer is not None and not isinstance(tokenizer, str):
        if not callable(getattr(tokenizer, "encode", None)):
            raise TypeError("tokenizer must be an object with an encode method, or the name of an encoding")
        return _Counted(len(tokenizer.encode(text)), type(tokenizer).__name__)
    answer = _ask_service({"text": text, "model": model, "tokenizer": tokenizer})
    if answer is not None:
        return _Counted(int(answer["tokens"]), str(answer["tokenizer"]))
    offline = count_offline(text, model, tokenizer)
    if offline is None:
        raise TokenCountUnavailable(
            "Tokens cannot be counted: no LLM Meter service answers, and no tiktoken with its rank files is "
            "installed here. Start JupyterLab with the extension (or `jupyter llm-meter run -- COMMAND`), or "
            "hand over a tokenizer: count_tokens(text, tokenizer=...)."
        )
    return _Counted(*offline)


def _ask_service(question: dict[str, str | None]) -> dict[str, Any] | None:
    folder = startup.folder()
    if not folder:
        return None
    body = encode({name: value for name, value in question.items() if value is not None})
    client = ServiceClient(folder)
    try:
        answer = client.post("/v1/count", body.encode("utf-8"), JSON)
    finally:
        client.close()
    if answer is not None and answer[0] == 400:
        raise ValueError(str(answer[1].get("error")))
    return None if answer is None else answer[1]


def _manual_call(basis: str, started_at: datetime | None) -> CallRecord:
    if startup.folder() is None:
        raise TapInactive(_INACTIVE)
    return CallRecord(
        call_id=Process.random(16).hex(),
        started_at=started_at or now(),
        status="ok",
        basis=basis,
        source="manual",
        **context.current().known,
    )


def _settle(call: CallRecord) -> None:
    """Record the call, unless LLM_METER_DISABLE is set."""
    present = tap.current()
    if present is not None:
        present.write_settled(call, parent=context.parent_message())


def _settle_and_hear(call: CallRecord) -> list[str]:
    """Record the call and wait for the service's notices about limits, if there is a service."""
    present = tap.current()
    if present is None:
        return []
    heard: list[str] = []
    answered = Event()

    def on_notices(notices: list[str] | None) -> None:
        heard.extend(notices or ())
        answered.set()

    present.write_settled(call, parent=context.parent_message(), on_notices=on_notices)
    answered.wait(_NOTICE_S)
    return heard


def _text(name: str, value: Any) -> None:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, not {type(value).__name__}")


def _name(name: str, value: Any) -> str | None:
    if value is not None:
        _text(name, value)
    return value or None


def _count(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number, not {type(value).__name__}")
    if value < 0:
        raise ValueError(f"{name} must be at least 0, not {value}")


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"duration_s must be a number of seconds, not {type(value).__name__}")
    if not 0 <= value < float("inf"):
        raise ValueError(f"duration_s must be at least 0 and finite, not {value}")
    return float(value)


def _aware(moment: Any) -> datetime | None:
    if moment is None:
        return None
    if not isinstance(moment, datetime):
        raise TypeError(f"started_at must be a datetime, not {type(moment).__name__}")
    if moment.utcoffset() is None:
        raise ValueError("started_at must have a time zone, such as datetime.now(timezone.utc)")
    return moment
