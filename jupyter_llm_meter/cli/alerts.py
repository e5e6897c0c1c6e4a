"""``jupyter llm-meter alerts``: list the channels for alerts, or test them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from rich.text import Text
from traitlets import Unicode

from jupyter_llm_meter.alerts.channel import SECRET_VARIABLES, Channel, read_channels
from jupyter_llm_meter.alerts.errors import ChannelError
from jupyter_llm_meter.alerts.sender import sender_to
from jupyter_llm_meter.alerts.trial import try_channel
from jupyter_llm_meter.cli.command import ALIASES as COMMON_ALIASES
from jupyter_llm_meter.cli.command import Command, CommandError
from jupyter_llm_meter.cli.tables import Cell, Column, print_table
from jupyter_llm_meter.core.standing import format_time
from jupyter_llm_meter.ledger import ChannelRecord, Ledger, parse_url, sqlite_file

ACTIONS = ("list", "test")
NOT_DELIVERED = 1
"""Exit code when a channel cannot be used or did not take the message."""
_NAMES = (Column("Channel"), Column("Kind"), Column("Where"))
_TRIED = (*_NAMES, Column("Test message", "text"))
_LISTED = (*_NAMES, Column("Last message", "text"), Column("Problem", "text"))
_CSV = (
    "channel",
    "kind",
    "url",
    "language",
    "is_default",
    "most_per_hour",
    "quiet_hours",
    "sent_at",
    "waiting",
    "given_up",
    "reason",
    "delivered",
    "problem",
)
ALIASES = {**COMMON_ALIASES, "channel": "AlertsApp.channel"}


class AlertsApp(Command):
    """List the channels for alerts, or send each a test message."""

    name = "jupyter-llm-meter-alerts"
    description = __doc__
    examples = """
    jupyter llm-meter alerts list
    jupyter llm-meter alerts test
    jupyter llm-meter alerts test --channel ops
    """
    aliases = ALIASES

    channel = Unicode("", help="The channel to list or test. Default: all.").tag(config=True)

    def check(self) -> None:
        """Check that there is something to do.

        Raises:
            CommandError: No action is named, or no such channel is set up.
        """
        if len(self.words) != 1 or self.words[0] not in ACTIONS:
            raise CommandError(f"name one of {', '.join(ACTIONS)}; see --help")
        channels, errors = read_channels(
            self.setting("channels"), *(os.environ.get(name) for name in SECRET_VARIABLES)
        )
        if not channels and not errors:
            raise CommandError("no channel is set up; set c.LLMMeter.channels")
        if self.channel and self.channel not in {*channels, *errors}:
            raise CommandError(f"there is no channel {self.channel!r}; channels are {', '.join(channels)}")
        self._channels = {name: each for name, each in channels.items() if self.channel in ("", name)}
        self._errors = {name: error for name, error in errors.items() if self.channel in ("", name)}

    def _refuse_unknown_words(self) -> None:
        self.words, self.extra_args = list(self.extra_args), []
        super()._refuse_unknown_words()

    def _run(self, url: str) -> None:
        rows = [{"channel": name, "problem": str(error)} for name, error in self._errors.items()]
        if self.words[0] == "test":
            rows += [self._try(channel) for channel in self._channels.values()]
        else:
            records = self._records(url)
            rows += [_row(channel, records.get(channel.name)) for channel in self._channels.values()]
        if any("problem" in row for row in rows):
            self.exit_code = NOT_DELIVERED
        if self.json:
            self.print_json({"channels": rows})
        elif self.csv:
            self.print_csv(_CSV, rows)
        elif self.words[0] == "test":
            print_table(self.console(), _TRIED, [_tried(row) for row in rows])
        else:
            print_table(self.console(), _LISTED, [_listed(row) for row in rows])

    def _records(self, url: str) -> dict[str, ChannelRecord]:
        file = sqlite_file(parse_url(url))
        if file is not None and not file.exists():
            return {}
        with Ledger.open(url) as ledger:
            return {record.channel: record for record in ledger.channel_records()}

    def _try(self, channel: Channel) -> dict[str, Any]:
        problem = try_channel(channel, self.setting("link")).problem
        return {**_known(channel), **({"delivered": True} if problem is None else {"problem": problem.text})}


def _known(channel: Channel) -> dict[str, Any]:
    return {
        "channel": channel.name,
        "kind": channel.kind,
        "url": channel.masked_url,
        "language": channel.language,
        "is_default": channel.is_default,
        "most_per_hour": channel.most_per_hour,
        **({"quiet_hours": str(channel.quiet_hours)} if channel.quiet_hours else {}),
    }


def _row(channel: Channel, record: ChannelRecord | None) -> dict[str, Any]:
    row = _known(channel)
    try:
        sender_to(channel)
    except ChannelError as error:
        row["problem"] = str(error)
    if record is not None:
        last = {
            "waiting": record.waiting,
            "given_up": record.given_up,
            "sent_at": format_time(record.sent_at),
            "reason": record.reason,
        }
        row |= {name: value for name, value in last.items() if value is not None}
    return row


def _names(row: Mapping[str, Any]) -> list[Cell]:
    return [str(row.get(name, "")) for name in ("channel", "kind", "url")]


def _tried(row: Mapping[str, Any]) -> list[Cell]:
    if "problem" in row:
        return [*_names(row), Text(f"not delivered: {row['problem']}", "red")]
    return [*_names(row), Text("delivered", "green")]


def _listed(row: Mapping[str, Any]) -> list[Cell]:
    problem = row.get("problem") or row.get("reason") or ""
    return [*_names(row), _last(row) if "url" in row else "", problem]


def _last(row: Mapping[str, Any]) -> str:
    counts = {"waiting": row.get("waiting"), "given up": row.get("given_up")}
    return ", ".join(
        [row.get("sent_at", "never"), *(f"{count} {what}" for what, count in counts.items() if count)]
    )
