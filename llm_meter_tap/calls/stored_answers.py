"""Knows which answers may be read back: their calls have ids by which they are found again then."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from llm_meter_tap.wire.call_id import call_id_of

if TYPE_CHECKING:
    from llm_meter_tap.tap import Tap
    from llm_meter_tap.wire.record import CallRecord

_MOST = 100_000
# The ids that calls of each tap got from their answers.
_given: WeakKeyDictionary[Tap, set[str]] = WeakKeyDictionary()


def give_id(present: Tap, record: CallRecord, response_id: str) -> None:
    """Give a call the id under which it will be read back, see `reading_back.py`.

    Args:
        present: The tap of this process.
        record: The call's record, which is changed.
        response_id: The provider's id of the answer.
    """
    call_id = call_id_of(record.provider_name or "", record.server_address or "", response_id)
    given = _given.setdefault(present, set())
    if call_id in given:
        # Every request is a call of its own, whatever id its answer repeats.
        return
    if len(given) >= _MOST:
        given.clear()
    given.add(call_id)
    present.write_dropped(record.call_id)
    record.call_id = call_id
    present.write_opened(record)
