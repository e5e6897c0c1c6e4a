"""``jupyter llm-meter limits``: import amounts of users and teams into a hub, or put back what was before."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from traitlets import Bool, Unicode

from jupyter_llm_meter.cli.command import FLAGS, Command, CommandError
from jupyter_llm_meter.cli.hub_client import TOKEN_VARIABLE, HubAnswer, HubClient
from jupyter_llm_meter.cli.quota_file import FileError, read_lines
from jupyter_llm_meter.core.format import format_count

ACTIONS = ("import", "undo")
MOST_ERRORS = 100
_KINDS = ("added", "changed", "unchanged", "removed")
_FLAGS: dict[str, Any] = {
    "json": FLAGS["json"],
    "dry-run": ({"LimitsApp": {"dry_run": True}}, "Show what would change, and change nothing."),
    "replace": (
        {"LimitsApp": {"replace": True}},
        "Remove the amounts of those that FILE does not name, of the same limits.",
    ),
    "allow-unknown": ({"LimitsApp": {"allow_unknown": True}}, "Accept users that the hub does not have yet."),
}


class LimitsApp(Command):
    """Import FILE, a CSV file of amounts of users and teams, into a hub, or undo an import by its ID."""

    name = "jupyter-llm-meter-limits"
    description = __doc__
    examples = """
    jupyter llm-meter limits import students.csv --hub https://hub.example.com/services/llm-meter --dry-run
    jupyter llm-meter limits undo 4f1c...
    """
    aliases = {"hub": "LimitsApp.hub", "log-level": "Application.log_level"}  # noqa: RUF012 - as in JupyterApp
    flags = _FLAGS

    hub = Unicode(
        "",
        help=f"""Address of the hub's service. Default: LLM_METER_HUB_URL. A token of an administrator is read
        from {TOKEN_VARIABLE}.""",
    ).tag(config=True)
    dry_run = Bool(False, help="Change nothing.").tag(config=True)
    replace = Bool(False, help="Remove the amounts that FILE does not name.").tag(config=True)
    allow_unknown = Bool(False, help="Accept users that the hub does not have yet.").tag(config=True)

    def check(self) -> None:
        """Check the command line.

        Raises:
            CommandError: It is not valid.
        """
        if len(self.words) != 2 or self.words[0] not in ACTIONS:
            raise CommandError("name import and a FILE, or undo and an ID; see --help")
        url, token = self.hub or os.environ.get("LLM_METER_HUB_URL", ""), os.environ.get(TOKEN_VARIABLE)
        if not url.startswith(("http://", "https://")):
            raise CommandError("name the hub's service with --hub URL, or in LLM_METER_HUB_URL")
        if not token:
            raise CommandError(f"{TOKEN_VARIABLE} is not set; make a token of an administrator in the hub")
        self._client = HubClient(url, token)

    def _refuse_unknown_words(self) -> None:
        self.words, self.extra_args = list(self.extra_args), []
        super()._refuse_unknown_words()

    def _run(self, _url: str) -> None:
        action, word = self.words
        if action == "undo":
            done = self._client.ask("POST", "api/v1/quotas/undo", {"id": word})
            self._say(done, [f"{_amounts(done['changed'])} put back. To undo this: limits undo {done['id']}"])
        else:
            self._import(Path(word).expanduser())

    def _import(self, path: Path) -> None:
        begun = self._client.ask("POST", "api/v1/imports", {})
        is_applied = False
        try:
            errors, count = self._send(path, begun)
            if errors:
                raise CommandError("\n".join([*map(str, errors), f"{path}: nothing was imported"]))
            if not count:
                raise CommandError(f"{path} has no lines; nothing was imported")
            plan = {"id": begun["id"], "replace": self.replace}
            found = self._client.ask("POST", "api/v1/imports/compare", plan)
            if self.dry_run:
                self._say(
                    found, [*_differences(found), *self._doubts(found), "Nothing was changed (--dry-run)."]
                )
                return
            done = self._apply({**plan, "allow_unknown": self.allow_unknown})
            is_applied = True
            lines = [*_counts(found), *self._doubts(found)]
            self._say(
                {**found, **done}, [*lines, f"To undo this: jupyter llm-meter limits undo {done['id']}"]
            )
        finally:
            if not is_applied:
                with suppress(CommandError):
                    self._client.ask("DELETE", f"api/v1/imports?id={begun['id']}")

    def _send(self, path: Path, begun: dict[str, Any]) -> tuple[list[FileError], int]:
        """Send the lines in parts; returns what is wrong, and how many lines there were."""
        part: list[dict[str, Any]] = []
        errors: list[FileError] = []
        count = 0
        try:
            for line in read_lines(path):
                if isinstance(line, FileError):
                    errors.append(line)
                else:
                    part.append(line)
                    count += 1
                if len(part) == begun["most_at_once"]:
                    errors += self._send_part(begun["id"], part)
                    part = []
                if len(errors) >= MOST_ERRORS:
                    break
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not in UTF-8"
            raise CommandError(f"{path} cannot be read: {reason}") from error
        if part:
            errors += self._send_part(begun["id"], part)
        return sorted(errors)[:MOST_ERRORS], count

    def _send_part(self, import_id: str, part: list[dict[str, Any]]) -> list[FileError]:
        answer = self._client.ask("POST", "api/v1/imports/lines", {"id": import_id, "lines": part})
        return [FileError(each["line"], each["column"], each["message"]) for each in answer["errors"]]

    def _apply(self, plan: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._client.ask("POST", "api/v1/imports/apply", plan)
        except HubAnswer as refused:
            if refused.answer.get("reason") != "unknown-users":
                raise
            lines = self._doubts(refused.answer)
            raise CommandError("\n".join([*lines, "Nothing was imported; see --allow-unknown"])) from refused

    def _doubts(self, answer: dict[str, Any]) -> list[str]:
        """What to say of users that the hub does not have."""
        if "warning" in answer:
            return [f"Warning: {answer['warning']}"]
        count, shown = answer.get("unknown_count", 0), answer.get("unknown_users", [])
        more = "" if count == len(shown) else ", ..."
        return (
            [f"The hub has no user of these {format_count(count)} names: {', '.join(shown)}{more}"]
            if count
            else []
        )

    def _say(self, document: dict[str, Any], lines: list[str]) -> None:
        if self.json:
            self.print_json(document)
            return
        for line in lines:
            self.console().print(line, soft_wrap=True, markup=False, highlight=False)


def _amounts(count: int) -> str:
    return f"{format_count(count)} amount{'' if count == 1 else 's'}"


def _counts(found: dict[str, Any]) -> list[str]:
    return [", ".join(f"{format_count(found[kind])} {kind}" for kind in _KINDS)]


def _differences(found: dict[str, Any]) -> list[str]:
    lines = []
    for each in found["differences"]:
        before, after = each["before"], each["after"]
        sign = "+" if before is None else "-" if after is None else "~"
        amounts = " -> ".join(amount for amount in (before, after) if amount is not None)
        lines.append(f"{sign} {each['limit_id']} {each['subject']}: {amounts}")
    left = sum(found[kind] for kind in _KINDS if kind != "unchanged") - len(lines)
    return [*lines, *([f"... and {format_count(left)} more"] if left else []), *_counts(found)]
