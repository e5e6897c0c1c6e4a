"""One request that is an LLM call, from the moment it leaves until it settles.

Owns the life-cycle: opened before the bytes leave, settled before the user's code gets the end of the body,
settled once, whatever happens. Refuses to touch what passes: it is handed references, and reads them when
all is over.
"""

from __future__ import annotations

import os
import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, NamedTuple

from llm_meter_tap import content_encoding, context, faults, tap, unrecognised
from llm_meter_tap.call_record import CallRecord
from llm_meter_tap.kept_body import KeptBody
from llm_meter_tap.recognise import Shape, recognise
from llm_meter_tap.text import request_text, response_text
from llm_meter_tap.usage import Reading, Usage, read_response

if TYPE_CHECKING:
    from llm_meter_tap.tap import Tap

_DEFAULT_PORTS = {"http": 80, "https": 443}
# What the last event of a stream holds. User code stops reading there, and may be killed before it asks for
# the end of the body. Other APIs have no such event.
_ENDS = {
    "openai.chat": (b"[DONE]",),
    "openai.completions": (b"[DONE]",),
    "openai.responses": (b"response.completed", b"response.incomplete", b"response.failed"),
    "anthropic.messages": (b"message_stop",),
}
_LONGEST_END = max(len(end) for ends in _ENDS.values() for end in ends)
# A model may write those words itself; each look at the stream reads all of it.
_MOST_LOOKS = 3
_FIGURES = tuple(name for name in Usage.__dataclass_fields__ if name != "raw")


class Request(NamedTuple):
    """What is known of a request before it leaves.

    Attributes:
        path: Percent-encoded, as sent.
        query: Without its question mark.
        headers: Names in lower case.
        body: None where it cannot be seen.
    """

    method: str
    host: str
    port: int | None
    scheme: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes | None


def begin(request: Request) -> Exchange | None:
    """Open an exchange if the request is an LLM call and this process is metered."""
    content_type = request.headers.get("content-type")
    shape = recognise(request.method, request.host, request.path, request.query, content_type, request.body)
    if shape is None:
        unrecognised.consider(request.host, request.path, content_type, request.body)
        return None
    present = tap.current()
    if present is None:
        return None
    exchange = Exchange(present, shape, request)
    present.under_way.add(exchange)
    present.opened(exchange.record)
    return exchange


class Exchange:
    """An LLM call under way.

    Every method is called by a transport adapter, in the user's thread, and never raises an `Exception`.

    Args:
        present: The tap of this process.
        shape: What the request was recognised as.
        request: The request.
    """

    # Until it is made whole there is nothing to settle.
    _is_settled = True

    def __init__(self, present: Tap, shape: Shape, request: Request) -> None:
        self._tap = present
        self._shape = shape
        self._request_body = request.body
        self._status: int | None = None
        self._headers: dict[str, str] = {}
        self._body = KeptBody()
        self._is_decoded = False
        self._ends = _ENDS.get(shape.api, ())
        self._looks_left = 0
        self._line = b""
        self._is_end_near = False
        self._is_first_due = True
        self._started = time.perf_counter()
        self._parent, self.record = _opening(present, shape, request)
        self._is_settled = False

    @faults.contained
    def failed(self, error: BaseException, is_sent: bool) -> None:
        """No response came.

        Args:
            error: What the library raised.
            is_sent: Whether a byte of the request may have reached the network.
        """
        if not is_sent:
            self._drop()
        elif isinstance(error, Exception):
            self._settle("error", "missing", type(error).__name__)
        else:
            self._settle("aborted", "missing", type(error).__name__, self._text(None))

    @faults.contained
    def responded(self, status: int, headers: dict[str, str]) -> None:
        """The head of the response came; header names in lower case."""
        self._status = status
        self._headers = headers
        if self._ends and "event-stream" in headers.get("content-type", ""):
            self._looks_left = _MOST_LOOKS

    def feed(self, chunk: bytes, is_decoded: bool = False) -> None:
        """A piece of the body is about to be handed to the user.

        Args:
            chunk: The piece.
            is_decoded: Its content encoding is undone already.
        """
        if self._is_settled or not chunk:
            return
        # Not `faults.contained`: this runs for every piece, where even a call more shows.
        try:
            if self._is_first_due:
                self._take_time()
            self._is_decoded = is_decoded
            self._body.append(chunk)
            if self._looks_left and self._may_be_last(chunk):
                self._look()
        except Exception as error:  # noqa: BLE001 - the tap's failures must never become the user's
            faults.note("Exchange.feed", error)

    def _take_time(self) -> None:
        self._is_first_due = False
        if self._shape.is_stream:
            self.record.time_to_first_chunk_s = time.perf_counter() - self._started

    def _look(self) -> None:
        self._looks_left -= 1
        reading = self._read(is_whole=False)
        if reading.is_finished:
            self._conclude(reading, is_whole=True)

    def _may_be_last(self, chunk: bytes) -> bool:
        """Whether a line that may be a stream's last event ends here; its words may come in pieces."""
        text = self._line + chunk if self._line else chunk
        for end in self._ends:
            if end in text:
                self._is_end_near = True
        if not text.endswith(b"\n"):
            self._line = text[-_LONGEST_END:]
            return False
        self._line = b""
        is_end_near, self._is_end_near = self._is_end_near, False
        return is_end_near

    @faults.contained
    def ended(self) -> None:
        """The body came to its end."""
        if not self._is_settled:
            self._conclude(self._read(is_whole=True), is_whole=True)

    @faults.contained
    def broke(self, error: BaseException) -> None:
        """Reading the body raised: the connection broke, or the user's code was interrupted or cancelled."""
        if not self._is_settled:
            self._conclude(self._read(is_whole=False), is_whole=False, error=error)

    @faults.contained
    def leave(self) -> None:
        """Nobody will read further: the response was closed or forgotten, or the interpreter exits."""
        if self._is_settled:
            return
        if self._status is None:
            self._settle("aborted", "missing", None, self._text(None))
        else:
            self._conclude(self._read(is_whole=False), is_whole=False)

    def __del__(self) -> None:
        self.leave()

    def _read(self, is_whole: bool) -> Reading:
        assert self._status is not None
        body = self._decoded_body()
        return read_response(
            self._shape,
            self._status,
            self._headers,
            self._headers.get("content-type"),
            body,
            is_whole and not self._body.is_cut,
        )

    def _decoded_body(self) -> bytes:
        encoding = self._headers.get("content-encoding", "")
        body = self._body.joined()
        if self._is_decoded or not encoding:
            return body
        return content_encoding.decode(body, encoding) or b""

    def _conclude(self, reading: Reading, is_whole: bool, error: BaseException | None = None) -> None:
        """Settle a call that got a response."""
        assert self._status is not None
        if 300 <= self._status < 400:
            # A redirection: the request that follows it is the call.
            self._drop()
            return
        self._take_over(reading)
        broken = None if error is None else type(error).__name__
        if self._status >= 400:
            self._settle("error", "none", reading.error_type or str(self._status))
        elif reading.error_type is not None:
            self._settle("error", _basis_of_failure(reading, self._shape), reading.error_type)
        elif is_whole or reading.is_finished:
            self._settle_by(reading, "ok", None)
        else:
            self._settle_by(reading, "aborted", broken)

    def _take_over(self, reading: Reading) -> None:
        record = self.record
        record.response_model = reading.response_model
        record.response_id = reading.response_id
        record.service_tier = reading.service_tier
        if reading.usage is not None:
            record.usage_raw = reading.usage.raw or None
            for name in _FIGURES:
                setattr(record, name, getattr(reading.usage, name))

    def _settle_by(self, reading: Reading, status: str, error_type: str | None) -> None:
        """Settle by the provider's figures; what they lack is left for the service to count.

        Figures out of the middle of an answer (Gemini and Perplexity send them along, Anthropic just before
        the end) are not its last.
        """
        usage = reading.usage
        is_counted_out = usage is not None and (usage.output_tokens is not None or status == "ok")
        if is_counted_out:
            self._settle(status, "reported" if status == "ok" else "partial", error_type)
            return
        self._settle(status, "missing", error_type, self._text(usage))

    def _text(self, usage: Usage | None) -> _Text:
        """The text to be counted for what is not known."""
        is_input_known = usage is not None and usage.input_tokens is not None
        request_body = None if is_input_known else self._request_body
        return _Text(request_body, self._headers.get("content-type"), self._decoded_body())

    def _settle(self, status: str, basis: str, error_type: str | None, text: _Text | None = None) -> None:
        if not self._is_ours():
            return
        record = self.record
        record.status, record.basis, record.error_type = status, basis, error_type
        record.duration_s = time.perf_counter() - self._started
        self._tap.settled(record, None if text is None else text.gather, self._parent)
        self._close()

    def _drop(self) -> None:
        if self._is_ours():
            self._tap.dropped(self.record.call_id)
            self._close()

    def _is_ours(self) -> bool:
        """Whether this process may settle the call: not a second time, and not in a forked child."""
        return not self._is_settled and tap.current() is self._tap

    def _close(self) -> None:
        self._is_settled = True
        self._body = KeptBody()
        self._request_body = None


class _Text(NamedTuple):
    """What the text of a call is gathered from, off the user's thread: all of a stream is parsed for it."""

    request_body: bytes | None
    content_type: str | None
    response_body: bytes

    @faults.contained
    def gather(self) -> dict[str, str] | None:
        """`input` and `output`, as far as there is any."""
        read = None if self.request_body is None else request_text(self.request_body)
        written = response_text(self.content_type, self.response_body)
        known = {side: words for side, words in (("output", written), ("input", read)) if words}
        return known or None


def _basis_of_failure(reading: Reading, shape: Shape) -> str:
    """An error in a 200: with figures it cost them; in a stream it may have cost; alone it is a refusal."""
    if reading.usage is not None:
        return "reported"
    return "missing" if shape.is_stream else "none"


def _opening(present: Tap, shape: Shape, request: Request) -> tuple[dict[str, Any] | None, CallRecord]:
    """The parent message of a call, and its record as far as it is known when the request leaves."""
    here = context.current()
    return here.parent, CallRecord(
        call_id=os.urandom(16).hex(),
        started_at=datetime.now(timezone.utc),
        status="aborted",
        basis="missing",
        source="tap",
        operation_name=shape.operation_name,
        provider_name=shape.provider_name,
        request_model=shape.request_model,
        is_stream=shape.is_stream or None,
        server_address=request.host,
        server_port=request.port or _DEFAULT_PORTS.get(request.scheme),
        agent_name=here.agent_name,
        user_id=here.user_id,
        team=here.team,
        key_fingerprint=present.fingerprint(request.headers, request.query),
        project=here.project,
        kernel_id=here.kernel_id,
        notebook_path=here.notebook_path,
        cell_id=here.cell_id,
    )
