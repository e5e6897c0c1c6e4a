"""A runaway loop is reported once, ordinary work never."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

from jupyter_llm_meter.core.runaway import CALM, Habit, RunawayGuard

NOON = datetime(2026, 11, 1, 12, tzinfo=timezone.utc)
NONE = Habit()


def reported(guard, count, every_s, habit=NONE, cost=None, start=NOON, kernel="k"):
    """The runaways reported in a series of calls, by the number of the call."""
    found = {}
    for number in range(count):
        runaway = guard.add_call(kernel, start + number * timedelta(seconds=every_s), cost, habit, "a.ipynb")
        if runaway is not None:
            found[number + 1] = runaway
    return found


def test_more_calls_per_minute_than_by_hand_are_reported_once():
    found = reported(RunawayGuard(), 500, 0.1)
    assert list(found) == [61]
    assert found[61].calls_per_minute == 61
    assert found[61].notebook_path == "a.ipynb"


def test_sixty_calls_per_minute_are_not_reported():
    assert reported(RunawayGuard(), 600, 1.0) == {}


def test_a_user_who_usually_calls_a_lot_is_warned_later():
    habit = Habit.of([(40, Decimal(0))] * 50)
    assert list(reported(RunawayGuard(), 500, 0.1, habit)) == [201]


def test_few_expensive_calls_are_reported_too():
    found = reported(RunawayGuard(), 10, 5, cost=Decimal("0.40"))
    assert list(found) == [3]
    assert found[3].cost_per_minute == Decimal("1.20")


def test_a_kernel_is_reported_again_after_a_calm_time():
    guard = RunawayGuard()
    assert len(reported(guard, 100, 0.1)) == 1
    assert not guard.is_over("k", NOON + timedelta(minutes=1))
    again = NOON + CALM + timedelta(minutes=1)
    assert guard.is_over("k", again)
    assert len(reported(guard, 100, 0.1, start=again)) == 1


def test_each_kernel_is_watched_separately():
    guard = RunawayGuard()
    assert reported(guard, 50, 0.1) == {}
    assert reported(guard, 50, 0.1, kernel="other") == {}


def test_a_habit_takes_half_an_hour_of_calling():
    assert Habit.of([(100, Decimal(1))] * 29) == Habit()
    assert Habit.of([(100, Decimal(1))] * 30) == Habit(100, Decimal(1))


def test_one_wild_minute_makes_no_habit():
    quiet = [(2, Decimal("0.01"))] * 99
    assert Habit.of([*quiet, (5000, Decimal(90))]) == Habit(2, Decimal("0.01"))


def test_a_kernel_that_ended_is_forgotten():
    guard = RunawayGuard()
    reported(guard, 100, 0.1)
    guard.forget("k")
    assert guard.is_over("k", NOON)
