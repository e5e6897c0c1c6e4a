"""Paths that providers offer beside calls: counting, reports, and the keeping of files, jobs and the like."""

from __future__ import annotations

import re

_OFFERED = re.compile(
    r"(?i)/(?:files|uploads|batch\w*|fine[_-]?tun\w+|assistants|threads|vector_stores|evals|containers"
    r"|moderations?|cached\w*|apply-template|\w*token\w*|organi[sz]ation\w*|telemetry|track|events?)(?:[/:]|$)|:\w*tokens$"
    # A method of a model (Google's `models/NAME:METHOD`) may be a call.
    r"|/models(?:/[^:]*)?$"
    # Prompts that are kept, and models that are made of others (Ollama's `create`).
    r"|/prompts(?:/[^/]+)?(?:/render)?$|/api/create$"
)
# Changing, cancelling or reporting what an earlier call made repeats the figures of that call.
_OF_EARLIER_CALLS = re.compile(
    r"(?i)/(?:completions|responses|messages|interactions|runs|conversations|sessions|predictions|tasks|jobs)"
    r"/[^/]+(?:/cancel)?$|[/:](?:cancel|usages?|costs?|logs?|traces?|spans?|metrics|feedbacks?|ingest\w*|reports?"
    r"|generations?/[^/]+)$"
)


def is_beside_calls(path: str) -> bool:
    """Whether a path is none to which calls are posted.

    Args:
        path: The URL's path.
    """
    return _OFFERED.search(path) is not None


def repeats_usage(path: str) -> bool:
    """Whether what is posted to a path may be answered with the usage of an earlier call.

    Args:
        path: The URL's path.
    """
    return _OF_EARLIER_CALLS.search(path) is not None
