"""``jupyter llm-meter run -- COMMAND...``: metering around one command, without a Jupyter server.

It runs a service for as long as the command runs, and passes on signals and the exit code. The command's own
input and output are left alone; a crossed threshold is one line on stderr.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from jupyter_llm_meter.alerts.channel import SECRET_VARIABLES
from jupyter_llm_meter.cli.command import Command, CommandError
from jupyter_llm_meter.ledger import default_ledger_url
from jupyter_llm_meter.policy.lab_settings import LabPaths
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.compose import compose_service
from jupyter_llm_meter.service.environment import tap_variables
from jupyter_llm_meter.service.service import Service
from jupyter_llm_meter.service.storage import prepare_storage
from jupyter_llm_meter.service.upstream import Upstream
from jupyter_llm_meter.telemetry import HEADERS_VARIABLE
from llm_meter_tap.provenance.notebook_path import ledger_path

# The exit codes of a POSIX shell (POSIX.1-2024, 2.8.2 Exit Status for Commands).
CANNOT_EXECUTE = 126
NOT_FOUND = 127
SIGNALLED = 128

FORWARDED = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
NO_FLAGS: dict[str, Any] = {}
SECRETS = (*SECRET_VARIABLES, HEADERS_VARIABLE)
"""Variables that the command must not see."""

# A terminal sends these to every process in the foreground: the command has them already.
FROM_TERMINAL = ("SIGINT", "SIGQUIT")


class RunApp(Command):
    """Run a command with metering: every Python that it starts reports its LLM API calls."""

    name = "jupyter-llm-meter-run"
    description = __doc__
    examples = """
    jupyter llm-meter run -- papermill in.ipynb out.ipynb
    jupyter llm-meter run --db ./calls.sqlite3 -- python nightly.py
    """
    flags = NO_FLAGS

    command: Sequence[str] = ()

    def parse_command_line(self, argv: Sequence[str] | None = None) -> None:
        """Keep the words after ``--`` for the command and parse the rest."""
        words = list(sys.argv[1:] if argv is None else argv)
        end = words.index("--") if "--" in words else len(words)
        self.command = words[end + 1 :]
        super().parse_command_line(words[:end])

    def check(self) -> None:
        """Check that a command was given.

        Raises:
            CommandError: None was given.
        """
        if not self.command:
            raise CommandError("no command was given; name it after --, as in: run -- python script.py")

    def _run(self, url: str) -> None:
        service = self._service(url)
        service.start()
        try:
            self.exit_code = self._exit_code(service)
        finally:
            service.stop()

    def _service(self, url: str) -> Service:
        problems = self.problems
        config = self.service_config(problems)
        storage = prepare_storage(None if url == default_ledger_url() else url, problems)
        return compose_service(
            config,
            storage,
            lab_paths=LabPaths.default,
            problems=problems,
            log=self.log,
            notify=self._show_notice,
            upstream=_upstream(config.hub_url, problems),
        )

    def _exit_code(self, service: Service) -> int:
        variables = tap_variables(
            service.storage.folder,
            service.stem,
            os.environ.get("PYTHONPATH"),
            user=service.owner.user,
            team=service.owner.team,
            notebook=only_notebook(self.command),
        )
        kept = {name: value for name, value in os.environ.items() if name not in SECRETS}
        environ = kept | variables
        try:
            with (
                forwarding() as children,
                subprocess.Popen(self.command, env=environ) as child,
            ):
                children.append(child)
                code = child.wait()
        except FileNotFoundError:
            sys.stderr.write(
                f"{self.name}: {self.command[0]!r} was not found; check its spelling and PATH.\n"
            )
            return NOT_FOUND
        except OSError as error:
            sys.stderr.write(f"{self.name}: {self.command[0]!r} cannot be executed: {error.strerror}.\n")
            return CANNOT_EXECUTE
        return code if code >= 0 else SIGNALLED - code

    def _show_notice(self, notice: str) -> None:
        sys.stderr.write(f"LLM Meter: {notice}\n")


def _upstream(hub_url: str | None, problems: Problems) -> Upstream | None:
    if hub_url is None:
        return None
    from jupyter_llm_meter.hub.client import connect  # only where there is a hub

    return connect(hub_url, problems)


def only_notebook(command: Sequence[str]) -> str | None:
    """Return the one existing notebook that a command names; None for none or several."""
    named = {word for word in command if word.endswith(".ipynb") and Path(word).is_file()}
    return ledger_path(named.pop()) if len(named) == 1 else None


@contextmanager
def forwarding() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Forward signals to a command; yields the list that the command is added to."""
    children: list[subprocess.Popen[bytes]] = []

    def forward(number: int, _frame: FrameType | None) -> None:
        if os.isatty(0) and signal.Signals(number).name in FROM_TERMINAL:
            return
        for child in children:
            child.send_signal(number)

    before = {number: signal.signal(number, forward) for number in FORWARDED}
    try:
        yield children
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
