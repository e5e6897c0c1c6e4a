"""Calls that a service settles at a real collector, and what the doctor says of the export."""

import json
import logging

import pytest

from jupyter_llm_meter.core.finding import BAD, GOOD, UNKNOWN
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service import checkup
from jupyter_llm_meter.service.config import ServiceConfig
from jupyter_llm_meter.service.errors import ConfigError
from jupyter_llm_meter.service.variables import VARIABLES
from jupyter_llm_meter.telemetry import OtlpSettings
from llm_meter_tap.wire.rendezvous import ServiceAddress

STATE = {
    "endpoint": "http://collector:4318", "sent": 7, "waiting": 0, "dropped": 0, "is_failing": False,
    "is_missing": False,
}  # fmt: skip


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for variable in VARIABLES:
        monkeypatch.delenv(variable.name, raising=False)


@pytest.fixture
def problems():
    return Problems(logging.getLogger("test"))


@pytest.fixture
def finding(monkeypatch, tmp_path):
    """What the doctor says of a state."""

    def read(**state):
        address = ServiceAddress("1-aaaaaaaa", "127.0.0.1", 1, "secret", "2026-01-01T00:00:00Z")
        monkeypatch.setattr(checkup, "living_services", lambda folder, preferred: [address])
        monkeypatch.setattr(checkup, "_answer", lambda service, path: {**STATE, **state})
        (found,) = checkup.examine_export(tmp_path)
        return found

    return read


def test_by_default_nothing_is_exported(problems):
    assert ServiceConfig.from_settings({}, problems).otlp is None
    assert ServiceConfig.from_settings({"otlp_users": True}, problems).otlp is None


def test_the_standard_variable_alone_turns_nothing_on(problems, monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318")
    assert ServiceConfig.from_settings({}, problems).otlp is None


def test_settings_and_variables_name_the_collector(problems, monkeypatch):
    monkeypatch.setenv("LLM_METER_OTLP_ENDPOINT", "http://variable:4318/")
    monkeypatch.setenv("LLM_METER_OTLP_USERS", "true")
    assert ServiceConfig.from_settings({}, problems).otlp == OtlpSettings("http://variable:4318", True)
    given = {"otlp_endpoint": "http://setting:4318", "otlp_users": False}
    assert ServiceConfig.from_settings(given, problems).otlp == OtlpSettings("http://setting:4318")
    assert problems.open() == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"otlp_endpoint": "localhost:4318"}, "c.LLMMeter.otlp_endpoint must be the base URL"),
        ({"otlp_endpoint": 4318}, "c.LLMMeter.otlp_endpoint is 4318; it must be a text"),
        ({"otlp_users": "yes"}, "c.LLMMeter.otlp_users is 'yes'; it must be True or False"),
    ],
    ids=range(3),
)
def test_a_wrong_setting_is_refused_with_what_is_allowed(problems, settings, said):
    with pytest.raises(ConfigError, match=said):
        ServiceConfig.from_settings(settings, problems)


def test_a_wrong_variable_counts_as_not_set_and_its_password_is_not_shown(problems, monkeypatch):
    monkeypatch.setenv("LLM_METER_OTLP_ENDPOINT", "grpc://user:s3cret@collector:4317")
    monkeypatch.setenv("LLM_METER_OTLP_USERS", "perhaps")
    assert ServiceConfig.from_settings({}, problems).otlp is None
    (problem,) = problems.open()
    assert "LLM_METER_OTLP_ENDPOINT must be the base URL" in problem.message
    assert "LLM_METER_OTLP_USERS is 'perhaps'; allowed are true, false" in problem.message
    assert "s3cret" not in problem.message


def test_the_doctor_says_how_the_export_goes(finding):
    assert (finding().verdict, finding().subject) == (GOOD, "OTLP http://collector:4318")
    assert "7 sent, 0 waiting, 0 dropped" in finding().text


def test_the_doctor_says_what_was_dropped_and_why_nothing_is_sent(finding):
    dropped = finding(dropped=3)
    assert dropped.verdict == UNKNOWN
    assert "3 dropped" in dropped.text
    failing = finding(is_failing=True, waiting=10000, dropped=5)
    assert failing.verdict == BAD
    assert "10,000 wait, 5 were dropped" in failing.text
    missing = finding(is_missing=True)
    assert missing.verdict == BAD
    assert "pip install jupyter-llm-meter[otlp]" in missing.text


def test_a_service_without_an_export_or_without_an_answer_has_no_finding(monkeypatch, tmp_path):
    address = ServiceAddress("1-aaaaaaaa", "127.0.0.1", 1, "secret", "2026-01-01T00:00:00Z")
    monkeypatch.setattr(checkup, "living_services", lambda folder, preferred: [address])
    assert checkup.examine_export(tmp_path) == []
    monkeypatch.setattr(checkup, "_answer", lambda service, path: {})
    assert checkup.examine_export(tmp_path) == []


def test_a_service_sends_each_settled_call_once_to_a_real_collector(tmp_path, line, problems):
    pytest.importorskip("opentelemetry.proto", reason="opentelemetry-proto is not installed")
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="the extra otlp is not installed")
    from otlp_collector import Collector, attributes_of

    from jupyter_llm_meter.policy.lab_settings import LabPaths
    from jupyter_llm_meter.service.compose import compose_service
    from jupyter_llm_meter.service.storage import prepare_storage

    collector = Collector()
    url = f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
    config = ServiceConfig.from_settings({"otlp_endpoint": collector.endpoint}, problems)
    service = compose_service(
        config,
        prepare_storage(url, problems),
        lab_paths=LabPaths.default,
        problems=problems,
        log=logging.getLogger("test"),
    )
    service.start()
    try:
        lines = b"\n".join([line("settled", "a"), line("settled", "b")]) + b"\n"
        for _ in range(2):
            service.submit(service.incoming.accept_lines(lines)).result(60)
        rendezvous = json.loads((service.storage.folder / "services" / f"{service.stem}.json").read_text())
        address = ServiceAddress(service.stem, "127.0.0.1", rendezvous["port"], rendezvous["secret"], None)
        assert checkup._answer(address, "/v1/export")["endpoint"] == collector.endpoint
    finally:
        service.stop()
        collector.close()
    found = sorted(attributes_of(span)["llm_meter.call.id"] for span, _resource in collector.spans())
    assert found == ["a", "b"]
    ((_span, resource), *_rest) = collector.spans()
    assert attributes_of(resource)["service.name"] == "llm-meter"
