"""Allotments in the ledger: given, drawn from, called back, given back, lapsed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from ledger_samples import NOW, call, limit, missing

from jupyter_llm_meter.core.allotments import VALID, AllotmentRequest, AllotmentReturn
from jupyter_llm_meter.core.reservation import LEASE, CallBounds, run_caps

TOKENS = limit("month", "tokens", 10_000, on_exceed="block")
DOLLARS = limit("month", "USD", 10, on_exceed="block")
SPOOL = "4242-0badcafe.jsonl"


def ask(call_id, read=10, written=40, *, calls=20, spool=SPOOL, at=NOW, **more):
    """A call of 50 tokens at most, with the wish for an allotment of twenty like it, reckoned at 100 each."""
    wish = AllotmentRequest(f"for-{call_id}", spool, calls, 60) if calls else None
    return CallBounds(missing(call_id, started_at=at), read, written, allotment=wish, **more)


def given(ledger, call_id="a", limits=(TOKENS,), now=NOW, **more):
    """What the process was given with the reservation of a call."""
    reserved = ledger.reserve_with_allotments([ask(call_id, at=now, **more)], list(limits), now)
    assert reserved.decisions == [None]
    return reserved.allotments.get(call_id)


def reserved(ledger, limits=(TOKENS,), now=NOW):
    return [int(standing.reserved) for standing in ledger.standings(list(limits), now, {"user": "alice"})]


def drawn(call_id, allotment, **fields):
    return replace(call(call_id, **fields), allotment_id=allotment.id)


def test_an_allotment_is_for_so_many_calls_like_the_one_that_was_asked_about(ledger):
    allotment = given(ledger)
    assert [(share.limit_id, share.amount) for share in allotment.shares] == [(TOKENS.id, 2000)]
    assert allotment.valid == VALID
    assert allotment.ceiling is None
    assert reserved(ledger) == [2050]


def test_who_asks_twice_because_the_answer_was_lost_is_given_one_allotment(ledger):
    assert given(ledger) == given(ledger)
    assert reserved(ledger) == [2050]


def test_dollars_are_allotted_at_the_highest_price_of_the_model(ledger):
    allotment = given(ledger, limits=[TOKENS, DOLLARS])
    in_dollars = next(share for share in allotment.shares if share.unit == "USD")
    assert in_dollars.amount == 20 * allotment.ceiling.of(60, 40) > 0


def test_without_a_known_price_nothing_is_allotted_of_a_limit_in_dollars(ledger):
    bounds = ask("a")
    unknown = replace(bounds, record=replace(bounds.record, request_model="nobody-knows"))
    assert ledger.reserve_with_allotments([unknown], [DOLLARS], NOW).allotments == {}


def test_what_is_not_only_text_gets_no_allotment(ledger):
    assert given(ledger, is_text_only=False) is None


def test_near_the_end_of_a_limit_calls_are_reserved_one_by_one(ledger):
    near = limit("month", "tokens", 1600, on_exceed="block")
    assert given(ledger, limits=[near]) is None
    assert given(ledger, "b", limits=[replace(near, amount=near.amount + 200)]) is not None


def test_an_allotment_ends_with_the_window_that_it_was_given_in(ledger):
    hourly = limit("hour", "tokens", 10_000, on_exceed="block")
    late = NOW + timedelta(minutes=59, seconds=55)
    assert given(ledger, limits=[hourly], now=late).valid == timedelta(seconds=5)


def test_a_drawn_call_moves_what_it_used_from_the_allotment_to_the_counter(ledger):
    allotment = given(ledger)
    settled = ledger.settle([drawn("x", allotment)], [TOKENS], NOW)
    assert [(each.call_id, each.used["tokens"], each.used["calls"]) for each in settled.drawn] == [
        ("x", 120, 1)
    ]
    (standing,) = ledger.standings([TOKENS], NOW, {"user": "alice"})
    assert (int(standing.used), int(standing.reserved)) == (120, 1930)


def test_a_drawn_call_that_arrives_twice_is_taken_from_the_allotment_once_and_answered_twice(ledger):
    allotment = given(ledger)
    for _ in range(2):
        settled = ledger.settle([drawn("x", allotment)], [TOKENS], NOW)
        assert [each.used["tokens"] for each in settled.drawn] == [120]
    assert reserved(ledger) == [1930]


def test_a_drawn_call_whose_figures_come_later_is_taken_from_the_allotment_then(ledger):
    allotment = given(ledger)
    ledger.settle([replace(missing("x"), allotment_id=allotment.id)], [TOKENS], NOW)
    assert reserved(ledger) == [2050]
    ledger.settle([drawn("x", allotment)], [TOKENS], NOW)
    assert reserved(ledger) == [1930]


def test_an_allotment_never_falls_below_nothing(ledger):
    allotment = given(ledger, calls=4)
    ledger.settle([drawn("x", allotment, input_tokens=5000)], [TOKENS], NOW)
    assert reserved(ledger) == [50]


def test_drawn_calls_count_on_the_cap_of_their_run(ledger):
    caps = run_caps("run-1", [("tokens", TOKENS.amount)])
    allotment = given(ledger, limits=[], caps=caps)
    ledger.settle([drawn("x", allotment)], [], NOW)
    (refused,) = ledger.reserve([ask("b", 9900, 0, calls=0, caps=caps)], [], NOW)
    assert int(refused.standing.used) == 120


def test_what_is_given_back_is_there_for_others_but_for_what_calls_under_way_hold(ledger):
    allotment = given(ledger)
    ledger.give_back([AllotmentReturn(allotment.id, {TOKENS.id: 300})])
    assert reserved(ledger) == [350]
    ledger.give_back([AllotmentReturn(allotment.id, {TOKENS.id: 900})])
    assert reserved(ledger) == [350]
    ledger.give_back([AllotmentReturn(allotment.id)])
    assert reserved(ledger) == [50]


def test_reservations_of_calls_cannot_be_given_back_as_allotments(ledger):
    given(ledger, calls=0)
    ledger.give_back([AllotmentReturn("a"), AllotmentReturn("a", {TOKENS.id: 0})])
    assert reserved(ledger) == [50]


def test_a_process_gives_back_and_asks_in_one_step(ledger):
    first = given(ledger)
    small = limit("month", "tokens", 2200, on_exceed="block")
    again = ask("b", 100, 900, calls=0, returned=[AllotmentReturn(first.id)])
    assert ledger.reserve([again], [small], NOW) == [None]
    assert reserved(ledger, [small]) == [1050]


def test_a_call_that_lacks_only_what_is_allotted_calls_it_back(ledger):
    allotment = given(ledger)
    (refused,) = ledger.reserve([ask("b", 8000, 0, calls=0)], [TOKENS], NOW)
    assert refused.is_allotted_elsewhere
    for _ in range(2):
        assert ledger.settle([drawn("x", allotment)], [TOKENS], NOW).recalled == [allotment.id]


def test_a_call_that_lacks_more_than_what_is_allotted_calls_nothing_back(ledger):
    allotment = given(ledger)
    (refused,) = ledger.reserve([ask("b", 10_001, 0, calls=0)], [TOKENS], NOW)
    assert not refused.is_allotted_elsewhere
    assert ledger.settle([drawn("x", allotment)], [TOKENS], NOW).recalled == []


def test_an_allotment_lapses_with_its_lease_and_lives_while_it_is_renewed(ledger):
    allotment = given(ledger)
    later = NOW + LEASE - timedelta(seconds=1)
    assert ledger.renew([allotment.id], later) == [allotment.id]
    assert reserved(ledger, now=NOW + LEASE) == [2000]
    assert reserved(ledger, now=later + LEASE) == [0]


def test_a_dead_process_holds_nothing(ledger):
    given(ledger)
    given(ledger, "b", spool="4343-0badcafe.jsonl")
    assert ledger.end_of_holder(SPOOL) == 1
    assert reserved(ledger) == [50 + 50 + 1900]


def test_a_dead_process_reserves_nothing_for_a_call_that_it_never_sent(ledger):
    ledger.reserve([replace(ask("a", calls=0), holder=SPOOL), ask("b", calls=0)], [TOKENS], NOW)
    assert ledger.end_of_holder(SPOOL) == 1
    assert reserved(ledger) == [50]


def test_two_processes_are_never_given_the_same_room(ledger):
    for number in range(40):
        ledger.reserve_with_allotments([ask(f"call-{number}", calls=200)], [TOKENS], NOW)
        (standing,) = ledger.standings([TOKENS], NOW, {"user": "alice"})
        assert standing.used + standing.reserved <= standing.amount


@pytest.mark.parametrize("raised", [False, True])
def test_a_lower_amount_leaves_no_room_for_more(ledger, raised):
    allotment = given(ledger)
    lower = replace(TOKENS, amount=TOKENS.amount if raised else TOKENS.amount / 5)
    (decision,) = ledger.reserve([ask("b", calls=0)], [lower], NOW)
    assert (decision is None) == raised
    assert allotment.shares[0].amount == 2000
