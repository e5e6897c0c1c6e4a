"""Reservations in both databases: what is reserved, by which call, until when, and what a refusal says."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from ledger_samples import NOW, call, limit, missing

from jupyter_llm_meter.core.reservation import LEASE, USUAL_TOKENS, CallBounds, run_caps
from jupyter_llm_meter.ledger import Ledger
from jupyter_llm_meter.ledger.reservations.usual import FEWEST

HARD = limit("day", "tokens", 1000, on_exceed="block")
SECOND = timedelta(seconds=1)


def ask(call_id, read=100, written=0, at=NOW, caps=(), is_text_only=True, **fields):
    record = missing(call_id, status="ok", started_at=at, **fields)
    return CallBounds(record, read, written, is_text_only, caps)


def standing(ledger, limits=(HARD,), now=NOW):
    found = ledger.standings(list(limits), now, {"user": "alice"})
    return next(each for each in found if each.subject == "alice")


def granted(ledger, *asks, limits=(HARD,), now=NOW):
    return [claim is None for claim in ledger.reserve(asks, list(limits), now)]


def test_a_call_holds_its_worst_case_until_it_is_settled(ledger):
    assert granted(ledger, ask("a", 300, 200)) == [True]
    assert (standing(ledger).used, standing(ledger).reserved, standing(ledger).remaining) == (0, 500, 500)
    ledger.settle([call("a", input_tokens=300, output_tokens=20)], [HARD], NOW)
    assert (standing(ledger).used, standing(ledger).reserved, standing(ledger).remaining) == (320, 0, 680)


def test_a_refusal_says_what_is_used_reserved_and_needed_and_whether_waiting_helps(ledger):
    ledger.settle([call("a", input_tokens=300, output_tokens=0)], [HARD], NOW)
    assert granted(ledger, ask("b", 400)) == [True]
    (claim,) = ledger.reserve([ask("c", 400)], [HARD], NOW)
    assert (claim.standing.used, claim.standing.reserved, claim.needed) == (300, 400, 400)
    assert claim.is_reserved_elsewhere
    (claim,) = ledger.reserve([ask("c", 701)], [HARD], NOW)
    assert not claim.is_reserved_elsewhere


def test_a_call_that_breaks_one_limit_holds_nothing_of_the_others(ledger):
    one_call = limit("day", "calls", 1, on_exceed="block")
    assert granted(ledger, ask("a"), ask("b"), limits=(HARD, one_call)) == [True, False]
    assert standing(ledger).reserved == 100


def test_a_limit_that_warns_holds_nothing(ledger):
    warns = limit("day", "tokens", 10)
    assert granted(ledger, ask("a", 100), limits=(warns,)) == [True]
    assert standing(ledger, (warns,)).reserved == 0


def test_asking_again_for_the_same_call_replaces_what_it_holds(ledger):
    assert granted(ledger, ask("a", 900)) == [True]
    assert granted(ledger, ask("a", 600), ask("a", 600), ask("b", 400)) == [True, True, True]
    assert standing(ledger).reserved == 1000


def test_asking_again_past_the_lease_holds_anew_what_no_sweep_has_ended(ledger):
    later = NOW + LEASE + SECOND
    assert granted(ledger, ask("a", 600)) == [True]
    assert granted(ledger, ask("a", 100), now=later) == [True]
    assert standing(ledger, now=later).reserved == 100


def test_asking_again_under_another_subject_moves_what_the_call_holds(ledger):
    by_notebook = limit("day", "tokens", 1000, scope="notebook", on_exceed="block")
    for path in ("a.ipynb", "b.ipynb"):
        assert granted(ledger, ask("a", 600, notebook_path=path), limits=(by_notebook,)) == [True]
    reserved = {each.subject: each.reserved for each in ledger.standings([by_notebook], NOW)}
    assert {subject: amount for subject, amount in reserved.items() if amount} == {"b.ipynb": 600}


def test_a_lease_lapses_unless_it_is_renewed(ledger):
    granted(ledger, ask("a", 600), ask("b", 300))
    later = NOW + LEASE - SECOND
    assert ledger.renew(["a", "unheard-of"], later) == ["a"]
    assert standing(ledger, now=NOW + LEASE).reserved == 600
    assert ledger.renew(["b"], NOW + LEASE) == []
    assert granted(ledger, ask("c", 400, at=NOW + LEASE), now=NOW + LEASE) == [True]


def test_what_a_clock_that_was_set_back_left_behind_never_comes_back(ledger):
    granted(ledger, ask("a", 600))
    earlier = NOW - timedelta(hours=1)
    assert ledger.renew(["a"], earlier) == []
    assert ledger.sweep(earlier) == (1, 0)
    assert standing(ledger).reserved == 0


def test_a_sweep_returns_what_it_ended_and_what_remains(ledger):
    granted(ledger, ask("a"), ask("b"))
    ledger.renew(["b"], NOW + 20 * SECOND)
    assert ledger.sweep(NOW + LEASE) == (1, 1)
    assert ledger.sweep(NOW + LEASE) == (0, 1)


def test_a_call_counts_once_however_late_and_often_it_settles(ledger):
    granted(ledger, ask("a", 600))
    late = NOW + timedelta(minutes=5)
    ledger.sweep(late)
    for _ in range(2):
        ledger.settle([call("a", input_tokens=500, output_tokens=0)], [HARD], late)
    assert (standing(ledger, now=late).used, standing(ledger, now=late).reserved) == (500, 0)


def test_a_call_that_was_never_sent_gives_back_what_it_held(ledger):
    granted(ledger, ask("a", 600))
    for _ in range(2):
        ledger.settle([], [HARD], NOW, dropped=["a"])
    assert standing(ledger).reserved == 0
    assert ledger.summary(NOW)["calls"] == 0


def test_a_call_holds_room_in_the_window_in_which_it_began(ledger):
    before = NOW.replace(hour=23, minute=59, second=50)
    after = before + 20 * SECOND
    granted(ledger, ask("a", 900, at=before), now=before)
    assert granted(ledger, ask("b", 900, at=after), now=after) == [True]
    assert standing(ledger, now=before).reserved == 900
    assert standing(ledger, now=after).reserved == 900
    ledger.settle([call("a", started_at=before, input_tokens=900, output_tokens=0)], [HARD], after)
    assert standing(ledger, now=after).used == 0


def test_each_subject_has_its_own_amount_and_a_call_without_a_subject_has_no_limit(ledger):
    assert granted(ledger, ask("a", 900), ask("b", 900, user_id="bob"), ask("c", 900, user_id=None)) == [
        True,
        True,
        True,
    ]
    only = limit("day", "tokens", 10, on_exceed="block", scope="notebook", value="a.ipynb")
    assert granted(
        ledger, ask("d"), ask("e", notebook_path="b.ipynb"), ask("f", notebook_path=None), limits=(only,)
    ) == [False, True, True]


def test_dollars_are_held_at_the_price_without_any_discount(ledger):
    hard = limit("day", "USD", 1, on_exceed="block")
    granted(ledger, ask("a", 100_000, 10_000), limits=(hard,))
    # gpt-4o: 2.50 and 10 dollars a million tokens.
    assert standing(ledger, (hard,)).reserved == Decimal("0.35")
    assert standing(ledger, (hard,)).soft == 0


def test_a_model_without_a_price_is_refused_only_when_nothing_is_left(ledger):
    hard = limit("day", "USD", 1, on_exceed="block")
    homemade = {"request_model": "homemade", "server_address": "127.0.0.1"}
    spent = call("a", cost_amount=Decimal("0.99"), cost_currency="USD")
    ledger.settle([spent], [hard], NOW)
    assert granted(ledger, ask("b", **homemade), limits=(hard,)) == [True]
    assert standing(ledger, (hard,)).reserved == 0
    ledger.settle([call("c", cost_amount=Decimal("0.01"), cost_currency="USD")], [hard], NOW)
    assert granted(ledger, ask("d", **homemade), limits=(hard,)) == [False]


def test_what_cannot_be_known_is_held_as_estimated(ledger):
    roomy = limit("day", "tokens", 100_000, on_exceed="block")
    granted(ledger, ask("a", 100, None), limits=(roomy,))
    assert (standing(ledger, (roomy,)).reserved, standing(ledger, (roomy,)).soft) == (100 + USUAL_TOKENS,) * 2
    granted(ledger, ask("b", 100, 50, is_text_only=False), ask("c", 100, 50), limits=(roomy,))
    assert standing(ledger, (roomy,)).soft == 100 + USUAL_TOKENS + 150
    assert standing(ledger, (roomy,)).reserved == 100 + USUAL_TOKENS + 300


def test_an_answer_without_a_bound_is_taken_to_be_as_long_as_this_users_usually_are(ledger):
    roomy = limit("day", "tokens", 100_000, on_exceed="block")
    past = [
        call(f"p{n}", input_tokens=10, output_tokens=n, started_at=NOW - timedelta(days=2))
        for n in range(1, FEWEST + 1)
    ]
    others = [call(f"o{n}", output_tokens=9999, user_id="bob") for n in range(FEWEST)]
    ledger.settle([*past, *others], [], NOW)
    granted(ledger, ask("a", 100, None), limits=(roomy,))
    assert standing(ledger, (roomy,)).reserved == 100 + 19


def test_an_embedding_writes_nothing(ledger):
    granted(ledger, ask("a", 100, None, operation_name="embeddings"))
    assert (standing(ledger).reserved, standing(ledger).soft) == (100, 0)


def test_a_limit_on_a_model_looks_at_the_counter_that_the_call_will_count_in(ledger):
    dated = limit("day", "tokens", 1000, on_exceed="block", scope="model")
    answered = {"request_model": "gpt-4o", "response_model": "gpt-4o-2024-08-06"}
    ledger.settle([call("a", input_tokens=900, output_tokens=0, **answered)], [dated], NOW)
    (claim,) = ledger.reserve([ask("b", 200)], [dated], NOW)
    assert (claim.standing.subject, claim.standing.used) == ("gpt-4o-2024-08-06", 900)
    with_value = limit("day", "tokens", 1000, on_exceed="block", scope="model", value="gpt-4o-2024-08-06")
    assert granted(ledger, ask("b", 200), limits=(with_value,)) == [False]


def refusal(call_id, **fields):
    unknown = {"input_tokens": None, "output_tokens": None, "limit_id": HARD.id}
    return call(call_id, status="refused", basis="none", **{**unknown, **fields})


def test_the_first_refused_call_raises_an_alert_that_says_why(ledger):
    granted(ledger, ask("a", 600))
    ledger.reserve([ask("b", 500), ask("c", 500)], [HARD], NOW)
    (alert,) = ledger.settle([refusal("b"), refusal("c")], [HARD], NOW).crossed
    assert (alert.kind, alert.threshold, alert.subject) == ("blocked", 1, "alice")
    assert (alert.used, alert.reserved, alert.needed, alert.amount) == (0, 600, 500, 1000)
    assert ledger.alerts([HARD], NOW) == [alert]
    assert ledger.settle([refusal("d")], [HARD], NOW).crossed == []


def test_a_forgotten_refusal_raises_an_alert_without_the_needed_amount(ledger):
    ledger.settle([call("a", input_tokens=990, output_tokens=0)], [HARD], NOW)
    crossed = ledger.settle([refusal("b")], [HARD], NOW).crossed
    assert [(alert.kind, alert.used, alert.needed) for alert in crossed] == [("blocked", 990, None)]


def test_a_used_up_limit_is_exceeded_and_its_refusal_raises_a_second_alert(ledger):
    crossed = ledger.settle([call("a", input_tokens=1000, output_tokens=0)], [HARD], NOW).crossed
    assert [alert.kind for alert in crossed] == ["exceeded"]
    assert [alert.kind for alert in ledger.settle([refusal("b")], [HARD], NOW).crossed] == ["blocked"]
    assert standing(ledger).level == "blocked"


def test_a_cap_holds_for_its_run_and_counts_what_its_calls_used(ledger):
    caps = run_caps("run-1", [("tokens", Decimal(1000)), ("calls", Decimal(2))])
    assert granted(ledger, ask("a", 600, caps=caps), ask("b", 600, caps=caps), limits=()) == [True, False]
    ledger.settle([call("a", input_tokens=100, output_tokens=50), call("x")], [], NOW)
    (claim,) = ledger.reserve([ask("c", 900, caps=caps)], [], NOW)
    assert (claim.standing.limit.id, claim.standing.used) == ("run=run-1/total/tokens", 150)
    assert granted(ledger, ask("c", 800, caps=caps), ask("d", 1, caps=caps), limits=()) == [True, False]
    assert granted(ledger, ask("e", 900, caps=run_caps("run-2", [("tokens", Decimal(1000))])), limits=()) == [
        True
    ]


def test_a_call_that_settles_after_its_lease_counts_on_its_run_all_the_same(ledger):
    caps = run_caps("run-1", [("tokens", Decimal(1000))])
    granted(ledger, ask("a", 600, caps=caps), limits=())
    late = NOW + timedelta(minutes=10)
    ledger.sweep(late)
    ledger.settle([call("a", input_tokens=500, output_tokens=0)], [], late)
    (claim,) = ledger.reserve([ask("b", 501, at=late, caps=caps)], [], late)
    assert (claim.standing.used, claim.standing.reserved) == (500, 0)


def test_threads_on_several_connections_never_overshoot_and_waste_no_room(database_url):
    rounds, threads = 12, 4

    def work(name):
        sent = 0
        with Ledger.open(database_url) as own:
            for n in range(rounds):
                if own.reserve([ask(f"{name}-{n}", 70, 10)], [HARD], NOW) == [None]:
                    record = call(f"{name}-{n}", input_tokens=70, output_tokens=10)
                    own.settle([record], [HARD], NOW)
                    sent += 1
        return sent

    with ThreadPoolExecutor(threads) as pool:
        sent = sum(pool.map(work, "abcd"))
    with Ledger.open(database_url) as ledger:
        assert (sent, standing(ledger).used, standing(ledger).reserved) == (12, 960, 0)


@pytest.mark.parametrize("count", [300])
def test_many_limits_are_counted_reviewed_and_read_together(ledger, count):
    ledger.settle([call("a", notebook_path="7.ipynb", input_tokens=95, output_tokens=0)], [], NOW)
    limits = [
        limit("day", "tokens", 100, on_exceed="block", scope="notebook", value=f"{n}.ipynb")
        for n in range(count)
    ]
    assert [alert.subject for alert in ledger.review(limits, NOW)] == ["7.ipynb"]
    assert granted(ledger, ask("b", 10, notebook_path="7.ipynb"), limits=limits) == [False]
    found = ledger.standings(limits, NOW)
    assert [int(each.used) for each in found] == [95 if n == 7 else 0 for n in range(count)]
    assert [alert.limit_id for alert in ledger.alerts(limits, NOW)] == ["notebook=7.ipynb/day/tokens"]


def test_only_the_newest_refusals_are_remembered(ledger, monkeypatch):
    monkeypatch.setattr("jupyter_llm_meter.ledger.reservations._MOST_REFUSED", 1)
    assert granted(ledger, ask("a", 2000), ask("b", 3000)) == [False, False]
    (alert,) = ledger.settle([refusal("a")], [HARD], NOW).crossed
    assert alert.needed is None


def test_a_batch_of_calls_under_many_limits_is_held_to_each_of_them(ledger):
    names = [f"{number}.ipynb" for number in range(101)]
    many = [limit("total", "tokens", 150, scope="notebook", value=name, on_exceed="block") for name in names]
    ledger.settle([call("used", notebook_path=names[0])], many, NOW)
    asks = [ask(name, notebook_path=name) for name in names]
    assert granted(ledger, *asks, limits=many) == [False] + [True] * 100
