"""The limits in force: those of the administrator, then those of the settings, else the default limit.

If limits cannot be read, the last ones that could be read stay in force, and the service's state says so.
Limits apply with no browser open. Files are read again only after they change, and not while they are being
saved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any

from jupyter_llm_meter.core.errors import LimitError
from jupyter_llm_meter.core.explanation import explain
from jupyter_llm_meter.core.limit_names import with_name_parts
from jupyter_llm_meter.core.limit_reader import parse_limits
from jupyter_llm_meter.core.limits import DEFAULT_LIMIT, Limit, merge_limits
from jupyter_llm_meter.policy.errors import SettingsError
from jupyter_llm_meter.policy.lab_settings import LabPaths, read_limits
from jupyter_llm_meter.runtime.problems import Problems

CONFIG_PROBLEM = "limits-config"
SETTINGS_PROBLEM = "limits-settings"


class LimitsInForce:
    """The limits of one server; safe to use from any thread.

    Args:
        configured: ``c.LLMMeter.limits``; None or empty when the administrator set none.
        paths: Finds the settings' files; None to ignore settings.
        problems: Takes the problems of limits that cannot be read.
        time_zone: IANA zone of limits that name none.
    """

    def __init__(
        self,
        configured: Sequence[Mapping[str, Any]] | None,
        *,
        paths: Callable[[], LabPaths] | None,
        problems: Problems,
        time_zone: str,
    ) -> None:
        self._paths = paths
        self._problems = problems
        self._time_zone = time_zone
        self._lock = Lock()
        self._default = parse_limits([DEFAULT_LIMIT], "default", time_zone)
        self._settings: list[Limit] | None = None
        self._seen: object = None
        self._no_limits: list[Limit] = []
        self._merged: tuple[list[Limit], list[Limit]] | None = None
        self._admin = self._parse_config(configured or [])

    def current(self) -> list[Limit]:
        """Return the limits in force: the same list until a file of the settings changes."""
        if self._paths is not None:
            with self._lock:
                self._read_changed(self._paths())
        others = self._settings
        if others is None:
            others = self._no_limits if self._admin else self._default
        if self._merged is None or others is not self._merged[0]:
            self._merged = (others, with_name_parts(merge_limits(self._admin, others)))
        return self._merged[1]

    def _parse_config(self, configured: Sequence[Mapping[str, Any]]) -> list[Limit]:
        try:
            return parse_limits(configured, "config", self._time_zone)
        except LimitError as error:
            self._problems.report(CONFIG_PROBLEM, explain("limits-config", error=error.explanation))
            return []

    def _read_changed(self, paths: LabPaths) -> None:
        fingerprint = (paths, paths.fingerprint())
        if fingerprint == self._seen or paths.is_being_saved():
            return
        settings, problem = self._settings, None
        try:
            items = read_limits(paths)
            settings = None if items is None else self._parse_settings(items)
        except (SettingsError, LimitError) as error:
            problem = explain("limits-settings", error=error.explanation)
        if (paths, paths.fingerprint()) != fingerprint:
            return  # It changed while it was read; the next look reads it again.
        self._seen, self._settings = fingerprint, settings
        if problem is None:
            self._problems.resolve(SETTINGS_PROBLEM)
        else:
            self._problems.report(SETTINGS_PROBLEM, problem)

    def _parse_settings(self, items: Any) -> list[Limit] | None:
        # The schema's default was not set by anyone, so it must not join the limits of an administrator.
        if parse_limits(items, "default", self._time_zone) == self._default:
            return None
        return parse_limits(items, "settings", self._time_zone)
