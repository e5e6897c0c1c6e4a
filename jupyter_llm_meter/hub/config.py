"""The configuration of the hub's service, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jupyter_llm_meter.core.errors import LimitError
from jupyter_llm_meter.core.limit_names import with_name_parts
from jupyter_llm_meter.core.limit_reader import parse_limits
from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.hub.errors import HubConfigError
from jupyter_llm_meter.hub.limits import SOURCE
from jupyter_llm_meter.hub.members import Roles
from jupyter_llm_meter.service.context import Limits


class ConfiguredLimits:
    """The limits of the configuration: the same as long as the service runs.

    Args:
        limits: The limits.
    """

    def __init__(self, limits: Sequence[Limit]) -> None:
        self._limits = with_name_parts(list(limits))

    def current(self) -> Sequence[Limit]:
        """Return the limits in force."""
        return self._limits


@dataclass(frozen=True)
class HubConfig:
    """What an administrator has set with ``c.LLMMeterHub``.

    Attributes:
        database_url: URL of the ledger of all.
        limits: The limits in force.
        roles: How the hub's groups are read.
        prices_file: Path of the file of own prices; None: the shipped prices alone.
        time_zone: IANA zone of sums by day.
    """

    database_url: str
    limits: Limits
    roles: Roles
    prices_file: str | None = None
    time_zone: str = "UTC"


def read_limits(items: Sequence[Mapping[str, Any]], time_zone: str) -> ConfiguredLimits:
    """Read ``c.LLMMeterHub.limits``.

    Raises:
        HubConfigError: One of them is not valid.
    """
    try:
        return ConfiguredLimits(parse_limits(items, SOURCE, time_zone))
    except LimitError as error:
        raise HubConfigError(f"c.LLMMeterHub.limits: {error}") from None
