"""The base of the commands that read the ledger: its URL, the form of the output, exit codes.

A command's `answer` works with the open ledger. Before the first call there is no ledger; that is not an
error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from jupyter_core.application import JupyterApp
from rich.console import Console
from sqlalchemy.engine import make_url
from traitlets import Bool, Unicode, default
from traitlets.config import Application

from jupyter_llm_meter._version import __version__
from jupyter_llm_meter.cli.app import BAD_INPUT
from jupyter_llm_meter.cli.tables import make_console
from jupyter_llm_meter.exports import csv_table
from jupyter_llm_meter.ledger import (
    Ledger,
    LedgerError,
    LedgerUnavailable,
    ledger_url,
    parse_url,
    sqlite_file,
)
from jupyter_llm_meter.policy.lab_settings import LabPaths
from jupyter_llm_meter.policy.limits_in_force import LimitsInForce
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.config import ServiceConfig
from jupyter_llm_meter.service.errors import ConfigError
from jupyter_llm_meter.service.variables import with_variables

UNAVAILABLE = 1
"""Exit code when the ledger cannot be reached now."""


ALIASES = {"db": "Command.db", "config": "JupyterApp.config_file", "log-level": "Application.log_level"}
FLAGS = {
    "json": ({"Command": {"json": True}}, "Print JSON for programs."),
    "csv": ({"Command": {"csv": True}}, "Print the rows as CSV (RFC 4180), for spreadsheets."),
}


class CommandError(Exception):
    """A command line that is not valid; the message says what is allowed."""


class Command(JupyterApp):
    """Reads the ledger."""

    version = __version__
    aliases = ALIASES
    flags = FLAGS
    exit_code = 0

    db = Unicode(
        None,
        allow_none=True,
        help="""The ledger: sqlite:///PATH, a PATH, or postgresql+psycopg://USER@HOST/DATABASE. Default:
        c.LLMMeter.database_url of the Jupyter server's configuration, else LLM_METER_DATABASE_URL, else the
        user's own ledger.""",
    ).tag(config=True)
    json = Bool(False, help="Print JSON for programs.").tag(config=True)
    csv = Bool(False, help="Print the rows as CSV (RFC 4180), for spreadsheets.").tag(config=True)

    @default("config_file_name")
    def _default_config_file_name(self) -> str:
        return "jupyter_server_config"

    def load_config_file(self, suppress_errors: bool = True) -> None:  # type: ignore[override] # as JupyterApp
        """Read the configuration as the server does: the extension's own file, and the server's over it."""
        Application.load_config_file(self, "jupyter_llm_meter_config", path=self.config_file_paths)
        super().load_config_file(suppress_errors)

    def start(self) -> None:
        """Answer, and leave the exit code."""
        try:
            self._refuse_unknown_words()
            if self.json and self.csv:
                raise CommandError("--json and --csv are two forms of the output; name one")
            self.check()
            self._run(self.url())
        except LedgerUnavailable as error:
            self._fail(error, UNAVAILABLE)
        except (CommandError, ConfigError, LedgerError) as error:
            self._fail(error, BAD_INPUT)

    def check(self) -> None:
        """Check the command line before anything is opened.

        Raises:
            CommandError: It is not valid.
        """

    @cached_property
    def problems(self) -> Problems:
        """What is wrong with the configuration and the environment; each is logged once."""
        return Problems(self.log)

    def answer(self, ledger: Ledger) -> None:
        """Do the command's work."""
        raise NotImplementedError

    def answer_without_ledger(self, url: str) -> None:
        """Say that there is nothing yet."""
        raise NotImplementedError

    def url(self) -> str:
        """The URL of the ledger that this command reads."""
        if self.db:
            return ledger_url(self.db)
        settings = with_variables(self.config.get("LLMMeter", {}), self.problems)
        return ledger_url(settings.get("database_url"))

    def setting(self, name: str) -> Any:
        """The setting ``c.LLMMeter.<name>`` of the server's configuration; None when it is not set."""
        section = self.config.get("LLMMeter", {})
        return section.get(name)

    def service_config(self, problems: Problems | None = None) -> ServiceConfig:
        """The server's configuration, checked as the server checks it.

        Args:
            problems: Takes what is wrong with it; without them it is logged.

        Raises:
            ConfigError: A setting has a value that is not allowed.
        """
        return ServiceConfig.from_settings(self.config.get("LLMMeter", {}), problems or self.problems)

    def limits(self, problems: Problems | None = None) -> LimitsInForce:
        """The limits in force: those of the server's configuration and of JupyterLab's settings."""
        problems = problems or self.problems
        config = self.service_config(problems)
        return LimitsInForce(
            config.limits, paths=LabPaths.default, problems=problems, time_zone=config.time_zone
        )

    def time_zone(self) -> str:
        """The zone of days and months: the server's setting, else the machine's own."""
        return self.service_config().time_zone

    def print_json(self, document: Any) -> None:
        """Write a document for programs."""
        sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")

    def print_csv(self, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
        """Write rows for spreadsheets.

        Args:
            columns: The names of the columns; ``limit.id`` is the member ``id`` of the member ``limit``.
            rows: The rows; what a row does not have is empty.
        """
        sys.stdout.buffer.write(csv_table(columns, rows))
        sys.stdout.flush()

    def say_nothing_yet(self, url: str) -> None:
        """Say that no call has been metered yet."""
        place = make_url(url).render_as_string(hide_password=True)
        self.console().print(
            f"No calls have been metered yet: there is no ledger at {place}.", soft_wrap=True
        )

    def console(self) -> Console:
        """The console for people."""
        return make_console()

    def _run(self, url: str) -> None:
        file = sqlite_file(parse_url(url))
        if file is not None and not file.exists():
            self.answer_without_ledger(url)
            return
        with Ledger.open(url) as ledger:
            self.answer(ledger)

    def _refuse_unknown_words(self) -> None:
        """Refuse unknown options: traitlets only warns of them, so a typo would go unnoticed."""
        options = [word.lstrip("-").partition("=")[0] for word in self.argv if word.startswith("--")]
        known = {*self.aliases, *self.flags}
        unknown = [f"--{name}" for name in options if name not in known and "." not in name]
        for word in (*unknown, *self.extra_args):
            raise CommandError(f"unexpected argument {word!r}; see --help")

    def _fail(self, error: Exception, code: int) -> None:
        sys.stderr.write(f"{self.name}: {error}\n")
        self.exit_code = code
