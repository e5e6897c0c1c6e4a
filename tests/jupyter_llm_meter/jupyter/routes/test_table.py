import pytest
from jupyter_server.auth.authorizer import Authorizer
from tornado.httpclient import HTTPClientError

from jupyter_llm_meter.jupyter.routes.table import PREFIX, ROUTES

PATHS = [
    (path.format(id="none"), method.upper())
    for path, handler in ROUTES.items()
    for method in ("get", "post")
    if method in vars(handler)
]


@pytest.fixture
def ask_raw(meter, jp_http_port, jp_base_url, http_server_client, run):
    """Send a request without the token that jp_fetch adds."""

    def ask(path, method, headers=None):
        url = f"{jp_base_url}{PREFIX}/{path}"
        body = "{}" if method == "POST" else None
        try:
            return run(http_server_client.fetch(url, method=method, body=body, headers=headers or {})).code
        except HTTPClientError as error:
            return error.code

    return ask


@pytest.mark.parametrize(("path", "method"), PATHS)
def test_no_route_answers_a_stranger(path, method, ask_raw):
    assert ask_raw(path, method) in (401, 403)


@pytest.mark.parametrize(("path", "method"), PATHS)
def test_no_route_answers_whom_the_authoriser_denies(path, method, jp_serverapp, api):
    asked = []

    class Deny(Authorizer):
        def is_authorized(self, handler, user, action, resource):
            asked.append((action, resource))
            return False

    jp_serverapp.web_app.settings["authorizer"] = Deny(parent=jp_serverapp)
    body = "{}" if method == "POST" else None
    assert api(*path.split("/"), method=method, body=body)[0] == 403
    assert asked == [("read" if method == "GET" else "write", "llm-meter")]


@pytest.mark.parametrize(
    ("path", "params", "named"),
    [
        ("calls", {"limit": "0"}, "1 to 500"),
        ("calls", {"limit": "501"}, "1 to 500"),
        ("calls", {"limit": "many"}, "1 to 500"),
        ("calls", {"limit": "9" * 400}, "1 to 500"),
        ("calls", {"cursor": "x"}, "cursor"),
        ("calls", {"from": "yesterday"}, "from is 'yesterday'"),
        ("calls", {"from": "2026-11-23T20:00:00"}, "2026-11-23T20:00:00Z"),
        ("calls", {"from": "2026-11-24T00:00:00Z", "to": "2026-11-23T00:00:00Z"}, "later"),
        ("calls", {"modle": "gpt-4o"}, "There is no argument 'modle'"),
        ("standing", {"limit": "1"}, "none is allowed here"),
        ("usage", {"group_by": "modl"}, "none, user, team"),
        ("usage", {"time_zone": "Mars/Base"}, "Asia/Shanghai"),
        ("usage", {"time_zone": "../etc/passwd"}, "Asia/Shanghai"),
    ],
)
def test_a_bad_argument_is_named_with_what_is_allowed(api, path, params, named):
    status, error = api(path, params=params)
    assert status == 400
    assert named in error["message"]
    assert error["reason"] in ("bad-argument", "bad-cursor")


def test_the_millisecond_that_jupyterlab_adds_to_an_address_is_no_argument(api):
    assert api("usage", params={"1764443876123": ""})[0] == 200


def test_a_path_that_is_no_route_is_answered_in_json(api):
    status, error = api("calls", "newest")
    assert (status, error["message"]) == (
        404,
        "There is no route 'calls/newest'; openapi.yaml lists the routes.",
    )


def test_a_method_that_a_route_lacks_is_answered_with_those_it_has(meter, jp_fetch, run):
    with pytest.raises(HTTPClientError) as raised:
        run(jp_fetch(*PREFIX.split("/"), "calls", method="DELETE"))
    assert raised.value.code == 405
    assert raised.value.response.headers["Allow"] == "GET, POST, OPTIONS"


BAD_BODIES = [
    b"", b"{", b"[]", b"null", b'{"a": "\xff"}', '{"a": 1}'.encode("utf-16"), b"[" * 100_000, b'{"a": NaN}',
]  # fmt: skip


def test_a_body_that_is_not_a_json_object_in_utf_8_is_a_bad_request(api):
    bodiless = ("alerts/none/acknowledge", "channels/test")
    posted = [path for path, method in PATHS if method == "POST" and path not in bodiless]
    assert len(posted) == 5
    for path in posted:
        for body in BAD_BODIES:
            status, error = api(*path.split("/"), method="POST", body=body)
            assert (path, body, status, error["reason"]) == (path, body, 400, "bad-argument")
            assert error["message"].startswith("The body must be a JSON object")


@pytest.mark.parametrize(
    "extension_config", [{"database_url": "postgresql+psycopg://nobody@127.0.0.1:9/none"}]
)
def test_the_ledger_that_is_away_answers_503_and_a_degraded_standing(extension_config, api):
    status, error = api("calls")
    assert (status, error["reason"]) == (503, "ledger-unavailable")
    status, document = api("standing")
    assert (status, document["state"]["level"]) == (200, "degraded")
