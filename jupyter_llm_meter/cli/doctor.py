"""``jupyter llm-meter doctor``: what is metered and what is not, and why."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from rich.markup import escape
from rich.text import Text

from jupyter_llm_meter.cli.command import Command
from jupyter_llm_meter.cli.tables import Column, print_table
from jupyter_llm_meter.core.finding import BAD, GOOD, UNKNOWN, Finding
from jupyter_llm_meter.environments.kernelspecs import examine_kernelspecs, examine_python
from jupyter_llm_meter.ledger import private_folder
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.checkup import (
    examine_folder,
    examine_kernels,
    examine_ledger,
    examine_services,
    examine_spools,
    last_recognised_by_answer,
    last_unknown_members,
    last_unrecognised,
)
from jupyter_llm_meter.service.environment import tap_variables

NOT_METERED = 1
"""Exit code when something is broken or not metered."""
NOT_SEEN = (
    "calls over WebSockets (realtime APIs) and gRPC",
    "programs that are not Python, such as Node, curl or what an agent SDK starts (usage that a shell"
    " command in a cell prints is read)",
    "Python started outside the lab without `jupyter llm-meter run`",
    "Python started with -S, and where no tap is installed Python started with -I or -E, or with a PYTHONPATH"
    " or sitecustomize of its own, as by `env -i` or `opentelemetry-instrument`",
)
_REQUESTS = {
    "unrecognised": "Last request that looked like an LLM call and was not counted: {host}{path} at {at}",
    "recognised_by_answer": "Last unknown path that was counted because its answer had usage: {host}{path},"
    " read as {api}, at {at}. A hard limit cannot refuse the first call to such a path.",
    "unknown_usage_members": "Last usage object with members that are not read: {members} of {provider}"
    " ({api}), at {at}. The cost of such calls may be too low.",
}
Requests = Mapping[str, Mapping[str, str] | None]
"""What the taps found out about requests, by the name it has in the document."""

_COLUMNS = (Column("What"), Column("Which"), Column("Verdict"), Column("Found", "text"))
_CSV = ("area", "subject", "verdict", "text")
_COLOURS = {GOOD: "green", BAD: "red", UNKNOWN: "yellow"}


class DoctorApp(Command):
    """Check services, ledger, folder, limits, kernelspecs and kernels, and list what is not metered."""

    name = "jupyter-llm-meter-doctor"
    description = __doc__

    def _run(self, url: str) -> None:
        folder = private_folder(url)
        findings = [*self._own_parts(url, folder), *self._environments(folder), *examine_kernels(folder)]
        self.exit_code = NOT_METERED if any(one.verdict == BAD for one in findings) else 0
        requests = {
            "unrecognised": last_unrecognised(folder),
            "recognised_by_answer": last_recognised_by_answer(folder),
            "unknown_usage_members": last_unknown_members(folder),
        }
        if self.json:
            self.print_json(_document(findings, requests))
        elif self.csv:
            self.print_csv(_CSV, [one.to_dict() for one in findings])
        else:
            self._print_findings(findings, requests)

    def _own_parts(self, url: str, folder: Path) -> list[Finding]:
        return [
            *examine_services(folder),
            examine_ledger(url),
            examine_folder(folder),
            examine_spools(folder),
            *self._limits(),
        ]

    def _limits(self) -> list[Finding]:
        problems = Problems(_silent_log())
        limits = self.limits(problems).current()
        found = [Finding("limits", problem.code, BAD, problem.message) for problem in problems.open()]
        named = ", ".join(limit.id for limit in limits) or "none"
        return found or [Finding("limits", named, GOOD, "In force.")]

    def _environments(self, folder: Path) -> list[Finding]:
        gateway = self.config.get("GatewayClient", {}).get("url") or os.environ.get("JUPYTER_GATEWAY_URL")
        if gateway:
            text = "Kernels run behind it. Install the tap in their environments; check running kernels."
            return [Finding("gateway", str(gateway), UNKNOWN, text)]
        environ = os.environ | tap_variables(folder, "", os.environ.get("PYTHONPATH"))
        specs = KernelSpecManager(config=self.config)
        return [*examine_kernelspecs(specs, environ), examine_python(sys.executable, environ)]

    def _print_findings(self, findings: list[Finding], requests: Requests) -> None:
        rows = [
            (one.area, one.subject, Text(one.verdict, _COLOURS[one.verdict]), one.text) for one in findings
        ]
        console = self.console()
        print_table(console, _COLUMNS, rows)
        console.print(f"Never seen: {escape('; '.join(NOT_SEEN))}.", soft_wrap=True)
        if requests["unrecognised"] is None:
            console.print("No request looked like an LLM call and was none that is known.")
        for name, found in requests.items():
            if found is not None:
                console.print(escape(_REQUESTS[name].format(**found)), soft_wrap=True)


def _silent_log() -> logging.Logger:
    """Return a log without output: what is wrong is among the findings."""
    log = logging.getLogger(f"{__name__}.silent")
    log.propagate = False
    log.addHandler(logging.NullHandler())
    return log


def _document(findings: list[Finding], requests: Requests) -> dict[str, Any]:
    document = {
        "ok": not any(one.verdict == BAD for one in findings),
        "findings": [one.to_dict() for one in findings],
        **requests,
        "not_seen": list(NOT_SEEN),
    }
    return {name: value for name, value in document.items() if value is not None}
