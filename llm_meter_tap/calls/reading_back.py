"""Reads back what earlier calls used: the results of a batch, an answer made in the background.

Such a request is not a call itself. Each result with figures is one, with an id derived from the result
alone, so that it counts once however often, and in however many processes, it is read. A state that is only
polled is not recorded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, ref

from llm_meter_tap import tap
from llm_meter_tap.calls import content_encoding
from llm_meter_tap.calls.background_reader import PassingBody, Reader
from llm_meter_tap.calls.batch_results import result_of
from llm_meter_tap.calls.body_buffer import KeptBody
from llm_meter_tap.calls.recording import fill_record, new_record
from llm_meter_tap.formats.flags import UNREAD
from llm_meter_tap.formats.format import ReadBack, Result
from llm_meter_tap.formats.matching import CallShape, match_read_back
from llm_meter_tap.formats.reading import Reading, read_document, read_response
from llm_meter_tap.runtime import faults
from llm_meter_tap.runtime.moment import now
from llm_meter_tap.wire.call_id import call_id_of
from llm_meter_tap.wire.json_values import mapping, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from llm_meter_tap.calls.outgoing_request import OutgoingRequest
    from llm_meter_tap.tap import Tap
    from llm_meter_tap.wire.record import CallRecord

_LONGEST_LINE = 32 * 1024 * 1024
# A kernel's messages share a rate limit with the user's own output (jupyter_server: 1,000 a second).
_MOST_MESSAGES = 100
_MOST_REMEMBERED = 100_000
_OLDEST = datetime(2020, 1, 1, tzinfo=timezone.utc)

# What each tap has written down, so that polling does not fill its spool.
_known: WeakKeyDictionary[Tap, set[str]] = WeakKeyDictionary()


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
        parent, record = new_record(present, shape, request)
        self._tap = present
        self._read_back = read_back
        self._recorder = _ResultRecorder(present, shape, record, parent, request.path)
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
                self._passing = self._listen(is_decoded)
            self._passing.append(chunk)
        except Exception as error:  # noqa: BLE001 - the tap's failures must never become the user's
            faults.count("ReadBackObserver.feed", error)

    def _listen(self, is_decoded: bool) -> PassingBody:
        encoding = "" if is_decoded else self._headers.get("content-encoding", "")
        reader: Reader = _FailedResponse()
        if self._status in (200, 206):
            kind = _ResultLines if self._read_back.is_lines else _ResultDocument
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


class _FailedResponse(Reader):
    """Ignores the body of a failed request."""

    def feed(self, chunk: bytes) -> None:
        pass

    def skipped(self) -> None:
        pass

    def end(self, is_whole: bool) -> None:
        pass


class _ResultLines(Reader):
    """Reads one result a line or an event, holding one line at a time."""

    def __init__(
        self, recorder: _ResultRecorder, read_back: ReadBack, encoding: str, content_type: str
    ) -> None:
        self._recorder = recorder
        self._decode = content_encoding.piecewise(encoding)
        self._pieces: list[bytes] = []
        self._size = 0
        self._is_other = self._decode is None
        self._is_torn = False
        self._is_begun = False
        self._is_events = "event-stream" in content_type

    def feed(self, chunk: bytes) -> None:
        plain = b"" if self._is_other or self._decode is None else self._decode(chunk)
        if plain is None:
            self._is_other = True
            return
        if not plain:
            return
        if not self._is_begun:
            self._is_begun = True
            self._is_other = not self._is_events and plain.lstrip()[:1] not in (b"{", b"")
        if self._is_other:
            return
        *whole, rest = plain.split(b"\n")
        for piece in whole:
            self._keep_piece(piece)
            self._read_line()
        self._keep_piece(rest)

    def _keep_piece(self, piece: bytes) -> None:
        if self._size + len(piece) > _LONGEST_LINE:
            self._tear()
        elif piece:
            self._pieces.append(piece)
            self._size += len(piece)

    def _read_line(self) -> None:
        line, is_torn = b"".join(self._pieces), self._is_torn
        self._pieces, self._size, self._is_torn = [], 0, False
        result = None if is_torn else result_of(line)
        if result is not None:
            self._recorder.record_result(result)

    def _tear(self) -> None:
        self._pieces, self._size, self._is_torn = [], 0, True
        self._recorder.record_unread()

    def skipped(self) -> None:
        if not self._is_other:
            self._tear()
            # Of compressed bytes nothing can be read behind a gap.
            self._is_other = self._decode is not content_encoding.identity

    def end(self, is_whole: bool) -> None:
        if not self._is_other:
            self._read_line()


class _ResultDocument(Reader):
    """Reads one document, or a stream of them, at its end."""

    def __init__(
        self, recorder: _ResultRecorder, read_back: ReadBack, encoding: str, content_type: str
    ) -> None:
        self._recorder = recorder
        self._results_in = read_back.results_in
        self._is_named_by_path = read_back.is_named_by_path
        self._encoding = encoding
        self._content_type = content_type
        self._body = KeptBody()

    def feed(self, chunk: bytes) -> None:
        self._body.append(chunk)

    def skipped(self) -> None:
        self._body.is_cut = True

    def end(self, is_whole: bool) -> None:
        body: bytes | None = self._body.joined()
        if self._encoding and body:
            body = content_encoding.decode(body, self._encoding)
        if not body:
            return
        if self._results_in is not None:
            self._read_batch(body, self._results_in)
        else:
            self._recorder.record_answer(
                body, self._content_type, is_whole and not self._body.is_cut, self._is_named_by_path
            )

    def _read_batch(self, body: bytes, results_in: Callable[[dict[str, Any]], Iterator[Result]]) -> None:
        """A batch's state with its results in it, or a file of them."""
        document = parse(body)
        results = [] if document is None else [*results_in(mapping(document))]
        if document is None or not results:
            found = map(result_of, body.splitlines())
            results = [result for result in found if result is not None]
        for result in results:
            self._recorder.record_result(result)
        if self._body.is_cut:
            self._recorder.record_unread()


class _ResultRecorder:
    """Records the calls that are found."""

    def __init__(
        self, present: Tap, shape: CallShape, record: CallRecord, parent: dict[str, Any] | None, path: str
    ) -> None:
        self.shape = shape
        self._tap = present
        self._record = record
        self._parent = parent
        self._path = path
        self._recorded = 0

    def record_result(self, result: Result) -> None:
        """Record a call of a batch or a session; a batch's tier goes before the one that the answer names."""
        shape = self.shape._replace(api=result.format.name, operation_name=result.operation_name)
        reading = read_document(shape, result.answer)
        names = [name for name in (reading.response_id or result.id, result.name) if name is not None]
        if not names:
            return
        self._settle_result(shape, reading, names, result.answer, result.tier)

    def record_answer(self, body: bytes, content_type: str, is_whole: bool, is_named_by_path: bool) -> None:
        """Record the answer of a call that was made in the background, once it is there."""
        reading = read_response(self.shape, 200, {}, content_type, body, is_whole)
        name = reading.response_id if reading.is_stored else None
        if is_named_by_path:
            name = self._path.rstrip("/").rpartition("/")[2]
        if reading.usage is None or name is None:
            return
        self._settle_result(self.shape, reading, [name], mapping(parse(body)), None)

    def record_unread(self) -> None:
        """Record one call without figures for all the results that could not be read."""
        record = replace(
            self._record,
            call_id=self._id("unread", self._path),
            basis="missing",
            status="ok",
            usage_flags=[UNREAD],
            service_tier="batch",
        )
        self._write(record)

    def _settle_result(
        self,
        shape: CallShape,
        reading: Reading,
        names: list[str],
        answer: dict[str, Any],
        tier: str | None,
    ) -> None:
        record = replace(
            self._record,
            call_id=self._id(*names),
            started_at=_made_at(answer) or self._record.started_at,
            status="ok" if reading.error_type is None else "error",
            basis="missing" if reading.usage is None else "reported",
            error_type=reading.error_type,
            operation_name=shape.operation_name,
            is_stream=None,
        )
        fill_record(record, reading)
        record.service_tier = tier or record.service_tier
        self._write(record)

    def _id(self, *names: str) -> str:
        return call_id_of(self.shape.provider_name, self._record.server_address or "", *names)

    def _write(self, record: CallRecord) -> None:
        known = _known.setdefault(self._tap, set())
        if record.call_id in known:
            return
        if len(known) >= _MOST_REMEMBERED:
            known.clear()
        known.add(record.call_id)
        self._recorded += 1
        self._tap.write_settled(record, None, self._parent if self._recorded <= _MOST_MESSAGES else None)


def _made_at(answer: dict[str, Any]) -> datetime | None:
    """Return when the provider says that the call was made, which may be before a change of price."""
    for name in ("created", "created_at"):
        made_at = _time_of(answer.get(name))
        if made_at is not None:
            return made_at if _OLDEST <= made_at <= now() else None
    return None


def _time_of(value: Any) -> datetime | None:
    """A time in seconds since 1970, or in RFC 3339 with a zone."""
    if type(value) in (int, float) and 0 < value < 1e11:
        return datetime.fromtimestamp(value, timezone.utc)
    if not isinstance(value, str):
        return None
    try:
        written = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", value))
    except ValueError:
        return None
    return None if written.tzinfo is None else written
