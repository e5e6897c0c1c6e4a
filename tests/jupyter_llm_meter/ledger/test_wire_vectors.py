"""What the ledger reads and writes for the page, held to the vectors that the page is held to as well."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from ledger_samples import NOW

from jupyter_llm_meter.ledger import Seen
from jupyter_llm_meter.ledger.takeover_body import read_takeover
from llm_meter_tap.wire.record import CallRecord
from llm_meter_tap.wire.shape import Shape

VECTORS = Path(__file__).parents[2] / "vectors"
TAKEOVER = json.loads((VECTORS / "takeover.json").read_text("utf-8"))
CELLS = json.loads((VECTORS / "cells.json").read_text("utf-8"))


def part_of(part):
    return {
        "id": part.id,
        "base": part.base,
        "revision": part.revision,
        "call_ids": [record.call_id for record in part.records],
        "sums": list(part.sums),
    }


def seen_of(seen):
    start = datetime.fromisoformat(seen["window_start"].replace("Z", "+00:00"))
    return Seen(**{**seen, "window_start": start})


@pytest.mark.parametrize("case", TAKEOVER, ids=lambda case: case["name"])
def test_a_take_over_is_read_as_in_the_vectors(case):
    parts, seen = read_takeover(Shape(case["body"], ""))
    assert [part_of(part) for part in parts] == case["ledger"]["parts"]
    assert seen == [seen_of(each) for each in case["ledger"]["seen"]]


@pytest.mark.parametrize("case", CELLS, ids=lambda case: case["name"])
def test_the_runs_of_cells_are_written_as_in_the_vectors(case, ledger):
    ledger.settle([CallRecord.from_wire(call) for call in case["calls"]], [], NOW)
    assert {"cells": ledger.cell_runs("a.ipynb")} == case["wire"]
