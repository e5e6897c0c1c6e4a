"""The gate that holds the measured coverage of each part against its floor."""

import importlib.util
import json
from pathlib import Path

import pytest

PROGRAM = Path(__file__).resolve().parents[2] / "scripts" / "coverage_gate.py"


@pytest.fixture
def gate(monkeypatch):
    """The gate, with two parts: one inside the other."""
    spec = importlib.util.spec_from_file_location("coverage_gate", PROGRAM)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "FLOORS", {"meter/core": 100.0, "meter": 50.0})
    return module


@pytest.fixture
def report(tmp_path):
    """Write a report of some files, each with so many covered of all its lines."""

    def write(**files):
        names = ("covered_lines", "num_statements")
        content = {
            f"/env/{path}": {"summary": dict(zip(names, counts, strict=True))}
            for path, counts in files.items()
        }
        path = tmp_path / "coverage.json"
        path.write_text(json.dumps({"files": content}))
        return path

    return write


def test_a_part_that_is_covered_enough_passes(gate, report):
    areas = gate.judge(report(**{"meter/core/a.py": (10, 10), "meter/cli.py": (5, 10)}))

    assert [(area.name, area.percent, area.is_enough) for area in areas] == [
        ("meter/core", 100.0, True),
        ("meter", 50.0, True),
    ]


@pytest.mark.parametrize("counts", [(9, 10), (9999, 10_000)])
def test_a_line_short_of_its_floor_fails_and_names_the_file(gate, report, counts):
    areas = gate.judge(report(**{"meter/core/a.py": counts, "meter/cli.py": (10, 10)}))

    assert [area.is_enough for area in areas] == [False, True]
    assert "/env/meter/core/a.py: 1 lines missing" in gate.table(areas)


def test_a_part_of_which_nothing_was_measured_is_an_error(gate, report):
    with pytest.raises(ValueError, match="no file of meter/core was measured"):
        gate.judge(report(**{"meter/cli.py": (10, 10)}))
