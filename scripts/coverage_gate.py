"""Say whether the tests cover enough of each part of the Python packages.

    python scripts/coverage_gate.py .work/test/coverage.json

Each part has a floor in percent of its lines. A floor only rises: put it just below what was measured. What
runs in processes that the tests start is not measured.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

FLOORS = {
    "jupyter_llm_meter/core": 100.0,
    "jupyter_llm_meter/ledger": 100.0,
    # Their tests start them as processes of their own.
    "jupyter_llm_meter/hub": 62.0,
    "jupyter_llm_meter/litellm": 30.0,
    "jupyter_llm_meter": 84.0,
    "llm_meter_tap/transports": 100.0,
    "llm_meter_tap": 87.0,
}
"""Part: percent. A file counts for the first part that holds it, so inner parts come first."""


class Area(NamedTuple):
    """One part and how much of it is covered.

    Attributes:
        missing: Lines that no test reached, by file.
    """

    name: str
    floor: float
    percent: float
    missing: dict[str, int]

    @property
    def is_enough(self) -> bool:
        """Whether the part reaches its floor."""
        return self.percent >= self.floor


def judge(report: Path) -> list[Area]:
    """Hold a report of `coverage json` against the floors.

    Raises:
        ValueError: a part has no measured file.
    """
    covered, possible = dict.fromkeys(FLOORS, 0), dict.fromkeys(FLOORS, 0)
    missing: dict[str, dict[str, int]] = {name: {} for name in FLOORS}
    for path, file in json.loads(report.read_text(encoding="utf-8"))["files"].items():
        area = next((name for name in FLOORS if f"/{name}/" in f"/{Path(path).as_posix()}"), None)
        if area is None:
            continue
        summary = file["summary"]
        reached, all_of_it = summary["covered_lines"], summary["num_statements"]
        covered[area] += reached
        possible[area] += all_of_it
        if reached < all_of_it:
            missing[area][path] = all_of_it - reached
    for name in FLOORS:
        if not possible[name]:
            raise ValueError(f"no file of {name} was measured")
    return [
        # Rounded down, so that 100 is all of it.
        Area(name, floor, math.floor(1000 * covered[name] / possible[name]) / 10, missing[name])
        for name, floor in FLOORS.items()
    ]


def table(areas: Sequence[Area]) -> str:
    """The parts, and the files of those that fall short."""
    lines = ["", f"{'coverage':34}{'floor':>8}{'covered':>10}"]
    for area in areas:
        verdict = "" if area.is_enough else "   not enough"
        lines.append(f"{area.name:34}{area.floor:8.1f}{area.percent:10.1f}{verdict}")
        if not area.is_enough:
            worst = sorted(area.missing.items(), key=lambda item: -item[1])
            lines += [f"    {path}: {count} lines missing" for path, count in worst[:20]]
    return "\n".join(lines)


def main() -> int:
    """Print the table; returns 1 when a part falls short."""
    areas = judge(Path(sys.argv[1]))
    print(table(areas))
    return int(not all(area.is_enough for area in areas))


if __name__ == "__main__":
    sys.exit(main())
