"""Delivery of alerts from the ledger to channels, by services that start, stop, fail and are killed."""

import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from threading import Event

import pytest

from jupyter_llm_meter.alerts import delivery
from jupyter_llm_meter.core.standing import CellPosition
from jupyter_llm_meter.ledger import Ledger
from jupyter_llm_meter.ledger.deliveries import DELIVERY_LEASE
from jupyter_llm_meter.service.context import NoKernels

SECRET = "hook-secret-4711"
TWO = [
    {"window": "month", "unit": "tokens", "amount": 1000, "warn_at": [0.5, 0.8]},
    {"window": "day", "unit": "calls", "amount": 1, "warn_at": []},
]


def webhook(provider, path=SECRET):
    return f"json://127.0.0.1:{provider.port}/{path}"


def problems_of(service):
    return {problem.code: problem.message for problem in service.problems.open()}


def titles(provider):
    return [request.json["title"] for request in provider.requests]


def records(storage):
    with Ledger.open(storage.ledger_url) as ledger:
        return {record.channel: record for record in ledger.channel_records()}


def take_away(ledger_url, channel, now):
    with Ledger.open(ledger_url) as ledger:
        return ledger.take_turn(channel, 20, now, is_urgent=True)


def test_a_crossed_limit_reaches_every_default_channel_once(start, spend, provider, storage, eventually):
    channels = {
        "ops": webhook(provider, "ops"),
        "team": {"url": webhook(provider, "team"), "language": "zh-CN"},
        "quiet": {"url": webhook(provider, "quiet"), "is_default": False},
    }
    service = start(channels)
    spend(service, 850, notebook_path="a.ipynb")
    eventually(lambda: all(each.sent_at for each in records(storage).values()) and len(records(storage)) == 2)
    by_path = {request.path: request.json for request in provider.requests}
    assert by_path["/ops"]["title"] == "LLM Meter: User alice this month: 85% of 1,000 tokens used"
    assert "Top notebook: a.ipynb (850 tokens)" in by_path["/ops"]["message"]
    assert by_path["/team"]["title"] == "LLM Meter：用户 alice 本月：已使用 1,000 token 的 85%"
    spend(service, 10)
    service.stop()
    assert len(provider.requests) == 2
    assert problems_of(service) == {}


class SavedNotebooks(NoKernels):
    """A lab with one saved notebook."""

    async def cells(self, path):
        return {"c7": CellPosition(7, 9)} if path == "a.ipynb" else {}


@pytest.mark.parametrize(
    ("path", "named"),
    [("a.ipynb", "a.ipynb, cell 7 of 9 (850 tokens)"), ("new.ipynb", "new.ipynb (850 tokens)")],
)
def test_a_message_says_where_the_cell_is_in_a_saved_notebook(
    start, spend, provider, eventually, path, named
):
    service = start({"ops": webhook(provider)}, kernels=SavedNotebooks())
    spend(service, 850, notebook_path=path, cell_id="c7")
    eventually(lambda: provider.requests)
    assert f"Top notebook: {named}" in provider.requests[0].json["message"]


@pytest.fixture
def patient_stop(monkeypatch):
    """A service that stops waits until its messages are out, even on a busy machine."""
    monkeypatch.setattr(delivery, "STOP_PATIENCE_S", 120.0)


@pytest.mark.usefixtures("patient_stop")
def test_a_burst_is_one_message(start, spend, provider, storage, eventually, monkeypatch):
    service = start({"ops": webhook(provider)}, TWO)
    spend(service, 600, user_id="bob")
    eventually(lambda: provider.requests and not records(storage)["ops"].waiting)
    # From here the channel waits for more alerts until the service stops.
    monkeypatch.setattr(delivery, "GATHER_S", 3600.0)
    spend(service, 600)
    spend(service, 600)
    assert len(provider.requests) == 1
    service.stop()
    assert titles(provider)[1:] == ["LLM Meter: 2 alerts"]


def test_a_limit_notifies_the_channels_that_it_names(start, spend, provider, storage, eventually):
    limits = [{"window": "month", "unit": "tokens", "amount": 1000, "notify": ["quiet"]}]
    channels = {
        "ops": webhook(provider, "ops"),
        "quiet": {"url": webhook(provider, "quiet"), "is_default": False},
    }
    spend(start(channels, limits), 900)
    eventually(lambda: provider.requests)
    assert list(records(storage)) == ["quiet"]
    assert provider.requests[0].path == "/quiet"


def test_in_quiet_hours_a_reached_limit_is_sent_and_a_warning_waits(
    start, spend, provider, storage, eventually
):
    now = datetime.now(timezone.utc)
    begin, end = (f"{now + timedelta(hours=hours):%H:%M}" for hours in (-11, 11))
    hours = {"from": begin, "to": end, "time_zone": "UTC"}
    service = start({"ops": {"url": webhook(provider), "quiet_hours": hours}}, TWO)
    spend(service, 600)
    eventually(lambda: provider.requests and records(storage)["ops"].sent_at)
    service.stop()
    assert titles(provider) == ["LLM Meter: User alice today: limit of 1 call reached"]
    assert records(storage)["ops"].waiting == 1


def test_a_channel_that_is_not_there_is_a_problem(start, spend, provider, storage, eventually):
    limits = [{"window": "month", "unit": "tokens", "amount": 1000, "notify": ["opps", "ops"]}]
    service = start({"ops": webhook(provider)}, limits)
    problem = eventually(lambda: problems_of(service).get("channel:opps"))
    assert "user/month/tokens names the channel opps, which is not set up; there are ops" in problem
    spend(service, 900)
    eventually(lambda: provider.requests)
    assert list(records(storage)) == ["ops"]


def test_a_wrong_channel_is_a_problem_and_the_others_work(start, spend, provider, storage, eventually):
    service = start(
        {
            "ops": webhook(provider),
            "typo": {"url": f"json://127.0.0.1/{SECRET}", "langauge": "en"},
            "nowhere": f"nonsense://{SECRET}",
        }
    )
    eventually(lambda: {"channel:typo", "channel:nowhere"} <= set(problems_of(service)))
    spend(service, 900)
    eventually(lambda: provider.requests)
    found = problems_of(service)
    assert "unknown field 'langauge'" in found["channel:typo"]
    assert "nonsense://****" in found["channel:nowhere"]
    assert SECRET not in str(found)
    assert (records(storage)["nowhere"].waiting, "typo" in records(storage)) == (1, False)


def test_what_waits_for_a_channel_goes_out_once_it_is_mended(start, spend, provider, storage, eventually):
    service = start({"ops": f"nonsense://{SECRET}"})
    spend(service, 900)
    service.stop()
    start({"ops": webhook(provider)})
    eventually(lambda: provider.requests)
    assert len(titles(provider)) == 1


def test_a_failing_channel_is_a_problem_until_it_takes_a_message(start, spend, provider, storage, eventually):
    provider.answer = lambda _request: (500, b"")
    service = start({"ops": webhook(provider)})
    spend(service, 900)
    problem = eventually(lambda: problems_of(service).get("channel:ops"))
    assert "error=500" in problem
    assert "json://127.0.0.1/****" in problem
    assert SECRET not in problem
    service.stop()
    provider.answer = lambda _request: (200, b"")
    service = start({"ops": webhook(provider)})
    eventually(lambda: records(storage)["ops"].sent_at)
    assert problems_of(service) == {}
    assert len(provider.requests) == 2


def test_a_dead_channel_delays_neither_the_others_nor_the_stop(start, spend, provider, storage, eventually):
    never = Event()
    provider.answer = lambda request: never.wait() if request.path == "/dead" else (200, b"")
    # A read that may take an hour: without its own thread this would hold everything up.
    service = start({"dead": f"{webhook(provider, 'dead')}?rto=3600", "ops": webhook(provider, "ops")})
    spend(service, 900)
    eventually(lambda: {request.path for request in provider.requests} == {"/dead", "/ops"})
    spend(service, 200)
    eventually(lambda: [request.path for request in provider.requests].count("/ops") == 2)
    service.stop()
    assert not service._thread.is_alive
    assert [request.path for request in provider.requests].count("/dead") == 1
    assert records(storage)["dead"].waiting == 2


@pytest.mark.usefixtures("patient_stop")
def test_an_alert_of_the_last_moment_goes_out_before_the_stop(start, spend, provider, storage):
    service = start({"ops": webhook(provider)})
    spend(service, 900)
    service.stop()
    assert len(provider.requests) == 1
    assert records(storage)["ops"].waiting == 0


def test_two_services_of_one_ledger_deliver_an_alert_once(start, spend, provider, storage, eventually):
    channels = {"ops": webhook(provider)}
    services = [start(channels), start(channels)]
    for number, service in enumerate(services):
        spend(service, 900, user_id=f"user{number}")
    eventually(lambda: records(storage).get("ops") and not records(storage)["ops"].waiting)
    for service in services:
        service.stop()
    sent = "\n".join(request.json["title"] + request.json["message"] for request in provider.requests)
    assert [sent.count(f"User user{number} this month") for number in range(2)] == [1, 1]


DELIVERER = """
import logging, sys
sys.path.insert(0, sys.argv[1])
from datetime import datetime, timezone
from pathlib import Path
from jupyter_llm_meter.alerts.channels import Channels
from jupyter_llm_meter.core.limit_reader import parse_limits
from jupyter_llm_meter.service.storage import Storage
from jupyter_llm_meter.service.owner import Owner
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.compose import assemble_service
from llm_meter_tap.wire.record import CallRecord

class Fixed:
    def current(self):
        return parse_limits([{"window": "month", "unit": "tokens", "amount": 1000}], "config")

log = logging.getLogger()
problems = Problems(log)
channels = Channels.from_configuration({"ops": sys.argv[3]}, problems)
storage = Storage(Path(sys.argv[2]), f"sqlite:///{sys.argv[2]}/ledger.sqlite3")
service = assemble_service(
    storage=storage, limits=Fixed(), owner=Owner("alice"), problems=problems, time_zone="UTC", log=log,
    channels=channels,
)
service.start()
now = datetime.now(timezone.utc)
record = CallRecord("c", now, "ok", "reported", "tap", input_tokens=900, user_id="alice")
service.submit(service.incoming.settle_calls([record])).result(30)
sys.stdin.read()
"""


@pytest.fixture
def deliverer(provider, storage):
    """A process that crosses a limit and delivers the alert."""
    words = [sys.executable, "-c", DELIVERER, str(Path(__file__).parents[3]), str(storage.folder)]
    url = f"{webhook(provider)}?rto=3600"
    with subprocess.Popen([*words, url], stdin=subprocess.PIPE, env=dict(os.environ)) as process:
        yield process
        process.kill()


def test_a_message_of_a_service_killed_in_mid_delivery_goes_again(deliverer, provider, storage, eventually):
    arrived, never = Event(), Event()
    provider.answer = lambda _request: (arrived.set(), never.wait())
    assert arrived.wait(60)
    deliverer.send_signal(signal.SIGKILL)
    deliverer.wait()
    now = datetime.now(timezone.utc)
    assert records(storage)["ops"].waiting == 1
    held = take_away(storage.ledger_url, "ops", now)
    assert held.deliveries == ()
    assert held.next_at - now <= DELIVERY_LEASE
    assert len(take_away(storage.ledger_url, "ops", now + DELIVERY_LEASE).deliveries) == 1


def test_a_message_marked_as_sent_before_the_kill_does_not_go_again(
    deliverer, provider, storage, eventually, start
):
    eventually(lambda: (storage.folder / "ledger.sqlite3").exists() and records(storage).get("ops"))
    eventually(lambda: records(storage)["ops"].sent_at)
    deliverer.send_signal(signal.SIGKILL)
    deliverer.wait()
    start({"ops": webhook(provider)}).stop()
    later = datetime.now(timezone.utc) + timedelta(days=1)
    assert take_away(storage.ledger_url, "ops", later).deliveries == ()
    assert len(provider.requests) == 1


def test_no_secret_is_in_a_log_a_file_or_an_answer(
    start, spend, provider, storage, eventually, everything_logged
):
    provider.answer = lambda request: (500 if request.path.endswith("bad") else 200, request.path.encode())
    channels = {
        "ops": f"{webhook(provider)}?+X-Token=token-secret-1",
        "bad": f"{webhook(provider, SECRET)}/bad",
        "team": "dingtalk://SECteam-secret@0123456789abcdef",
        "typo": f"nonsense://{SECRET}",
    }
    service = start(channels)
    spend(service, 900)
    eventually(lambda: {"channel:bad", "channel:team", "channel:typo"} <= set(problems_of(service)))
    eventually(lambda: records(storage)["ops"].sent_at)
    document = service.submit(service.standing()).result(30)
    service.stop()
    files = [path.read_bytes() for path in storage.folder.rglob("*") if path.is_file()]
    for secret in (SECRET, "token-secret-1", "SECteam-secret", "0123456789abcdef"):
        assert secret not in "\n".join(everything_logged)
        assert secret not in str(document)
        assert not [content for content in files if secret.encode() in content]
