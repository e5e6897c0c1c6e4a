"""The oldest versions of the libraries that the tap can see; the adapters know them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module

from llm_meter_tap.startup import ADAPTERS

Version = tuple[int, ...]


def oldest_supported() -> dict[str, Version]:
    """Return the oldest supported version of each library that is a distribution of its own."""
    found: dict[str, Version] = {}
    for library, adapter in ADAPTERS.items():
        oldest = getattr(import_module(adapter), "OLDEST", None)
        version = oldest.get(library) if isinstance(oldest, dict) else oldest
        if version is not None:
            found[library] = tuple(version)
    return found


def too_old(libraries: Mapping[str, str]) -> list[str]:
    """Return a sentence for each library that is too old for its adapter.

    Args:
        libraries: Installed versions by name.
    """
    return [
        f"{name} {libraries[name]} is older than {'.'.join(map(str, oldest))}: its calls are not metered"
        for name, oldest in oldest_supported().items()
        if name in libraries and _numbers(libraries[name]) < oldest
    ]


def _numbers(version: str) -> Version:
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("+")[0])[:3])
