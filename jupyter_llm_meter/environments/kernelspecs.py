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
        return Finding(AREA, name, UNKNOWN, f"Jupyter cannot load it: {error}")
    if spec.language.lower() != "python":
        return Finding(
            AREA, name, BAD, f"{spec.language} has no tap, so only usage that its cells print is counted."
        )
    provisioner = spec.metadata.get("kernel_provisioner", {}).get("provisioner_name", _LOCAL)
    if provisioner != _LOCAL:
        return Finding(AREA, name, UNKNOWN, f"Started elsewhere, by {provisioner}; check a running kernel.")
    command = KernelManager(kernel_name=name, kernel_spec_manager=manager).format_kernel_cmd()
    python = interpreter_part(command)
    if python is None:
        return Finding(
            AREA, name, UNKNOWN, f"Started through {command[0]}; check one of its running kernels."
        )
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
        return Finding(area, subject, BAD, f"It cannot start: {error}.")
    version = ".".join(map(str, answer.version))
    if not answer.is_metered:
        return Finding(area, subject, BAD, f"Python {version}: {_reason(python, answer, lab, own)}")
    outdated = too_old(answer.libraries)
    text = "; ".join(outdated) if outdated else "metered"
    return Finding(area, subject, BAD if outdated else GOOD, f"Python {version}: {text}.")


def _reason(python: Sequence[str], answer: TapProbe, lab: Mapping[str, str], own: Mapping[str, str]) -> str:
    """Why the tap is not on, and what to do."""
    install = f"run `jupyter llm-meter tap install --python {python[0]}`."
    letters = set("".join(option for option in python[1:] if re.fullmatch(r"-[A-Za-z]+", option)))
    if answer.version < OLDEST:
        return f"too old for the tap, which needs {'.'.join(map(str, OLDEST))} or newer."
    if own.get("LLM_METER_DISABLE"):
        return "turned off by LLM_METER_DISABLE; remove it from the kernelspec or the environment."
    if not own.get("LLM_METER_DIR"):
        return "its kernelspec empties LLM_METER_DIR; remove that."
    if "S" in letters:
        return "started with -S, which skips the start-up files that load the tap; remove the option."
    if letters & {"I", "E"}:
        option = "-I" if "I" in letters else "-E"
        return f"started with {option}, which ignores the lab's PYTHONPATH; remove the option, or {install}"
    if own.get("PYTHONPATH") != lab.get("PYTHONPATH"):
        return f"its kernelspec replaces the lab's PYTHONPATH; append ${{PYTHONPATH}}, or {install}"
    return f"the tap does not start there; {install}"
