"""Sums the newest runs of a notebook's cells.

Reads only. A run is all calls with the same cell and the same `llm_meter.run.id`; a call without a run id
belongs to no run. Only the newest calls of a notebook are read, so a notebook with millions of calls takes no
longer than one with thousands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from jupyter_llm_meter.core.standing import format_decimal, format_time
from jupyter_llm_meter.ledger.archive.parts import last_archived
from jupyter_llm_meter.ledger.filters import Filter, conditions
from jupyter_llm_meter.ledger.reach import reach
from jupyter_llm_meter.ledger.rows import from_pico, from_us, sums
from jupyter_llm_meter.ledger.schema import LEVELS, SUMS, calls

MOST_RUNS = 5
"""How many runs of one cell are returned."""

MOST_CALLS = 20_000
"""Newest calls of a notebook that are looked at."""

_DAY_US = LEVELS["day"] or 0
_ESTIMATES = ("counted", "partial")
_FIGURES = ("calls", "input_tokens", "output_tokens", "unpriced_calls", "missing_calls")
_COLUMNS = (
    calls.c.cell_id,
    calls.c.run_id,
    calls.c.started_at,
    calls.c.basis,
    calls.c.model,
    *(calls.c[name] for name in SUMS),
)


def cell_runs(connection: Connection, notebook: str) -> list[dict[str, Any]]:
    """The newest runs of each cell with calls, as REST `cells` gives them.

    Of the oldest run that is looked at calls may be missing; a run whose first call is older than the newest
    `MOST_CALLS` calls is left out. So is a run that calls may be archived of: one that goes back to
    the day after the last archived call.

    Args:
        connection: A transaction on the ledger.
        notebook: The notebook's path under the lab's root.
    """
    which = Filter(values={"notebook": notebook})
    query = (
        select(*_COLUMNS)
        .where(*conditions(connection, which), *reach(connection, which, MOST_CALLS))
        .order_by(calls.c.started_at.desc())
        .limit(MOST_CALLS)
    )
    cells: dict[str, dict[str, _Run]] = {}
    looked_at, oldest = 0, ""
    for row in connection.execute(query).mappings():
        looked_at += 1
        if row["cell_id"] is None or row["run_id"] is None or not row["calls"]:
            continue
        oldest = row["run_id"]
        runs = cells.setdefault(row["cell_id"], {})
        run = runs.get(oldest)
        if run is None:
            # Newest first: further runs are older still.
            if len(runs) >= MOST_RUNS:
                continue
            run = runs[oldest] = _Run()
        run.add(dict(row))
    if looked_at >= MOST_CALLS:
        for runs in cells.values():
            if len(runs) > 1:
                runs.pop(oldest, None)
    archived = last_archived(connection)
    since = None if archived is None else archived + _DAY_US
    whole = {cell_id: _begun_after(runs, since) for cell_id, runs in cells.items()}
    return [
        {"cell_id": cell_id, "runs": [run.to_dict(run_id) for run_id, run in runs.items()]}
        for cell_id, runs in whole.items()
        if runs
    ]


def _begun_after(runs: Mapping[str, _Run], since: int | None) -> Mapping[str, _Run]:
    """The runs of which all calls are in the ledger."""
    return {run_id: run for run_id, run in runs.items() if since is None or run.started_at > since}


class _Run:
    """The calls of one run, added up."""

    def __init__(self) -> None:
        self._sums = (0,) * len(SUMS)
        self.started_at = 0
        self._counted = 0
        self._models: dict[str, None] = {}

    def add(self, row: Mapping[str, Any]) -> None:
        """Add a call; they come newest first."""
        self._sums = tuple(map(sum, zip(self._sums, sums(row), strict=True)))
        self.started_at = row["started_at"]
        self._counted += row["basis"] in _ESTIMATES
        if row["model"] is not None:
            self._models[row["model"]] = None

    def to_dict(self, run_id: str) -> dict[str, Any]:
        figures = dict(zip(SUMS, self._sums, strict=True))
        run: dict[str, Any] = {
            "run_id": run_id,
            "started_at": format_time(from_us(self.started_at)),
            **{name: figures[name] for name in _FIGURES},
            "counted_calls": self._counted,
            "models": sorted(self._models),
        }
        if figures["priced_calls"]:
            run["cost"] = format_decimal(from_pico(figures["cost_pico"]))
        return run
