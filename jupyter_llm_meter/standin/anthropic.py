"""Anthropic's Messages API. Wire shape: Claude API reference, "Messages", "Streaming messages", "Errors".

Anthropic publishes no tokenizer; the figures here are counts by the nearest one.
"""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_llm_meter.standin.answers import Answer, answer
from jupyter_llm_meter.standin.fields import ApiError, Body, bound, flag, items, model_of, question
from jupyter_llm_meter.standin.handler import ApiHandler, numbered

_ERROR_TYPES = {404: "not_found_error", 429: "rate_limit_error", 500: "api_error"}

_message_id = numbered("msg_standin")
_request_id = numbered("req_standin")


class MessagesHandler(ApiHandler):
    """``POST messages``."""

    async def respond(self, body: Body) -> None:
        """Answer one message; ``max_tokens`` is required, as documented."""
        model = model_of(body.get("model"))
        most = bound(body, "max_tokens")
        if most is None:
            raise ApiError(400, "max_tokens: Field required")
        asked = question((body.get("system"), "system"), (items(body, "messages"), "messages"))
        found = answer(asked, model, most)
        head = {"id": _message_id(), "type": "message", "role": "assistant", "model": model}
        if flag(body, "stream"):
            await self.send_events(model, _events(head, found))
            return
        content = [{"type": "text", "text": found.text}]
        usage = {**_input_usage(found), "output_tokens": found.output_tokens}
        self.send_json({**head, "content": content, **_stop(found), "usage": usage})

    def error_body(self, status: int, message: str, param: str | None) -> Body:
        """Anthropic's error object."""
        error = {"type": _ERROR_TYPES.get(status, "invalid_request_error"), "message": message}
        return {"type": "error", "error": error, "request_id": _request_id()}


def _events(head: Body, found: Answer) -> Iterator[tuple[str, object]]:
    for event in _untyped(head, found):
        yield event["type"], event


def _untyped(head: Body, found: Answer) -> Iterator[Body]:
    usage = {**_input_usage(found), "output_tokens": 1}
    start = {**head, "content": [], "stop_reason": None, "stop_sequence": None, "usage": usage}
    yield {"type": "message_start", "message": start}
    yield {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    yield {"type": "ping"}
    for piece in found.pieces:
        yield {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}
    yield {"type": "content_block_stop", "index": 0}
    yield {"type": "message_delta", "delta": _stop(found), "usage": {"output_tokens": found.output_tokens}}
    yield {"type": "message_stop"}


def _input_usage(found: Answer) -> Body:
    return {
        "input_tokens": found.input_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "service_tier": "standard",
    }


def _stop(found: Answer) -> Body:
    return {"stop_reason": "max_tokens" if found.is_cut else "end_turn", "stop_sequence": None}
