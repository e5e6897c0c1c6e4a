"""Calls as spans and metrics of OpenTelemetry, sent to a collector by OTLP over HTTP; off by default.

`sdk.py` alone imports OpenTelemetry, which is an optional dependency, and is itself imported when the export
is switched on. No prompt, no answer and no key is ever sent.
"""

from jupyter_llm_meter.telemetry.call_export import CallExport, ExportState, open_export
from jupyter_llm_meter.telemetry.settings import HEADERS_VARIABLE, OtlpSettings, endpoint_of, shown_endpoint

__all__ = [
    "HEADERS_VARIABLE",
    "CallExport",
    "ExportState",
    "OtlpSettings",
    "endpoint_of",
    "open_export",
    "shown_endpoint",
]
