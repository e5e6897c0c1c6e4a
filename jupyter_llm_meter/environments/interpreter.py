"""Starts a Python of any version to find out its version and packages.

No code of the user runs: the program is given by ``-c``, in an empty working directory.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_llm_meter.environments.errors import InterpreterError

PATIENCE_S = 30.0
OLDEST = (3, 8)
"""The oldest Python that the tap runs in."""

# Read by Python 2.7 too.
_WHERE = """
import json, sys, sysconfig
print(json.dumps({"version": list(sys.version_info[:3]), "packages": sysconfig.get_paths()["purelib"]}))
"""
_TAP = """
import json, sys
found = {"version": list(sys.version_info[:3]), "libraries": {}}
kinds = [type(finder).__module__ for finder in sys.meta_path]
found["is_metered"] = "llm_meter_tap.patching.import_hook" in kinds
try:
    from importlib.metadata import version, PackageNotFoundError
    for name in %s:
        try:
            found["libraries"][name] = version(name)
        except PackageNotFoundError:
            pass
except ImportError:
    pass
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Interpreter:
    """Where a Python keeps its packages.

    Attributes:
        python: The program.
        version: Such as (3, 11, 7).
        packages: Its site-packages.
    """

    python: str
    version: tuple[int, ...]
    packages: Path


@dataclass(frozen=True)
class TapProbe:
    """What a Python says when it is started as the lab starts it.

    Attributes:
        version: Such as (3, 11, 7).
        is_metered: The tap waits for the libraries it knows.
        libraries: Versions of those that are installed.
    """

    version: tuple[int, ...]
    is_metered: bool
    libraries: Mapping[str, str]


def locate(python: str, environment: Mapping[str, str]) -> Interpreter:
    """Ask a Python for its version and the folder of its packages.

    Raises:
        InterpreterError: It cannot be started, or is not a Python.
    """
    # -E: this process's PYTHONPATH does not belong to the environment.
    answer = _run_question([python, "-E"], _WHERE, environment)
    return Interpreter(python, tuple(answer["version"]), Path(answer["packages"]))


def probe(command: Sequence[str], environment: Mapping[str, str], libraries: Sequence[str]) -> TapProbe:
    """Start a Python and ask whether the tap is on.

    Args:
        command: The program with its own options, such as ``-I``.
        environment: The environment that it is started in.
        libraries: Distributions to ask the versions of.

    Raises:
        InterpreterError: It cannot be started, or is not a Python.
    """
    answer = _run_question(command, _TAP % list(libraries), environment)
    return TapProbe(tuple(answer["version"]), bool(answer["is_metered"]), answer["libraries"])


def _run_question(command: Sequence[str], question: str, environment: Mapping[str, str]) -> dict[str, Any]:
    try:
        with tempfile.TemporaryDirectory() as nowhere:  # `-c` puts the working directory on sys.path
            done = subprocess.run(
                [*command, "-c", question],
                env=dict(environment),
                cwd=nowhere,
                capture_output=True,
                text=True,
                timeout=PATIENCE_S,
                stdin=subprocess.DEVNULL,
            )
    except FileNotFoundError:
        raise InterpreterError("python-not-found", program=command[0]) from None
    except subprocess.TimeoutExpired:
        raise InterpreterError("python-silent", program=command[0], seconds=round(PATIENCE_S)) from None
    except OSError as error:
        raise InterpreterError("python-not-started", program=command[0], error=str(error.strerror)) from None
    try:
        # Start-up files of the environment may print, too.
        answer = json.loads(done.stdout.strip().rpartition("\n")[2])
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        said = done.stderr.strip().rpartition("\n")[2]
        if not said:
            raise InterpreterError("python-no-answer", program=command[0])
        raise InterpreterError("python-other-answer", program=command[0], error=said)
    return answer
