"""Deliveries: one a channel with the alert, leased, merged, retried for a day, capped by the hour."""

import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import ledger_samples
import pytest
from ledger_samples import NOW, call, limit

from jupyter_llm_meter.core.standing import TopNotebook
from jupyter_llm_meter.ledger import Ledger, Outbox
from jupyter_llm_meter.ledger.deliveries import DELIVERY_LEASE, LONGEST_PAUSE, Quiet, pause_after

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PROCESSES = 4
PATIENCE_S = 240


@pytest.fixture
def posted():
    """How often the ledger said that something was left to deliver."""
    return []


@pytest.fixture
def ledger(database_url, posted):
    """A ledger whose limits notify the channels that they name, else ``ops``."""
    outbox = Outbox(
        lambda each: ("ops",) if each.notify is None else each.notify, lambda: posted.append(True)
    )
    with Ledger.open(database_url, outbox=outbox) as opened:
        yield opened


def spend(ledger, call_id, tokens, now=NOW, limits=None, **fields):
    record = call(call_id, started_at=now, input_tokens=tokens, output_tokens=0, **fields)
    return ledger.settle([record], limits or [limit(amount=1000)], now).crossed


def take(ledger, now=NOW, channel="ops", most_per_hour=20, **arguments):
    return ledger.take_turn(channel, most_per_hour, now, **arguments)


def test_an_alert_waits_for_each_channel_of_its_limit(ledger, posted):
    (alert,) = spend(ledger, "a", 900, limits=[limit(amount=1000, notify=["ops", "mail"])])
    assert posted == [True]
    for channel in ("ops", "mail"):
        (delivery,) = take(ledger, channel=channel).deliveries
        assert (delivery.alert, delivery.time_zone) == (alert, "UTC")
    assert take(ledger, channel="other").deliveries == ()


def test_an_alert_of_a_limit_without_channels_has_no_delivery(ledger):
    spend(ledger, "a", 900, limits=[limit(amount=1000, notify=[])])
    assert ledger.channel_records() == []


def test_nothing_is_posted_without_an_alert(ledger, posted):
    spend(ledger, "a", 10)
    assert posted == []


def test_alerts_of_a_changed_limit_wait_as_well(ledger, posted):
    ledger.settle([call("a", input_tokens=900)], [], NOW)
    ledger.standings([limit(amount=1000)], NOW)
    assert len(posted) == len(take(ledger).deliveries) == 1


def test_a_delivery_names_the_three_notebooks_that_used_most(ledger):
    for number, tokens in enumerate([100, 300, 200, 250]):
        spend(ledger, str(number), tokens, notebook_path=f"{number}.ipynb")
    (delivery,) = take(ledger).deliveries
    assert delivery.notebooks == (
        TopNotebook("1.ipynb", Decimal(300)),
        TopNotebook("3.ipynb", Decimal(250)),
        TopNotebook("2.ipynb", Decimal(200)),
    )
    assert delivery.alert.top_notebook == "1.ipynb"


def test_one_crossing_is_one_alert_in_the_message(ledger):
    hard = [limit("day", "calls", amount=3, warn_at=[0.5, 0.67], on_exceed="block")]
    for number in range(3):
        spend(ledger, str(number), 10, limits=hard)
    refused = {"status": "refused", "basis": "none", "limit_id": hard[0].id}
    ledger.settle([call("refused", **refused)], hard, NOW)
    turn = take(ledger)
    (delivery,) = turn.deliveries
    assert delivery.alert.kind == "blocked"
    ledger.mark_sent(turn.message_id, NOW)
    assert take(ledger, NOW + MINUTE).deliveries == ()


def test_limits_that_were_crossed_by_one_call_are_both_in_the_message(ledger):
    spend(ledger, "a", 900, limits=[limit(amount=1000), limit("day", amount=900)])
    assert [delivery.alert.limit_id for delivery in take(ledger).deliveries] == [
        "user/month/tokens",
        "user/day/tokens",
    ]


def test_what_waits_for_a_channel_is_one_message(ledger):
    spend(ledger, "a", 1000)
    spend(ledger, "b", 900, NOW + SECOND, user_id="bob")
    turn = take(ledger, NOW + SECOND)
    assert [(each.alert.subject, each.alert.kind) for each in turn.deliveries] == [
        ("alice", "exceeded"),
        ("bob", "warning"),
    ]


def test_a_leased_message_belongs_to_one_process_until_the_lease_ends(ledger):
    spend(ledger, "a", 900)
    assert len(take(ledger).deliveries) == 1
    spend(ledger, "b", 900, user_id="bob")
    other = take(ledger, NOW + SECOND, is_urgent=True)
    assert (other.deliveries, other.next_at) == ((), NOW + DELIVERY_LEASE)
    assert len(take(ledger, NOW + DELIVERY_LEASE).deliveries) == 2


def test_a_message_marked_as_sent_does_not_go_again(ledger):
    spend(ledger, "a", 900)
    turn = take(ledger)
    ledger.mark_sent(turn.message_id, NOW + SECOND)
    later = take(ledger, NOW + DAY, is_urgent=True)
    assert (later.deliveries, later.next_at) == ((), None)
    (record,) = ledger.channel_records()
    assert (record.waiting, record.given_up, record.sent_at, record.reason) == (0, 0, NOW + SECOND, None)


def test_who_lost_the_lease_does_not_mark_another_s_message(ledger):
    spend(ledger, "a", 900)
    first = take(ledger)
    second = take(ledger, NOW + DELIVERY_LEASE)
    ledger.mark_sent(first.message_id, NOW + DELIVERY_LEASE)
    assert ledger.mark_failed(first.message_id, "late", NOW + DELIVERY_LEASE) == 0
    assert ledger.channel_records()[0].waiting == 1
    ledger.mark_sent(second.message_id, NOW + DELIVERY_LEASE)
    assert ledger.channel_records()[0].waiting == 0


def test_a_failing_channel_is_tried_ever_more_rarely_and_given_up_after_a_day(ledger):
    spend(ledger, "a", 900)
    now, tries = NOW, []
    while True:
        turn = take(ledger, now)
        if turn.message_id is None:
            assert turn.next_at is not None
            now = turn.next_at
            continue
        tries.append(now)
        if ledger.mark_failed(turn.message_id, "no answer", now):
            break
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert pauses == [pause_after(number) for number in range(1, len(tries))]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (MINUTE, LONGEST_PAUSE)
    assert DAY <= tries[-1] - tries[0] <= DAY + LONGEST_PAUSE
    assert len(tries) == 14
    assert take(ledger, now + DAY, is_urgent=True).next_at is None
    (record,) = ledger.channel_records()
    assert (record.waiting, record.given_up, record.reason) == (0, 1, "no answer")


def test_a_new_alert_waits_with_those_that_failed(ledger):
    spend(ledger, "a", 900)
    ledger.mark_failed(take(ledger).message_id, "no answer", NOW)
    spend(ledger, "b", 900, NOW + SECOND, user_id="bob")
    turn = take(ledger, NOW + SECOND)
    assert (turn.deliveries, turn.next_at) == ((), NOW + MINUTE)
    assert len(take(ledger, NOW + MINUTE).deliveries) == 2


def test_a_service_that_starts_does_not_wait_for_the_next_attempt(ledger):
    spend(ledger, "a", 900)
    ledger.mark_failed(take(ledger).message_id, "no answer", NOW)
    assert len(take(ledger, NOW + SECOND, is_urgent=True).deliveries) == 1


def test_a_channel_gets_no_more_messages_than_its_cap_and_the_rest_as_one(ledger):
    for number in range(2):
        spend(ledger, f"a{number}", 900, NOW + number * MINUTE, user_id=f"user{number}")
        turn = take(ledger, NOW + number * MINUTE, most_per_hour=2)
        ledger.mark_sent(turn.message_id, NOW + number * MINUTE)
    for number in range(2, 5):
        spend(ledger, f"a{number}", 900, NOW + number * MINUTE, user_id=f"user{number}")
    turn = take(ledger, NOW + 5 * MINUTE, most_per_hour=2, is_urgent=True)
    assert (turn.deliveries, turn.next_at) == ((), NOW + HOUR)
    assert len(take(ledger, NOW + HOUR, most_per_hour=2).deliveries) == 3


def test_a_message_of_many_alerts_counts_once_towards_the_cap(ledger):
    for number in range(5):
        spend(ledger, f"a{number}", 900, user_id=f"user{number}")
    ledger.mark_sent(take(ledger, most_per_hour=2).message_id, NOW)
    spend(ledger, "b", 200, user_id="user0")
    assert len(take(ledger, most_per_hour=2).deliveries) == 1


def test_a_clock_that_was_set_back_holds_nothing_up(ledger):
    spend(ledger, "a", 900, NOW)
    take(ledger, NOW + 5 * HOUR)
    assert len(take(ledger, NOW).deliveries) == 1
    ledger.mark_failed(take(ledger, NOW + DELIVERY_LEASE).message_id, "no answer", NOW + DAY)
    assert len(take(ledger, NOW + DELIVERY_LEASE).deliveries) == 1


def test_a_refused_call_is_delivered_as_well(ledger):
    limits = [limit(amount=100, on_exceed="block")]
    none = {"status": "refused", "basis": "none", "input_tokens": None, "output_tokens": None}
    ledger.settle([call("a", limit_id=limits[0].id, **none)], limits, NOW)
    assert [each.alert.kind for each in take(ledger).deliveries] == ["blocked"]


def test_a_warning_waits_until_the_quiet_hours_are_over_and_goes_out_with_the_others(ledger):
    quiet = Quiet(NOW + HOUR, is_urgent_sent=True)
    limits = [limit(amount=1000), limit("day", amount=1000)]
    spend(ledger, "a", 900, limits=limits)
    held = take(ledger, quiet=quiet, is_urgent=True)
    assert (held.message_id, held.next_at) == (None, NOW + HOUR)
    assert len(take(ledger, NOW + HOUR).deliveries) == 2


def test_an_urgent_alert_goes_out_in_quiet_hours_and_spares_the_warnings_before_it(ledger):
    quiet = Quiet(NOW + HOUR, is_urgent_sent=True)
    month, day = limit(amount=1000, warn_at=[0.5, 0.8]), limit("day", amount=1500, warn_at=[0.4])
    spend(ledger, "a", 600, limits=[month, day])
    spend(ledger, "b", 500, limits=[month, day])
    turn = take(ledger, quiet=quiet)
    assert [(each.alert.limit_id, each.alert.kind) for each in turn.deliveries] == [(month.id, "exceeded")]
    ledger.mark_sent(turn.message_id, NOW)
    assert take(ledger, quiet=quiet).next_at == NOW + HOUR
    assert [each.alert.limit_id for each in take(ledger, NOW + HOUR).deliveries] == [day.id]


def test_an_urgent_alert_waits_in_quiet_hours_that_spare_nothing(ledger):
    spend(ledger, "a", 2000)
    quiet = Quiet(NOW + HOUR, is_urgent_sent=False)
    assert take(ledger, quiet=quiet).next_at == NOW + HOUR
    assert len(take(ledger, NOW + HOUR).deliveries) == 1


def test_an_urgent_alert_that_fails_in_quiet_hours_is_tried_as_rarely_as_any(ledger):
    quiet = Quiet(NOW + HOUR, is_urgent_sent=True)
    month, day = limit(amount=1000), limit("day", amount=3000, warn_at=[0.3])
    spend(ledger, "a", 900, limits=[month, day])
    ledger.mark_failed(take(ledger, NOW - HOUR).message_id, "down", NOW - HOUR)
    spend(ledger, "b", 200, limits=[month, day])
    ledger.mark_failed(take(ledger, quiet=quiet, is_urgent=True).message_id, "down", NOW)
    next_at = take(ledger, quiet=quiet).next_at
    assert NOW < next_at <= NOW + HOUR


def test_an_urgent_alert_is_not_lost_behind_many_warnings_in_quiet_hours(ledger):
    limits = [limit("total", scope="notebook", amount=1000, warn_at=[0.5])]
    calls = [call(str(number), input_tokens=600, notebook_path=f"{number}.ipynb") for number in range(510)]
    ledger.settle(calls, limits, NOW)
    spend(ledger, "last", 2000, now=NOW + SECOND, limits=limits, notebook_path="last.ipynb")
    turn = take(ledger, NOW + SECOND, quiet=Quiet(NOW + HOUR, is_urgent_sent=True))
    assert [each.alert.subject for each in turn.deliveries] == ["last.ipynb"]


def test_an_acknowledged_alert_still_goes_out(ledger):
    (alert,) = spend(ledger, "a", 900)
    ledger.acknowledge_alert(alert.id, NOW + SECOND)
    assert len(take(ledger, NOW + 2 * SECOND).deliveries) == 1


def test_a_thousand_crossings_in_several_processes_are_one_delivery(database_url):
    # Each call is above the limit; every process leaves the alerts it raises for the same channel.
    script = (
        "import sys; sys.path.insert(0, sys.argv[2]); from ledger_samples import NOW, call, limit\n"
        "from jupyter_llm_meter.ledger import Ledger, Outbox\n"
        "with Ledger.open(sys.argv[1], outbox=Outbox(lambda _limit: ['ops'])) as ledger:\n"
        "    for n in range(25):\n"
        "        calls = [call(f'{sys.argv[3]}-{n}-{m}') for m in range(10)]\n"
        "        ledger.settle(calls, [limit(amount=100)], NOW)\n"
    )
    Ledger.open(database_url).close()
    words = [sys.executable, "-c", script, database_url, str(Path(ledger_samples.__file__).parent)]
    running = [subprocess.Popen([*words, str(number)]) for number in range(PROCESSES)]
    assert [process.wait(PATIENCE_S) for process in running] == [0] * PROCESSES
    with Ledger.open(database_url) as ledger:
        assert ledger.summary(NOW)["calls"] == 1000
        turns = [take(ledger), take(ledger), take(ledger, NOW + SECOND)]
    assert [[float(each.alert.threshold) for each in turn.deliveries] for turn in turns] == [[1.0], [], []]


def test_a_message_that_waits_names_the_notebook_where_it_is_now(ledger):
    spend(ledger, "1", 1000, cell_id="c")
    ledger.move_notebooks("alice", "a.ipynb", "sub/b.ipynb", NOW + SECOND)
    (delivery,) = take(ledger, NOW + MINUTE).deliveries
    assert delivery.notebooks == (TopNotebook("sub/b.ipynb", Decimal(1000), "c"),)
    assert (delivery.alert.top_notebook, delivery.alert.top_cell) == ("sub/b.ipynb", "c")
