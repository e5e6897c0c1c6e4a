"""The result of one diagnostic check. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jupyter_llm_meter.core.explanation import Explanation, Value

GOOD, BAD, UNKNOWN = "good", "bad", "unknown"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        area: What kind of thing: service, ledger, folder, spool, limits, gateway, kernelspec, python, kernel,
            program.
        subject: Which one.
        verdict: ``good``, ``bad`` (calls go unseen, or something is broken) or ``unknown``.
        code: What was found; one of `explanation.TEXTS`.
        values: What the text of the code names.
    """

    area: str
    subject: str
    verdict: str
    code: str
    values: Mapping[str, Value] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What was found, and what to do."""
        return self._explanation.text

    @property
    def _explanation(self) -> Explanation:
        return Explanation(self.code, self.values)

    def to_dict(self) -> dict[str, object]:
        """Return it for programs and the page."""
        return {
            "area": self.area,
            "subject": self.subject,
            "verdict": self.verdict,
            **self._explanation.to_dict(),
        }
