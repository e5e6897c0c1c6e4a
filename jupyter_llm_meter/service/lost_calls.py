"""Calls that a kernel reported and that did not arrive (docs/reference/protocol.md, "The kernel message").

The sequence numbers of messages show the gaps. A call counts as lost only when the ledger does not have it:
its tap may have sent it another way.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from jupyter_llm_meter.core.explanation import Explanation, explain
from jupyter_llm_meter.service.kernel_message import KernelMessage


@dataclass
class Gap:
    """Calls of one kernel that no message brought.

    Attributes:
        kernel_id: The kernel.
        call_ids: Those that later messages named.
        unnamed: How many more there were.
        tokens: What all of them used, as far as the kernel knew.
    """

    kernel_id: str
    call_ids: set[str]
    unnamed: int
    tokens: int

    @property
    def calls(self) -> int:
        """How many calls are still missing."""
        return len(self.call_ids) + self.unnamed


@dataclass
class _Progress:
    tap: str
    seq: int = 0
    tokens: int = 0


@dataclass
class LostCalls:
    """The gaps of the kernels that a service listens to.

    Attributes:
        gaps: Those that are not filled.
    """

    gaps: list[Gap] = field(default_factory=list)
    _progress: dict[str, _Progress] = field(default_factory=dict)

    def add_message(self, kernel_id: str, message: KernelMessage) -> Gap | None:
        """Add a message; returns the gap between the last message and this one.

        Of a tap that was running before its first message here, only the calls that it names count as
        missing: another service may have counted the others.
        """
        before = self._progress.get(kernel_id)
        is_new = before is None or before.tap != message.tap
        progress = _Progress(message.tap) if before is None or is_new else before
        reported_before = message.seq - (message.record is not None)
        missing = reported_before - progress.seq
        tokens = message.input_tokens + message.output_tokens - progress.tokens
        self._remember(kernel_id, progress, message)
        if missing <= 0:
            return None
        named = set(message.recent[-missing:])
        gap = Gap(kernel_id, named, 0 if is_new else missing - len(named), max(0, tokens))
        return gap if gap.calls else None

    def _remember(self, kernel_id: str, progress: _Progress, message: KernelMessage) -> None:
        record = message.record
        used = (record.input_tokens or 0) + (record.output_tokens or 0) if record else 0
        if message.seq >= progress.seq:
            progress.seq = message.seq
            progress.tokens = message.input_tokens + message.output_tokens + used
        self._progress[kernel_id] = progress

    def fill(self, call_ids: Collection[str]) -> bool:
        """Remove calls that the ledger has; returns whether a gap became smaller."""
        known = set(call_ids)
        is_smaller = False
        for gap in self.gaps:
            is_smaller = is_smaller or not known.isdisjoint(gap.call_ids)
            gap.call_ids -= known
        self.gaps = [gap for gap in self.gaps if gap.calls]
        return is_smaller

    def named(self) -> list[str]:
        """Return the ids of all that is missing and has one."""
        return [call_id for gap in self.gaps for call_id in gap.call_ids]


def explain_lost_calls(gaps: Collection[Gap]) -> Explanation:
    """Explain what was lost, kernel by kernel."""
    kernels: dict[str, list[int]] = {}
    for gap in gaps:
        figures = kernels.setdefault(gap.kernel_id, [0, 0])
        figures[0] += gap.calls
        figures[1] += gap.tokens
    named = [
        explain("calls-lost-of-kernel", calls=calls, kernel=kernel_id, tokens=tokens)
        for kernel_id, (calls, tokens) in kernels.items()
    ]
    return explain("calls-lost", kernels=named)
