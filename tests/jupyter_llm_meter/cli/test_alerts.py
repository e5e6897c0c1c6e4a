"""``jupyter llm-meter alerts``: what it shows of the channels, and whether a test message arrives."""

import json
from datetime import datetime, timezone

import pytest

from jupyter_llm_meter.core.limit_reader import parse_limits
from jupyter_llm_meter.ledger import Ledger, Outbox
from llm_meter_tap.wire.record import CallRecord

SECRET = "hook-secret-4711"


def test_a_test_message_reaches_every_channel(meter, configure, webhook):
    url = f"json{webhook.address.removeprefix('http')}/{SECRET}"
    configure({"ops": url, "team": {"url": url, "language": "zh-CN"}})
    done = meter("alerts", "test")
    assert (done.returncode, done.stdout.count("delivered")) == (0, 2)
    assert [message["title"] for message in webhook.messages] == [
        "LLM Meter: Test message",
        "LLM Meter：测试消息",
    ]
    assert SECRET not in done.stdout + done.stderr


def test_each_channel_that_fails_is_said_with_its_reason(meter, configure, webhook):
    good = f"json{webhook.address.removeprefix('http')}/{SECRET}"
    configure({"ops": good, "typo": {"url": good, "langauge": "en"}, "nowhere": f"nonsense://{SECRET}"})
    done = meter("alerts", "test", "--json", "--log-level=DEBUG")
    assert done.returncode == 1
    rows = {row["channel"]: row for row in json.loads(done.stdout)["channels"]}
    assert rows["ops"]["delivered"] is True
    assert "unknown field 'langauge'" in rows["typo"]["problem"]
    assert "docs/how-to/alerts.md" in rows["nowhere"]["problem"]
    assert SECRET not in done.stdout


def test_one_channel_can_be_tested_separately(meter, configure, webhook):
    url = f"json{webhook.address.removeprefix('http')}/"
    configure({"ops": url, "nowhere": "nonsense://x"})
    assert meter("alerts", "test", "--channel", "ops").returncode == 0
    assert len(webhook.messages) == 1


def test_the_extension_s_own_configuration_counts_as_well(meter, configure, webhook):
    configure({"ops": f"json{webhook.address.removeprefix('http')}/"}, "jupyter_llm_meter_config")
    assert meter("alerts", "test").returncode == 0
    assert len(webhook.messages) == 1


def test_the_list_shows_what_became_of_the_last_message(meter, configure, home):
    configure({"ops": f"json://127.0.0.1/{SECRET}", "team": f"wecombot://{SECRET}"})
    url = f"sqlite:///{home / 'data' / 'llm-meter' / 'ledger.sqlite3'}"
    now = datetime.now(timezone.utc)
    limits = parse_limits([{"window": "total", "unit": "tokens", "amount": 10, "warn_at": []}], "config")
    with Ledger.open(url, outbox=Outbox(lambda _limit: ["ops", "team"])) as ledger:
        call = CallRecord("a", now, "ok", "reported", "tap", input_tokens=20, user_id="alice")
        ledger.settle([call], limits, now)
        ledger.mark_sent(ledger.take_turn("ops", 20, now).message_id, now)
        ledger.mark_failed(ledger.take_turn("team", 20, now).message_id, "it refused", now)
    done = meter("alerts", "list", "--json")
    rows = {row["channel"]: row for row in json.loads(done.stdout)["channels"]}
    assert (rows["ops"]["kind"], rows["ops"]["url"]) == ("json", "json://127.0.0.1/****")
    assert rows["ops"]["sent_at"].startswith(f"{now:%Y-%m-%d}")
    assert (rows["team"]["waiting"], rows["team"]["reason"]) == (1, "it refused")
    table = meter("alerts", "list")
    assert (done.returncode, table.returncode) == (0, 0)
    assert "it refused" in table.stdout
    assert SECRET not in done.stdout + table.stdout


def test_the_list_shows_a_webhook_and_its_quiet_hours_without_its_secret(meter, configure):
    hours = {"from": "22:00", "to": "08:00", "time_zone": "Asia/Shanghai"}
    configure({"desk": {"url": f"https://a.example.com/{SECRET}", "secret": SECRET, "quiet_hours": hours}})
    done = meter("alerts", "list", "--json")
    (row,) = json.loads(done.stdout)["channels"]
    assert (row["kind"], row["url"]) == ("webhook", "https://a.example.com/****")
    assert row["quiet_hours"] == "22:00 to 08:00, Asia/Shanghai"
    assert SECRET not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "name one of list, test"),
        (("tset",), "name one of list, test"),
        (("test", "--channel", "opps"), "there is no channel 'opps'; channels are ops"),
        (("test", "--chanel=ops"), "unexpected argument '--chanel'"),
    ],
)
def test_a_command_line_that_cannot_be_followed_is_said(meter, configure, words, says):
    configure({"ops": "json://127.0.0.1/"})
    done = meter("alerts", *words)
    assert done.returncode == 2
    assert says in done.stderr


def test_a_server_without_channels_is_said(meter):
    done = meter("alerts", "test")
    assert (done.returncode, "no channel is set up" in done.stderr) == (2, True)
