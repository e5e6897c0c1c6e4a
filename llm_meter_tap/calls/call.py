"""Follows one LLM call from the moment its request leaves until it settles.

A call is opened before the bytes leave, settles before the user's code gets the end of the body, and
settles once, whatever happens. What passes is not touched: pieces are kept by reference and read at the
end.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from llm_meter_tap import tap
from llm_meter_tap.calls import content_encoding, local_servers, unrecognised
from llm_meter_tap.calls.body_buffer import KeptBody
from llm_meter_tap.calls.call_text import CallText
from llm_meter_tap.calls.observer import PlainPieces
from llm_meter_tap.calls.outcome import Outcome, outcome_of
from llm_meter_tap.calls.recording import fill_record, new_record
from llm_meter_tap.calls.stored_answers import give_id
from llm_meter_tap.calls.stream_end import LINE_END, StreamEnd
from llm_meter_tap.delivery import kernel_message
from llm_meter_tap.delivery.progress import AnswerUnderWay
from llm_meter_tap.errors import LimitExceeded
from llm_meter_tap.formats.reading import Reading, Usage, plain_fields, read_response, whole_object
from llm_meter_tap.formats.registry import FORMATS
from llm_meter_tap.limits import run_caps
from llm_meter_tap.runtime import faults
from llm_meter_tap.system import Clock

if TYPE_CHECKING:
    from llm_meter_tap.calls.outgoing_request import OutgoingRequest
    from llm_meter_tap.formats.matching import CallShape
    from llm_meter_tap.limits.reservation import Refusal, ReservationRequest
    from llm_meter_tap.tap import Tap


class Call:
    """An LLM call under way; an `Observer`.

    Transports call every method in the user's thread; none raises an `Exception`.

    Args:
        present: The tap of this process.
        shape: What the request was recognised as.
        request: The request.

    Attributes:
        record: What is known of the call.
        reservation_request: What to ask before the call leaves; None where no limit can refuse it.
    """

    # Until it is opened there is nothing to settle.
    _is_settled = True
    reservation_request: ReservationRequest | None = None
    _status: int | None = None
    _headers: Mapping[str, str] = {}
    _is_decoded = False
    _stream_end: StreamEnd | None = None
    # Whether an answer in which nothing is out of the ordinary says all.
    _may_be_plain = True
    # What both lines of the call say of its record, encoded; None where it has to be encoded again.
    _constant: str | None = None

    def __init__(self, present: Tap, shape: CallShape, request: OutgoingRequest) -> None:
        self._tap = present
        self._shape = shape
        self._request_body = request.body
        self._is_first_due = shape.is_stream
        self._body = KeptBody()
        self._started = Clock.perf_counter()
        self._reference = weakref.ref(self)
        self._parent, self.record, self._place = new_record(present, shape, request)

    def admit(self) -> None:
        """Check the hard limits, then record that the call leaves.

        Raises:
            LimitExceeded: It may not.
        """
        try:
            if self.reservation_request is not None:
                self._apply_answer(self._tap.reservation_client().reserve(self.reservation_request))
            self._open()
        except BaseException:
            self._release_reservation()
            raise

    async def admit_async(self) -> None:
        """Do what `admit` does without blocking the event loop."""
        try:
            if self.reservation_request is not None:
                self._apply_answer(
                    await self._tap.reservation_client().reserve_async(self.reservation_request)
                )
            self._open()
        except BaseException:
            self._release_reservation()
            raise

    def _apply_answer(self, refusal: Refusal | None) -> None:
        if refusal is None:
            self._say_unpriced()
            self._started = Clock.perf_counter()
            return
        self.reservation_request = None
        self._refuse(refusal.limit_id)
        raise LimitExceeded(refusal.message, refusal.standing, refusal.headline, refusal.details)

    @faults.contained
    def _say_unpriced(self) -> None:
        if self.reservation_request is not None:
            self.reservation_request.say_unpriced()

    @faults.contained
    def _refuse(self, limit_id: str | None) -> None:
        self._is_settled = False
        self.record.limit_id = limit_id
        self._settle(Outcome("refused", "none", "LimitExceeded"))

    @faults.contained
    def _release_reservation(self) -> None:
        """Release the reservation of a call that will not be sent: waiting for the answer was interrupted."""
        request, self.reservation_request = self.reservation_request, None
        if request is not None:
            request.is_withdrawn = True
            self._tap.write_dropped(self.record.call_id)
        elif not self._is_settled:
            self._drop_call()

    @faults.contained
    def _open(self) -> None:
        self._is_settled = False
        self.reservation_request = None
        self._tap.under_way.add(self._reference)
        if self._parent is not None:
            run_caps.mark_caller(self._parent)
        self._constant = self._tap.write_opened(self.record, self._place)

    @faults.contained
    def failed(self, error: BaseException, is_sent: bool) -> None:
        """Settle a call that got no response.

        Args:
            error: What the library raised.
            is_sent: Whether a byte of the request may have reached the network.
        """
        if not is_sent:
            self._drop_call()
        elif isinstance(error, Exception):
            self._settle(Outcome("error", "missing", type(error).__name__))
        else:
            self._settle(Outcome("aborted", "missing", type(error).__name__, needs_text=True))

    @faults.contained
    def unsent(self) -> None:
        """Drop a call that a mock answered: nothing reached the network."""
        self._drop_call()

    @faults.contained
    def responded(self, status: int, headers: Mapping[str, str]) -> None:
        """Note the head of the response; header names in lower case."""
        self._status = status
        self._headers = headers
        if "event-stream" in headers.get("content-type", ""):
            words = FORMATS[self._shape.api].stream_ends
            if words:
                self._stream_end = StreamEnd(words)

    def feed(self, chunk: bytes, is_decoded: bool = False) -> None:
        """Keep a piece of the body that the user is about to get.

        Args:
            chunk: The piece.
            is_decoded: Its content encoding is undone already.
        """
        if self._is_settled or not chunk:
            return
        # This runs for every piece, where even a call more shows: no `faults.contained`, and most pieces are
        # kept and passed over right here.
        try:
            if self._is_first_due:
                self._note_first_piece()
            self._is_decoded = is_decoded
            body, end = self._body, self._stream_end
            if body.room > 0:
                body.head.append(chunk)
                body.room -= len(chunk)
            else:
                body.append(chunk)
            if end is None:
                return
            for word in end.words:
                if word in chunk:
                    break
            else:
                if chunk[-1] == LINE_END and not end.line:
                    return
            if end.is_near(chunk):
                self._settle_if_finished()
        except Exception as error:  # noqa: BLE001 - the tap's failures must never become the user's
            faults.count("Call.feed", error)

    def plain_pieces(self) -> PlainPieces | None:
        """Return what a transport needs to keep most pieces of a stream itself."""
        end = self._stream_end
        if end is None or len(end.words) != 1 or self._is_settled:
            return None
        return PlainPieces(self._body, end, end.words[0])

    def _note_first_piece(self) -> None:
        """Note when a stream began."""
        self._is_first_due = False
        self.record.time_to_first_chunk_s = Clock.perf_counter() - self._started
        if self._parent is not None and kernel_message.is_kernel():
            self._tap.sender.watch(weakref.WeakMethod(self.under_way))

    def under_way(self) -> AnswerUnderWay | None:
        """Return how far the answer has come; None once the call has settled. Called by another thread."""
        if self._is_settled or self._parent is None:
            return None
        return AnswerUnderWay(self.record.to_wire, self._parent, self._body.pieces)

    def _settle_if_finished(self) -> None:
        """Settle if the last event has come. A model may write its words, too, before the usage comes."""
        reading = self._read_response(is_whole=False)
        if reading.is_finished and (reading.usage is not None or reading.is_closed):
            self._settle_response(reading, is_whole=True)

    @faults.contained
    def ended(self) -> None:
        """Settle a call whose body is complete."""
        if self._is_settled:
            return
        document = fields = None
        if self._status == 200 and not self._body.is_cut:
            document = whole_object(self._headers.get("content-type", ""), self._decoded_body())
        if document is not None and self._may_be_plain and not self._shape.is_stream:
            fields = plain_fields(self._shape.api, self._headers, document)
        if fields is None:
            self._settle_response(self._read_response(is_whole=True, document=document), is_whole=True)
        else:
            self._settle_plain(fields)

    def _settle_plain(self, fields: dict[str, Any]) -> None:
        """Settle a call of whose whole answer nothing but these fields is to be said."""
        if tap.current() is not self._tap:
            return
        record = self.record
        local_servers.note_answer(record.server_address, record.server_port)
        fields["status"], fields["basis"] = "ok", "reported"
        fields["duration_s"] = Clock.perf_counter() - self._started
        vars(record).update(fields)
        self._tap.write_settled(record, None, self._parent, constant=self._constant, rest=fields)
        self._close()

    @faults.contained
    def broke(self, error: BaseException) -> None:
        """Settle a call whose body broke off, or whose reader was interrupted or cancelled."""
        if not self._is_settled:
            self._settle_response(self._read_response(is_whole=False), is_whole=False, error=error)

    def released(self) -> None:
        """Settle a call whose response was closed or freed, or that the interpreter's exit ends."""
        if not self._is_settled:
            self._settle_released()

    @faults.contained
    def _settle_released(self) -> None:
        if self._status is None:
            self._settle(Outcome("aborted", "missing", needs_text=True))
        else:
            self._settle_response(self._read_response(is_whole=False), is_whole=False)

    def __del__(self) -> None:
        self.released()

    def _read_response(self, is_whole: bool, document: dict[str, Any] | None = None) -> Reading:
        assert self._status is not None
        body = self._decoded_body()
        return read_response(
            self._shape,
            self._status,
            self._headers,
            self._headers.get("content-type"),
            body,
            is_whole and not self._body.is_cut,
            document,
        )

    def _decoded_body(self) -> bytes:
        encoding = self._headers.get("content-encoding", "")
        body = self._body.joined()
        if self._is_decoded or not encoding:
            return body
        return content_encoding.decode(body, encoding) or b""

    def _settle_response(self, reading: Reading, is_whole: bool, error: BaseException | None = None) -> None:
        """Settle a call that got a response."""
        assert self._status is not None
        if 300 <= self._status < 400 or reading.is_elsewhere:
            # The request that follows a redirection is the call; or other answers report what was asked for.
            self._drop_call()
            return
        fill_record(self.record, reading)
        if reading.usage is not None:
            local_servers.note_answer(self.record.server_address, self.record.server_port)
        if reading.unknown_members:
            unrecognised.record_unknown_members(
                self._tap.folder, self.record.provider_name, self._shape.api, reading.unknown_members
            )
        if reading.is_stored and reading.response_id is not None:
            self._constant = None
            give_id(self._tap, self.record, reading.response_id)
        broken = None if error is None else type(error).__name__
        self._settle(outcome_of(self._shape, self._status, reading, is_whole, broken), reading.usage)

    def _text(self, usage: Usage | None) -> CallText:
        """The text from which the service counts what the provider did not report."""
        is_input_known = usage is not None and usage.input_tokens is not None
        request_body = None if is_input_known else self._request_body
        return CallText(
            self._shape.api, request_body, self._headers.get("content-type"), self._decoded_body()
        )

    def _settle(self, outcome: Outcome, usage: Usage | None = None) -> None:
        if self._is_settled or tap.current() is not self._tap:
            return
        record = self.record
        record.status, record.basis, record.error_type, needs_text = outcome
        record.duration_s = Clock.perf_counter() - self._started
        text = self._text(usage).gather if needs_text else None
        self._tap.write_settled(record, text, self._parent, constant=self._constant)
        self._close()

    def _drop_call(self) -> None:
        if self._is_ours():
            self._tap.write_dropped(self.record.call_id)
            self._close()

    def _is_ours(self) -> bool:
        """Whether this process may settle the call: not a second time, and not in a forked child."""
        return not self._is_settled and tap.current() is self._tap

    def _close(self) -> None:
        self._is_settled = True
        self._tap.under_way.discard(self._reference)
        self._body.forget()
        self._request_body = None
