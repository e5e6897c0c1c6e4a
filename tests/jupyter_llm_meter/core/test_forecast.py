"""Where a limit's use leads."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from jupyter_llm_meter.core.forecast import forecast, look_back

START = datetime(2026, 11, 1, tzinfo=timezone.utc)
END = START + timedelta(days=30)
LONG_AGO = START - timedelta(days=200)


def lead(used, recent, now, amount=1000, first_use=LONG_AGO, end=END):
    return forecast(Decimal(amount), Decimal(used), START, end, now, Decimal(recent), first_use)


def test_the_rest_of_the_window_is_forecast_like_the_time_just_past():
    now = START + timedelta(days=20)
    assert look_back(START, END, now) == timedelta(days=10)
    assert lead(200, 100, now).to_dict() == {"used": "300", "ratio": 0.3}


def test_the_time_before_the_window_counts_while_the_window_is_young():
    now = START + timedelta(days=1)
    assert look_back(START, END, now) == timedelta(days=29)
    assert lead(0, 2900, now).used == Decimal(2900)


def test_the_last_hours_of_a_window_are_judged_by_an_eighth_of_its_length():
    assert look_back(START, END, END - timedelta(hours=1)) == timedelta(days=30) / 8


def test_the_moment_at_which_the_amount_is_reached_is_said():
    now = START + timedelta(days=20)
    said = lead(500, 1000, now)
    assert said.used == Decimal(1500)
    assert said.reached_at == now + timedelta(days=5)
    assert said.to_dict()["reached_at"] == "2026-11-26T00:00:00.000000Z"


def test_what_was_reached_already_is_not_reached_again():
    assert lead(1000, 1000, START + timedelta(days=20)).reached_at is None


def test_a_short_past_is_divided_by_its_own_length():
    now = START + timedelta(days=20)
    assert lead(50, 50, now, first_use=now - timedelta(days=5)).used == Decimal(150)


def test_too_short_a_past_says_nothing():
    now = START + timedelta(days=20)
    assert lead(50, 50, now, first_use=now - timedelta(hours=30)) is None
    assert lead(0, 0, now, first_use=None) is None


def test_a_total_has_a_forecast_only_if_it_will_be_reached():
    now = START + timedelta(days=20)
    said = lead(500, 300, now, end=None)
    assert said.to_dict() == {"reached_at": (now + timedelta(days=50)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
    assert lead(500, 1, now, end=None) is None


def test_dollars_are_rounded_to_a_ten_thousandth():
    now = START + timedelta(days=20)
    assert lead("0.51", "0.333333", now, first_use=LONG_AGO).used == Decimal("0.8433")


@given(
    used=st.decimals(0, 2000, places=6),
    recent=st.decimals(0, 2000, places=6),
    minutes=st.integers(1, 30 * 24 * 60 - 1),
)
def test_the_end_is_never_below_what_was_used_and_reached_means_above_the_amount(used, recent, minutes):
    now = START + timedelta(minutes=minutes)
    said = lead(used, recent, now)
    assert said.used >= used.quantize(Decimal("0.0001")) - 1
    if said.reached_at is not None:
        assert now <= said.reached_at <= END
        assert said.used >= Decimal(999)
