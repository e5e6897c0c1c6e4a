"""Follows a request that may be a call: its host is a provider's or uses a known format, but its path is not
known.

The answer decides. Until then nothing is written, and any other request leaves no trace. Where a hard limit
applies, a request that asks a model for something is held back like a call; the reservation is released if
the answer proves nothing. A path whose answer has proved a call is remembered: the next request to it is a
call from its start.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from llm_meter_tap.calls import local_servers, unrecognised
from llm_meter_tap.calls.call import Call
from llm_meter_tap.calls.recording import fill_shape
from llm_meter_tap.delivery.progress import AnswerUnderWay
from llm_meter_tap.formats.answer_recognition import (
    LONGEST_ANSWER,
    is_readable,
    may_answer_a_call,
    provisional_shape,
    recognise_answer,
)
from llm_meter_tap.formats.matching import CallShape, owner_of
from llm_meter_tap.formats.reading import Reading
from llm_meter_tap.runtime import faults

if TYPE_CHECKING:
    from llm_meter_tap.calls.outgoing_request import OutgoingRequest
    from llm_meter_tap.tap import Tap

FILE = "recognised-by-answer.json"
"""The file of the private folder that names the last path which was recognised so."""

_MOST_PROVED = 1000
# What the answers at each (host, port, path) proved its requests to be.
_proved: dict[tuple[str, int | None, str], CallShape] = {}


def may_be_call(request: OutgoingRequest) -> bool:
    """Whether the answer to a POST that matches no format can make it a call."""
    if request.method != "POST":
        return False
    # The host first: most requests go to hosts that are not known.
    port = local_servers.port_of(request.scheme, request.port)
    if owner_of(request.host) is None and not local_servers.is_seen(request.host, port):
        return False
    return may_answer_a_call(request.path, request.headers.get("content-type"))


class PossibleCall(Call):
    """A request that its answer may prove to be a call; an `Observer`.

    Args:
        present: The tap of this process.
        request: The request.

    Attributes:
        is_proved: An earlier answer at the same path proved a call, so that this is one from its start.
        is_reserved: A limit was asked, so that its reservation has to be released.
    """

    is_reserved = False
    _may_be_plain = False

    def __init__(self, present: Tap, request: OutgoingRequest) -> None:
        content_type = request.headers.get("content-type")
        shape = provisional_shape(request.host, request.path, content_type, request.body)
        port = local_servers.port_of(request.scheme, request.port)
        self._key = (request.host, port, request.path)
        proved = _proved.get(self._key)
        self.is_proved = proved is not None
        if proved is not None:
            shape = shape._replace(api=proved.api, provider_name=proved.provider_name)
        super().__init__(present, shape, request)
        self._request = request
        self._host = request.host
        self._size = 0
        self._is_recognised = False

    @property
    def shape(self) -> CallShape:
        """What the request is, as far as it is known."""
        return self._shape

    @faults.contained
    def _open(self) -> None:
        if self.is_proved:
            super()._open()
        else:
            self._is_settled = False
            self.reservation_request = None
            self._tap.under_way.add(self._reference)

    def _drop_call(self) -> None:
        if self.is_proved or self.is_reserved:
            super()._drop_call()
        elif self._is_ours():
            self._close()

    @faults.contained
    def failed(self, error: BaseException, is_sent: bool) -> None:
        """Settle a call that got no response, if it is known to be one."""
        if self.is_proved:
            super().failed(error, is_sent)
        else:
            self._drop_call()

    @faults.contained
    def responded(self, status: int, headers: Mapping[str, str]) -> None:
        """Note the head of the response, and stop where it cannot prove a call."""
        super().responded(status, headers)
        if not self.is_proved and not is_readable(status, headers.get("content-type", "").lower()):
            self._drop_call()

    def feed(self, chunk: bytes, is_decoded: bool = False) -> None:
        """Keep a piece of the body, up to a bound."""
        super().feed(chunk, is_decoded)
        self._size += len(chunk)
        if self._size > LONGEST_ANSWER and not self.is_proved:
            self._drop_call()

    def plain_pieces(self) -> None:
        """Return None: the size of each piece counts."""

    def under_way(self) -> AnswerUnderWay | None:
        """Return how far the answer has come; None as long as nothing proves that it is one."""
        return super().under_way() if self.is_proved else None

    @faults.contained
    def _settle_released(self) -> None:
        if self._status is None and not self.is_proved:
            self._drop_call()
        else:
            super()._settle_released()

    def _read_response(self, is_whole: bool, document: dict[str, Any] | None = None) -> Reading:
        assert self._status is not None
        is_complete = is_whole and not self._body.is_cut
        found = recognise_answer(
            self._shape, self._host, self._status, self._headers, self._decoded_body(), is_complete
        )
        if found is None:
            return super()._read_response(is_whole, document) if self.is_proved else Reading()
        self._is_recognised = True
        self._shape, reading = found
        return reading

    def _settle_response(self, reading: Reading, is_whole: bool, error: BaseException | None = None) -> None:
        assert self._status is not None
        if self._is_recognised:
            self._constant = None
            fill_shape(self.record, self._shape)
            self._remember()
        elif not self.is_proved or (is_whole and self._status < 300):
            self._drop_call()
            self._note_unrecognised()
            return
        super()._settle_response(reading, is_whole, error)

    def _remember(self) -> None:
        if self._key not in _proved:
            if len(_proved) >= _MOST_PROVED:
                _proved.clear()
            _proved[self._key] = self._shape
            host, _, path = self._key
            found = {"host": host, "path": unrecognised.shown_path(path), "api": self._shape.api}
            unrecognised.write_finding(self._tap.folder, FILE, found)

    def _note_unrecognised(self) -> None:
        request = self._request
        content_type = request.headers.get("content-type")
        unrecognised.record_unrecognised(request.host, request.path, content_type, request.body)
