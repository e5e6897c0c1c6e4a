"""The configuration of a service, checked once for the Jupyter extension and for the command line."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jupyter_llm_meter.core.currency import Currency, CurrencyError, read_currency
from jupyter_llm_meter.core.explanation import explain
from jupyter_llm_meter.ledger import LEAST_DAYS
from jupyter_llm_meter.policy.rules import ON_UNREACHABLE, RAISES, Rules
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.errors import ConfigError
from jupyter_llm_meter.service.owner import Owner, default_user, local_zone
from jupyter_llm_meter.service.variables import with_variables
from jupyter_llm_meter.telemetry import OtlpSettings, endpoint_of

TIME_ZONE_PROBLEM = "time-zone"
LEAST_MONTHS = 1
"""The least age of files that are removed."""


@dataclass(frozen=True, kw_only=True)
class ServiceConfig:
    """What an administrator has set with ``c.LLMMeter``, checked and with its defaults filled in.

    Limits, channels and price files are checked by what reads them: what is wrong there is a problem in the
    service's state, and the rest of the configuration holds.

    Attributes:
        owner: Whose calls they are when a record does not say.
        time_zone: IANA zone of days and months.
        rules: How hard limits are kept, and who may raise limits.
        database_url: URL of the ledger; None: the user's own.
        limits: Limits as they were written; None: none were set.
        channels: Alert channels as they were written. They hold secrets.
        prices_file: Path of the file of own prices; None: the shipped prices alone.
        link: Address of the lab, for alerts and refusals.
        currency: What is shown beside dollars; None: nothing.
        otlp: Where calls are exported to by OTLP; None: nowhere.
        archive_after_days: The age in days at which calls are archived; None: they never are.
        archive_keep_months: The age in months at which files of archived calls are removed; None: they never
            are.
        hub_url: Where the service of a hub is, whose limits hold as well; None: there is no hub.
    """

    owner: Owner
    time_zone: str
    rules: Rules = field(default_factory=Rules)
    database_url: str | None = None
    limits: Sequence[Any] | None = None
    channels: Any = field(default=None, repr=False)
    prices_file: str | None = None
    link: str | None = None
    currency: Currency | None = None
    otlp: OtlpSettings | None = None
    archive_after_days: int | None = None
    archive_keep_months: int | None = None
    hub_url: str | None = None

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], problems: Problems) -> ServiceConfig:
        """Check settings and fill in what is not set, first from environment variables (`variables.py`).

        Args:
            settings: The settings by their names under ``c.LLMMeter``; others are ignored.
            problems: Takes the problems of variables with wrong values, which count as not set, and of a time
                zone that does not exist; the machine's own holds then.

        Raises:
            ConfigError: A setting has a value that is not allowed.
        """
        settings = with_variables(settings, problems)
        return cls(
            owner=Owner(
                _text(settings, "user_id") or default_user(),
                _text(settings, "team") or os.environ.get("LLM_METER_TEAM") or None,
            ),
            time_zone=_time_zone(_text(settings, "time_zone"), problems),
            rules=Rules(
                _choice(settings, "on_unreachable", ON_UNREACHABLE, Rules.on_unreachable),
                _choice(settings, "raises", RAISES, Rules.raises),
            ),
            database_url=_text(settings, "database_url"),
            limits=_limits(settings.get("limits")),
            channels=settings.get("channels"),
            prices_file=_text(settings, "prices_file"),
            link=_text(settings, "link") or os.environ.get("JUPYTERHUB_PUBLIC_URL") or None,
            currency=_currency(settings.get("currency")),
            otlp=_otlp(settings),
            archive_after_days=_whole(settings, "archive_after_days", LEAST_DAYS),
            archive_keep_months=_whole(settings, "archive_keep_months", LEAST_MONTHS),
            hub_url=_text(settings, "hub_url"),
        )


def _text(settings: Mapping[str, Any], name: str) -> str | None:
    value = settings.get(name)
    if value is not None and not isinstance(value, str):
        raise ConfigError(f"c.LLMMeter.{name} is {value!r}; it must be a text")
    return value or None


def _choice(settings: Mapping[str, Any], name: str, allowed: Sequence[str], default: str) -> str:
    value = settings.get(name)
    if value is None:
        return default
    if value not in allowed:
        raise ConfigError(f"c.LLMMeter.{name} is {value!r}; allowed are {', '.join(allowed)}")
    return str(value)


def _whole(settings: Mapping[str, Any], name: str, least: int) -> int | None:
    value = settings.get(name)
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)  # as on a command line
    if value is None or value == "":
        return None
    if type(value) is not int or value < least:
        raise ConfigError(f"c.LLMMeter.{name} is {value!r}; it must be a whole number of {least} or more")
    return value


def _currency(given: Any) -> Currency | None:
    if given is None or given == "":
        return None
    try:
        return read_currency(given)
    except CurrencyError as error:
        raise ConfigError(f"c.LLMMeter.currency {error}") from None


def _otlp(settings: Mapping[str, Any]) -> OtlpSettings | None:
    given, has_users = _text(settings, "otlp_endpoint"), settings.get("otlp_users")
    if has_users not in (None, True, False):
        raise ConfigError(f"c.LLMMeter.otlp_users is {has_users!r}; it must be True or False")
    if given is None:
        return None
    endpoint = endpoint_of(given)
    if endpoint is None:
        raise ConfigError(
            "c.LLMMeter.otlp_endpoint must be the base URL of a collector that speaks OTLP over HTTP, "
            "such as http://localhost:4318"
        )
    return OtlpSettings(endpoint, bool(has_users))


def _limits(given: Any) -> Sequence[Any] | None:
    """Return the limits as they were written; on a command line they are JSON in a text."""
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            return [given]  # parsing the limits says what a limit must be
    return given if given is None or isinstance(given, list | tuple) else [given]


def _time_zone(name: str | None, problems: Problems) -> str:
    if name is not None:
        try:
            return ZoneInfo(name).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            problems.report(TIME_ZONE_PROBLEM, explain("time-zone", given=repr(name)))
    return local_zone()
