"""The signals by which the parts of a service notify each other, so that none of them needs to know the
others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from jupyter_llm_meter.ledger import Settled
from jupyter_llm_meter.runtime.signal import Signal

CallIds: TypeAlias = Sequence[str]


@dataclass(frozen=True)
class Signals:
    """The signals of one service.

    Attributes:
        changed: The standing changed; with the ids of calls that are new or were upgraded, if that is why. On
            the service's loop.
        committed: A transaction wrote calls. On the service's loop.
        ledger_lost: The ledger could not be used. On the service's loop.
        ledger_returned: The ledger can be used again. On the service's loop.
        alerts_posted: A commit left alerts for channels. On the thread that committed.
    """

    changed: Signal[[CallIds]] = field(default_factory=Signal)
    committed: Signal[[Settled]] = field(default_factory=Signal)
    ledger_lost: Signal[[]] = field(default_factory=Signal)
    ledger_returned: Signal[[]] = field(default_factory=Signal)
    alerts_posted: Signal[[]] = field(default_factory=Signal)

    def standing_changed(self) -> None:
        """Announce a change of the standing that is not a call."""
        self.changed.emit(())
