"""The variables that make every Python started from here meter itself (docs/reference/protocol.md).

They are set in a mapping and restored later. Some variables of an outer lab must not reach the processes of
this one. Other entries of ``PYTHONPATH`` keep their order behind ours.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from llm_meter_tap.startup import bootstrap_path

PLACES = (
    "LLM_METER_KERNEL_ID", "LLM_METER_CELL_ID", "LLM_METER_RUN_ID", "LLM_METER_NOTEBOOK", "LLM_METER_RUN",
)  # fmt: skip
"""Where a process was started; a server in another lab's terminal must not pass these to its children."""

REMOTE_FOLDER = "~/.local/share/jupyter/llm-meter-remote"
"""Where a tap behind a gateway has its spool: not the lab's folder, which may be the same disk."""


def tap_variables(
    folder: Path,
    stem: str,
    pythonpath: str | None,
    *,
    user: str | None = None,
    team: str | None = None,
    project: str | None = None,
    notebook: str | None = None,
    root: str | None = None,
) -> dict[str, str]:
    """Return the variables for processes that are to be metered by one service.

    Args:
        folder: The private folder.
        stem: Rendezvous of the service.
        pythonpath: The value of ``PYTHONPATH`` so far.
        user: The user of the calls; None: the tap finds out.
        team: Team of the user.
        project: Project of all calls.
        notebook: The one notebook that the process runs.
        root: The lab's root, under which notebooks have their paths.
    """
    named = {
        "LLM_METER_DIR": str(folder),
        "LLM_METER_SERVICE": stem,
        "LLM_METER_USER": user,
        "LLM_METER_TEAM": team,
        "LLM_METER_PROJECT": project,
        "LLM_METER_NOTEBOOK": notebook,
        "LLM_METER_ROOT": root,
        "PYTHONPATH": with_bootstrap(pythonpath),
    }
    return {name: value for name, value in named.items() if value}


def gateway_variables(environ: Mapping[str, str], user: str, team: str | None) -> dict[str, str]:
    """Return the variables that a gateway passes to the kernels it starts, where a tap is installed.

    Args:
        environ: The environment so far; a folder that an administrator named in it stays.
        user: The user of the calls.
        team: Team of the user.
    """
    named = {
        "KERNEL_LLM_METER_DIR": environ.get("KERNEL_LLM_METER_DIR") or REMOTE_FOLDER,
        "KERNEL_LLM_METER_USER": user,
        "KERNEL_LLM_METER_TEAM": team,
        "KERNEL_LLM_METER_PROJECT": environ.get("LLM_METER_PROJECT"),
    }
    return {name: value for name, value in named.items() if value}


def with_bootstrap(pythonpath: str | None) -> str:
    """Return ``PYTHONPATH`` with the tap's start-up folder first, once."""
    own = str(bootstrap_path())
    others = [entry for entry in (pythonpath or "").split(os.pathsep) if entry and entry != own]
    return os.pathsep.join([own, *others])


class EnvironmentPatch:
    """Variables set in an environment for a while.

    Args:
        variables: What to set; None takes a variable out.
        environ: Where; the process's own environment by default.
    """

    def __init__(
        self, variables: Mapping[str, str | None], environ: MutableMapping[str, str] = os.environ
    ) -> None:
        self._variables = dict(variables)
        self._environ = environ
        self._before: dict[str, str | None] = {}

    def apply(self) -> None:
        """Set the variables and remember what they were; applying twice is applying once."""
        if self._before:
            return
        self._before = {name: self._environ.get(name) for name in self._variables}
        for name, value in self._variables.items():
            self._set_variable(name, value)

    def restore(self) -> None:
        """Restore the variables, except those that were changed meanwhile."""
        for name, before in self._before.items():
            if self._environ.get(name) == self._variables[name]:
                self._set_variable(name, before)
        self._before = {}

    def _set_variable(self, name: str, value: str | None) -> None:
        if value is None:
            self._environ.pop(name, None)
        else:
            self._environ[name] = value
