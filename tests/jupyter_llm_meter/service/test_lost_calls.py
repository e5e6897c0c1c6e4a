from datetime import datetime, timezone

import pytest

from jupyter_llm_meter.service.kernel_message import KernelMessage
from jupyter_llm_meter.service.lost_calls import LostCalls, explain_lost_calls
from llm_meter_tap.wire.record import CallRecord


def call(number, *, tap="t", remembered=32):
    """The message of a tap's n-th call; each call takes ten tokens and writes one."""
    record = CallRecord(
        call_id=f"call-{number}",
        started_at=datetime(2026, 11, 24, tzinfo=timezone.utc),
        status="ok",
        basis="reported",
        source="message",
        input_tokens=10,
        output_tokens=1,
    )
    return KernelMessage(tap, number, names(number - 1, remembered), 10 * (number - 1), number - 1, record)


def alive(reported, *, tap="t", remembered=32):
    """The message that a tap is alive and has reported so many calls."""
    return KernelMessage(tap, reported, names(reported, remembered), 10 * reported, reported)


def names(reported, remembered):
    return tuple(f"call-{number}" for number in range(1, reported + 1))[-remembered:]


@pytest.mark.parametrize(
    "messages",
    [
        [alive(0), call(1), call(2), alive(2), call(3)],
        [call(1), call(2)],
        [alive(0), call(1), alive(0, tap="restarted"), call(1, tap="restarted")],
        [alive(0), alive(0)],
    ],
    ids=["with announcements", "without", "restart", "silence"],
)
def test_nothing_is_missed_where_nothing_is_lost(messages):
    lost = LostCalls()
    assert [lost.add_message("k", message) for message in messages] == [None] * len(messages)


@pytest.mark.parametrize("later", [call(4), alive(3)], ids=["a call", "an announcement"])
def test_whatever_comes_next_shows_what_was_lost_before_it(later):
    lost = LostCalls()
    lost.add_message("k", call(1))
    gap = lost.add_message("k", later)
    assert (gap.call_ids, gap.unnamed, gap.tokens) == ({"call-2", "call-3"}, 0, 22)


def test_calls_that_no_message_names_any_more_are_still_counted():
    lost = LostCalls()
    lost.add_message("k", call(1))
    gap = lost.add_message("k", call(10, remembered=3))
    assert (gap.calls, gap.unnamed, gap.tokens) == (8, 5, 88)


def test_for_a_tap_first_seen_late_only_the_calls_that_it_names_are_missed():
    gap = LostCalls().add_message("k", call(10, remembered=3))
    assert (gap.call_ids, gap.unnamed) == ({"call-7", "call-8", "call-9"}, 0)


def test_kernels_are_counted_apart():
    lost = LostCalls()
    lost.add_message("k", call(5))
    assert lost.add_message("other", call(1)) is None


def test_a_gap_closes_call_by_call():
    lost = LostCalls()
    lost.add_message("k", call(1))
    lost.gaps.append(lost.add_message("k", call(4)))
    assert lost.fill(["call-3", "unknown"])
    assert lost.named() == ["call-2"]
    assert not lost.fill(["call-3"])
    lost.fill(["call-2"])
    assert lost.gaps == []


def test_the_words_sum_up_each_kernel():
    lost = LostCalls()
    lost.add_message("k", call(1))
    gaps = [lost.add_message("k", call(4)), lost.add_message("k", call(200, remembered=1))]
    assert "197 of kernel k (up to 2,167 tokens)" in explain_lost_calls(gaps).text
