"""Finds the provider of a host.

Names are OpenTelemetry's well-known values of `gen_ai.provider.name` where it has one (registry of v1.41.1;
`moonshot_ai` from its main branch), else the provider's own name in the same spelling.
"""

from __future__ import annotations

import re

from llm_meter_tap.formats.registry import HOST_PATTERNS, HOSTS


def provider_of(host: str) -> str | None:
    """The provider that a host belongs to, or None when it is not known.

    Args:
        host: A lower-case host name without port.
    """
    domain = host
    while domain:
        provider = HOSTS.get(domain)
        if provider is not None:
            return provider
        domain = domain.partition(".")[2]
    return next((provider for pattern, provider in HOST_PATTERNS if re.search(pattern, host)), None)
