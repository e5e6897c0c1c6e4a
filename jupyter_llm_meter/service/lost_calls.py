"""Calls that a kernel told of and that did not arrive (docs/architecture.md, "The kernel message").

Owns the arithmetic of the sequence numbers. Refuses to call a call lost before the ledger was asked for it:
its tap may have brought it by another way.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

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
class _Heard:
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
    _heard: dict[str, _Heard] = field(default_factory=dict)

    def hear(self, kernel_id: str, message: KernelMessage) -> Gap | None:
        """Take note of a message; returns what is missing between the last one and this.

        Of a tap first heard in mid-life only the calls that it names are missed: whoever listened before may
        have taken the others.
        """
        before = self._heard.get(kernel_id)
        is_new = before is None or before.tap != message.tap
        heard = _Heard(message.tap) if before is None or is_new else before
        told_before = message.seq - (message.record is not None)
        missing = told_before - heard.seq
        tokens = message.input_tokens + message.output_tokens - heard.tokens
        self._note(kernel_id, heard, message)
        if missing <= 0:
            return None
        named = set(message.recent[-missing:])
        gap = Gap(kernel_id, named, 0 if is_new else missing - len(named), max(0, tokens))
        return gap if gap.calls else None

    def _note(self, kernel_id: str, heard: _Heard, message: KernelMessage) -> None:
        told = message.record
        used = (told.input_tokens or 0) + (told.output_tokens or 0) if told else 0
        if message.seq >= heard.seq:
            heard.seq = message.seq
            heard.tokens = message.input_tokens + message.output_tokens + used
        self._heard[kernel_id] = heard

    def fill(self, call_ids: Collection[str]) -> bool:
        """Take note of calls that the ledger holds; tells whether a gap became smaller."""
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


def wording(gaps: Collection[Gap]) -> str:
    """Say what was lost, kernel by kernel."""
    kernels: dict[str, list[int]] = {}
    for gap in gaps:
        figures = kernels.setdefault(gap.kernel_id, [0, 0])
        figures[0] += gap.calls
        figures[1] += gap.tokens
    named = ", ".join(
        f"{calls} {'call' if calls == 1 else 'calls'} of kernel {kernel_id} (up to {tokens:,} tokens)"
        for kernel_id, (calls, tokens) in kernels.items()
    )
    return (
        f"Kernel messages were lost: {named}. The totals lack these calls until the spool on the kernel's "
        "machine is imported. If a gateway limits the rate of messages, print less at a time."
    )
