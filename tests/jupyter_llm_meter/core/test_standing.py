"""Where a limit stands, and how it is written down."""

import json
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from jupyter_llm_meter.core.limit_reader import parse_limits
from jupyter_llm_meter.core.standing import Alert, Standing, crossed_thresholds, format_decimal

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "limits.json").read_text("utf-8"))
START = datetime(2026, 11, 1, tzinfo=timezone.utc)
END = datetime(2026, 12, 1, tzinfo=timezone.utc)


def limit_of(amount, warn_at, window="month"):
    return parse_limits(
        [{"window": window, "unit": "tokens", "amount": amount, "warn_at": warn_at}], "settings", "UTC"
    )[0]


@pytest.mark.parametrize("case", VECTORS["standings"], ids=lambda case: case["name"])
def test_a_standing_is_that_of_the_vectors(case):
    limit = limit_of(case["amount"], case["warn_at"])
    standing = Standing(limit, "alice", START, END, Decimal(case["used"])).to_dict()
    assert {key: standing[key] for key in ("used", "remaining", "ratio", "level")} == {
        key: case[key] for key in ("used", "remaining", "ratio", "level")
    }
    assert [float(share) for share in crossed_thresholds(limit, Decimal(case["used"]))] == case["crossed"]


def test_a_standing_says_whose_it_is_and_when_it_resets():
    limit = limit_of(10, [0.8])
    assert Standing(limit, "alice", START, END, Decimal(1)).to_dict() == {
        "limit": limit.to_dict(),
        "subject": "alice",
        "window_start": "2026-11-01T00:00:00.000000Z",
        "resets_at": "2026-12-01T00:00:00.000000Z",
        "amount": "10",
        "used": "1",
        "reserved": "0",
        "remaining": "9",
        "ratio": 0.1,
        "level": "ok",
    }


def test_what_never_resets_has_no_reset_time():
    standing = Standing(limit_of(10, [], "total"), "alice", START, None, Decimal(1))
    assert "resets_at" not in standing.to_dict()


def test_what_is_reserved_is_not_left():
    standing = Standing(limit_of(10, []), "alice", START, END, Decimal(3), reserved=Decimal(5))
    assert standing.to_dict()["remaining"] == "2"


@pytest.mark.parametrize(("threshold", "kind"), [("0.8", "warning"), ("1", "exceeded")])
def test_an_alert_is_written_with_its_kind_and_without_what_is_unknown(threshold, kind):
    alert = Alert(
        "x",
        "user/month/tokens",
        "alice",
        Decimal(threshold),
        START,
        None,
        END,
        Decimal(9),
        Decimal(10),
        "tokens",
    )
    assert alert.to_dict() == {
        "id": "x",
        "limit_id": "user/month/tokens",
        "subject": "alice",
        "threshold": float(threshold),
        "kind": kind,
        "window_start": "2026-11-01T00:00:00.000000Z",
        "raised_at": "2026-12-01T00:00:00.000000Z",
        "used": "9",
        "amount": "10",
        "unit": "tokens",
    }


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0", "0"), ("1E+3", "1000"), ("0.100", "0.1"), ("1E-12", "0.000000000001"), ("10", "10")],
)
def test_a_decimal_is_written_without_exponent(amount, text):
    assert format_decimal(Decimal(amount)) == text
