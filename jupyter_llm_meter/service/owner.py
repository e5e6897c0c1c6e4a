"""Whose calls they are when a record does not say.

The user and the zone are those of this machine. A team is never guessed.
"""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass
from zoneinfo import ZoneInfoNotFoundError

import tzlocal


@dataclass(frozen=True)
class Owner:
    """Who makes the calls.

    Attributes:
        user: ``user.id``.
        team: Team of the user, if any.
    """

    user: str
    team: str | None = None

    def to_wire(self) -> dict[str, str]:
        """Return ``owner`` of the standing document, with the project that the environment names."""
        fields = {"user": self.user, "team": self.team, "project": os.environ.get("LLM_METER_PROJECT")}
        return {name: value for name, value in fields.items() if value}


def default_user() -> str:
    """Return LLM_METER_USER, else JUPYTERHUB_USER, else the user of the operating system."""
    return os.environ.get("LLM_METER_USER") or os.environ.get("JUPYTERHUB_USER") or system_user()


def system_user() -> str:
    """Return the name of the operating system's user, its number where it has no name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # KeyError until Python 3.12: a container's user without an entry in passwd
        return str(os.getuid())


def local_zone() -> str:
    """Return the IANA name of the machine's time zone, UTC where it has none."""
    try:
        return tzlocal.get_localzone_name() or "UTC"
    except ZoneInfoNotFoundError:
        return "UTC"
