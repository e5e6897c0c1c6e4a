"""Taking over what pages counted while there was no server extension."""

import json
from datetime import datetime, timezone

import pytest

from jupyter_llm_meter.core.standing import format_time
from jupyter_llm_meter.core.windows import window_bounds

TODAY = datetime.now(timezone.utc)
NOW = format_time(TODAY)
QUARTER = format_time(TODAY.replace(minute=0, second=0, microsecond=0))


def call(call_id, tokens=10):
    return {
        "llm_meter.call.id": call_id,
        "llm_meter.call.started_at": NOW,
        "llm_meter.call.status": "ok",
        "llm_meter.call.basis": "reported",
        "llm_meter.call.source": "output",
        "gen_ai.provider.name": "openai",
        "gen_ai.response.model": "gpt-4o-mini",
        "gen_ai.usage.input_tokens": tokens,
        "gen_ai.usage.output_tokens": 0,
    }


def sums(**fields):
    counts = {"calls": 3, "priced_calls": 3, "input_tokens": 300, "output_tokens": 60, "cost": "0.5"}
    return {"quarter": QUARTER, "model": "gpt-4o-mini", "notebook_path": "a.ipynb", **counts, **fields}


def part(revision=4, base=0, rollups=(), records=(), part_id="tab"):
    return {
        "id": part_id,
        "base": base,
        "revision": revision,
        "rollups": list(rollups),
        "records": list(records),
    }


def take_over(api, *parts, acknowledged=()):
    body = {"parts": parts, "acknowledged": list(acknowledged)}
    return api("takeover", method="POST", body=json.dumps(body))


def month(api):
    return api("standing")[1]["month"]


def test_sums_and_calls_of_a_part_are_in_every_total(api):
    status, answer = take_over(api, part(rollups=[sums()], records=[call("a")]))
    assert (status, answer) == (200, {"taken": [{"id": "tab", "revision": 4}]})
    document = api("standing")[1]
    assert document["month"]["calls"] == 4
    assert document["month"]["input_tokens"] == 310
    assert document["month"]["output_tokens"] == 60
    assert document["standings"][0]["used"] == "370"
    (row,) = api("usage", params={"group_by": "model"})[1]["rows"]
    assert (row["group"], row["calls"]) == ("gpt-4o-mini", 4)


def test_a_part_counts_once_for_every_sender_and_revision(api):
    take_over(api, part(revision=4, rollups=[sums()], records=[call("a")]))
    again = take_over(api, part(revision=6, rollups=[sums()], records=[call("a"), call("b")]))
    assert again[1]["taken"] == [{"id": "tab", "revision": 4}]
    assert month(api)["calls"] == 4


def test_what_a_tab_counted_after_its_part_was_taken_is_taken_too(api):
    take_over(api, part(revision=4, rollups=[sums()]))
    later = take_over(api, part(revision=7, base=4, rollups=[sums(calls=1, input_tokens=5)]))
    assert later[1]["taken"] == [{"id": "tab", "revision": 7}]
    assert month(api)["calls"] == 4


def test_a_call_in_two_parts_counts_once(api):
    take_over(api, part(records=[call("a")]), part(part_id="other", records=[call("a")]))
    assert month(api)["calls"] == 1


def test_what_a_page_has_shown_is_not_shown_again(api):
    limit = api("standing")[1]["standings"][0]["limit"]
    start, _end = window_bounds("month", TODAY, limit["time_zone"])
    shown = json.dumps(["user/month/tokens", None, 0.8, format_time(start), "1000000"])
    take_over(api, part(rollups=[sums(input_tokens=1_000_000)]), acknowledged=[shown, "nonsense"])
    assert [alert["threshold"] for alert in api("standing")[1]["alerts"]] == [1.0]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ([], "The body must be a JSON object"),
        ({"parts": "all", "acknowledged": []}, "parts must be a list"),
        ({"parts": [7], "acknowledged": []}, "parts[0] must be a JSON object"),
        ({"parts": [part(revision=-1)], "acknowledged": []}, "parts[0].revision"),
        (
            {"parts": [part(rollups=[sums(quarter="today")])], "acknowledged": []},
            "parts[0].rollups[0].quarter",
        ),
        (
            {"parts": [part(rollups=[sums(quarter="2026-11-24T10:07:00Z")])], "acknowledged": []},
            "the beginning of a quarter hour",
        ),
        ({"parts": [part(rollups=[sums(calls=1.5)])], "acknowledged": []}, "parts[0].rollups[0].calls"),
        ({"parts": [part(rollups=[sums(cost=0.5)])], "acknowledged": []}, "parts[0].rollups[0].cost"),
        ({"parts": [part(), part(records=[{}])], "acknowledged": []}, "parts[1].records[0]"),
    ],
)
def test_a_body_with_an_invalid_part_is_refused_whole(body, named, api):
    status, answer = api("takeover", method="POST", body=json.dumps(body))
    assert status == 400
    assert named in answer["message"]
    assert month(api)["calls"] == 0
