"""Where calls are exported to, and what is said of them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

HEADERS_VARIABLE = "LLM_METER_OTLP_HEADERS"
"""Environment variable with the headers of requests to the collector, which may hold its token. Its form is
that of OTEL_EXPORTER_OTLP_HEADERS: ``name=value,name=value``, percent-encoded."""


@dataclass(frozen=True)
class OtlpSettings:
    """What an administrator has set.

    Attributes:
        endpoint: Base URL of the collector, to which ``/v1/traces`` and ``/v1/metrics`` are added.
        has_users: Whether spans name user, team and project.
    """

    endpoint: str
    has_users: bool = False


def endpoint_of(text: str) -> str | None:
    """A base URL without a slash at its end; None where the text is none."""
    try:
        parts = urlsplit(text.strip())
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return text.strip().rstrip("/") if is_good and not parts.query and not parts.fragment else None


def shown_endpoint(endpoint: str) -> str:
    """An endpoint without a user and password that it may hold."""
    parts = urlsplit(endpoint)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
