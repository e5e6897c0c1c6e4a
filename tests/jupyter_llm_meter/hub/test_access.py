"""Each user sees and changes only their own, a lead their team's, an administrator all: on every route."""

import itertools

import pytest
from hub_services import HubProcess, call, lines

from jupyter_llm_meter.hub.server import ROUTES
from jupyter_llm_meter.ledger import sqlite_url

LIMITS = [
    {"scope": "team", "window": "total", "unit": "tokens", "amount": 5000, "on_exceed": "block"},
    {"scope": "user", "window": "month", "unit": "tokens", "amount": 4000},
]
USERS = {"ann": "physics", "ben": "physics", "dee": "history", "both": "history"}
POSTED = ("v1/lines", "v1/reserve", "v1/renew", "v1/return")


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A hub to which each user has relayed one call, of 100, 200, ... tokens."""
    hub = HubProcess(sqlite_url(tmp_path_factory.mktemp("hub") / "ledger.sqlite3"), LIMITS)
    hub.start()
    for number, user in enumerate(USERS, start=1):
        body = lines(call(100 * number, **{"gen_ai.response.id": f"response-of-{user}-0123456789"}))
        assert hub.ask("POST", "v1/lines", user, body)[0] == 200
    yield hub
    hub.kill()


def sums(hub, user, query=""):
    """Tokens by user, as a user sees them."""
    status, answer = hub.ask("GET", f"api/v1/usage?group_by=user{query}", user)
    assert status == 200, answer
    return {row["group"]: row["output_tokens"] for row in answer["rows"]}


@pytest.mark.parametrize("path", [*ROUTES, "no/such/path"])
@pytest.mark.parametrize("user", [None, "nobody"])
def test_no_route_answers_without_the_token_of_a_user(hub, path, user):
    method = "POST" if path in POSTED else "GET"
    assert hub.ask(method, path, user, b"" if method == "POST" else None)[0] == 403


def test_a_user_sees_only_their_own_calls(hub):
    assert sums(hub, "ann") == {"ann": 100}
    assert [each["user.id"] for each in hub.ask("GET", "api/v1/calls", "ann")[1]["calls"]] == ["ann"]


def test_a_member_sees_only_their_own_part_of_the_team(hub):
    assert sums(hub, "ann", "&team=physics") == {"ann": 100}


def test_a_lead_sees_the_team_and_of_others_only_what_they_did_for_it(hub):
    assert sums(hub, "ben", "&team=physics") == {"ann": 100, "ben": 200}
    assert sums(hub, "ben", "&team=physics&user=ann") == {"ann": 100}
    assert sums(hub, "ben", "&team=physics&user=dee") == {}


def test_an_administrator_sees_all(hub):
    assert sums(hub, "boss") == {"ann": 100, "ben": 200, "dee": 300, "both": 400}
    assert sums(hub, "boss", "&user=dee") == {"dee": 300}


@pytest.mark.parametrize("path", ["usage", "calls"])
@pytest.mark.parametrize("query", ["user=ben", "team=history", "user=dee&team=history", "user=", "team="])
@pytest.mark.parametrize("user", ["ann", "alone"])
def test_what_is_anothers_is_refused(hub, path, query, user):
    status, answer = hub.ask("GET", f"api/v1/{path}?{query}", user)
    assert (status, answer["reason"]) == (403, "not-allowed")


@pytest.mark.parametrize("query", ["user=ben", "team=history"])
def test_the_limits_of_others_are_refused(hub, query):
    assert hub.ask("GET", f"api/v1/limits?{query}", "ann")[0] == 403


def test_a_lead_may_not_see_another_team_or_a_member_outside_the_team(hub):
    for query in ("team=history", "user=ann", "user=dee"):
        assert hub.ask("GET", f"api/v1/usage?{query}", "ben")[0] == 403


def test_limits_are_ones_own_and_ones_teams(hub):
    found = hub.ask("GET", "api/v1/limits", "both")[1]["standings"]
    assert {(each["limit"]["scope"], each["subject"]) for each in found} == {
        ("user", "both"),
        ("team", "history"),
        ("team", "physics"),
    }
    found = hub.ask("GET", "api/v1/limits?user=ann", "boss")[1]["standings"]
    assert [each["subject"] for each in found] == ["ann"]


def test_the_user_and_the_team_come_from_the_token_and_not_from_the_body(hub):
    forged = call(0, **{"user.id": "dee", "llm_meter.team": "history", "llm_meter.project": "forged"})
    assert hub.ask("POST", "v1/lines", "alone", lines(forged))[0] == 200
    calls = hub.ask("GET", "api/v1/calls?project=forged", "boss")[1]["calls"]
    assert [(each["user.id"], each.get("llm_meter.team")) for each in calls] == [("alone", None)]


def test_a_call_counts_for_the_team_that_it_names_if_the_user_is_in_it(hub):
    for team, project in (("physics", "named"), ("chemistry", "foreign")):
        body = lines(call(0, **{"llm_meter.team": team, "llm_meter.project": project}))
        assert hub.ask("POST", "v1/lines", "both", body)[0] == 200
    calls = hub.ask("GET", "api/v1/calls?user=both&limit=2", "boss")[1]["calls"]
    assert {each["llm_meter.project"]: each["llm_meter.team"] for each in calls} == {
        "named": "physics",
        "foreign": "history",
    }


def test_nobody_changes_the_call_of_another_by_its_id_or_its_response(hub):
    before = hub.ask("GET", "api/v1/calls", "dee")[1]
    [known] = before["calls"]
    stored = known["llm_meter.call.id"]
    for call_id, source in itertools.product((stored, stored.partition("/")[2]), ("tap", "import")):
        forged = call(0, **{"gen_ai.response.id": known["gen_ai.response.id"]})
        forged |= {"llm_meter.call.id": call_id, "llm_meter.call.source": source}
        assert hub.ask("POST", "v1/lines", "alone", lines(forged))[0] == 200
    assert hub.ask("GET", "api/v1/calls", "dee")[1] == before


def test_a_call_that_is_relayed_again_counts_once(hub):
    body = lines(call(11, **{"llm_meter.project": "replayed"}))
    for _ in range(3):
        assert hub.ask("POST", "v1/lines", "alone", body)[0] == 200
    [row] = hub.ask("GET", "api/v1/usage?project=replayed", "alone")[1]["rows"]
    assert (row["calls"], row["output_tokens"]) == (1, 11)


def test_a_cost_that_the_provider_did_not_state_is_priced_here(hub):
    cheap = call(1_000_000, **{"llm_meter.cost.amount": "0", "llm_meter.cost.currency": "USD"})
    cheap |= {"llm_meter.cost.source": "override", "llm_meter.project": "cheap"}
    assert hub.ask("POST", "v1/lines", "alone", lines(cheap))[0] == 200
    [row] = hub.ask("GET", "api/v1/usage?project=cheap", "alone")[1]["rows"]
    assert float(row["cost"]) > 1


@pytest.mark.parametrize("year", ["2001", "2099"])
def test_the_times_of_a_wrong_clock_are_moved_by_what_it_is_off(hub, year):
    moment = f"{year}-01-01T00:00:00.000000Z"
    wrong = call(1, **{"llm_meter.call.started_at": moment, "llm_meter.project": f"clock-{year}"})
    assert hub.ask("POST", "v1/lines", "alone", lines(wrong), X_LLM_Meter_Now=moment)[0] == 200
    [known] = hub.ask("GET", f"api/v1/calls?project=clock-{year}", "alone")[1]["calls"]
    assert known["llm_meter.call.started_at"][:4] not in ("2001", "2099")


def test_a_line_that_cannot_be_read_does_not_stop_the_others(hub):
    good = call(3, **{"llm_meter.project": "beside"})
    status, answer = hub.ask("POST", "v1/lines", "alone", lines({"llm_meter.call.id": "x"}) + lines(good))
    assert status == 400 and answer["acknowledged"] == [good["llm_meter.call.id"]]
    assert hub.ask("GET", "api/v1/usage?project=beside", "alone")[1]["rows"][0]["calls"] == 1


@pytest.mark.parametrize("query", ["usr=ann", "from=yesterday", "group_by=colour", "limit=0"])
def test_a_question_with_a_wrong_argument_is_refused(hub, query):
    assert hub.ask("GET", f"api/v1/usage?{query}", "ann")[0] == 400


def test_a_gateway_reports_calls_for_the_users_that_it_names(hub):
    named = {"llm_meter.project": "gateway", "user.id": "alone", "llm_meter.team": "physics"}
    status, answer = hub.ask("POST", "v1/lines", "gateway", lines(call(5, **named), call(6, **{})))
    assert status == 400 and "user.id is missing" in answer["message"]
    [known] = hub.ask("GET", "api/v1/calls?project=gateway", "boss")[1]["calls"]
    assert (known["user.id"], known["llm_meter.team"]) == ("alone", "physics")
    assert known["llm_meter.call.source"] == "gateway"


def test_a_user_cannot_report_as_a_gateway(hub):
    forged = call(7, **{"llm_meter.call.source": "gateway", "llm_meter.project": "posing", "user.id": "dee"})
    assert hub.ask("POST", "v1/lines", "alone", lines(forged))[0] == 200
    [known] = hub.ask("GET", "api/v1/calls?project=posing", "boss")[1]["calls"]
    assert (known["user.id"], known["llm_meter.call.source"]) == ("alone", "import")


@pytest.mark.parametrize(
    "path", ["v1/standing", "api/v1/me", "api/v1/calls", "api/v1/usage", "api/v1/limits"]
)
def test_a_gateway_sees_nothing(hub, path):
    assert hub.ask("GET", path, "gateway")[0] == 403
