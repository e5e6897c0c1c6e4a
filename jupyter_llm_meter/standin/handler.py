"""The base of the handlers of all APIs: reads and sends JSON, streams server-sent events, answers errors.

Subclasses know the wire format of their API, and the form of its errors (`error_body`).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar

from tornado.iostream import StreamClosedError
from tornado.web import HTTPError, RequestHandler

from jupyter_llm_meter.standin.fields import SLOW_MODEL, ApiError, Body

_SLOW_PACE_S = 0.25


class ApiHandler(RequestHandler):
    """One route; subclasses implement `respond`."""

    error_types: ClassVar[dict[int, str]] = {}

    def initialize(self, pace_s: float = 0.0) -> None:
        """Take the seconds to wait between two pieces of a stream."""
        self._pace_s = pace_s

    async def post(self, *path: str) -> None:
        """Answer, or refuse in this API's own error shape."""
        try:
            await self.respond(self._body())
        except ApiError as refusal:
            self._refuse(refusal)
        except StreamClosedError:
            return

    async def respond(self, body: Body) -> None:
        """Write the response to one well-formed JSON object."""
        raise NotImplementedError

    def error_body(self, status: int, message: str, param: str | None) -> Body:
        """The API's documented error object."""
        raise NotImplementedError

    def send_json(self, body: object) -> None:
        """Answer with one JSON document."""
        self.set_header("Content-Type", "application/json")
        self.write(json.dumps(body, ensure_ascii=False))

    async def send_events(self, model: str, events: Iterable[tuple[str | None, object]]) -> None:
        """Answer with server-sent events, at a pace that can be watched and broken off.

        Args:
            model: the model asked for; the slow one has a slower pace.
            events: pairs of the event's name (None for none) and its data (a string goes as it is).
        """
        self.set_header("Content-Type", "text/event-stream; charset=utf-8")
        self.set_header("Cache-Control", "no-cache")
        await self.send_pieces(model, (_event(name, data) for name, data in events))

    async def send_pieces(self, model: str, pieces: Iterable[str]) -> None:
        """Send a body piece by piece; what the client does not wait for is not produced."""
        pace_s = _SLOW_PACE_S if model == SLOW_MODEL else self._pace_s
        for piece in pieces:
            self.write(piece)
            await self.flush()
            await asyncio.sleep(pace_s)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Give tornado's own refusals (wrong method, internal failure) the API's form, too."""
        self._refuse(ApiError(status_code, self._reason))

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Log failures of ours, not the refusals, and no text of a request."""
        if not isinstance(value, HTTPError):
            super().log_exception(typ, value, tb)

    def _body(self) -> Body:
        try:
            body = json.loads(self.request.body)
        except ValueError as error:
            raise ApiError(400, f"The body is not JSON: {error}") from error
        if not isinstance(body, dict):
            raise ApiError(400, "The body must be a JSON object.")
        return body

    def _refuse(self, refusal: ApiError) -> None:
        self.clear()
        self.set_status(refusal.status)
        if refusal.status == 429:
            self.set_header("Retry-After", "1")
        self.send_json(self.error_body(refusal.status, refusal.message, refusal.param))


class NotSpoken(ApiHandler):
    """Every other path: lists the APIs, so that a wrong base URL is noticed at once."""

    def prepare(self) -> None:
        """Refuse every method."""
        self._refuse(
            ApiError(
                404,
                f"The stand-in provider has no {self.request.path}. It speaks /v1/chat/completions, "
                "/v1/completions, /v1/responses, /v1/embeddings, /openai/deployments/NAME/..., "
                "/v1/messages and /v1beta/models/NAME:generateContent.",
            )
        )
        self.finish()

    def error_body(self, status: int, message: str, param: str | None) -> Body:
        """A plain form, because no API was recognised."""
        return {"error": {"message": message}}


def numbered(prefix: str) -> Callable[[], str]:
    """A source of identifiers in the provider's style, unique within one run of the stand-in."""
    numbers: Iterator[int] = iter(range(1, 10**12))
    return lambda: f"{prefix}{next(numbers):024d}"


def _event(name: str | None, data: object) -> str:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return f"event: {name}\ndata: {text}\n\n" if name else f"data: {text}\n\n"
