"""``jupyter llm-meter doctor``: what is metered and what is not, and why."""

from __future__ import annotations

import logging
import os

from jupyter_client.kernelspec import KernelSpecManager
from rich.markup import escape
from rich.text import Text

from jupyter_llm_meter.cli.command import Command
from jupyter_llm_meter.cli.tables import Column, print_table
from jupyter_llm_meter.core.finding import BAD, GOOD, UNKNOWN, Finding
from jupyter_llm_meter.ledger import private_folder
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.checkup import examine_limits
from jupyter_llm_meter.service.diagnosis import NOT_SEEN, Diagnosis, Environments, diagnose
from jupyter_llm_meter.service.environment import tap_variables

NOT_METERED = 1
"""Exit code when something is broken or not metered."""
_REQUESTS = {
    "unrecognised": "Last request that looked like an LLM call and was not counted: {host}{path} at {at}",
    "recognised_by_answer": "Last unknown path that was counted because its answer had usage: {host}{path},"
    " read as {api}, at {at}. A hard limit cannot refuse the first call to such a path.",
    "unknown_usage_members": "Last usage object with members that are not read: {members} of {provider}"
    " ({api}), at {at}. The cost of such calls may be too low.",
}
_COLUMNS = (Column("What"), Column("Which"), Column("Verdict"), Column("Found", "text"))
_CSV = ("area", "subject", "verdict", "text")
_COLOURS = {GOOD: "green", BAD: "red", UNKNOWN: "yellow"}


class DoctorApp(Command):
    """Check services, ledger, folder, limits, kernelspecs and kernels, and list what is not metered."""

    name = "jupyter-llm-meter-doctor"
    description = __doc__

    def _run(self, url: str) -> None:
        folder = private_folder(url)
        variables = tap_variables(folder, "", os.environ.get("PYTHONPATH"))
        gateway = self.config.get("GatewayClient", {}).get("url") or os.environ.get("JUPYTER_GATEWAY_URL")
        environments = Environments(
            KernelSpecManager(config=self.config), os.environ | variables, str(gateway) if gateway else None
        )
        diagnosis = diagnose(url, folder, self._limits(), environments)
        self.exit_code = 0 if diagnosis.is_ok else NOT_METERED
        if self.json:
            self.print_json(diagnosis.to_dict())
        elif self.csv:
            self.print_csv(_CSV, [one.to_dict() for one in diagnosis.findings])
        else:
            self._print(diagnosis)

    def _limits(self) -> list[Finding]:
        problems = Problems(_silent_log())
        limits = self.limits(problems).current()
        return examine_limits(limits, problems.open())

    def _print(self, diagnosis: Diagnosis) -> None:
        rows = [
            (one.area, one.subject, Text(one.verdict, _COLOURS[one.verdict]), one.text)
            for one in diagnosis.findings
        ]
        console = self.console()
        print_table(console, _COLUMNS, rows)
        console.print(f"Never seen: {escape('; '.join(NOT_SEEN.values()))}.", soft_wrap=True)
        if diagnosis.requests["unrecognised"] is None:
            console.print("No request looked like an LLM call and was none that is known.")
        for name, found in diagnosis.requests.items():
            if found is not None:
                console.print(escape(_REQUESTS[name].format(**found)), soft_wrap=True)


def _silent_log() -> logging.Logger:
    """Return a log without output: what is wrong is among the findings."""
    log = logging.getLogger(f"{__name__}.silent")
    log.propagate = False
    log.addHandler(logging.NullHandler())
    return log
