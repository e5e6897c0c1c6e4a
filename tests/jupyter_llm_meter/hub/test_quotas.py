"""Limits and own amounts by REST: each role sets what belongs to it, and two who change one thing notice."""

import hashlib
import hmac
import json
from datetime import datetime, timedelta, timezone

import pytest
from hub_services import HubProcess, call, lines

from jupyter_llm_meter.ledger import sqlite_url

CONFIGURED = [
    {"scope": "team", "window": "total", "unit": "tokens", "amount": 100_000},
    {"scope": "user", "window": "day", "unit": "tokens", "amount": 5000, "on_exceed": "block"},
]
DEFAULT = {"scope": "user", "window": "month", "unit": "tokens", "amount": 1000, "on_exceed": "block"}
TEAM = {"scope": "team", "window": "month", "unit": "tokens", "amount": 4000}
MONTH, DAY = "user/month/tokens", "user/day/tokens"


def started(folder):
    """A hub whose administrator has set a default for users and a budget for teams."""
    hub = HubProcess(sqlite_url(folder / "ledger.sqlite3"), CONFIGURED)
    hub.start()
    for limit in (DEFAULT, TEAM):
        assert put_limit(hub, "boss", limit)[0] == 200
    return hub


@pytest.fixture
def hub(tmp_path):
    hub = started(tmp_path)
    yield hub
    hub.kill()


@pytest.fixture(scope="module")
def steady(tmp_path_factory):
    """A hub for tests that change nothing."""
    hub = started(tmp_path_factory.mktemp("hub"))
    yield hub
    hub.kill()


def put_limit(hub, user, limit, version=None):
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return hub.ask("PUT", "api/v1/limits/settings", user, limit, **headers)


def put(hub, user, subject, amount, version=None, limit_id=MONTH, **more):
    headers = {} if version is None else {"If-Match": version}
    body = {"limit_id": limit_id, "subject": subject, "amount": amount, **more}
    return hub.ask("PUT", "api/v1/quotas", user, body, **headers)


def amounts(hub, user):
    """What a user's limits of scope user are now, by id."""
    found = hub.ask("GET", "v1/standing", user)[1]["standings"]
    return {each["limit"]["id"]: each["amount"] for each in found if each["limit"]["scope"] == "user"}


def settings(hub, user):
    return {each["id"]: each for each in hub.ask("GET", "api/v1/limits/settings", user)[1]["limits"]}


def own(hub, user="boss", query=""):
    rows = hub.ask("GET", f"api/v1/quotas{query}", user)[1]["quotas"]
    return {each["subject"]: each["amount"] for each in rows}


def test_an_administrator_sets_a_default_that_every_process_keeps(hub):
    hub.start(2)
    assert [amounts(hub, "ann") for _ in range(6)] == [{DAY: "5000", MONTH: "1000"}] * 6
    over = {"record": call(0), "input_tokens": 900, "max_output_tokens": 200, "is_text_only": True}
    status, answer = hub.ask("POST", "v1/reserve", "ann", over)
    assert (status, answer["granted"], answer["standing"]["limit"]["id"]) == (200, False, MONTH)
    assert settings(hub, "ann")[MONTH]["set_by"] == "boss"


def test_an_own_amount_replaces_the_default_for_its_user_alone(hub):
    status, answer = put(hub, "boss", "ann", 2500, reason="thesis")
    assert (status, answer["amount"], answer["set_by"]) == (200, "2500", "boss")
    assert amounts(hub, "ann")[MONTH] == "2500"
    assert amounts(hub, "dee")[MONTH] == "1000"
    assert put(hub, "boss", "ann", None, answer["version"])[1]["amount"] is None
    assert amounts(hub, "ann")[MONTH] == "1000"
    [removed, made] = hub.ask("GET", "api/v1/quotas/changes", "ann")[1]["changes"]
    assert (made["before"], made["after"], made["made_by"], made["reason"]) == (
        None,
        "2500",
        "boss",
        "thesis",
    )
    assert (removed["before"], removed["after"]) == ("2500", None)


@pytest.mark.parametrize("user", ["ann", "ben", "alone"])
def test_users_and_leads_do_not_set_what_is_not_theirs(steady, user):
    for limit in (DEFAULT, TEAM, {**TEAM, "value": "history", "amount": 1}, {**DEFAULT, "value": "ann"}):
        status, answer = put_limit(steady, user, limit)
        assert (status, answer["reason"]) == (403, "not-allowed")
    for limit_id in (MONTH, "team/month/tokens", "no/such/limit"):
        assert steady.ask("DELETE", f"api/v1/limits/settings?id={limit_id}", user)[0] == 403
    for subject in ("ann", "dee"):
        assert put(steady, user, subject, 10)[0] == 403
    assert put(steady, user, "ann", 10, team="history")[0] == 403
    for method, path, body in (
        ("POST", "api/v1/imports", {}),
        ("DELETE", "api/v1/imports?id=x", None),
        ("POST", "api/v1/imports/lines", {"id": "x", "lines": []}),
        ("POST", "api/v1/imports/compare", {"id": "x"}),
        ("POST", "api/v1/imports/apply", {"id": "x"}),
        ("POST", "api/v1/quotas/undo", {"id": "x"}),
        ("POST", "api/v1/credits", {"key": "k", "user": user, "unit": "tokens", "amount": 5}),
        ("POST", "api/v1/quotas/shares", {"team": "physics", "window": "month", "unit": "tokens"}),
        ("GET", "api/v1/limits/suggestion?window=day&unit=tokens", None),
        ("GET", "api/v1/quotas?user=dee", None),
        ("GET", "api/v1/quotas?team=history", None),
        ("GET", "api/v1/quotas/changes?user=dee", None),
    ):
        assert steady.ask(method, path, user, body)[0] == 403, path
    assert own(steady) == {} and amounts(steady, "ann")[MONTH] == "1000"


def test_a_lead_sets_the_amounts_of_members_up_to_the_teams(hub):
    assert put(hub, "ben", "ann", 3000, team="physics")[0] == 200
    assert amounts(hub, "ann")[MONTH] == "3000"
    version = hub.ask("GET", "api/v1/quotas?team=physics", "ben")[1]["quotas"][0]["version"]
    for subject, amount, known in (("ann", 4001, version), ("dee", 10, None), ("nobody", 10, None)):
        assert put(hub, "ben", subject, amount, known, team="physics")[0] == 403
    assert put(hub, "ben", "physics", 10, limit_id="team/month/tokens", team="physics")[0] == 403
    assert put(hub, "ben", "ann", None, version, team="physics")[0] == 200


def test_a_lead_does_not_replace_what_an_administrator_has_set(hub):
    version = put(hub, "boss", "ann", 100)[1]["version"]
    assert put(hub, "ben", "ann", 4000, version, team="physics")[0] == 403
    assert own(hub) == {"ann": "100"}


def test_a_lead_sets_and_removes_more_limits_of_the_team_and_loosens_none(hub):
    tighter = {"scope": "team", "value": "physics", "window": "week", "unit": "tokens", "amount": 900}
    status, answer = put_limit(hub, "ben", tighter)
    assert status == 200
    assert put_limit(hub, "ben", {**tighter, "window": "day", "amount": 100_001})[0] == 403
    assert (
        hub.ask("DELETE", f"api/v1/limits/settings?id={answer['id']}", "ben", If_Match=answer["version"])[0]
        == 200
    )
    answer = put_limit(hub, "boss", tighter)[1]
    assert put_limit(hub, "ben", {**tighter, "amount": 1}, answer["version"])[0] == 403
    assert "team=physics/week/tokens" not in settings(hub, "dee")
    assert "team=physics/week/tokens" in settings(hub, "ann")


def test_nobody_loosens_what_the_configuration_sets(hub):
    configured = CONFIGURED[1]
    for body in (configured, {**configured, "amount": 9000}):
        assert put_limit(hub, "boss", body)[0] == 403
    assert put(hub, "boss", "ann", 5001, limit_id=DAY)[0] == 403
    assert put(hub, "boss", "ann", 50, limit_id=DAY)[0] == 200
    assert amounts(hub, "ann")[DAY] == "50"
    request = {"limit_id": DAY, "amount": 10, "reason": "more"}
    assert hub.ask("POST", "api/v1/requests", "ann", request)[0] == 403
    credit = {"key": "k", "user": "ann", "unit": "tokens", "window": "day", "amount": 5}
    assert hub.ask("POST", "api/v1/credits", "boss", credit)[0] == 403


def test_the_second_of_two_administrators_who_change_one_limit_gets_the_newer_one(hub):
    version = settings(hub, "boss")[MONTH]["version"]
    assert put_limit(hub, "boss", {**DEFAULT, "amount": 2000}, version)[0] == 200
    for known in (version, None):
        status, answer = put_limit(hub, "boss", {**DEFAULT, "amount": 3000}, known)
        assert (status, answer["reason"], answer["now"][0]["amount"]) == (409, "changed", 2000)
        assert hub.ask("DELETE", f"api/v1/limits/settings?id={MONTH}", "boss", If_Match=known or "")[0] == 409
    assert amounts(hub, "ann")[MONTH] == "2000"
    version = put(hub, "boss", "ann", 10)[1]["version"]
    assert put(hub, "boss", "ann", 20, version)[0] == 200
    status, answer = put(hub, "boss", "ann", 30, version)
    assert (status, answer["now"][0]["amount"]) == (409, "20")


@pytest.mark.parametrize(
    "change",
    [
        {"amount": -1},
        {"amount": 0},
        {"amount": "many"},
        {"unit": "EUR"},
        {"window": "year"},
        {"surprise": 1},
        {"starts_at": "tomorrow"},
        {"starts_at": "2026-12-02T00:00:00Z", "ends_at": "2026-12-01T00:00:00Z"},
    ],
)
def test_a_limit_that_is_not_valid_is_refused_with_what_is_allowed(steady, change):
    status, answer = put_limit(steady, "boss", {**DEFAULT, "window": "week", **change})
    assert status == 400 and next(iter(change)).partition("_")[0] in answer["message"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"amount": -1}, "amount"),
        ({"amount": True}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"subject": "nobody"}, "nobody"),
        ({"subject": ""}, "subject"),
        ({"limit_id": "user/month/EUR"}, "EUR"),
        ({"limit_id": None}, "limit_id"),
    ],
)
def test_an_own_amount_that_is_not_valid_is_refused(steady, change, word):
    body = {"limit_id": MONTH, "subject": "ann", "amount": 5, **change}
    status, answer = steady.ask("PUT", "api/v1/quotas", "boss", body)
    assert status == 400 and word in answer["message"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(steady, body):
    assert steady.ask("PUT", "api/v1/quotas", "boss", body)[0] == 400


def test_a_limit_is_in_force_between_its_dates_only(hub):
    homework = {"scope": "project", "value": "hw1", "window": "total", "unit": "tokens", "amount": 50}
    for value, dates, is_on in (
        ("now", {"starts_at": "2020-01-01T00:00:00Z", "ends_at": "2120-01-01T00:00:00Z"}, True),
        ("over", {"ends_at": "2020-01-01T00:00:00Z"}, False),
        ("later", {"starts_at": "2120-01-01T00:00:00Z"}, False),
    ):
        assert put_limit(hub, "boss", {**homework, "value": value, **dates})[0] == 200
        assert settings(hub, "boss")[f"project={value}/total/tokens"]["in_force"] is is_on
        assert (f"project={value}/total/tokens" in settings(hub, "ann")) is is_on


def test_a_share_of_the_teams_budget_is_given_to_each_member(hub):
    body = {"team": "physics", "window": "month", "unit": "tokens"}
    status, answer = hub.ask("POST", "api/v1/quotas/shares", "boss", body)
    assert (status, answer["amount"], answer["members"]) == (200, "1333", 3)
    assert own(hub) == {"ann": "1333", "ben": "1333", "both": "1333"}
    assert hub.ask("POST", "api/v1/quotas/undo", "boss", {"id": answer["id"]})[0] == 200
    assert own(hub) == {}
    hub.ask("POST", "api/v1/quotas/shares", "boss", {**body, "share": "0.1"})
    assert own(hub, "ann") == {"ann": "400"}
    for share in (2, 0, -1, "half", 0.0001):
        assert hub.ask("POST", "api/v1/quotas/shares", "boss", {**body, "share": share})[0] == 400


CREDIT = {"key": "lti-1", "user": "ann", "unit": "tokens", "amount": 250}


def test_a_credit_adds_to_the_amount_once_for_each_key(hub):
    first = hub.ask("POST", "api/v1/credits", "boss", CREDIT)[1]
    again = hub.ask("POST", "api/v1/credits", "boss", CREDIT)[1]
    assert (first["amount"], first["is_repeated"], again["is_repeated"]) == ("1250", False, True)
    assert amounts(hub, "ann")[MONTH] == "1250"
    assert hub.ask("POST", "api/v1/credits", "boss", {**CREDIT, "amount": 9})[0] == 409
    hub.ask("POST", "api/v1/credits", "boss", {**CREDIT, "key": "lti-2"})
    assert amounts(hub, "ann")[MONTH] == "1500"


def test_a_signed_credit_needs_no_token_and_a_forged_one_is_refused(hub):
    body = json.dumps(CREDIT).encode()
    made = hmac.new(b"the secret of credits", body, hashlib.sha256).hexdigest()
    for content, signature, status in (
        (body, f"sha256={made}", 200),
        (body + b" ", f"sha256={made}", 403),
        (body, f"sha256={'0' * 64}", 403),
        (body, "", 403),
    ):
        headers = {"X-LLM-Meter-Signature": signature}
        assert hub.ask("POST", "api/v1/credits", None, content, **headers)[0] == status
    [made] = hub.ask("GET", "api/v1/quotas/changes", "boss")[1]["changes"][:1]
    assert (made["kind"], made["made_by"], made["after"]) == ("credit", "signed credits", "1250")


@pytest.mark.parametrize(
    "change",
    [{"user": "nobody"}, {"unit": "EUR"}, {"amount": -5}, {"window": "week"}, {"key": None}, {"x": 1}],
)
def test_a_credit_that_is_not_valid_is_refused(steady, change):
    assert steady.ask("POST", "api/v1/credits", "boss", {**CREDIT, **change})[0] == 400
    assert own(steady) == {}


ASK = {"limit_id": MONTH, "amount": 500, "reason": "the thesis is due"}


def decide(hub, user, request, decision="grant", **more):
    return hub.ask(
        "POST", "api/v1/requests/decision", user, {"id": request["id"], "decision": decision, **more}
    )


def test_a_student_asks_for_more_a_lead_grants_and_both_see_it(hub):
    status, asked = hub.ask("POST", "api/v1/requests", "ann", ASK)
    assert (status, asked["state"], asked["team"]) == (200, "open", "physics")
    assert hub.ask("POST", "api/v1/requests", "ann", ASK)[0] == 409
    for user, count in (("ann", 1), ("ben", 1), ("boss", 1), ("dee", 0), ("both", 0)):
        assert len(hub.ask("GET", "api/v1/requests?state=open", user)[1]["requests"]) == count
    assert decide(hub, "ben", asked, amount=300, answer="good luck")[0] == 200
    assert amounts(hub, "ann")[MONTH] == "1300"
    [seen] = hub.ask("GET", "v1/standing", "ann")[1]["requests"]
    assert (seen["state"], seen["granted"], seen["answer"], seen["decided_by"]) == (
        "granted",
        "300",
        "good luck",
        "ben",
    )
    assert decide(hub, "boss", asked)[0] == 409
    assert hub.ask("GET", "api/v1/requests?state=granted", "ben")[1]["requests"][0]["id"] == asked["id"]


def test_a_request_is_declined_and_adds_nothing(hub):
    asked = hub.ask("POST", "api/v1/requests", "ann", ASK)[1]
    assert decide(hub, "boss", asked, "decline", answer="no")[1]["state"] == "declined"
    assert amounts(hub, "ann")[MONTH] == "1000"
    assert hub.ask("POST", "api/v1/requests", "ann", ASK)[0] == 200


def test_only_a_lead_of_the_team_or_an_administrator_decides_and_a_lead_within_the_teams_amount(hub):
    asked = hub.ask("POST", "api/v1/requests", "ann", ASK)[1]
    theirs = hub.ask("POST", "api/v1/requests", "ben", ASK)[1]
    for user in ("ann", "dee", "both"):
        assert decide(hub, user, asked)[0] == 403
    assert decide(hub, "ben", theirs)[0] == 403
    assert decide(hub, "ben", asked, amount=3001)[0] == 403
    assert decide(hub, "boss", asked, amount=3001)[0] == 200
    assert decide(hub, "boss", {"id": "unknown"})[0] == 404


@pytest.mark.parametrize(
    "change",
    [{"amount": -5}, {"amount": None}, {"reason": " "}, {"limit_id": "team/month/tokens"}, {"limit_id": "x"}],
)
def test_a_request_that_is_not_valid_is_refused(steady, change):
    assert steady.ask("POST", "api/v1/requests", "ann", {**ASK, **change})[0] == 400


def test_a_suggestion_says_what_most_users_stayed_under(hub):
    question = "api/v1/limits/suggestion?window=hour&unit=tokens&windows=2"
    assert hub.ask("GET", question, "boss")[1]["amount"] is None
    before = (datetime.now(timezone.utc) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    for user, tokens in (("ann", 11), ("ben", 20), ("both", 30), ("dee", 40), ("alone", 1234)):
        record = call(tokens, **{"llm_meter.call.started_at": before})
        assert hub.ask("POST", "v1/lines", user, lines(record))[0] == 200
    status, answer = hub.ask("GET", question, "boss")
    assert (status, answer["uses"], answer["amount"]) == (200, 5, "1300")
    assert hub.ask("GET", f"{question}&team=physics", "ben")[1]["uses"] == 2
    for wrong in (
        "window=total&unit=tokens",
        "window=day",
        "window=day&unit=EUR",
        "window=day&unit=USD&windows=0",
    ):
        assert hub.ask("GET", f"api/v1/limits/suggestion?{wrong}", "boss")[0] == 400
