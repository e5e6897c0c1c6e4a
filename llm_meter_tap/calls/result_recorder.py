"""Records the calls whose results were read back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from llm_meter_tap.calls.recording import fill_record
from llm_meter_tap.formats.flags import UNREAD
from llm_meter_tap.formats.reading import Reading, read_document, read_response
from llm_meter_tap.runtime.moment import now
from llm_meter_tap.wire.call_id import call_id_of
from llm_meter_tap.wire.json_values import mapping, parse

if TYPE_CHECKING:
    from llm_meter_tap.formats.format import Result
    from llm_meter_tap.formats.matching import CallShape
    from llm_meter_tap.tap import Tap
    from llm_meter_tap.wire.record import CallRecord

# A kernel's messages share a rate limit with the user's own output (jupyter_server: 1,000 a second).
_MOST_MESSAGES = 100
_MOST_REMEMBERED = 100_000
_OLDEST = datetime(2020, 1, 1, tzinfo=timezone.utc)

_known: WeakKeyDictionary[Tap, set[str]] = WeakKeyDictionary()
"""The ids that each tap has written, so that polling does not fill its spool."""


class ResultRecorder:
    """Records each call that is found, once.

    Args:
        present: The tap of this process.
        shape: What the request was recognised as.
        record: What is known of the calls before they are read.
        parent: The parent message of the cell that reads them; None outside a kernel.
        path: The path of the request.
    """

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
