"""The only module that imports OpenTelemetry: sends spans and metrics with its OTLP exporter over HTTP.

Timeout, compression, certificates and headers are those of the standard variables ``OTEL_EXPORTER_OTLP_*``,
which the exporter reads itself; the endpoint is ours.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExplicitBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.util.re import parse_env_headers

from jupyter_llm_meter._version import __version__
from jupyter_llm_meter.telemetry.labels import SECOND_BUCKETS, TOKEN_BUCKETS, ModelLabels
from jupyter_llm_meter.telemetry.settings import HEADERS_VARIABLE, OtlpSettings
from jupyter_llm_meter.telemetry.span import FAILED, Span, span_of
from llm_meter_tap.wire.names import wire_name
from llm_meter_tap.wire.record import CallRecord

SCOPE = "jupyter-llm-meter"
TOKENS = "gen_ai.client.token.usage"
DURATION = "gen_ai.client.operation.duration"
COST = "llm_meter.cost.usd"
_LABELS = tuple(map(wire_name, ("operation_name", "provider_name", "request_model")))


class OtlpSender:
    """Sends calls to a collector.

    Args:
        settings: Where to, and what is said of calls.
    """

    def __init__(self, settings: OtlpSettings) -> None:
        self._has_users = settings.has_users
        self._labels = ModelLabels()
        self._scope = InstrumentationScope(SCOPE, __version__)
        # What OTEL_RESOURCE_ATTRIBUTES says is added.
        self._resource = Resource.create({"service.name": "llm-meter", "service.version": __version__})
        given = os.environ.get(HEADERS_VARIABLE)
        headers = parse_env_headers(given, liberal=True) if given else None
        self._spans = OTLPSpanExporter(f"{settings.endpoint}/v1/traces", headers=headers)
        # An infinite interval: `send_metrics` says when.
        self._reader = PeriodicExportingMetricReader(
            OTLPMetricExporter(f"{settings.endpoint}/v1/metrics", headers=headers), math.inf
        )
        self._provider = MeterProvider(
            [self._reader],
            self._resource,
            views=[_buckets(TOKENS, TOKEN_BUCKETS), _buckets(DURATION, SECOND_BUCKETS)],
            shutdown_on_exit=False,
        )
        meter = self._provider.get_meter(SCOPE, __version__)
        self._tokens = meter.create_histogram(TOKENS, "{token}", "Tokens of one call, by kind")
        self._duration = meter.create_histogram(DURATION, "s", "From the request to the end of the answer")
        self._cost = meter.create_counter(COST, "{USD}", "Known cost of calls in US dollars")

    def count(self, record: CallRecord) -> None:
        """Add a call to the metrics, in memory; a call that a limit refused never left and is not counted."""
        if record.status == "refused":
            return
        labels = dict(zip(_LABELS, self._labels.of(record), strict=True))
        for kind, tokens in (("input", record.input_tokens), ("output", record.output_tokens)):
            if tokens is not None:
                self._tokens.record(tokens, {**labels, "gen_ai.token.type": kind})
        if record.duration_s is not None:
            failed = {"error.type": record.error_type or record.status} if record.status in FAILED else {}
            self._duration.record(record.duration_s, {**labels, **failed})
        if record.cost_amount is not None and record.cost_currency in (None, "USD"):
            self._cost.add(float(record.cost_amount), labels)

    def send_spans(self, records: Sequence[CallRecord]) -> bool:
        """Send calls as spans; returns whether the collector accepted them."""
        spans = [self._span(span_of(record, self._has_users)) for record in records]
        return bool(self._spans.export(spans) == SpanExportResult.SUCCESS)

    def send_metrics(self) -> bool:
        """Send the metrics as they are now; returns whether the collector accepted them."""
        return bool(self._provider.force_flush())

    def close(self) -> None:
        """End what is being sent; nothing can be sent afterwards."""
        self._spans.shutdown()  # type: ignore[no-untyped-call, unused-ignore]

    def _span(self, span: Span) -> ReadableSpan:
        return ReadableSpan(
            name=span.name,
            context=SpanContext(span.trace_id, span.span_id, False, TraceFlags(TraceFlags.SAMPLED)),
            resource=self._resource,
            attributes=dict(span.attributes),
            kind=SpanKind.CLIENT,
            instrumentation_scope=self._scope,
            status=Status(StatusCode.ERROR if span.is_error else StatusCode.UNSET),
            start_time=span.start_ns,
            end_time=span.end_ns,
        )


def _buckets(name: str, boundaries: Sequence[float]) -> View:
    return View(instrument_name=name, aggregation=ExplicitBucketHistogramAggregation(boundaries))
