"""Prometheus metrics on the server's own ``/metrics``, with OpenTelemetry's names in Prometheus' spelling.

Counters and histograms count what this service has committed since it started, as Prometheus expects; the
ledger has the lasting sums. A scrape runs on the server's loop, so it reads memory only. Labels have few
values: no notebook, kernel, cell or key is one, and of many models the late ones share a label.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from threading import Lock
from typing import Any

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from jupyter_llm_meter.ledger import Settled
from jupyter_llm_meter.service.service import Service
from jupyter_llm_meter.telemetry.labels import SECOND_BUCKETS, TOKEN_BUCKETS, ModelLabels
from llm_meter_tap.wire.record import CallRecord

SHOWN_SCOPES = ("user", "team", "model", "provider")
"""Limits of other scopes have too many subjects, or ones that are nobody else's business."""

OWN_SCOPES = ("user", "team")
"""Of these only the service's own user and team."""

_MODEL = ("gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model")
_LIMIT = ("llm_meter_limit_id", "llm_meter_limit_scope", "llm_meter_limit_subject", "llm_meter_limit_unit")

Document = Mapping[str, Any]


class MeterMetrics(Collector):
    """The metrics of one service.

    Args:
        service: The service; it has not started.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._lock = Lock()
        self._labels = ModelLabels().of
        self._owner: Mapping[str, str] = {}
        self._standings: list[Document] = []
        self._own = own = CollectorRegistry()
        self._tokens = Histogram(
            "gen_ai_client_token_usage",
            "Tokens of one call, by kind",
            (*_MODEL, "gen_ai_token_type"),
            buckets=TOKEN_BUCKETS,
            registry=own,
        )
        self._duration = Histogram(
            "gen_ai_client_operation_duration_seconds",
            "Seconds from the request of a call to the end of its answer",
            _MODEL,
            buckets=SECOND_BUCKETS,
            registry=own,
        )
        self._calls = Counter(
            "llm_meter_calls", "Calls that left", (*_MODEL, "llm_meter_call_status"), registry=own
        )
        self._unpriced = Counter(
            "llm_meter_unpriced_calls", "Calls whose cost is not known", _MODEL, registry=own
        )
        self._cost = Counter("llm_meter_cost_usd", "Known cost of calls in US dollars", _MODEL, registry=own)
        self._refusals = Counter(
            "llm_meter_refusals", "Calls that a limit refused", ("llm_meter_limit_id",), registry=own
        )

    def start(self) -> None:
        """Put the metrics on the server's ``/metrics``, when the service has started."""
        REGISTRY.register(self)
        self._refresh()

    def stop(self) -> None:
        """Take them off."""
        REGISTRY.unregister(self)

    def describe(self) -> Iterable[Metric]:
        """Claim no names, so that two services in one process are not refused."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """The metrics at a scrape."""
        for family in self._own.collect():
            # When a series began would double the number of series.
            family.samples = [each for each in family.samples if not each.name.endswith("_created")]
            yield family
        yield from self._limits()

    async def standing(self) -> dict[str, object]:
        """The service's standing document, on its loop; what it says is shown at the next scrapes."""
        document = await self._service.standing()
        self.show_standing(document)
        return document

    def count_calls(self, settled: Settled) -> None:
        """Count the calls that a commit wrote for the first time."""
        for record in settled.written:
            if record.status == "refused":
                self._refusals.labels(record.limit_id or "").inc()
            else:
                self._count_call(record)

    def show_standing(self, document: Document) -> None:
        """Keep the standings of a standing document for the next scrapes."""
        with self._lock:
            self._owner = document["owner"]
            self._standings = document["standings"]

    def _refresh(self) -> None:
        self._service.submit(self.standing())

    def _count_call(self, record: CallRecord) -> None:
        labels = self._labels(record)
        self._calls.labels(*labels, record.status).inc()
        for kind, tokens in (("input", record.input_tokens), ("output", record.output_tokens)):
            if tokens is not None:
                self._tokens.labels(*labels, kind).observe(tokens)
        if record.duration_s is not None:
            self._duration.labels(*labels).observe(record.duration_s)
        if record.cost_amount is not None and record.cost_currency in (None, "USD"):
            self._cost.labels(*labels).inc(float(record.cost_amount))
        elif record.basis != "none":
            self._unpriced.labels(*labels).inc()

    def _limits(self) -> Iterable[Metric]:
        with self._lock:
            standings, owner = self._standings, self._owner
        now = datetime.now(timezone.utc)
        current = [each for each in standings if not _has_ended(each, now)]
        if len(current) < len(standings):
            # A window has ended; what is used in the new one is read before the next scrape.
            self._refresh()
        for name, help_text in (
            ("amount", "The amount of a limit, with its raises"),
            ("used", "What is used of a limit in its current window"),
            ("reserved", "What calls in flight have reserved of a limit"),
            ("ratio", "The used share of a limit; 1 is all of it"),
        ):
            family = GaugeMetricFamily(f"llm_meter_limit_{name}", help_text, labels=_LIMIT)
            for standing in current:
                if _is_shown(standing, owner):
                    family.add_metric(_limit_labels(standing), float(standing[name]))
            yield family


def _limit_labels(standing: Document) -> tuple[str, ...]:
    limit = standing["limit"]
    return limit["id"], limit["scope"], standing["subject"], limit["unit"]


def _is_shown(standing: Document, owner: Mapping[str, str]) -> bool:
    """Whether a standing concerns this service's user; in a shared ledger there are those of others."""
    scope = standing["limit"]["scope"]
    return scope in SHOWN_SCOPES and (scope not in OWN_SCOPES or standing["subject"] == owner.get(scope))


def _has_ended(standing: Document, now: datetime) -> bool:
    resets_at = standing.get("resets_at")
    return resets_at is not None and datetime.fromisoformat(resets_at.replace("Z", "+00:00")) <= now
