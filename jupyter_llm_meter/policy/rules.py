"""The administrator's rules for hard limits."""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_llm_meter.core.limits import Limit

ON_UNREACHABLE = ("allow", "block")
RAISES = ("none", "own", "all")


@dataclass(frozen=True)
class Rules:
    """How hard limits are kept.

    Attributes:
        on_unreachable: Whether a call may be sent when the service does not answer, of ``ON_UNREACHABLE``.
        raises: Which limits users may raise for a while, of ``RAISES``; ``own``: those of the settings.
    """

    on_unreachable: str = "allow"
    raises: str = "own"

    def may_raise(self, limit: Limit) -> bool:
        """Whether a user may add to a limit."""
        return self.raises == "all" or (self.raises == "own" and limit.source != "config")
