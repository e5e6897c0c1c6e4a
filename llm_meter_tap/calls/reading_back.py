"""Reads back what earlier calls used: the results of a batch, an answer made in the background.

Such a request is not a call itself. Each result with figures is one, with an id derived from the result
alone, so that it counts once however often, and in however many processes, it is read. Polling the state of a
batch or answer is not recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import ref

from llm_meter_tap import tap
from llm_meter_tap.calls.background_reader import PassingBody, Reader
from llm_meter_tap.calls.recording import new_record
from llm_meter_tap.calls.result_readers import FailedResponse, ResultDocument, ResultLines
from llm_meter_tap.calls.result_recorder import ResultRecorder
from llm_meter_tap.formats.matching import match_read_back
from llm_meter_tap.runtime import faults

if TYPE_CHECKING:
    from collections.abc import Mapping

    from llm_meter_tap.calls.outgoing_request import OutgoingRequest
    from llm_meter_tap.formats.format import ReadBack
    from llm_meter_tap.formats.matching import CallShape
    from llm_meter_tap.tap import Tap


def prepare_read_back(request: OutgoingRequest) -> ReadBackObserver | None:
    """Observe a request if it may read back calls and this process is metered."""
    found = match_read_back(request.host, request.path)
    present = None if found is None else tap.current()
    if found is None or present is None:
        return None
    return ReadBackObserver(present, *found, request)


class ReadBackObserver:
    """A request that reads back what earlier calls used; an `Observer`.

    It is not a call, so no limit refuses it and its leaving is not recorded.

    Args:
        present: The tap of this process.
        read_back: How the format's results are read.
        shape: What the request was recognised as.
        request: The request.
    """

    # Until the request leaves there is nothing to read.
    _is_over = True

    def __init__(self, present: Tap, read_back: ReadBack, shape: CallShape, request: OutgoingRequest) -> None:
        parent, record, _ = new_record(present, shape, request)
        self._tap = present
        self._read_back = read_back
        self._recorder = ResultRecorder(present, shape, record, parent, request.path)
        self._status: int | None = None
        self._headers: Mapping[str, str] = {}
        self._passing: PassingBody | None = None

    @faults.contained
    def admit(self) -> None:
        """Observe the request from now on."""
        self._tap.under_way.add(ref(self, self._tap.under_way.discard))
        self._is_over = False

    async def admit_async(self) -> None:
        """Observe the request from now on; nothing is awaited."""
        self.admit()

    def unsent(self) -> None:
        """A mock answered; nothing is read."""
        self._is_over = True

    def failed(self, error: BaseException, is_sent: bool) -> None:
        """No response came; nothing is read."""
        self._is_over = True

    def responded(self, status: int, headers: Mapping[str, str]) -> None:
        """The head of the response arrived; header names in lower case."""
        self._status = status
        self._headers = headers

    def feed(self, chunk: bytes, is_decoded: bool = False) -> None:
        """Keep a piece of the body that the user is about to get."""
        if self._is_over or not chunk:
            return
        try:
            if self._passing is None:
                self._passing = self._start_reading(is_decoded)
            self._passing.append(chunk)
        except Exception as error:  # noqa: BLE001 - the tap's failures must never become the user's
            faults.count("ReadBackObserver.feed", error)

    def plain_pieces(self) -> None:
        """Return None: each piece is read."""

    def _start_reading(self, is_decoded: bool) -> PassingBody:
        encoding = "" if is_decoded else self._headers.get("content-encoding", "")
        reader: Reader = FailedResponse()
        if self._status in (200, 206):
            kind = ResultLines if self._read_back.is_lines else ResultDocument
            reader = kind(self._recorder, self._read_back, encoding, self._headers.get("content-type", ""))
        passing = PassingBody(reader)
        self._tap.under_way.add(ref(passing, self._tap.under_way.discard))
        return passing

    @faults.contained
    def ended(self) -> None:
        """Settle a call whose body is complete."""
        self._end(is_whole=True)

    @faults.contained
    def broke(self, error: BaseException) -> None:
        """End a body that broke off: what came before counts, the rest will be read again."""
        self._end(is_whole=False)

    @faults.contained
    def released(self) -> None:
        """Nothing more will be read."""
        self._end(is_whole=False)

    def __del__(self) -> None:
        self.released()

    def _end(self, is_whole: bool) -> None:
        if self._is_over or tap.current() is not self._tap:  # the latter in a forked child
            return
        self._is_over = True
        if self._passing is not None:
            self._passing.end(is_whole)
