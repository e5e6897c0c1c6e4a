"""Completing a record: whose call it is and where it belongs, when the tap did not say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from jupyter_llm_meter.ledger import Place, Places
from jupyter_llm_meter.service.context import KernelContext, Kernels
from jupyter_llm_meter.service.kernel_runs import KernelRuns
from jupyter_llm_meter.service.owner import Owner
from llm_meter_tap.wire.record import CallRecord

_UNKNOWN = KernelContext()


class Completion:
    """Fills in user, team, run and cell, and finds the kernels and notebooks of calls in the lab.

    Args:
        kernels: Knows which notebook a kernel belongs to.
        owner: The user and team of records that name none.
        runs: The runs of kernels whose calls lack them.
    """

    def __init__(self, kernels: Kernels, owner: Owner, runs: KernelRuns) -> None:
        self._kernels = kernels
        self._runs = runs
        self.owner = owner

    def complete(self, record: CallRecord) -> CallRecord:
        """Return a record with what it lacks besides its place, as far as it is known."""
        return replace(
            self._runs.complete(record),
            user_id=record.user_id or self.owner.user,
            team=record.team or self.owner.team,
        )

    async def places(self, records: Sequence[CallRecord]) -> Places:
        """Return what the lab says of the kernels and notebooks of records; the ledger places them by it."""
        lacking = [each for each in records if not (each.notebook_path and each.project)]
        kernels = await self._kernel_places({each.kernel_id for each in lacking if each.kernel_id})
        named = {each.notebook_path for each in records if each.notebook_path}
        seen = {path: at for path in named if (at := await self._kernels.seen_at(path)) is not None}
        return replace(kernels, seen={**kernels.seen, **seen})

    async def kernel_places(self, kernel_id: str) -> Places:
        """Return what the lab says of one kernel, as soon as it is not too busy to say it."""
        return await self._kernel_places({kernel_id}, is_awaited=True)

    async def _kernel_places(self, kernel_ids: set[str], *, is_awaited: bool = False) -> Places:
        found = {
            kernel_id: await self._kernels.context(kernel_id, is_awaited=is_awaited)
            for kernel_id in sorted(kernel_ids)
        }
        known = {kernel_id: context for kernel_id, context in found.items() if context != _UNKNOWN}
        return Places(
            self.owner.user,
            {name: Place(each.notebook_path, each.project, each.name) for name, each in known.items()},
            {
                each.notebook_path: each.seen_at
                for each in known.values()
                if each.notebook_path and each.seen_at
            },
        )
