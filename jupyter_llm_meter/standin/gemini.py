"""Gemini's generateContent and streamGenerateContent. Wire shape: Gemini API reference, "Generating content".

A stream comes as server-sent events with ``alt=sse`` and as one JSON list without, as documented. Google's
tokenizer is not ours; the figures are counts by the nearest one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from jupyter_llm_meter.standin.answers import Answer, answer
from jupyter_llm_meter.standin.fields import ApiError, Body, bound, items, model_of, question
from jupyter_llm_meter.standin.handler import ApiHandler, numbered

_STATUSES = {400: "INVALID_ARGUMENT", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL"}

_response_id = numbered("standin")


class GenerateHandler(ApiHandler):
    """``POST models/MODEL:generateContent`` and ``:streamGenerateContent``."""

    async def respond(self, body: Body) -> None:
        """Answer one request for content."""
        name, method = self.path_args
        model = model_of(name)
        asked = question(
            (body.get("systemInstruction"), "systemInstruction"), (items(body, "contents"), "contents")
        )
        config = body.get("generationConfig") or {}
        if not isinstance(config, dict):
            raise ApiError(400, "`generationConfig` must be an object.")
        found = answer(asked, model, bound(config, "maxOutputTokens"))
        head = {"modelVersion": model, "responseId": _response_id()}
        if method == "generateContent":
            self.send_json(_chunk(head, found.text, found, is_last=True))
        elif self.get_query_argument("alt", "") == "sse":
            await self.send_events(model, ((None, chunk) for chunk in _chunks(head, found)))
        else:
            self.set_header("Content-Type", "application/json; charset=UTF-8")
            await self.send_pieces(model, _json_list(_chunks(head, found)))

    def error_body(self, status: int, message: str, param: str | None) -> Body:
        """Google's error object (google.rpc.Status)."""
        return {"error": {"code": status, "message": message, "status": _STATUSES.get(status, "UNKNOWN")}}


def _chunks(head: Body, found: Answer) -> Iterator[Body]:
    for at, piece in enumerate(found.pieces, start=1):
        yield _chunk(head, piece, found, is_last=at == len(found.pieces))


def _chunk(head: Body, text: str, found: Answer, is_last: bool) -> Body:
    candidate: Body = {"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}
    usage: Body = {"promptTokenCount": found.input_tokens, "totalTokenCount": found.input_tokens}
    if is_last:
        candidate["finishReason"] = "MAX_TOKENS" if found.is_cut else "STOP"
        usage["candidatesTokenCount"] = found.output_tokens
        usage["totalTokenCount"] += found.output_tokens
    return {"candidates": [candidate], "usageMetadata": usage, **head}


def _json_list(chunks: Iterator[Body]) -> Iterator[str]:
    opening = "["
    for chunk in chunks:
        yield opening + json.dumps(chunk, ensure_ascii=False)
        opening = ",\n"
    yield "]"
