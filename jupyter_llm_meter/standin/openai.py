"""OpenAI's chat, completions and embeddings, on OpenAI's paths and on Azure's deployment paths.

Wire shapes: OpenAI API reference, "Chat", "Completions (legacy)", "Embeddings", "Error codes"; Azure OpenAI
REST reference. A stream carries usage only when ``stream_options.include_usage`` asks for it, as documented.
"""

from __future__ import annotations

import base64
import struct
import time
from collections.abc import Iterator

from jupyter_llm_meter.standin.answers import Answer, answer, vector
from jupyter_llm_meter.standin.fields import ApiError, Body, bound, flag, items, model_of, question
from jupyter_llm_meter.standin.handler import ApiHandler, numbered
from jupyter_llm_meter.tokenizers import count

_ERROR_TYPES = {429: "rate_limit_error", 500: "server_error"}
_ERROR_CODES = {404: "model_not_found", 429: "rate_limit_exceeded"}
_DIMENSIONS = 256

_chat_id = numbered("chatcmpl-standin")
_completion_id = numbered("cmpl-standin")


class OpenAIHandler(ApiHandler):
    """What OpenAI's routes share: the error object, and the model named by the path on Azure."""

    def error_body(self, status: int, message: str, param: str | None) -> Body:
        """OpenAI's error object."""
        kind = _ERROR_TYPES.get(status, "invalid_request_error")
        return {"error": {"message": message, "type": kind, "param": param, "code": _ERROR_CODES.get(status)}}

    def model(self, body: Body) -> str:
        """The model asked for; on Azure's paths the deployment, which stands first, is taken for it."""
        return model_of(self.path_args[0] if self.path_args else body.get("model"))


class ChatHandler(OpenAIHandler):
    """``POST chat/completions``."""

    async def respond(self, body: Body) -> None:
        """Answer one chat completion."""
        model = self.model(body)
        _only_one(body)
        most = bound(body, "max_completion_tokens", "max_tokens")
        wants_usage = _wants_usage(body)
        found = answer(question((items(body, "messages"), "messages")), model, most)
        head = {"id": _chat_id(), "created": int(time.time()), "model": model}
        if flag(body, "stream"):
            await self.send_events(model, _chat_events(head, found, wants_usage))
            return
        message = {"role": "assistant", "content": found.text, "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(found)}
        self.send_json({**head, "object": "chat.completion", "choices": [choice], "usage": _usage(found)})


class CompletionHandler(OpenAIHandler):
    """``POST completions``."""

    async def respond(self, body: Body) -> None:
        """Answer one text completion; ``max_tokens`` is 16 unless given, as documented."""
        model = self.model(body)
        _only_one(body)
        prompt = body.get("prompt")
        if not isinstance(prompt, str):
            raise ApiError(400, "`prompt` must be one string; the stand-in takes no list.", "prompt")
        wants_usage = _wants_usage(body)
        found = answer((prompt,), model, bound(body, "max_tokens") or 16)
        head = {
            "id": _completion_id(),
            "object": "text_completion",
            "created": int(time.time()),
            "model": model,
        }
        if flag(body, "stream"):
            await self.send_events(model, _completion_events(head, found, wants_usage))
            return
        choices = [_text_choice(found.text, _finish(found))]
        self.send_json({**head, "choices": choices, "usage": _usage(found)})


class EmbeddingHandler(OpenAIHandler):
    """``POST embeddings``."""

    async def respond(self, body: Body) -> None:
        """Answer with one vector a text, as floats or as base64 of little-endian float32."""
        model = self.model(body)
        given = body.get("input")
        inputs = [given] if isinstance(given, str) else items(body, "input")
        if not all(isinstance(text, str) for text in inputs):
            raise ApiError(400, "`input` must be a string or a list of strings.", "input")
        size = bound(body, "dimensions") or _DIMENSIONS
        if size > 4096:
            raise ApiError(400, "`dimensions` must be at most 4096.", "dimensions")
        as_base64 = body.get("encoding_format") == "base64"
        tokens = sum(count(text, model).tokens for text in inputs)
        data = [
            {"object": "embedding", "index": at, "embedding": _embedding(vector(text, size), as_base64)}
            for at, text in enumerate(inputs)
        ]
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        self.send_json({"object": "list", "data": data, "model": model, "usage": usage})


def _chat_events(head: Body, found: Answer, wants_usage: bool) -> Iterator[tuple[None, object]]:
    chunk = {**head, "object": "chat.completion.chunk"}
    extra = {"usage": None} if wants_usage else {}
    yield None, {**chunk, "choices": [_delta({"role": "assistant", "content": ""}, None)], **extra}
    for piece in found.pieces:
        yield None, {**chunk, "choices": [_delta({"content": piece}, None)], **extra}
    yield None, {**chunk, "choices": [_delta({}, _finish(found))], **extra}
    if wants_usage:
        yield None, {**chunk, "choices": [], "usage": _usage(found)}
    yield None, "[DONE]"


def _completion_events(head: Body, found: Answer, wants_usage: bool) -> Iterator[tuple[None, object]]:
    for piece in found.pieces:
        yield None, {**head, "choices": [_text_choice(piece, None)]}
    yield None, {**head, "choices": [_text_choice("", _finish(found))]}
    if wants_usage:
        yield None, {**head, "choices": [], "usage": _usage(found)}
    yield None, "[DONE]"


def _delta(delta: Body, finish: str | None) -> Body:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}


def _text_choice(text: str, finish: str | None) -> Body:
    return {"index": 0, "text": text, "logprobs": None, "finish_reason": finish}


def _finish(found: Answer) -> str:
    return "length" if found.is_cut else "stop"


def _usage(found: Answer) -> Body:
    return {
        "prompt_tokens": found.input_tokens,
        "completion_tokens": found.output_tokens,
        "total_tokens": found.input_tokens + found.output_tokens,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }


def _embedding(values: list[float], as_base64: bool) -> list[float] | str:
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode() if as_base64 else values


def _only_one(body: Body) -> None:
    if body.get("n") not in (None, 1):
        raise ApiError(400, "`n` must be 1; the stand-in gives one answer a request.", "n")


def _wants_usage(body: Body) -> bool:
    options = body.get("stream_options")
    if options is None:
        return False
    if not isinstance(options, dict):
        raise ApiError(400, "`stream_options` must be an object.", "stream_options")
    if not flag(body, "stream"):
        raise ApiError(400, "`stream_options` is only allowed when `stream` is true.", "stream_options")
    return flag(options, "include_usage")
