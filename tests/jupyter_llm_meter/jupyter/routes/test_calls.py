import json
from datetime import datetime, timedelta, timezone

import pytest


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
def test_a_body_that_is_not_calls_from_outputs_is_refused_whole(body, named, api):
    status, answer = api("calls", method="POST", body=json.dumps(body))
    assert status == 400
    assert named in answer["message"]
    assert api("calls")[1]["calls"] == []
