"""What the service learns of the hub's users and groups, and what it does where the hub does not say."""

import asyncio
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from jupyter_llm_meter.hub.directory import HubDirectory, NoDirectory

NAMES = [f"user-{number}" for number in range(450)]


class Hub(BaseHTTPRequestHandler):
    """The routes of a hub's API that are asked."""

    scopes = ("users", "groups")

    def do_GET(self):
        parts = urlsplit(self.path)
        kind, _, name = parts.path.removeprefix("/api/").partition("/")
        query = {key: int(values[0]) for key, values in parse_qs(parts.query).items()}
        found = None
        if kind in self.scopes and self.headers["Authorization"] == "token secret":
            if kind == "groups":
                found = [{"name": "physics", "users": NAMES[:2]}, {"name": "history", "users": []}]
            elif name:
                found = {"name": name} if name in NAMES else None
            else:
                found = [{"name": each} for each in NAMES[query["offset"] :][: query["limit"]]]
        self.send_response(404 if found is None else 200)
        self.end_headers()
        self.wfile.write(json.dumps(found).encode())

    def log_message(self, *_args):
        pass


@pytest.fixture
def directory():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/api"
    yield HubDirectory({"JUPYTERHUB_API_URL": url, "JUPYTERHUB_API_TOKEN": "secret"})
    server.shutdown()
    server.server_close()


def ask(work):
    return asyncio.run(work)


def test_unknown_names_are_found_among_few_and_many(directory):
    assert ask(directory.unknown(["user-3", "nobody", "user-449"])) == ["nobody"]
    assert ask(directory.unknown([*NAMES, "nobody", "somebody"])) == ["nobody", "somebody"]
    assert ask(directory.users()) == set(NAMES)


def test_the_members_of_a_team_are_those_of_its_group(directory):
    assert ask(directory.members("physics")) == {"user-0", "user-1"}
    assert ask(directory.members("history")) == set() == ask(directory.members("no-team"))


def test_a_hub_that_does_not_say_is_not_taken_for_one_without_users(directory, monkeypatch):
    monkeypatch.setattr(Hub, "scopes", ())
    for silent in (directory, NoDirectory(), HubDirectory({})):
        assert ask(silent.users()) is None
        assert ask(silent.unknown(["user-3"])) is None
        assert ask(silent.unknown(NAMES)) is None
        assert ask(silent.members("physics")) is None
