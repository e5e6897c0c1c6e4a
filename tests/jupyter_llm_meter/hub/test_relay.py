"""Users' services below a hub: calls are relayed once, hard limits hold for all, also when processes die."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hub_services import HubProcess, call, lines, loopback, user_service, wait_for

from jupyter_llm_meter.hub.client import gateway_at
from jupyter_llm_meter.ledger import Ledger, sqlite_url

CLIENT = Path(__file__).parents[1] / "service" / "limit_client.py"
TEAM = {"scope": "team", "window": "total", "unit": "tokens", "amount": 2000, "on_exceed": "block"}


@pytest.fixture
def make_hub():
    """Makes the service of a hub with a limit of 2,000 tokens for each team; it ends with the test."""
    made = []

    def make(url, limits=(TEAM,), count=1):
        hub = HubProcess(url, list(limits))
        made.append(hub)
        hub.start(count)
        return hub

    yield make
    for hub in made:
        hub.kill()


@pytest.fixture
def start_service(tmp_path):
    """Starts services of users; they end with the test."""
    started = []

    def start(user, hub, is_known=True, **options):
        service = user_service(tmp_path / user, user, hub.url, **options)
        started.append(service)
        service.start()
        if is_known:
            wait_for(lambda: service.upstream.limits() is not None, "the hub's limits")
        return service

    yield start
    for service in started:
        service.stop()


@pytest.fixture
def hub_url(tmp_path):
    return sqlite_url(tmp_path / "hub.sqlite3")


def callers(services, threads=3, tokens=100):
    """Processes that call until a limit refuses."""
    command = [sys.executable, CLIENT]
    options = [str(threads), str(tokens)]
    return [
        subprocess.Popen([*command, each.storage.folder, *options], stdout=subprocess.PIPE, text=True)
        for each in services
    ]


def made(processes):
    """The ids of the calls that were made, when all processes have ended."""
    return [line for process in processes for line in process.communicate(timeout=300)[0].split()]


def team_sums(url, team="physics"):
    """Calls and tokens of a team at the hub."""
    with Ledger.open(url) as ledger:
        rows = {row.get("group"): row for row in ledger.usage("team")}
    row = rows.get(team, {"calls": 0, "output_tokens": 0})
    return row["calls"], row["output_tokens"]


def reservation(tokens=100, **more):
    """A request for a reservation of a call."""
    record = call(**{"llm_meter.call.basis": "missing"})
    del record["gen_ai.usage.output_tokens"]
    return {
        "record": record,
        "text": {"input": ""},
        "max_output_tokens": tokens,
        "is_text_only": True,
        **more,
    }


def test_a_limit_of_a_team_holds_for_its_members_at_once(hub_url, make_hub, start_service):
    hub = make_hub(hub_url)
    ids = made(callers([start_service("ann", hub), start_service("ben", hub)]))
    assert len(ids) == len(set(ids)) == 20
    wait_for(lambda: team_sums(hub_url) == (20, 2000), "all calls at the hub")


def test_nothing_is_lost_or_counted_twice_when_processes_of_the_hub_are_killed(
    postgresql_url, make_hub, start_service
):
    hub = make_hub(postgresql_url, count=2)
    services = [start_service(user, hub, on_unreachable="block") for user in ("ann", "ben")]
    processes = callers(services, tokens=50)
    wait_for(lambda: team_sums(postgresql_url)[0] >= 3, "some calls at the hub")
    hub.kill()
    time.sleep(0.5)
    hub.start(2)
    ids = made(processes)
    # What was reserved when the processes died is held until its lease ends, so a few may be refused.
    assert len(ids) == len(set(ids)) <= 40
    wait_for(lambda: team_sums(postgresql_url)[0] == len(ids), "all calls at the hub")
    assert team_sums(postgresql_url) == (len(ids), 50 * len(ids))


def test_calls_wait_in_the_users_ledger_while_the_hub_is_away(hub_url, make_hub, start_service):
    hub = make_hub(hub_url)
    service = start_service("ann", hub)
    hub.kill()
    sent = [call(10) for _ in range(5)]
    assert loopback(service, "/v1/lines", lines(*sent))[0] == 200
    wait_for(lambda: "hub-away" in str(service.problems.state()), "the problem")
    assert service.submit(service.query_ledger(lambda ledger: ledger.unrelayed_count())).result() == (5, 0)
    hub.start()
    wait_for(lambda: team_sums(hub_url) == (5, 50), "the calls at the hub")
    wait_for(lambda: "hub-away" not in str(service.problems.state()), "the end of the problem")


def test_what_was_not_relayed_by_one_service_is_relayed_by_the_next(hub_url, make_hub, start_service):
    hub = make_hub(hub_url)
    service = start_service("ann", hub)
    hub.kill()
    loopback(service, "/v1/lines", lines(call(10)))
    service.stop()
    hub.start()
    start_service("ann", hub)
    wait_for(lambda: team_sums(hub_url) == (1, 10), "the call at the hub")


@pytest.mark.parametrize("on_unreachable", ["allow", "block"])
def test_without_the_hub_the_tap_goes_by_on_unreachable(hub_url, make_hub, start_service, on_unreachable):
    hub = make_hub(hub_url)
    service = start_service("ann", hub, on_unreachable=on_unreachable)
    hub.kill()
    # No answer: the tap reads in the gate file what that means.
    assert loopback(service, "/v1/reserve", reservation())[0] == 503
    [gate] = (service.storage.folder / "services").glob("*.gate")
    assert json.loads(gate.read_text())["on_unreachable"] == on_unreachable


def test_a_service_asks_the_hub_as_long_as_it_does_not_know_the_limits(hub_url, make_hub, start_service):
    hub = make_hub(hub_url)
    hub.kill()
    service = start_service("ann", hub, is_known=False)
    assert loopback(service, "/v1/reserve", reservation())[0] == 503
    assert list((service.storage.folder / "services").glob("*.gate"))


def test_the_limits_of_the_team_stand_beside_ones_own(hub_url, make_hub, start_service):
    own = {"scope": "user", "window": "month", "unit": "tokens", "amount": 900}
    hub = make_hub(hub_url)
    service = start_service("ann", hub, limits=[own])
    loopback(service, "/v1/lines", lines(call(10)))

    def entries():
        found = service.submit(service.standing()).result()["standings"]
        return {each["limit"]["id"]: (each["subject"], each["used"]) for each in found}

    expected = {"user/month/tokens": ("ann", "10"), "hub:team/total/tokens": ("physics", "10")}
    wait_for(lambda: entries() == expected, "both standings")


def test_a_refusal_of_the_hub_names_the_limit_of_the_team(hub_url, make_hub, start_service):
    hub = make_hub(hub_url)
    service = start_service("ann", hub)
    status, answer = loopback(service, "/v1/reserve", reservation(5000))
    assert (status, answer["granted"]) == (200, False)
    assert answer["standing"]["limit"]["id"] == "hub:team/total/tokens"


def test_an_allotment_holds_of_the_limits_of_both_ledgers(hub_url, make_hub, start_service):
    own = {"scope": "user", "window": "month", "unit": "calls", "amount": 900, "on_exceed": "block"}
    hub = make_hub(hub_url, [{**TEAM, "amount": 1_000_000}])
    service = start_service("ann", hub, limits=[own])
    wish = {"id": "allotment-1", "calls": 8, "input_bytes": 100}
    answer = loopback(service, "/v1/reserve", reservation(allotment=wish))[1]
    shares = {each["limit_id"]: each["amount"] for each in answer["allotment"]["shares"]}
    assert shares == {"user/month/calls": 8, "hub:team/total/tokens": 1600}
    [gate] = (service.storage.folder / "services").glob("*.gate")
    wait_for(
        lambda: json.loads(gate.read_text())["limits"] == answer["allotment"]["limits"], "the gate's digest"
    )
    assert loopback(service, "/v1/renew", {"ids": ["allotment-1"]})[1]["renewed"] == ["allotment-1"]
    # A call that was drawn from it takes from the hub's share what it used.
    drawn = call(150, **{"llm_meter.allotment.id": "allotment-1"})
    assert loopback(service, "/v1/lines", lines(drawn))[0] == 200

    def held():
        [standing] = hub.ask("GET", "api/v1/limits", "ann")[1]["standings"]
        return standing["used"], standing["reserved"]

    wait_for(lambda: held() == ("150", "1550"), "the call at the hub, and the rest of the allotment")
    kept = {"user/month/calls": 0, "hub:team/total/tokens": 300}
    assert loopback(service, "/v1/return", {"returned": [{"id": "allotment-1", "keep": kept}]})[0] == 200
    assert held() == ("150", "400")
    assert loopback(service, "/v1/return", {"returned": [{"id": "allotment-1"}]})[0] == 200
    assert held() == ("150", "100")


def test_a_call_that_was_never_sent_holds_nothing_at_the_hub(hub_url, make_hub, start_service):
    hub = make_hub(hub_url)
    service = start_service("ann", hub)
    asked = reservation()
    assert loopback(service, "/v1/reserve", asked)[1]["granted"]
    dropped = {"v": 1, "event": "dropped", "id": asked["record"]["llm_meter.call.id"]}
    assert loopback(service, "/v1/lines", json.dumps(dropped).encode() + b"\n")[0] == 200
    wait_for(
        lambda: hub.ask("GET", "api/v1/limits", "ann")[1]["standings"][0]["reserved"] == "0", "the release"
    )


def test_a_call_to_the_gateway_is_reserved_by_the_gateway_alone(hub_url, make_hub, start_service):
    hub = make_hub(hub_url)
    gateway = gateway_at("http://127.0.0.1:4000/v1")
    service = start_service("ann", hub, gateway=gateway)
    for port, is_reserved in ((4000, False), (4001, True)):
        asked = reservation()
        asked["record"] |= {"server.address": "127.0.0.1", "server.port": port}
        assert loopback(service, "/v1/reserve", asked)[1]["granted"]
        standing = hub.ask("GET", "api/v1/limits", "ann")[1]["standings"][0]
        assert (standing["reserved"] != "0") is is_reserved


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://gateway.example", ("gateway.example", 443)),
        ("http://Gateway:80/v1", ("gateway", 80)),
        ("", None),
        ("gateway", None),
        ("http://gateway:port", None),
    ],
)
def test_the_gateway_s_address_is_read_or_there_is_none(url, place):
    assert gateway_at(url) == place


def test_near_the_end_of_one_limit_there_is_no_allotment_of_the_other(hub_url, make_hub, start_service):
    own = {"scope": "user", "window": "month", "unit": "calls", "amount": 900, "on_exceed": "block"}
    service = start_service("ann", make_hub(hub_url), limits=[own])
    wish = {"id": "allotment-1", "calls": 8, "input_bytes": 100}
    answer = loopback(service, "/v1/reserve", reservation(allotment=wish))[1]
    assert answer["granted"] and "allotment" not in answer
