"""The result of one diagnostic check. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass

GOOD, BAD, UNKNOWN = "good", "bad", "unknown"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        area: What kind of thing: service, ledger, folder, spool, limits, kernelspec, python, kernel.
        subject: Which one.
        verdict: ``good``, ``bad`` (calls go unseen, or something is broken) or ``unknown``.
        text: What was found, and what to do.
    """

    area: str
    subject: str
    verdict: str
    text: str

    def to_dict(self) -> dict[str, str]:
        """Return it for programs."""
        return asdict(self)
