"""``jupyter llm-meter``: finds the command and passes it the rest of the line.

A command sets its attribute ``exit_code``, or exits. Commands are imported when they are called, so that
``run`` does not wait for tables nor ``status`` for a service.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from jupyter_core.application import JupyterApp, NoStart

from jupyter_llm_meter._version import __version__

_COMMANDS = "jupyter_llm_meter.cli"
BAD_INPUT = 2
"""Exit code of a command line that is not valid."""

SUBCOMMANDS = {
    "status": (f"{_COMMANDS}.status.StatusApp", "Show how much of each limit is used."),
    "report": (f"{_COMMANDS}.report.ReportApp", "Show usage by model, notebook, day, ..."),
    "reprice": (f"{_COMMANDS}.reprice.RepriceApp", "Price stored calls again, after a price was corrected."),
    "reconcile": (
        f"{_COMMANDS}.reconcile.ReconcileApp",
        "Compare the ledger with a provider's export.",
    ),
    "export": (f"{_COMMANDS}.export.ExportApp", "Write all calls to a file, or to standard output."),
    "doctor": (f"{_COMMANDS}.doctor.DoctorApp", "Check what is metered and what is not, and why."),
    "alerts": (f"{_COMMANDS}.alerts.AlertsApp", "List the channels for alerts, or test them."),
    "tap": (f"{_COMMANDS}.tap.TapApp", "Install the tap in another Python environment."),
    "import": (f"{_COMMANDS}.import_usage.ImportApp", "Import the token_usage.json of a script, once."),
    "backup": (f"{_COMMANDS}.upkeep.BackupApp", "Copy the ledger to a file, also while it is in use."),
    "restore": (f"{_COMMANDS}.upkeep.RestoreApp", "Put a backup back in the place of the ledger."),
    "archive": (f"{_COMMANDS}.archive.ArchiveApp", "Move old calls into files; totals stay as they are."),
    "vacuum": (f"{_COMMANDS}.upkeep.VacuumApp", "Give the space of deleted calls back."),
    "limits": (f"{_COMMANDS}.limits.LimitsApp", "Import amounts of users into a hub, or undo that."),
    "hub": ("jupyter_llm_meter.hub.app.LLMMeterHub", "Serve the ledger of all users of a JupyterHub."),
    "run": (f"{_COMMANDS}.run.RunApp", "Run a command with metering, without a Jupyter server."),
}


class MeterApp(JupyterApp):
    """Meter LLM API calls: show, export, and run a command with metering."""

    name = "jupyter-llm-meter"
    version = __version__
    description = __doc__
    examples = """
    jupyter llm-meter status
    jupyter llm-meter report --group-by notebook --from 2026-11-01
    jupyter llm-meter export --format jsonl --output calls.jsonl
    jupyter llm-meter run -- papermill in.ipynb out.ipynb
    """
    subcommands = SUBCOMMANDS

    exit_code = 0

    def start(self) -> None:
        """Run the command that was named."""
        super().start()
        names = ", ".join(self.subcommands)
        given = f"{self.extra_args[0]!r} is not a command" if self.extra_args else "no command was given"
        sys.stderr.write(f"jupyter llm-meter: {given}; commands are {names}. See --help.\n")
        self.exit_code = BAD_INPUT


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of ``jupyter-llm-meter``; returns the exit code.

    Args:
        argv: The words after the program's name; None: those of this process.
    """
    app = MeterApp.instance()
    try:
        app.initialize(None if argv is None else list(argv))
        app.start()
    except NoStart:  # a command has run, or Jupyter's own flag was handled
        pass
    finally:
        MeterApp.clear_instance()
    return int(getattr(app.subapp or app, "exit_code", 0))
