"""Raises over REST, and hard limits in the settings of a running server."""

import json
from datetime import datetime, timedelta, timezone

import pytest

HARD = {"window": "month", "unit": "tokens", "amount": 1000, "on_exceed": "block"}
OWN = {"limit_id": "user/month/tokens", "amount": "500", "reason": "the exam is today"}


@pytest.fixture
def ask(api, meter):
    """Ask for a raise for this server's user."""

    def post(**fields):
        body = {**OWN, "subject": meter.user_id, **fields}
        body = {name: value for name, value in body.items() if value is not None}
        return api("limits", "raises", method="POST", body=json.dumps(body))

    return post


def test_a_user_raises_a_limit_of_the_settings_until_the_window_ends(api, ask, meter):
    status, raised = ask()
    assert status == 201
    document = api("standing")[1]
    (standing,) = document["standings"]
    assert (standing["amount"], standing["raised"], standing["can_raise"]) == ("1000500", "500", True)
    assert (raised["expires_at"], raised["user"]) == (standing["resets_at"], meter.user_id)
    assert api("limits", "raises") == (200, {"raises": [raised]})


def test_a_raise_may_end_sooner(ask):
    end = (datetime.now(timezone.utc) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S.000000Z")
    assert ask(expires_at=end)[1]["expires_at"] == end


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": 500}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"reason": " "}, "reason"),
        ({"reason": None}, "reason"),
        ({"limit_id": "user/day/USD"}, "limit_id"),
        ({"subject": ""}, "subject"),
        ({"expires_at": "tomorrow"}, "expires_at"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"until": "x"}, "until"),
    ],
)
def test_a_raise_that_makes_no_sense_is_refused_by_field(ask, api, fields, named):
    status, error = ask(**fields)
    assert (status, error["reason"]) == (400, "bad-argument")
    assert named in error["message"]
    assert api("limits", "raises")[1] == {"raises": []}


@pytest.mark.parametrize("extension_config", [{"limits": [{**HARD, "window": "total"}], "raises": "all"}])
def test_a_total_needs_an_end_of_the_raise(ask):
    status, error = ask(limit_id="user/total/tokens")
    assert (status, "expires_at" in error["message"]) == (400, True)


@pytest.mark.parametrize(
    ("extension_config", "status"),
    [
        ({"raises": "none"}, 403),
        ({"limits": [HARD]}, 403),
        ({"limits": [HARD], "raises": "all"}, 201),
    ],
)
def test_who_may_raise_is_for_the_administrator_to_say(ask, api, status):
    assert ask()[0] == status
    assert api("standing")[1]["standings"][0]["can_raise"] is (status == 201)
