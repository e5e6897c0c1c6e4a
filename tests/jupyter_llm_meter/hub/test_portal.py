"""The portal's page and files, and the limits that each role sees."""

import sys
from datetime import datetime, timezone
from pathlib import Path

import pytest
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import RequestHandler

sys.path.insert(0, str(Path(__file__).parent))

from hub_services import HubProcess, call, lines

from jupyter_llm_meter.hub.config import read_limits
from jupyter_llm_meter.hub.handler import Shared
from jupyter_llm_meter.hub.members import Member
from jupyter_llm_meter.hub.routes import portal
from jupyter_llm_meter.hub.routes.portal import Seen
from jupyter_llm_meter.hub.server import make_application
from jupyter_llm_meter.ledger import Ledger, sqlite_url

LIMITS = [
    {"scope": "team", "window": "month", "unit": "tokens", "amount": 1000},
    {"scope": "user", "window": "month", "unit": "tokens", "amount": 500},
    {"scope": "model", "value": "gpt-4o", "window": "month", "unit": "tokens", "amount": 5000},
]
USED = {"ann": 450, "ben": 200, "dee": 300}
PREFIX = "/services/llm-meter/"


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A hub to which three users have relayed one call each."""
    hub = HubProcess(sqlite_url(tmp_path_factory.mktemp("hub") / "ledger.sqlite3"), LIMITS)
    hub.start()
    for user, tokens in USED.items():
        assert hub.ask("POST", "v1/lines", user, lines(call(tokens)))[0] == 200
    yield hub
    hub.kill()


def limits_seen(hub, user, query=""):
    """Scope, subject and share of the limits that a user sees, in their order."""
    status, answer = hub.ask("GET", f"api/v1/standings{query}", user)
    assert status == 200, answer
    return [(each["limit"]["scope"], each["subject"], each["ratio"]) for each in answer["standings"]]


def test_a_user_sees_their_own_limits_and_those_of_their_teams_nearest_first(hub):
    assert limits_seen(hub, "ann") == [("user", "ann", 0.9), ("team", "physics", 0.65)]


def test_a_user_without_use_sees_where_their_limits_begin(hub):
    assert limits_seen(hub, "alone") == [("user", "alone", 0.0)]


def test_a_lead_sees_the_limits_of_the_team_but_not_those_of_its_members(hub):
    assert limits_seen(hub, "ben") == [("team", "physics", 0.65), ("user", "ben", 0.4)]
    assert limits_seen(hub, "ben", "?team=physics") == [("team", "physics", 0.65)]


def test_an_administrator_sees_every_limit(hub):
    assert limits_seen(hub, "boss") == [
        ("user", "ann", 0.9),
        ("team", "physics", 0.65),
        ("user", "dee", 0.6),
        ("user", "ben", 0.4),
        ("team", "history", 0.3),
        ("model", "gpt-4o", 0.19),
        ("user", "boss", 0.0),
    ]
    assert limits_seen(hub, "boss", "?user=dee") == [("user", "dee", 0.6)]


@pytest.mark.parametrize("query", ["?user=ben", "?team=history", "?user=ann&team=history"])
def test_the_limits_of_others_are_refused(hub, query):
    status, answer = hub.ask("GET", f"api/v1/standings{query}", "ann")
    assert (status, answer["reason"]) == (403, "not-allowed")


def test_alerts_are_seen_by_whom_their_limits_are_seen(hub):
    def subjects(user):
        return [each["subject"] for each in hub.ask("GET", "api/v1/standings", user)[1]["alerts"]]

    assert subjects("ann") == ["ann"]
    assert subjects("ben") == []
    assert subjects("boss") == ["ann"]


def test_who_names_themselves_sees_their_teams_as_well():
    seen = Seen(Member("both", ("history", "physics")), "both", None)
    assert seen.has("user", "both") and seen.has("team", "physics") and seen.has("team", "history")
    assert not seen.has("user", "ann") and not seen.has("model", "gpt-4o")


class Browser:
    """Logged in as a user, or not."""

    home_url = '/base/hub/home?"<>'

    def __init__(self, member):
        self.member = member

    async def of_request(self, _handler):
        return self.member

    of_token = of_request

    def login_routes(self):
        return {"login": RequestHandler}


@pytest.fixture
def built(tmp_path, monkeypatch):
    """A portal as the build makes it, with a secret beside it."""
    folder = tmp_path / "portal"
    folder.mkdir()
    (folder / "entry.json").write_text('{"script": "main.0a.js", "style": "main.0b.css"}')
    (folder / "main.0a.js").write_text("1")
    (folder / "main.0b.css").write_text("")
    (tmp_path / "secret.js").write_text("secret")
    monkeypatch.setattr(portal, "FILES", folder)
    return folder


async def fetch(member, path, **headers):
    """What a browser gets, redirects not followed."""
    shared = Shared(None, Browser(member), "UTC")
    server = HTTPServer(make_application(shared, PREFIX, b"secret"))
    socket, port = bind_unused_port()
    server.add_sockets([socket])
    try:
        return await AsyncHTTPClient().fetch(
            f"http://127.0.0.1:{port}{PREFIX}{path}",
            headers=headers,
            follow_redirects=False,
            raise_error=False,
        )
    finally:
        server.stop()


async def test_the_page_loads_its_own_files_only_and_nothing_inline(built):
    answer = await fetch(Member("ann"), "")
    page = answer.body.decode()
    assert answer.code == 200
    assert '<script src="static/main.0a.js" defer></script>' in page
    assert 'data-home="/base/hub/home?&quot;&lt;&gt;"' in page
    assert "style=" not in page and page.count("<script") == 1
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self';" in policy and "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_browser_without_a_login_is_sent_to_log_in_and_a_program_is_refused(built):
    answer = await fetch(None, "", Accept="text/html,*/*")
    assert (answer.code, answer.headers["Location"]) == (302, "login")
    assert (await fetch(None, "", Accept="application/json")).code == 403
    assert (await fetch(None, "static/main.0a.js", Accept="text/html")).code == 403


async def test_a_file_is_kept_by_the_browser_for_good(built):
    answer = await fetch(Member("ann"), "static/main.0a.js")
    assert (answer.code, answer.body) == (200, b"1")
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "immutable" in answer.headers["Cache-Control"] and "private" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "static/../secret.js",
        "static/%2e%2e/secret.js",
        "static/..%2fsecret.js",
        "static/..%5csecret.js",
        "static//etc/hostname",
        "static/none.js",
        "static/entry.json",
        "static/..",
    ],
)
async def test_nothing_but_files_of_the_page_is_served(built, path):
    assert (await fetch(Member("ann"), path)).code == 404


async def test_an_installation_without_a_portal_says_how_to_build_it(tmp_path, monkeypatch):
    monkeypatch.setattr(portal, "FILES", tmp_path / "none")
    answer = await fetch(Member("ann"), "", Accept="text/html")
    assert answer.code == 503 and b"build:portal" in answer.body


def test_only_the_nearest_limits_are_shown_and_the_others_are_counted(monkeypatch, tmp_path):
    monkeypatch.setattr(portal, "MOST_STANDINGS", 2)
    limits = read_limits(LIMITS, "UTC").current()
    with Ledger.open(sqlite_url(tmp_path / "ledger.sqlite3")) as ledger:
        seen = Seen(Member("one", ("a", "b"), is_admin=True), None, None)
        found = portal.overview(ledger, limits, seen, datetime.now(timezone.utc))
    # One user, two teams, one model.
    assert (len(found["standings"]), found["more_standings"]) == (2, 2)
