"""``jupyter llm-meter backup``, ``restore`` and ``vacuum``: keep a ledger safe and small."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from traitlets import Bool

from jupyter_llm_meter.cli.command import ALIASES, FLAGS, Command, CommandError
from jupyter_llm_meter.cli.files import FileCommand, format_bytes, progress_bar
from jupyter_llm_meter.ledger import back_up, compact, parse_url, private_folder, restore, sqlite_file
from llm_meter_tap.wire.rendezvous import living_services

_JSON: dict[str, Any] = {"json": FLAGS["json"]}
_BACKUP_FLAGS: dict[str, Any] = {
    **_JSON,
    "force": ({"BackupApp": {"force": True}}, "Replace FILE if it is there."),
}
_RESTORE_FLAGS: dict[str, Any] = {
    **_JSON,
    "force": (
        {"RestoreApp": {"force": True}},
        "Replace a ledger that has calls, or a damaged one; it is kept beside under another name.",
    ),
}


class BackupApp(FileCommand):
    """Copy the ledger to FILE, as it is at one instant, also while JupyterLab uses it."""

    name = "jupyter-llm-meter-backup"
    description = __doc__
    examples = """
    jupyter llm-meter backup ~/backups/ledger-2026-11-30.sqlite3
    jupyter llm-meter backup --force ~/backups/ledger.sqlite3
    """
    aliases = ALIASES
    flags = _BACKUP_FLAGS

    force = Bool(False, help="Replace FILE if it is there.").tag(config=True)

    def _run(self, url: str) -> None:
        ledger = _ledger_file(url, "back it up with pg_dump")
        if not ledger.exists():
            raise CommandError(f"there is no ledger at {ledger}, so there is nothing to back up")
        with progress_bar("Copying") as progress:
            size = back_up(ledger, self.file, progress, replace=self.force)
        if self.json:
            self.print_json({"file": str(self.file.absolute()), "bytes": size})
        else:
            self.console().print(
                f"The ledger is backed up in {self.file} ({format_bytes(size)}).",
                soft_wrap=True,
                markup=False,
            )


class RestoreApp(FileCommand):
    """Put the backup FILE back in the place of the ledger; the calls made since then are not in it."""

    name = "jupyter-llm-meter-restore"
    description = __doc__
    examples = """
    jupyter llm-meter restore ~/backups/ledger-2026-11-30.sqlite3
    """
    aliases = ALIASES
    flags = _RESTORE_FLAGS

    force = Bool(False, help="Replace a ledger that has calls; it is kept beside.").tag(config=True)

    def _run(self, url: str) -> None:
        ledger = _ledger_file(url, "restore it with pg_restore or psql")
        if living_services(str(private_folder(url)), None):
            raise CommandError(
                f"a service is using {ledger}; stop JupyterLab and what runs under `jupyter llm-meter run`"
            )
        with progress_bar("Restoring") as progress:
            aside = restore(self.file, ledger, datetime.now(timezone.utc), progress, force=self.force)
        if self.json:
            kept = {} if aside is None else {"replaced_ledger": str(aside)}
            self.print_json({"ledger": str(ledger), **kept})
            return
        console = self.console()
        console.print(f"{self.file} is restored to {ledger}.", soft_wrap=True, markup=False)
        if aside is not None:
            console.print(f"The ledger that was there is kept in {aside}.", soft_wrap=True, markup=False)


class VacuumApp(Command):
    """Give the space of deleted calls back; calls wait in the spools until it is done."""

    name = "jupyter-llm-meter-vacuum"
    description = __doc__
    aliases = ALIASES
    flags = _JSON

    def _run(self, url: str) -> None:
        file = sqlite_file(parse_url(url))
        if file is not None and not file.exists():
            raise CommandError(f"there is no ledger at {file}, so there is nothing to compact")
        sizes = compact(url)
        if self.json:
            self.print_json({"bytes_before": sizes.before, "bytes_after": sizes.after})
        else:
            self.console().print(f"{format_bytes(sizes.before)} before, {format_bytes(sizes.after)} now.")


def _ledger_file(url: str, other_way: str) -> Path:
    """The file of an SQLite ledger.

    Raises:
        CommandError: The ledger is on a server, which has tools of its own.
    """
    file = sqlite_file(parse_url(url))
    if file is None:
        raise CommandError(f"the ledger is in PostgreSQL, which has tools for this; {other_way}")
    return file
