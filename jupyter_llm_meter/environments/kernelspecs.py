"""Checks whether the kernels of each installed kernelspec would be metered, and if not, why.

The spec's own Python is started with its own options, and with its variables over those of the lab. No kernel
is started. A spec that cannot be checked this way is reported as unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager

from jupyter_llm_meter.core.finding import BAD, GOOD, UNKNOWN, Finding
from jupyter_llm_meter.environments.errors import InterpreterError
from jupyter_llm_meter.environments.interpreter import OLDEST, TapProbe, probe
from jupyter_llm_meter.environments.libraries import oldest_supported, too_old

AREA = "kernelspec"
_PYTHON = re.compile(r"(?:python|pypy)[\d.]*(?:\.exe)?")
_WITH_VALUE = ("-W", "-X")
_LOCAL = "local-provisioner"


def examine_kernelspecs(manager: KernelSpecManager, environ: Mapping[str, str]) -> list[Finding]:
    """Check every installed kernelspec.

    Args:
        manager: Finds them.
        environ: The environment in which the lab starts kernels.
    """
    return [_examine(name, manager, environ) for name in sorted(manager.find_kernel_specs())]


def examine_python(python: str, environ: Mapping[str, str]) -> Finding:
    """Check the Python that terminals and scripts of the lab start."""
    return _finding("python", python, [python], environ, environ)


def _examine(name: str, manager: KernelSpecManager, environ: Mapping[str, str]) -> Finding:
    try:
        spec = manager.get_kernel_spec(name)
    except (ValueError, OSError, KeyError) as error:
        return Finding(AREA, name, UNKNOWN, "spec-unreadable", {"error": str(error)})
    if spec.language.lower() != "python":
        return Finding(AREA, name, BAD, "spec-language", {"language": spec.language})
    provisioner = spec.metadata.get("kernel_provisioner", {}).get("provisioner_name", _LOCAL)
    if provisioner != _LOCAL:
        return Finding(AREA, name, UNKNOWN, "spec-elsewhere", {"provisioner": str(provisioner)})
    command = KernelManager(kernel_name=name, kernel_spec_manager=manager).format_kernel_cmd()
    python = interpreter_part(command)
    if python is None:
        return Finding(AREA, name, UNKNOWN, "spec-launcher", {"program": command[0]})
    return _finding(AREA, name, python, environ, with_own_variables(spec, environ))


def interpreter_part(command: Sequence[str]) -> list[str] | None:
    """Return the program and its own options of a command that starts a Python; None for any other."""
    if not command or not _PYTHON.fullmatch(Path(command[0]).name):
        return None
    part = [command[0]]
    words = iter(command[1:])
    for word in words:
        if not word.startswith("-") or word in ("-m", "-c", "-"):
            break
        part.append(word)
        if word in _WITH_VALUE:
            part.append(next(words, ""))
    return part


def with_own_variables(spec: KernelSpec, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a spec's kernels; its variables may quote others (Jupyter client's rule)."""
    return {
        **environ,
        **{name: Template(value).safe_substitute(environ) for name, value in spec.env.items()},
    }


def _finding(
    area: str, subject: str, python: Sequence[str], lab: Mapping[str, str], own: Mapping[str, str]
) -> Finding:
    try:
        answer = probe(python, own, list(oldest_supported()))
    except InterpreterError as error:
        return Finding(area, subject, BAD, "python-broken", {"error": error.explanation})
    version = ".".join(map(str, answer.version))
    if not answer.is_metered:
        code, values = _reason(python, answer, lab, own)
        return Finding(area, subject, BAD, code, {"version": version, **values})
    outdated = too_old(answer.libraries)
    if outdated:
        values = {"version": version, "libraries": "; ".join(outdated)}
        return Finding(area, subject, BAD, "python-libraries", values)
    return Finding(area, subject, GOOD, "python-metered", {"version": version})


def _reason(
    python: Sequence[str], answer: TapProbe, lab: Mapping[str, str], own: Mapping[str, str]
) -> tuple[str, dict[str, str]]:
    """Why the tap is not on: the code of the finding, and what its text names beside the version."""
    program = {"python": python[0]}
    letters = set("".join(option for option in python[1:] if re.fullmatch(r"-[A-Za-z]+", option)))
    if answer.version < OLDEST:
        return "python-too-old", {"oldest": ".".join(map(str, OLDEST))}
    if own.get("LLM_METER_DISABLE"):
        return "python-disabled", {}
    if not own.get("LLM_METER_DIR"):
        return "python-no-folder", {}
    if "S" in letters:
        return "python-without-site", {}
    if letters & {"I", "E"}:
        return "python-isolated", {"option": "-I" if "I" in letters else "-E", **program}
    if own.get("PYTHONPATH") != lab.get("PYTHONPATH"):
        return "python-own-path", program
    return "python-no-tap", program
