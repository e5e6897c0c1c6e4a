"""A real JupyterHub with configurable-http-proxy and PostgreSQL: five users in two teams, two processes.

The configuration is that of deploy/jupyterhub. Calls are made as taps make them, through each user's server.
"""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("jupyterhub", reason="JupyterHub is not installed")

from hub_services import call, lines, send
from real_hub import RealHub, request, wait_for

CLIENT = Path(__file__).parents[1] / "service" / "limit_client.py"
USERS = {"ann": "physics", "ben": "physics", "cem": "physics", "dee": "history", "eva": "history"}
LIMITS = [{"scope": "team", "window": "total", "unit": "tokens", "amount": 2000, "on_exceed": "block"}]


@pytest.fixture(scope="module")
def hub(tmp_path_factory, ledger_url):
    hub = RealHub(tmp_path_factory.mktemp("hub"), ledger_url, LIMITS)
    try:
        hub.start()
        hub.start_servers(list(USERS))
        yield hub
    finally:
        hub.stop()


def callers(hub, users, threads=2, tokens=100):
    """Processes that call until their team's limit refuses."""
    options = [str(threads), str(tokens)]
    return [
        subprocess.Popen(
            [sys.executable, CLIENT, hub.private_folder(user), *options], stdout=subprocess.PIPE, text=True
        )
        for user in users
    ]


def made(processes):
    """The ids of the calls that were made, when all processes have ended."""
    return [line for process in processes for line in process.communicate(timeout=500)[0].split()]


def sums(ledger, group, **which):
    """Calls and tokens by group at the hub, without refused calls."""
    rows = ledger.usage(group, **which)
    return {row["group"]: (row["calls"], row["output_tokens"]) for row in rows if row["output_tokens"]}


def test_a_hard_limit_holds_for_all_at_once_while_a_process_and_the_database_go_away(
    hub, ledger, break_connections
):
    processes = callers(hub, USERS)
    wait_for(lambda: sum(calls for calls, _tokens in sums(ledger, "team").values()) >= 3, "some calls")
    hub.workers()[0].kill()
    break_connections()
    ids = made(processes)
    assert len(ids) == len(set(ids)) == 40
    expected = {"physics": (20, 2000), "history": (20, 2000)}
    wait_for(lambda: sums(ledger, "team") == expected, "all calls at the hub")
    wait_for(lambda: len(hub.workers()) == 2, "a new process")


def test_calls_wait_while_the_service_is_away_and_are_counted_once(hub, ledger):
    [first] = hub.service_processes()
    first.kill()  # its processes end with it
    sent = lines(*[call(0, **{"llm_meter.project": "away"}) for _ in range(5)])
    assert hub.loopback("ann", "/v1/lines", sent)[0] == 200

    def calls():
        answer = hub.ask("GET", "api/v1/calls?project=away", "ann")
        return answer.status == 200 and len(answer.json["calls"])

    wait_for(lambda: calls() == 5, "the calls at the hub")
    assert [process.pid for process in hub.service_processes()] != [first.pid]


def test_each_sees_what_their_role_allows(hub):
    def users(who, query=""):
        answer = hub.ask("GET", f"api/v1/usage?group_by=user{query}", who)
        return answer.status, {row["group"] for row in answer.json.get("rows", ())}

    assert users("ann") == (200, {"ann"})
    assert users("ann", "&user=ben") == users("ann", "&team=history") == (403, set())
    assert users("ben", "&team=physics")[1] >= {"ann", "ben"}
    assert users("ben", "&team=history") == (403, set())
    assert users("root-admin")[1] >= {"ann", "ben", "dee"}


def test_a_server_shows_the_limit_of_the_team(hub):
    url = f"{hub.url}/user/ann/llm-meter/api/v1/standing"
    answer = request("GET", url, hub.token("ann"))
    assert answer.status == 200, answer.text
    shown = {each["limit"]["id"]: each["used"] for each in answer.json["standings"]}
    assert shown["hub:team/total/tokens"] == "2000"


def test_a_token_that_was_revoked_is_of_no_use(hub):
    made = hub.api("POST", "users/eva/tokens", {"note": "revoked"}).json
    assert hub.api("DELETE", f"users/eva/tokens/{made['id']}").status == 204
    answer = request("GET", f"{hub.service_url}/api/v1/me", made["token"])
    assert answer.status == 403


def test_a_token_without_access_to_the_service_is_of_no_use(hub):
    asked = {"note": "narrow", "scopes": ["read:users:name!user"]}
    token = hub.api("POST", "users/eva/tokens", asked).json["token"]
    assert request("GET", f"{hub.service_url}/api/v1/me", token).status == 403


def test_only_the_service_knows_the_database(hub):
    for user in USERS:
        assert "LLM_METER_DATABASE_URL" not in hub.server_environment(user)
    assert send("GET", f"{hub.service_url}/v1/standing")[0] == 403
