"""Completing a record: whose call it is and where it belongs, when the tap did not say."""

from __future__ import annotations

from dataclasses import replace

from jupyter_llm_meter.service.context import Kernels
from jupyter_llm_meter.service.kernel_runs import KernelRuns
from jupyter_llm_meter.service.owner import Owner
from llm_meter_tap.wire.record import CallRecord


class Completion:
    """Fills in user, team, notebook, project, run and cell.

    Args:
        kernels: Knows which notebook a kernel belongs to.
        owner: The user and team of records that name none.
        runs: The runs of kernels whose calls do not know them.
    """

    def __init__(self, kernels: Kernels, owner: Owner, runs: KernelRuns) -> None:
        self._kernels = kernels
        self._runs = runs
        self.owner = owner

    async def complete(self, record: CallRecord) -> CallRecord:
        """Return a record with what it lacks, as far as it is known."""
        path, project = record.notebook_path, record.project
        if record.kernel_id and not (path and project):
            context = await self._kernels.context(record.kernel_id)
            path, project = path or context.notebook_path, project or context.project
        return replace(
            self._runs.complete(record),
            user_id=record.user_id or self.owner.user,
            team=record.team or self.owner.team,
            notebook_path=path,
            project=project,
        )
