"""Read the results in a response that reports earlier calls: a line at a time, or as one document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llm_meter_tap.calls import content_encoding
from llm_meter_tap.calls.background_reader import Reader
from llm_meter_tap.calls.batch_results import result_of
from llm_meter_tap.calls.body_buffer import KeptBody
from llm_meter_tap.wire.json_values import mapping, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from llm_meter_tap.calls.result_recorder import ResultRecorder
    from llm_meter_tap.formats.format import ReadBack, Result

_LONGEST_LINE = 32 * 1024 * 1024
"""Bytes; a longer line is not kept, and its result counts as unread."""


class FailedResponse(Reader):
    """Ignores the body of a failed request."""

    def feed(self, chunk: bytes) -> None:
        pass

    def skipped(self) -> None:
        pass

    def end(self, is_whole: bool) -> None:
        pass


class ResultLines(Reader):
    """Reads one result a line or an event, holding one line at a time."""

    def __init__(
        self, recorder: ResultRecorder, read_back: ReadBack, encoding: str, content_type: str
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
            # Compressed bytes cannot be read after a gap.
            self._is_other = self._decode is not content_encoding.identity

    def end(self, is_whole: bool) -> None:
        if not self._is_other:
            self._read_line()


class ResultDocument(Reader):
    """Reads one document, or a stream of them, at its end."""

    def __init__(
        self, recorder: ResultRecorder, read_back: ReadBack, encoding: str, content_type: str
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
