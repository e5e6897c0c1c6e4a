"""The runs of kernels that have no IPython tap, so that the calls made in or below them have a cell.

A Python process that an R, Julia or bash kernel starts knows its kernel, from the environment, but not the
cell. Here are the newest runs of such kernels, from their messages, and the cells that pages sent to them.
All methods run on the service's loop.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from llm_meter_tap.wire.record import CallRecord

MOST_RUNS = 100
"""Runs of one kernel that are remembered: a call is seldom older than its process's end."""
MOST_CELLS = 1_000
"""Requests of one kernel that are remembered: a long queue of cells may wait."""
MOST_KERNELS = 1_000


@dataclass
class _Run:
    run_id: str
    started_at: datetime
    ended_at: datetime | None = None


@dataclass
class _Kernel:
    runs: OrderedDict[str, _Run] = field(default_factory=OrderedDict)
    cells: OrderedDict[str, str] = field(default_factory=OrderedDict)


class KernelRuns:
    """The newest runs of each kernel, and their cells."""

    def __init__(self) -> None:
        self._kernels: OrderedDict[str, _Kernel] = OrderedDict()

    def request(self, kernel_id: str, run_id: str, cell_id: str) -> None:
        """Remember which cell a request is from, before or after it is executed."""
        cells = self._kernel(kernel_id).cells
        cells[run_id] = cell_id
        _keep_newest(cells, MOST_CELLS)

    def start(self, kernel_id: str, run_id: str, at: datetime) -> None:
        """Remember that a kernel executes a request."""
        runs = self._kernel(kernel_id).runs
        if run_id not in runs:
            runs[run_id] = _Run(run_id, at)
            _keep_newest(runs, MOST_RUNS)

    def end(self, kernel_id: str, run_id: str, at: datetime) -> None:
        """Remember that a kernel has executed a request."""
        kernel = self._kernels.get(kernel_id)
        run = None if kernel is None else kernel.runs.get(run_id)
        if run is not None:
            run.ended_at = at

    def end_all(self, kernel_id: str, at: datetime) -> None:
        """Remember that a kernel's process is new: it has stopped what the one before executed."""
        kernel = self._kernels.get(kernel_id)
        for run in () if kernel is None else kernel.runs.values():
            run.ended_at = run.ended_at or at

    def forget(self, kernel_id: str) -> None:
        """Forget a kernel: it has ended, or a tap in it knows its runs."""
        self._kernels.pop(kernel_id, None)

    def complete(self, record: CallRecord) -> CallRecord:
        """Return a record with the run in which its call started, and that run's cell, if they are known."""
        kernel = self._kernels.get(record.kernel_id or "")
        if kernel is None or record.cell_id is not None:
            return record
        run_id = record.run_id or _run_at(kernel, record.started_at)
        return replace(record, run_id=run_id, cell_id=kernel.cells.get(run_id or ""))

    def _kernel(self, kernel_id: str) -> _Kernel:
        kernel = self._kernels.setdefault(kernel_id, _Kernel())
        self._kernels.move_to_end(kernel_id)
        _keep_newest(self._kernels, MOST_KERNELS)
        return kernel


def _run_at(kernel: _Kernel, at: datetime) -> str | None:
    """The run that a kernel executed at an instant; it executes one at a time."""
    for run in reversed(kernel.runs.values()):
        if run.started_at <= at:
            return run.run_id if run.ended_at is None or at <= run.ended_at else None
    return None


def _keep_newest(kept: OrderedDict[str, Any], most: int) -> None:
    while len(kept) > most:
        kept.popitem(last=False)
