"""``jupyter llm-meter tap``: install the tap in another environment, remove it, or show its state."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from jupyter_core.application import JupyterApp
from traitlets import Unicode

from jupyter_llm_meter._version import __version__
from jupyter_llm_meter.cli.app import BAD_INPUT
from jupyter_llm_meter.environments.errors import TapCopyError
from jupyter_llm_meter.environments.tap_copy import TapCopy

ACTIONS = ("install", "uninstall", "status")
REFUSED = 1
"""Exit code when the environment does not allow it, and of `status` when the tap is not on there."""

ALIASES = {"python": "TapApp.python"}
NO_FLAGS: dict[str, Any] = {}


class TapApp(JupyterApp):
    """Install the tap in an environment that the lab's variables do not reach, such as a gateway's."""

    name = "jupyter-llm-meter-tap"
    version = __version__
    description = __doc__
    examples = """
    jupyter llm-meter tap install --python /envs/torch/bin/python
    jupyter llm-meter tap status --python /envs/torch/bin/python
    jupyter llm-meter tap uninstall --python /envs/torch/bin/python
    """
    aliases = ALIASES
    flags = NO_FLAGS
    exit_code = 0

    python = Unicode("", help="The environment's Python, a path or a name on PATH.").tag(config=True)

    def start(self) -> None:
        """Run the action, and set the exit code."""
        words = list(self.extra_args)
        if len(words) != 1 or words[0] not in ACTIONS or not self.python:
            self._refuse(f"name one of {', '.join(ACTIONS)}, and --python PATH; see --help", BAD_INPUT)
            return
        try:
            copy = TapCopy(shutil.which(self.python) or self.python, os.environ)
            {"install": self._install, "uninstall": self._uninstall, "status": self._status}[words[0]](copy)
        except TapCopyError as error:
            self._refuse(str(error), REFUSED)

    def _install(self, copy: TapCopy) -> None:
        is_done = copy.install()
        place = Path(copy.interpreter.packages)
        if copy.is_foreign:
            print_line(f"{place} already has a tap that starts by itself; nothing was changed.")
        elif is_done:
            print_line(f"The tap {__version__} is in {place}. It does nothing until LLM_METER_DIR is set.")
        else:
            print_line(f"The tap {__version__} is already in {place}.")

    def _uninstall(self, copy: TapCopy) -> None:
        place = copy.interpreter.packages
        is_done = copy.uninstall()
        print_line(f"The tap was removed from {place}." if is_done else f"There was no tap in {place}.")

    def _status(self, copy: TapCopy) -> None:
        foreign = "by another package" if copy.is_foreign else ""
        origin = f"version {copy.version}" if copy.version else foreign
        state = "starts by itself" if copy.is_active else "does not start by itself"
        print_line(f"{copy.interpreter.packages}: {f'the tap, {origin}, {state}' if origin else 'no tap'}.")
        self.exit_code = 0 if origin and copy.is_active else REFUSED

    def _refuse(self, text: str, code: int) -> None:
        sys.stderr.write(f"{self.name}: {text}\n")
        self.exit_code = code


def print_line(text: str) -> None:
    """Write a line for the user."""
    sys.stdout.write(f"{text}\n")
