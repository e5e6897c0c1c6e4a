"""Shows what the service says about limits."""

from __future__ import annotations

import sys


def print_notices(notices: list[str]) -> None:
    """Print crossed thresholds to stderr, one a line."""
    for notice in notices:
        sys.stderr.write(f"LLM Meter: {notice}\n")
