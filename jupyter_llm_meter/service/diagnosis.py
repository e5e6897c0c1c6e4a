"""The whole diagnosis: the meter's parts, the environments, the kernels, and what the taps could not read.

The command ``doctor`` and the page show the same one. It is read-only: it creates, repairs and imports
nothing, and starts no kernel. The Python of each kernelspec is started once.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager

from jupyter_llm_meter.core.finding import BAD, UNKNOWN, Finding
from jupyter_llm_meter.environments.kernelspecs import examine_kernelspecs, examine_python
from jupyter_llm_meter.service.checkup import (
    examine_export,
    examine_folder,
    examine_kernels,
    examine_ledger,
    examine_programs,
    examine_services,
    examine_spools,
    last_recognised_by_answer,
    last_unknown_members,
    last_unrecognised,
)

NOT_SEEN = {
    "realtime": "calls over WebSockets (realtime APIs) and gRPC",
    "not-python": "programs that are not Python, such as Node, curl or what an agent SDK starts (usage that a"
    " shell command in a cell prints is read)",
    "outside": "Python started outside the lab without `jupyter llm-meter run`",
    "options": "Python started with -S, and where no tap is installed Python started with -I or -E, or with a"
    " PYTHONPATH or sitecustomize of its own, as by `env -i` or `opentelemetry-instrument`",
}
"""What the meter never sees, by code. The page has the same texts in its own languages."""

Requests = Mapping[str, Mapping[str, str] | None]
"""What the taps found out about requests, by the name it has in the document."""


@dataclass(frozen=True)
class Environments:
    """The environments whose Python the lab starts.

    Attributes:
        specs: Finds the kernelspecs; not used behind a gateway.
        environ: The environment in which the lab starts kernels.
        gateway: Address of the gateway behind which kernels run; None without one.
    """

    specs: KernelSpecManager
    environ: Mapping[str, str]
    gateway: str | None = None

    def examine(self) -> list[Finding]:
        """Check every kernelspec, and the Python of terminals."""
        if self.gateway:
            return [Finding("gateway", self.gateway, UNKNOWN, "gateway")]
        return [
            *examine_kernelspecs(self.specs, self.environ),
            examine_python(sys.executable, self.environ),
        ]


@dataclass(frozen=True)
class Diagnosis:
    """What was found.

    Attributes:
        findings: One for each thing that was looked at.
        requests: What the taps found out about requests.
    """

    findings: Sequence[Finding]
    requests: Requests

    @property
    def is_ok(self) -> bool:
        """Whether nothing is broken or unmetered."""
        return not any(one.verdict == BAD for one in self.findings)

    def to_dict(self) -> dict[str, object]:
        """Return it for programs and the page; what was not found is absent."""
        document = {
            "ok": self.is_ok,
            "findings": [one.to_dict() for one in self.findings],
            **self.requests,
            "not_seen": [{"code": code, "text": text} for code, text in NOT_SEEN.items()],
        }
        return {name: value for name, value in document.items() if value is not None}


def diagnose(url: str, folder: Path, limits: Sequence[Finding], environments: Environments) -> Diagnosis:
    """Check everything; this starts processes and takes seconds.

    Args:
        url: URL of the ledger.
        folder: The private folder.
        limits: What was found about the limits.
        environments: Those whose Python the lab starts.
    """
    findings = [
        *examine_services(folder),
        *examine_export(folder),
        examine_ledger(url),
        examine_folder(folder),
        examine_spools(folder),
        *limits,
        *environments.examine(),
        *examine_kernels(folder),
        *examine_programs(folder),
    ]
    requests = {
        "unrecognised": last_unrecognised(folder),
        "recognised_by_answer": last_recognised_by_answer(folder),
        "unknown_usage_members": last_unknown_members(folder),
    }
    return Diagnosis(findings, requests)
