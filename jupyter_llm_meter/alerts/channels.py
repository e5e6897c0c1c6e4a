"""The channels of one service, and which of them get a limit's alerts.

Each channel that cannot be used has a problem of its own; the other channels work.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jupyter_llm_meter.alerts.channel import SECRET_VARIABLES, Channel, read_channels
from jupyter_llm_meter.alerts.errors import ChannelError
from jupyter_llm_meter.core.explanation import Explanation, explain
from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.runtime.problems import Problems

PROBLEM = "channel"


class Channels:
    """The channels that were set up; safe to use from any thread.

    Args:
        by_name: The channels.
        problems: Takes the problems of limits that name other channels.
        unusable: What is wrong with others, by name, which is reported already; see `read_channels`.
    """

    def __init__(
        self,
        by_name: Mapping[str, Channel],
        problems: Problems,
        unusable: Mapping[str, ChannelError] | None = None,
    ) -> None:
        self.unusable = dict(unusable or {})
        self._by_name = dict(by_name)
        self._problems = problems
        self._known = {*self._by_name, *self.unusable}
        self._missed: set[str] = set()

    @classmethod
    def from_configuration(cls, configured: Any, problems: Problems) -> Channels:
        """Read the channels of the configuration and of the environment.

        Args:
            configured: ``c.LLMMeter.channels``.
            problems: Takes the problems of channels that cannot be used.
        """
        by_name, errors = read_channels(configured, *(os.environ.get(name) for name in SECRET_VARIABLES))
        for name, error in errors.items():
            problems.report(code_of(name), _explain_unusable(name, error))
        return cls(by_name, problems, errors)

    def __iter__(self) -> Iterator[Channel]:
        return iter(self._by_name.values())

    def names_for(self, limit: Limit) -> Sequence[str]:
        """Return the names of the channels that get a limit's alerts."""
        if limit.notify is None:
            return [channel.name for channel in self if channel.is_default]
        return [name for name in limit.notify if name in self._by_name]

    def check(self, limits: Sequence[Limit]) -> None:
        """Report limits that name channels that are not set up."""
        missed = {
            name: limit.id for limit in limits for name in limit.notify or () if name not in self._known
        }
        for name in self._missed - set(missed):
            self._problems.resolve(code_of(name))
        for name in set(missed) - self._missed:
            self._problems.report(code_of(name), self._explain_missing(name, missed[name]))
        self._missed = set(missed)

    def _explain_missing(self, name: str, limit_id: str) -> Explanation:
        if not self._by_name:
            return explain("channel-missing-of-none", limit=limit_id, name=name)
        return explain("channel-missing", limit=limit_id, name=name, known=", ".join(self._by_name))


def _explain_unusable(name: str, error: ChannelError) -> Explanation:
    """Explain that a channel cannot be used, or none of them where the name is empty."""
    if not name:
        return explain("channels-unusable", error=error.explanation)
    return explain("channel-unusable", name=name, error=error.explanation)


def code_of(name: str) -> str:
    """The code of a channel's problem."""
    return f"{PROBLEM}:{name}" if name else PROBLEM
