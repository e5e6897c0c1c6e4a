"""OpenAI's Responses API. Wire shape: OpenAI API reference, "Responses" and "Streaming events"."""

from __future__ import annotations

import time
from collections.abc import Iterator

from jupyter_llm_meter.standin.answers import Answer, answer
from jupyter_llm_meter.standin.fields import Body, bound, flag, question
from jupyter_llm_meter.standin.handler import numbered
from jupyter_llm_meter.standin.openai import OpenAIHandler

_response_id = numbered("resp_standin")
_message_id = numbered("msg_standin")


class ResponsesHandler(OpenAIHandler):
    """``POST responses``."""

    async def respond(self, body: Body) -> None:
        """Answer one response request."""
        model = self.model(body)
        asked = question((body.get("instructions"), "instructions"), (body.get("input", ""), "input"))
        found = answer(asked, model, bound(body, "max_output_tokens"))
        head = _head(body, model)
        if flag(body, "stream"):
            await self.send_events(model, _events(head, found))
            return
        self.send_json(_finished(head, found, _message(_message_id(), found.text, "completed")))


def _head(body: Body, model: str) -> Body:
    return {
        "id": _response_id(),
        "object": "response",
        "created_at": int(time.time()),
        "status": "in_progress",
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        "model": model,
        "output": [],
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "service_tier": "default",
        "store": False,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": None,
        "metadata": {},
    }


def _events(head: Body, found: Answer) -> Iterator[tuple[str, object]]:
    for number, event in enumerate(_unnumbered(head, found)):
        yield event["type"], {**event, "sequence_number": number}


def _unnumbered(head: Body, found: Answer) -> Iterator[Body]:
    item = _message_id()
    place = {"item_id": item, "output_index": 0, "content_index": 0}
    whole = _message(item, found.text, "completed")
    yield {"type": "response.created", "response": head}
    yield {"type": "response.in_progress", "response": head}
    empty = {**_message(item, "", "in_progress"), "content": []}
    yield {"type": "response.output_item.added", "output_index": 0, "item": empty}
    yield {"type": "response.content_part.added", **place, "part": _text("")}
    for piece in found.pieces:
        yield {"type": "response.output_text.delta", **place, "delta": piece, "logprobs": []}
    yield {"type": "response.output_text.done", **place, "text": found.text, "logprobs": []}
    yield {"type": "response.content_part.done", **place, "part": _text(found.text)}
    yield {"type": "response.output_item.done", "output_index": 0, "item": whole}
    last = _finished(head, found, whole)
    yield {"type": f"response.{last['status']}", "response": last}


def _finished(head: Body, found: Answer, message: Body) -> Body:
    usage = {
        "input_tokens": found.input_tokens,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": found.output_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": found.input_tokens + found.output_tokens,
    }
    status = "incomplete" if found.is_cut else "completed"
    details = {"reason": "max_output_tokens"} if found.is_cut else None
    return {**head, "status": status, "incomplete_details": details, "output": [message], "usage": usage}


def _message(item: str, text: str, status: str) -> Body:
    return {"id": item, "type": "message", "status": status, "role": "assistant", "content": [_text(text)]}


def _text(text: str) -> Body:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
