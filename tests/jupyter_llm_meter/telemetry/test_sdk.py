"""Calls at a real collector, which decodes OTLP with the real `opentelemetry-proto`."""

import logging
import time

import pytest

pytest.importorskip("opentelemetry.proto", reason="opentelemetry-proto is not installed")
pytest.importorskip(
    "opentelemetry.exporter.otlp.proto.http", reason="jupyter-llm-meter[otlp] is not installed"
)

from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from otlp_collector import Collector, attributes_of

from jupyter_llm_meter._version import __version__
from jupyter_llm_meter.telemetry import HEADERS_VARIABLE, OtlpSettings, labels, open_export
from jupyter_llm_meter.telemetry.sdk import COST, DURATION, TOKENS

LOG = logging.getLogger("test.telemetry")


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ("HEADERS", "ENDPOINT", "COMPRESSION", "TIMEOUT"):
        monkeypatch.delenv(f"OTEL_EXPORTER_OTLP_{name}", raising=False)
    monkeypatch.delenv("OTEL_RESOURCE_ATTRIBUTES", raising=False)


@pytest.fixture
def collector():
    started = Collector()
    yield started
    started.close()


@pytest.fixture
def exported(collector):
    """Exports calls to the collector, until all is there."""

    def send(*records, has_users=False):
        export = open_export(OtlpSettings(collector.endpoint, has_users), LOG)
        export.start()
        export.add(records)
        export.stop()
        return export.state()

    return send


def test_a_call_arrives_as_a_client_span_with_the_resource_of_the_meter(exported, collector, call):
    assert exported(call()).sent == 1
    ((span, resource),) = collector.spans()
    assert (span.name, span.kind) == ("chat gpt-4o", Span.SPAN_KIND_CLIENT)
    assert (span.start_time_unix_nano, span.end_time_unix_nano) == (1793707200123456000, 1793707201623456000)
    assert (len(span.trace_id), len(span.span_id), span.parent_span_id) == (16, 8, b"")
    found = attributes_of(span)
    assert found["gen_ai.usage.input_tokens"] == 600
    assert found["gen_ai.response.model"] == "gpt-4o-2024-08-06"
    assert found["llm_meter.cost.amount"] == "0.0019"
    assert "user.id" not in found
    of_resource = attributes_of(resource)
    assert (of_resource["service.name"], of_resource["service.version"]) == ("llm-meter", __version__)
    assert of_resource["telemetry.sdk.name"] == "opentelemetry"


def test_users_arrive_where_the_setting_allows_it(exported, collector, call):
    exported(call(), has_users=True)
    ((span, _resource),) = collector.spans()
    assert attributes_of(span)["user.id"] == "alice"


def test_no_bytes_of_a_key_or_a_notebook_arrive(exported, collector, call):
    exported(call(), has_users=True)
    sent = b"".join(request.SerializeToString() for kind in collector.requests.values() for request in kind)
    assert b"alice" in sent
    assert not [text for text in (b"k-4711", b"secret plans", b"prompt_tokens") if text in sent]


def test_a_failed_call_is_a_span_with_an_error(exported, collector, call):
    exported(call(status="error", error_type="timeout"))
    ((span, _resource),) = collector.spans()
    assert span.status.code == Status.STATUS_CODE_ERROR
    assert attributes_of(span)["error.type"] == "timeout"


def test_tokens_and_durations_arrive_as_histograms_and_cost_as_a_sum(exported, collector, call):
    exported(call("a"), call("b", input_tokens=None, status="error", error_type="500", cost_amount=None))
    tokens, unit = collector.points(TOKENS)
    assert unit == "{token}"
    by_kind = {attributes_of(each)["gen_ai.token.type"]: each for each in tokens}
    assert (by_kind["input"].count, by_kind["input"].sum) == (1, 600)
    assert (by_kind["output"].count, by_kind["output"].sum) == (2, 80)
    assert list(by_kind["input"].explicit_bounds) == [4**power for power in range(14)]
    durations, unit = collector.points(DURATION)
    assert (unit, sum(each.count for each in durations)) == ("s", 2)
    assert {attributes_of(each).get("error.type") for each in durations} == {None, "500"}
    ((cost,), unit) = collector.points(COST)
    assert (unit, cost.as_double) == ("{USD}", 0.0019)
    assert attributes_of(cost) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
    }


def test_a_refused_call_is_a_span_and_in_no_metric(exported, collector, call):
    exported(call(status="refused", basis="none", limit_id="user/month/tokens"))
    ((span, _resource),) = collector.spans()
    assert attributes_of(span)["llm_meter.limit.id"] == "user/month/tokens"
    assert collector.points(DURATION) == ([], None)


def test_many_models_share_labels(exported, collector, call, monkeypatch):
    monkeypatch.setattr(labels, "MOST_MODELS", 2)
    exported(*(call(f"c-{number}", request_model=f"m-{number}") for number in range(5)))
    points, _unit = collector.points(DURATION)
    counts = {attributes_of(each)["gen_ai.request.model"]: each.count for each in points}
    assert counts == {"m-0": 1, "m-1": 1, "_other": 3}


def test_standard_variables_set_headers_compression_and_resource(exported, collector, call, monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=blue%20team")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=lab,service.name=other")
    exported(call())
    assert {name.lower(): value for name, value in collector.headers.items()}["x-tenant"] == "blue team"
    assert collector.headers["Content-Encoding"] == "gzip"
    ((_span, resource),) = collector.spans()
    found = attributes_of(resource)
    assert (found["deployment.environment.name"], found["service.name"]) == ("lab", "llm-meter")


def test_own_headers_replace_the_standard_ones(exported, collector, call, monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=of%20others")
    monkeypatch.setenv(HEADERS_VARIABLE, "authorization=Bearer%20s3cret")
    exported(call())
    assert {name.lower(): value for name, value in collector.headers.items()}[
        "authorization"
    ] == "Bearer s3cret"


def test_a_collector_that_answers_with_an_error_gets_the_call_later(collector, call):
    collector.status = 400
    export = open_export(OtlpSettings(collector.endpoint), LOG)
    export._first_pause_s = 0.05
    export.start()
    export.add([call("a")])
    while not export.state().is_failing:
        time.sleep(0.01)
    collector.status = 200
    while not export.state().sent:
        time.sleep(0.01)
    export.stop()
    assert [attributes_of(span)["llm_meter.call.id"] for span, _resource in collector.spans()] == ["a"]
