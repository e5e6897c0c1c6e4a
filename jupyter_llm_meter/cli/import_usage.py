"""``jupyter llm-meter import``: takes over the token_usage.json of a script, once."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any
from zoneinfo import ZoneInfo

from traitlets import Bool, Unicode

from jupyter_llm_meter.cli.command import ALIASES as COMMON_ALIASES
from jupyter_llm_meter.cli.command import FLAGS, CommandError
from jupyter_llm_meter.cli.files import FileCommand
from jupyter_llm_meter.cli.times import known_zone, parse_end
from jupyter_llm_meter.core.format import format_count
from jupyter_llm_meter.core.standing import format_time
from jupyter_llm_meter.ledger import Ledger, TokenUsageFile, read_token_usage
from llm_meter_tap.wire.record import CallRecord
from llm_meter_tap.wire.shape import ShapeError

ALIASES = {**COMMON_ALIASES, "time-zone": "ImportApp.zone", "to": "ImportApp.to_time"}
_FLAGS: dict[str, Any] = {
    "json": FLAGS["json"],
    "all": (
        {"ImportApp": {"all": True}},
        "Also import what is later than the first metered call, and may be counted already.",
    ),
}


class ImportApp(FileCommand):
    """Import the calls of FILE, a token_usage.json: all of them or none, and each once."""

    name = "jupyter-llm-meter-import"
    description = __doc__
    examples = """
    jupyter llm-meter import token_usage.json
    jupyter llm-meter import --time-zone Asia/Shanghai --to 2026-10-31 token_usage.json
    """
    aliases = ALIASES
    flags = _FLAGS

    zone = Unicode(
        None,
        allow_none=True,
        help="IANA zone of the times in FILE that name none. Default: c.LLMMeter.time_zone of the server's "
        "configuration, else the machine's own.",
    ).tag(config=True)
    to_time = Unicode(None, allow_none=True, help="Last day to import, or the first time not to.").tag(
        config=True
    )
    all = Bool(False, help="Also import what may be counted already.").tag(config=True)

    def _run(self, url: str) -> None:
        given = self._read()
        end = parse_end(self.to_time, self._zone, "--to")
        calls = [call for call in given.calls if end is None or call.started_at < end]
        with Ledger.open(url) as ledger:
            # Others wait while calls are settled; those that are there already need not be.
            known = ledger.known([call.call_id for call in calls])
            unknown = [call for call in calls if call.call_id not in known]
            self._refuse_doubles(ledger, unknown)
            # Without limits: the service raises the alerts that follow, since it has the channels.
            settled = ledger.settle(unknown, [], datetime.now(timezone.utc))
        self._report(given, len(settled.new), len(calls) - len(settled.new))

    def _read(self) -> TokenUsageFile:
        config = self.service_config()
        self._zone = known_zone(self.zone or config.time_zone)
        try:
            content = self.file.read_bytes()
        except OSError as error:
            raise CommandError(f"{self.file} cannot be read: {error.strerror}") from error
        try:
            return read_token_usage(
                content, ZoneInfo(self._zone), config.owner.user, config.owner.team, self.file.name
            )
        except ShapeError as error:
            raise CommandError(f"{self.file}: {error}; nothing was imported") from error

    def _refuse_doubles(self, ledger: Ledger, calls: list[CallRecord]) -> None:
        """Refuse calls from a time in which the user's calls were metered already."""
        if self.all or not calls:
            return
        first = ledger.first_metered(self.service_config().owner.user)
        later = [call for call in calls if first is not None and call.started_at >= first]
        if later:
            raise CommandError(
                f"{len(later)} records are from {format_time(first)} or later, when calls were metered "
                f"already, and may be counted twice; import those before with --to {format_time(first)}, "
                "or all with --all. Nothing was imported"
            )

    def _report(self, given: TokenUsageFile, new: int, known: int) -> None:
        left_out = len(given.calls) - new - known
        if self.json:
            document = {
                "imported": new,
                "known": known,
                "left_out": left_out,
                "time_zone": self._zone if given.zoneless else None,
                "unrecorded_tokens": given.unrecorded_tokens,
            }
            self.print_json({name: value for name, value in document.items() if value is not None})
            return
        lines = [f"{format_count(new)} calls imported, {format_count(known)} were in the ledger already."]
        if left_out:
            lines.append(f"{format_count(left_out)} records are later than --to and were left out.")
        if given.zoneless:
            lines.append(
                f"{format_count(given.zoneless)} times name no zone; they were read as times of {self._zone} "
                "(--time-zone)."
            )
        lines += _difference(given.unrecorded_tokens or 0)
        for line in lines:
            self.console().print(line, soft_wrap=True, markup=False)


def _difference(unrecorded_tokens: int) -> list[str]:
    """What to say where a file's total is not the sum of its records."""
    if unrecorded_tokens > 0:
        return [
            f"{format_count(unrecorded_tokens)} tokens of the file's total are in no record, so that nobody "
            "knows when they were used; they were not imported."
        ]
    if unrecorded_tokens < 0:
        return [f"The records have {format_count(-unrecorded_tokens)} tokens more than the file's total."]
    return []
