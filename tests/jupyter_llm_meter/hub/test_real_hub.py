"""A real JupyterHub with configurable-http-proxy and PostgreSQL: one limit for all users of a team."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("jupyterhub", reason="JupyterHub is not installed")
sys.path.insert(0, str(Path(__file__).parent))

from real_hub import RealHub, wait_for

CLIENT = Path(__file__).parents[1] / "service" / "limit_client.py"
LIMITS = [
    {"scope": "team", "window": "total", "unit": "tokens", "amount": 2000, "on_exceed": "block"},
]


@pytest.fixture(scope="module")
def hub(tmp_path_factory, ledger_url):
    hub = RealHub(tmp_path_factory.mktemp("hub"), ledger_url, LIMITS)
    try:
        hub.start()
        hub.start_servers(["ann", "ben"])
        yield hub
    finally:
        hub.stop()


def callers(hub, users, threads=3, tokens=100):
    """Processes that call until their team's limit refuses."""
    return [
        subprocess.Popen(
            [sys.executable, CLIENT, hub.private_folder(user), str(threads), str(tokens)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for user in users
    ]


def made(processes):
    """The ids of the calls that were made, after all processes have ended."""
    return [line for process in processes for line in process.communicate(timeout=120)[0].split()]


def team_tokens(ledger, team):
    rows = {row.get("group"): row for row in ledger.usage("team")}
    row = rows.get(team, {"calls": 0, "input_tokens": 0, "output_tokens": 0})
    return row["calls"], row["input_tokens"] + row["output_tokens"]


def test_a_hard_limit_of_a_team_holds_for_two_users_at_once(hub, ledger):
    ids = made(callers(hub, ["ann", "ben"]))
    assert len(ids) == 20
    wait_for(lambda: team_tokens(ledger, "physics") == (20, 2000), "20 calls at the hub")
