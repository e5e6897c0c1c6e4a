"""What the service needs from its surroundings: the notebook of a kernel, and which kernels are not metered.

`NoKernels` is used where there is no Jupyter server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.standing import CellPosition


@dataclass(frozen=True)
class KernelContext:
    """Where a kernel belongs now.

    Attributes:
        notebook_path: Path of its notebook under the lab's root, None for a console or when unknown.
        project: Project named by the notebook, else the first folder under the root.
        seen_at: When a file was seen at the path; None: there was none. A session keeps the old path of a
            notebook that was moved while no page had it open.
        name: What people call a kernel without a notebook, such as ``Console 1 (Python 3)``.
    """

    notebook_path: str | None = None
    project: str | None = None
    seen_at: datetime | None = None
    name: str | None = None


@dataclass(frozen=True)
class UnmeteredKernel:
    """A kernel whose calls are not seen.

    Attributes:
        kernel_id: The kernel.
        name: Name of its kernelspec.
        path: Path of the document that it runs, if any.
        label: What people call it where it runs none: the name of its console, or of its kernelspec with the
            start of its id.
        reason: ``language`` (not Python) or ``no-tap`` (Python in which the tap is not alive). A kernel in or
            below which a tap has reported a call is not one of them.
    """

    kernel_id: str
    name: str
    path: str | None
    reason: str
    label: str | None = None

    def to_wire(self) -> dict[str, str]:
        """Return the row of ``unmetered`` in the standing document."""
        row = {
            "kernel_id": self.kernel_id,
            "name": self.name,
            "path": self.path,
            "label": self.label,
            "reason": self.reason,
        }
        return {name: value for name, value in row.items() if value is not None}


class Kernels(Protocol):
    """The kernels of the lab; all methods answer soon, with what is known, however busy the lab is."""

    async def context(self, kernel_id: str, *, is_awaited: bool = False) -> KernelContext:
        """Return where a kernel belongs.

        Args:
            kernel_id: The kernel.
            is_awaited: Wait until the lab answers, however long it is busy.
        """

    async def seen_at(self, path: str) -> datetime | None:
        """Return when a file was seen at a path under the lab's root, None when there was none."""

    async def cells(self, path: str) -> Mapping[str, CellPosition]:
        """Return where the cells of a notebook are, by their ids, as it was last saved; empty if unknown."""

    async def unmetered(self) -> Sequence[UnmeteredKernel]:
        """List the kernels whose calls are not seen."""

    def tap_reported(self, kernel_id: str) -> bool:
        """Remember that a tap in or below a kernel reports its calls.

        From any thread.

        Returns:
            Whether the kernel was listed as one whose calls are not seen.
        """


class Limits(Protocol):
    """The limits in force."""

    def current(self) -> Sequence[Limit]:
        """Return them as they are now; from any thread; never raises because of a user's settings."""


class NoKernels:
    """The kernels of a service without a Jupyter server."""

    async def context(self, kernel_id: str, *, is_awaited: bool = False) -> KernelContext:
        """Return an empty context."""
        return KernelContext()

    async def seen_at(self, path: str) -> datetime | None:
        """Return None, since the lab's root is not known here."""
        return None

    async def cells(self, path: str) -> Mapping[str, CellPosition]:
        """Return none, since the lab's root is not known here."""
        return {}

    async def unmetered(self) -> Sequence[UnmeteredKernel]:
        """Return none, since kernels are not known here."""
        return []

    def tap_reported(self, kernel_id: str) -> bool:
        """Return False, because a service without a Jupyter server lists no kernels."""
        return False
