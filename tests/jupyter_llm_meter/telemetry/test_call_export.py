"""The queue between the service and a collector: nothing blocks, nothing grows, nothing is lost silently."""

import logging
import sys
import threading

import pytest

from jupyter_llm_meter.telemetry import OtlpSettings, call_export, open_export
from jupyter_llm_meter.telemetry.call_export import CallExport

LOG = logging.getLogger("test.telemetry")


class Sender:
    """A collector that answers what the test says."""

    def __init__(self):
        self.batches, self.counted, self.metrics = [], [], 0
        self.attempted = threading.Semaphore(0)
        self.answers = threading.Event()
        self.answers.set()
        self.is_accepting = True
        self.error = None
        self.is_closed = False

    def count(self, record):
        self.counted.append(record.call_id)

    def send_spans(self, records):
        assert self.answers.wait(60)
        try:
            if self.error is not None:
                raise self.error
            if self.is_accepting:
                self.batches.append([record.call_id for record in records])
            return self.is_accepting
        finally:
            self.attempted.release()

    def send_metrics(self):
        self.metrics += 1
        return True

    def close(self):
        self.is_closed = True


@pytest.fixture
def sender():
    return Sender()


@pytest.fixture
def export(sender):
    """A running export without pauses worth mentioning."""
    running = CallExport("http://collector", sender, LOG, gather_s=0.01, pause_s=0.01)
    running.start()
    yield running
    sender.answers.set()
    running.stop()


def attempt(sender):
    assert sender.attempted.acquire(timeout=60)


def sent(sender):
    return [name for batch in sender.batches for name in batch]


def test_each_call_is_sent_once_and_counted_in_the_metrics(export, sender, call):
    export.add([call("a"), call("b")])
    attempt(sender)
    export.add([call("c")])
    export.stop()
    assert sent(sender) == sender.counted == ["a", "b", "c"]
    assert (export.state().sent, export.state().waiting, export.state().dropped) == (3, 0, 0)
    assert sender.metrics >= 1
    assert sender.is_closed


def test_a_collector_that_refuses_gets_the_same_calls_again(export, sender, call):
    sender.is_accepting = False
    export.add([call("a")])
    attempt(sender)
    attempt(sender)
    assert export.state().is_failing
    assert export.state().waiting == 1
    sender.is_accepting = True
    while not sender.batches:
        attempt(sender)
    export.stop()
    assert sent(sender) == ["a"]
    assert not export.state().is_failing


def test_a_collector_that_hangs_keeps_nobody_waiting_and_the_oldest_are_dropped(
    export, sender, call, monkeypatch
):
    monkeypatch.setattr(call_export, "MOST_WAITING", 3)
    sender.answers.clear()
    for number in range(10):
        export.add([call(f"c-{number}")])
    state = export.state()
    assert (state.waiting, state.dropped) == (3, 7)
    assert len(sender.counted) == 10
    sender.answers.set()
    attempt(sender)
    export.stop()
    assert sent(sender)[-3:] == ["c-7", "c-8", "c-9"]
    assert export.state().waiting == 0
    assert export.state().sent == len(sent(sender))


def test_calls_that_are_refused_for_a_day_are_given_up_and_counted(export, sender, call, monkeypatch):
    monkeypatch.setattr(call_export, "GIVEN_UP_AFTER_S", -1.0)
    sender.is_accepting = False
    export.add([call("a")])
    attempt(sender)
    export.stop()
    assert (export.state().dropped, export.state().waiting) == (1, 0)


def test_an_error_of_the_exporter_is_logged_and_the_calls_are_sent_again(export, sender, call, caplog):
    sender.error = RuntimeError("broken")
    export.add([call("a")])
    attempt(sender)
    sender.error = None
    while not sender.batches:
        attempt(sender)
    assert sent(sender) == ["a"]
    assert "exporting calls to http://collector failed" in caplog.text


def test_what_waits_at_the_stop_is_said(sender, call, caplog):
    sender.is_accepting = False
    export = CallExport("http://collector", sender, LOG, gather_s=0.01, pause_s=60)
    export.start()
    export.add([call("a"), call("b")])
    attempt(sender)
    export.stop()
    assert "2 calls were not exported to http://collector" in caplog.text


def test_metrics_are_sent_when_it_is_time_also_without_calls(sender, monkeypatch):
    monkeypatch.setattr(call_export, "METRICS_EVERY_S", 0.01)
    export = CallExport("http://collector", sender, LOG)
    done = threading.Event()
    monkeypatch.setattr(sender, "send_metrics", lambda: done.set() or True)
    export.start()
    assert done.wait(60)
    export.stop()


def test_without_a_setting_there_is_no_export():
    assert open_export(None, LOG) is None


def test_without_opentelemetry_the_log_says_what_to_install_and_nothing_is_kept(call, caplog, monkeypatch):
    monkeypatch.setitem(sys.modules, "jupyter_llm_meter.telemetry.sdk", None)
    export = open_export(OtlpSettings("http://user:secret@collector:4318"), LOG)
    export.start()
    export.add([call()])
    export.stop()
    assert "pip install jupyter-llm-meter[otlp]" in caplog.text
    assert export.state().to_dict() == {
        "endpoint": "http://collector:4318",
        "sent": 0,
        "waiting": 0,
        "dropped": 0,
        "is_failing": False,
        "is_missing": True,
    }
