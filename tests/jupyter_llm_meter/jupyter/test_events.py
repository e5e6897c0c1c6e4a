import asyncio

import pytest
import yaml

from jupyter_llm_meter.jupyter import events as stream
from jupyter_llm_meter.jupyter.events import SCHEMA_ID, SCHEMA_PATH


@pytest.fixture
def events(jp_serverapp, meter):
    """Every event of ours."""
    seen = []

    async def keep(logger, schema_id, data):
        seen.append(data)

    jp_serverapp.event_logger.add_listener(schema_id=SCHEMA_ID, listener=keep)
    return seen


def test_an_event_after_a_commit_has_the_standing_and_the_call(events, send, settled, eventually, api):
    send(settled("a"))
    eventually(lambda: events, "the event")
    document = events[0]
    assert (document["seq"], document["call_ids"]) == (1, ["a"])
    assert document["standings"][0]["used"] == "10"
    shown = api("standing")[1]
    assert shown["seq"] == document["seq"]
    assert {**shown, "as_of": "", "call_ids": ["a"]} == {**document, "as_of": ""}


def test_a_burst_of_calls_makes_few_numbered_events_that_name_each_call_once(
    events, send, settled, eventually, run, monkeypatch
):
    # So long a pause that on no machine each call has an event of its own.
    monkeypatch.setattr(stream, "PAUSE_S", 2.0)
    for number in range(40):
        send(settled(f"call-{number}"))
        run(asyncio.sleep(0.02))
    eventually(lambda: sum(len(data["call_ids"]) for data in events) == 40, "the last event")
    assert sorted(name for data in events for name in data["call_ids"]) == sorted(
        f"call-{number}" for number in range(40)
    )
    assert [data["seq"] for data in events] == list(range(1, len(events) + 1))
    assert events[-1]["standings"][0]["used"] == "400"
    assert len(events) < 40


def test_while_the_server_is_busy_calls_are_ingested_and_sent_as_events_later(
    events, send, settled, eventually
):
    # Nothing runs the server's loop between here and `eventually`.
    for number in range(20):
        assert send(settled(f"call-{number}"))["acknowledged"] == [f"call-{number}"]
    assert events == []
    eventually(lambda: sum(len(data["call_ids"]) for data in events) == 20, "the events")
    assert len(events) <= 3


def test_an_acknowledged_alert_is_sent_to_the_other_tabs(events, send, settled, eventually, api):
    send(settled("a", tokens=900_000))
    eventually(lambda: events, "the event of the call")
    (alert,) = events[-1]["alerts"]
    api("alerts", alert["id"], "acknowledge", method="POST", body="{}")
    eventually(lambda: events[-1]["alerts"] == [], "the event of the acknowledgement")


def test_an_event_carries_no_more_than_its_schema_names(events, send, settled, eventually):
    send(settled("a"))
    eventually(lambda: events, "the event")
    named = yaml.safe_load(SCHEMA_PATH.read_text(encoding="utf-8"))["properties"]
    # Names in double underscores are the event logger's own.
    assert {name for name in events[0] if not name.startswith("__")} <= set(named)
