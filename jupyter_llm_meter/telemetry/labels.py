"""The names, buckets and labels that Prometheus metrics and OTLP metrics share. Labels have few values."""

from __future__ import annotations

from threading import Lock

from llm_meter_tap.wire.record import CallRecord

MOST_MODELS = 100
"""Combinations of operation, provider and model that get labels of their own."""

OTHER = "_other"
"""The label of what came after those."""

TOKEN_BUCKETS = tuple(4**power for power in range(14))
SECOND_BUCKETS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
# Both as OpenTelemetry's GenAI conventions advise.


class ModelLabels:
    """Operation, provider and requested model of calls, as labels; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: set[tuple[str, ...]] = set()

    def of(self, record: CallRecord) -> tuple[str, ...]:
        """The three labels of a call; of many models the late ones share theirs."""
        named = record.operation_name or "", record.provider_name or "", record.request_model or ""
        with self._lock:
            if named not in self._known:
                if len(self._known) >= MOST_MODELS:
                    return (OTHER,) * len(named)
                self._known.add(named)
        return named
