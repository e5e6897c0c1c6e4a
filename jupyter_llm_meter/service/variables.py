"""Options by environment variables, for images and containers.

A variable is the default of an option: what the configuration or the command line sets takes precedence. A
variable with a wrong value counts as not set, and one problem names all of them, so that metering continues.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jupyter_llm_meter.core.explanation import Explanation, explain
from jupyter_llm_meter.core.limit_reader import ON_EXCEED
from jupyter_llm_meter.core.limits import UNITS
from jupyter_llm_meter.core.windows import WINDOWS
from jupyter_llm_meter.ledger import LEAST_DAYS, ledger_url, parse_url
from jupyter_llm_meter.ledger.errors import LedgerAddressError
from jupyter_llm_meter.policy.rules import ON_UNREACHABLE, RAISES
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.telemetry import HEADERS_VARIABLE, endpoint_of
from llm_meter_tap.wire.shape import finite_decimal

PROBLEM = "environment"
WINDOW = "month"
"""The window of a limit whose variables name none."""


@dataclass(frozen=True)
class Variable:
    """An environment variable that sets an option.

    Attributes:
        name: Its name.
        option: The option under ``c.LLMMeter`` that it is the default of.
        meaning: What it sets, and what is allowed.
    """

    name: str
    option: str
    meaning: str


_LIMIT = "The administrator's limit, for each user"
_OF_LIMITS = "Of the limits that variables set"

VARIABLES = (
    Variable("LLM_METER_LIMIT_TOKENS", "limits", f"{_LIMIT}: tokens in a window."),
    Variable("LLM_METER_LIMIT_USD", "limits", f"{_LIMIT}: US dollars in a window."),
    Variable("LLM_METER_LIMIT_CALLS", "limits", f"{_LIMIT}: calls in a window."),
    Variable("LLM_METER_LIMIT_WINDOW", "limits", f"{_OF_LIMITS}: {', '.join(WINDOWS)}. Default: {WINDOW}."),
    Variable(
        "LLM_METER_WARN_AT",
        "limits",
        f"{_OF_LIMITS}: shares of the amount at which to warn, with commas between them, such as 0.5,0.8. "
        "Default: 0.8.",
    ),
    Variable(
        "LLM_METER_ON_EXCEED", "limits", f"{_OF_LIMITS}: warn, or block, which refuses calls. Default: warn."
    ),
    Variable(
        "LLM_METER_ON_UNREACHABLE", "on_unreachable", "What happens to calls when the server does not answer."
    ),
    Variable("LLM_METER_RAISES", "raises", "Which limits users may raise for a while."),
    Variable("LLM_METER_TIME_ZONE", "time_zone", "IANA name of the time zone of days and months."),
    Variable(
        "LLM_METER_DATABASE_URL",
        "database_url",
        "The ledger: a URL, or the path of an SQLite file. The processes of the lab see this variable: keep "
        "the password of PostgreSQL in the file that PGPASSFILE names.",
    ),
    Variable(
        "LLM_METER_ARCHIVE_AFTER_DAYS",
        "archive_after_days",
        f"The age in days at which calls are archived: {LEAST_DAYS} or more.",
    ),
    Variable(
        "LLM_METER_ARCHIVE_KEEP_MONTHS",
        "archive_keep_months",
        "The age in months at which files of archived calls are removed: 1 or more.",
    ),
    Variable("LLM_METER_PRICES_FILE", "prices_file", "Path of the file of own prices."),
    Variable(
        "LLM_METER_OTLP_ENDPOINT", "otlp_endpoint", "Base URL of the collector that gets calls by OTLP."
    ),
    Variable("LLM_METER_OTLP_USERS", "otlp_users", "Whether exported calls name their users: true or false."),
    Variable("LLM_METER_HUB_URL", "hub_url", "Address of the hub's service; JupyterHub's spawner sets it."),
)
"""The variables that `with_variables` reads."""

READ_ELSEWHERE = (
    Variable("LLM_METER_USER", "user_id", "The user whose calls these are."),
    Variable("LLM_METER_TEAM", "team", "The team that the calls are counted for."),
    Variable(
        "LLM_METER_ALERT_URLS",
        "channels",
        "URLs of channels for alerts, with spaces or commas between them: channels alert-1, alert-2, ... "
        "The processes of the lab don't see this variable.",
    ),
    Variable(
        "LLM_METER_CHANNELS",
        "channels",
        "Channels in JSON. They are added to those of the option and replace those of the same name. The "
        "processes of the lab don't see this variable.",
    ),
    Variable(
        HEADERS_VARIABLE,
        "otlp_endpoint",
        "Headers of requests to the collector, such as its token: name=value with commas between them. The "
        "processes of the lab don't see this variable. Default: OTEL_EXPORTER_OTLP_HEADERS.",
    ),
)
"""Other variables that set options; `Owner` and `alerts.channel` read them."""


def with_variables(
    settings: Mapping[str, Any], problems: Problems, environ: Mapping[str, str] = os.environ
) -> dict[str, Any]:
    """Return settings, with those that are not set from the environment.

    Args:
        settings: The settings by their names under ``c.LLMMeter``.
        problems: Takes the problem of variables that have wrong values.
        environ: The environment.
    """
    reader = _Reader(environ)
    found = {option: read(reader) for option, read in _READERS.items() if _is_free(settings.get(option))}
    if reader.errors:
        problems.report(PROBLEM, explain("environment", errors=reader.errors))
    return {**settings, **{option: value for option, value in found.items() if value is not None}}


def _is_free(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value)


class _Reader:
    """Reads variables and collects what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.errors: list[Explanation] = []

    def text(self, name: str) -> str | None:
        """The value of a variable; None where it is not set or blank."""
        return self._environ.get(name, "").strip() or None

    def choice(self, name: str, allowed: Sequence[str]) -> str | None:
        given = self.text(name)
        if given is None or given in allowed:
            return given
        self.errors.append(
            explain("variable-choice", name=name, given=repr(given), allowed=", ".join(allowed))
        )
        return None

    def amount(self, name: str) -> Decimal | None:
        given = self.text(name)
        amount = finite_decimal(given)
        if given is None or (amount is not None and amount > 0):
            return amount
        self.errors.append(explain("variable-amount", name=name, given=repr(given)))
        return None

    def whole(self, name: str, least: int) -> int | None:
        given = self.text(name)
        if given is None or (given.isascii() and given.isdecimal() and int(given) >= least):
            return None if given is None else int(given)
        self.errors.append(explain("variable-whole", name=name, given=repr(given), least=str(least)))
        return None

    def shares(self, name: str) -> list[Decimal] | None:
        given = self.text(name)
        if given is None:
            return None
        shares = [finite_decimal(part.strip()) for part in given.split(",")]
        valid = [share for share in shares if share is not None and 0 < share < 1]
        if len(valid) == len(shares):
            return valid
        self.errors.append(explain("variable-shares", name=name, given=repr(given)))
        return None


def _limits(reader: _Reader) -> list[dict[str, Any]] | None:
    """Return one limit for each unit that has an amount."""
    names = {unit: f"LLM_METER_LIMIT_{unit.upper()}" for unit in UNITS}
    amounts = {unit: reader.amount(name) for unit, name in names.items()}
    shared = {
        "window": reader.choice("LLM_METER_LIMIT_WINDOW", WINDOWS),
        "warn_at": reader.shares("LLM_METER_WARN_AT"),
        "on_exceed": reader.choice("LLM_METER_ON_EXCEED", ON_EXCEED),
    }
    if not any(reader.text(name) for name in names.values()):
        for name in ("LLM_METER_LIMIT_WINDOW", "LLM_METER_WARN_AT", "LLM_METER_ON_EXCEED"):
            if reader.text(name):
                reader.errors.append(explain("variable-alone", name=name, others=", ".join(names.values())))
    given = {name: value for name, value in shared.items() if value is not None}
    return [
        {"window": WINDOW, **given, "unit": unit, "amount": amount}
        for unit, amount in amounts.items()
        if amount is not None
    ] or None


def _time_zone(reader: _Reader) -> str | None:
    name = "LLM_METER_TIME_ZONE"
    given = reader.text(name)
    try:
        return None if given is None else ZoneInfo(given).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        reader.errors.append(explain("variable-time-zone", name=name, given=repr(given)))
        return None


def _database_url(reader: _Reader) -> str | None:
    name = "LLM_METER_DATABASE_URL"
    given = reader.text(name)
    if given is None:
        return None
    url = ledger_url(given)
    try:
        parse_url(url)
    except LedgerAddressError as error:
        reader.errors.append(explain("variable-database", name=name, error=error.explanation))
        return None
    return url


def _otlp_endpoint(reader: _Reader) -> str | None:
    name = "LLM_METER_OTLP_ENDPOINT"
    given = reader.text(name)
    if given is not None and endpoint_of(given) is None:
        reader.errors.append(explain("variable-otlp-endpoint", name=name))
        return None
    return given


def _otlp_users(reader: _Reader) -> bool | None:
    given = reader.choice("LLM_METER_OTLP_USERS", ("true", "false"))
    return None if given is None else given == "true"


_READERS: Mapping[str, Callable[[_Reader], Any]] = {
    "limits": _limits,
    "on_unreachable": lambda reader: reader.choice("LLM_METER_ON_UNREACHABLE", ON_UNREACHABLE),
    "raises": lambda reader: reader.choice("LLM_METER_RAISES", RAISES),
    "time_zone": _time_zone,
    "database_url": _database_url,
    "archive_after_days": lambda reader: reader.whole("LLM_METER_ARCHIVE_AFTER_DAYS", LEAST_DAYS),
    "archive_keep_months": lambda reader: reader.whole("LLM_METER_ARCHIVE_KEEP_MONTHS", 1),
    "prices_file": lambda reader: reader.text("LLM_METER_PRICES_FILE"),
    "otlp_endpoint": _otlp_endpoint,
    "otlp_users": _otlp_users,
    "hub_url": lambda reader: reader.text("LLM_METER_HUB_URL"),
}
OPTIONS = frozenset(_READERS)
"""The options that a variable can be the default of."""
