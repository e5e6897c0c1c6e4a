import json
import re
from datetime import datetime, timedelta, timezone

import pytest
from jupyter_server.auth.authorizer import Authorizer
from tornado.httpclient import HTTPClientError

from jupyter_llm_meter import __version__
from jupyter_llm_meter.jupyter.handler import refusal_of
from jupyter_llm_meter.jupyter.routes.table import PREFIX, ROUTES
from jupyter_llm_meter.ledger import LedgerUnavailable, NewerLedger
from llm_meter_tap.wire.shape import ShapeError

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


def test_the_standing_of_a_new_user_is_all_left(api):
    status, document = api("standing")
    assert status == 200
    (standing,) = document["standings"]
    assert standing["limit"]["id"] == "user/month/tokens"
    assert (standing["used"], standing["remaining"], standing["level"]) == ("0", "1000000", "ok")
    assert document["today"] == {
        "calls": 0, "input_tokens": 0, "output_tokens": 0, "unpriced_calls": 0, "missing_calls": 0,
    }  # fmt: skip
    assert document["state"] == {"level": "ok", "problems": []}
    assert document["seq"] == 0


def test_a_page_learns_the_version_of_the_server_extension_and_its_formats(api):
    status, about = api("about")
    assert (status, about["version"]) == (200, __version__)
    assert about["formats"][:3] == ["csv", "json", "jsonl"]
    assert api("standing")[1]["version"] == __version__


def test_the_runs_of_the_cells_of_a_notebook_are_told(api, send, settled):
    place = {"llm_meter.notebook.path": "a.ipynb", "llm_meter.cell.id": "c1"}
    send(*(settled(name, **place, **{"llm_meter.run.id": run}) for name, run in ("ax", "bx", "cy")))
    (cell,) = api("cells", params={"notebook": "a.ipynb"})[1]["cells"]
    assert {run["run_id"]: run["calls"] for run in cell["runs"]} == {"x": 2, "y": 1}
    assert api("cells", params={"notebook": "other.ipynb"}) == (200, {"cells": []})
    status, refusal = api("cells")
    assert (status, refusal["reason"]) == (400, "bad-argument")


def test_calls_come_newest_first_by_the_page(api, send, settled):
    send(*(settled(name) for name in "abc"))
    page = api("calls", params={"limit": "2"})[1]
    assert [call["llm_meter.call.id"] for call in page["calls"]] == ["c", "b"]
    page = api("calls", params={"limit": "2", "cursor": page["next_cursor"]})[1]
    assert [call["llm_meter.call.id"] for call in page["calls"]] == ["a"]
    assert "next_cursor" not in page


def test_calls_can_be_narrowed_by_time_model_and_notebook(api, send, settled):
    send(
        settled("a", **{"llm_meter.notebook.path": "x/a.ipynb"}),
        settled("b", **{"gen_ai.request.model": "claude-opus-4"}),
    )

    def ids(**params):
        return [call["llm_meter.call.id"] for call in api("calls", params=params)[1]["calls"]]

    assert ids(model="claude-opus-4") == ["b"]
    assert ids(notebook="x/a.ipynb") == ["a"]
    soon = (datetime.now(timezone.utc) + timedelta(minutes=1)).isoformat()
    assert ids(**{"from": soon}) == []
    assert sorted(ids(to=soon)) == ["a", "b"]


def test_usage_is_summed_by_group(api, send, settled):
    send(settled("a"), settled("b", tokens=5), settled("c", **{"gen_ai.request.model": "unheard-of"}))
    status, usage = api("usage", params={"group_by": "model"})
    assert status == 200
    assert [(row["group"], row["input_tokens"], row["unpriced_calls"]) for row in usage["rows"]] == [
        ("gpt-4o", 15, 0),
        ("unheard-of", 10, 1),
    ]
    assert "cost" in usage["rows"][0]
    assert "cost" not in usage["rows"][1]
    assert api("usage")[1]["group_by"] == "none"


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


def test_an_alert_is_claimed_by_one_tab_and_acknowledged_for_all(api, send, settled):
    send(settled("a", tokens=900_000))
    (alert,) = api("standing")[1]["alerts"]
    assert (alert["kind"], alert["threshold"]) == ("warning", 0.8)

    def claim(who):
        return api("alerts", alert["id"], "claim", method="POST", body=json.dumps({"claimant": who}))[1]

    assert claim("tab 1") == {"claimed": True}
    assert claim("tab 2") == {"claimed": False}
    assert claim("tab 1") == {"claimed": True}
    for _ in range(2):
        assert api("alerts", alert["id"], "acknowledge", method="POST", body="{}") == (204, None)
    assert api("standing")[1]["alerts"] == []


@pytest.mark.parametrize("body", ["{}", '{"claimant": ""}', '{"claimant": 3}', "[]", '"text"', "{"])
def test_a_claim_needs_a_claimant(api, body):
    assert api("alerts", "none", "claim", method="POST", body=body)[0] == 400


BAD_BODIES = [
    b"", b"{", b"[]", b"null", b'{"a": "\xff"}', '{"a": 1}'.encode("utf-16"), b"[" * 100_000, b'{"a": NaN}',
]  # fmt: skip


def test_a_body_that_is_not_a_json_object_in_utf_8_is_a_bad_request(api):
    for path in ("calls", "takeover", "limits/raises", "alerts/none/claim"):
        for body in BAD_BODIES:
            status, error = api(*path.split("/"), method="POST", body=body)
            assert (path, body, status, error["reason"]) == (path, body, 400, "bad-argument")
            assert error["message"].startswith("The body must be a JSON object")


def test_a_text_that_no_database_can_keep_is_a_bad_request(api):
    for claimant in ("\ud800", "tab\0"):
        body = json.dumps({"claimant": claimant})
        assert api("alerts", "none", "claim", method="POST", body=body)[0] == 400


@pytest.mark.parametrize("day", ["0001-01-01", "0999-12-31", "9999-12-31"])
def test_usage_keeps_its_schema_for_any_date(api, send, settled, day):
    started_at = f"{day}T12:00:00.000000Z"
    send(settled("a", **{"llm_meter.call.started_at": started_at}))
    params = {"from": f"{day}T00:00:00Z", "to": f"{day}T23:59:59Z"}
    bounds = {"from": f"{day}T00:00:00.000000Z", "to": f"{day}T23:59:59.000000Z"}
    for group_by in ("hour", "day", "week", "month"):
        for zone in ("UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"):
            status, usage = api("usage", params={**params, "group_by": group_by, "time_zone": zone})
            (row,) = usage.pop("rows")
            assert (status, usage, row["calls"]) == (200, {**bounds, "group_by": group_by}, 1)
            assert re.match(r"\d{4}-\d\d", row["group"])
    (call,) = api("calls", params=params)[1]["calls"]
    assert call["llm_meter.call.started_at"] == started_at


def test_an_error_is_answered_as_its_nearest_listed_class():
    class Later(NewerLedger, LedgerUnavailable):
        """An error that a later version may raise."""

    assert refusal_of(Later("x")) == (503, "ledger-unavailable")
    assert refusal_of(ShapeError("a", "b")) == (400, "bad-argument")


@pytest.mark.parametrize("verb", ["claim", "acknowledge"])
def test_an_alert_that_nobody_raised_is_not_found(api, verb):
    body = json.dumps({"claimant": "tab 1"})
    status, error = api("alerts", "none", verb, method="POST", body=body)
    assert (status, error["reason"]) == (404, "unknown-alert")


@pytest.mark.parametrize(
    "extension_config", [{"database_url": "postgresql+psycopg://nobody@127.0.0.1:9/none"}]
)
def test_the_ledger_that_is_away_answers_503_and_a_degraded_standing(extension_config, api):
    status, error = api("calls")
    assert (status, error["reason"]) == (503, "ledger-unavailable")
    status, document = api("standing")
    assert (status, document["state"]["level"]) == (200, "degraded")


def found(call_id, **fields):
    return {
        "llm_meter.call.id": call_id,
        "llm_meter.call.started_at": "2026-11-24T10:00:00.000000Z",
        "llm_meter.call.status": "ok",
        "llm_meter.call.basis": "reported",
        "llm_meter.call.source": "output",
        "gen_ai.provider.name": "openai",
        "gen_ai.response.model": "gpt-4o-mini",
        "gen_ai.usage.input_tokens": 1_000_000,
        "gen_ai.usage.output_tokens": 0,
        **fields,
    }


def report(api, *records):
    return api("calls", method="POST", body=json.dumps({"records": records}))


def test_calls_found_in_outputs_are_counted_once_under_the_user_of_the_server(api, meter):
    claimed = {"user.id": "mallory", "llm_meter.cost.amount": "0", "llm_meter.cost.currency": "USD"}
    assert report(api, found("a"), found("b", **claimed)) == (200, {"acknowledged": ["a", "b"]})
    assert report(api, found("a")) == (200, {"acknowledged": ["a"]})
    calls = api("calls")[1]["calls"]
    assert len(calls) == 2
    assert {call["user.id"] for call in calls} == {meter.user_id}
    assert {call["llm_meter.cost.amount"] for call in calls} == {"0.15"}


def test_a_call_that_the_page_estimated_keeps_how_it_was_counted(api):
    counted = {
        "llm_meter.call.basis": "counted",
        "llm_meter.usage.tokenizer": "o200k_base",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.response.model": None,
        "gen_ai.usage.input_tokens": None,
        "gen_ai.usage.output_tokens": 1_000_000,
    }
    partial = {**counted, "llm_meter.call.basis": "partial", "llm_meter.call.status": "aborted"}
    assert report(api, found("a", **counted), found("b", **partial))[0] == 200
    calls = api("calls")[1]["calls"]
    assert sorted((call["llm_meter.call.basis"], call["llm_meter.call.status"]) for call in calls) == [
        ("counted", "ok"),
        ("partial", "aborted"),
    ]
    for call in calls:
        assert call["llm_meter.usage.tokenizer"] == "o200k_base"
        assert call["gen_ai.usage.output_tokens"] == 1_000_000
        assert "gen_ai.usage.input_tokens" not in call
    assert api("standing")[1]["standings"][0]["used"] == "2000000"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ([], "The body must be a JSON object"),
        ({"records": "a"}, "records must be a list"),
        ({"records": [found("a")] * 501}, "at most 500"),
        ({"records": [found("a"), 7]}, "records[1]: a record must be a JSON object"),
        ({"records": [found("a", **{"llm_meter.call.source": "tap"})]}, "records[0]: llm_meter.call.source"),
        ({"records": [found("a", **{"gen_ai.usage.input_tokens": -1})]}, "gen_ai.usage.input_tokens"),
    ],
)
def test_what_is_no_call_found_in_outputs_is_refused_and_nothing_is_kept(body, named, api):
    status, answer = api("calls", method="POST", body=json.dumps(body))
    assert status == 400
    assert named in answer["message"]
    assert api("calls")[1]["calls"] == []
