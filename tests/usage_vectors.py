"""The shared vectors of requests and answers, and what the tap reads in them."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from llm_meter_tap.formats.figures import Reading
from llm_meter_tap.formats.matching import CallShape, recognise

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "vectors" / "usage.json").read_text(encoding="utf-8")
)["cases"]


def shape_of(request: dict[str, Any]) -> CallShape | None:
    """What the tap takes a vector's request for."""
    body = json.dumps(request["body"]).encode()
    return recognise(request["method"], request["host"], request["path"], "", "application/json", body)


def figures_of(reading: Reading) -> dict[str, int] | None:
    """The known figures without the raw ones; None where the provider reported nothing."""
    if reading.usage is None:
        return None
    return {
        name: value for name, value in asdict(reading.usage).items() if name != "raw" and value is not None
    }
