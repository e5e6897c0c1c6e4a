"""What the scripts share: the tools they need, and an environment inside the checkout that holds the project.

Owns ``.venv`` and ``.work`` in the checkout and nothing outside of it. The project is installed from the
wheel that the checkout builds, so that what is shown and tested is what users get. Uses pip and npm as they
are configured, and the standard library only, since it runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".work"
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")

_OLDEST_PYTHON = (3, 10)
_OLDEST_NODE = 20
_WHEEL_SOURCES = (
    "LICENSE",
    "README.md",
    "hatch_build.py",
    "install.json",
    "jupyter-config",
    "jupyter_llm_meter",
    "llm_meter_tap",
    "package-lock.json",
    "package.json",
    "pyproject.toml",
    "schema",
    "scripts/build-ranks.mjs",
    "src",
    "style",
    "tsconfig.json",
)
_PLACES = ("NOTEBOOK", "KERNEL_ID", "CELL_ID", "RUN_ID", "RUN")
_OPTIONS = (
    *(f"LIMIT_{name}" for name in ("TOKENS", "USD", "CALLS", "WINDOW")),
    *("WARN_AT", "ON_EXCEED", "ON_UNREACHABLE", "RAISES", "TIME_ZONE"),
    *("DATABASE_URL", "PRICES_FILE", "ALERT_URLS", "CHANNELS"),
)
_METERED = {
    f"LLM_METER_{name}"
    for name in ("DIR", "SERVICE", "PROJECT", "TEAM", "USER", *_PLACES, *_OPTIONS, "DISABLE")
}
_MADE_BY_THE_BUILD = ("labextension", "ranks", "__pycache__")
_PORTAL = ROOT / "jupyter_llm_meter" / "hub" / "portal"


def require_tools() -> None:
    """End with a clear message unless Python and Node are new enough."""
    if sys.version_info < _OLDEST_PYTHON:
        _stop(
            "this needs Python 3.10 or newer; this is {}.{} ({}). "
            "Run the script with a newer one, for example python3.12.".format(
                *sys.version_info[:2], sys.executable
            )
        )
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        _stop("building the frontend needs Node 20 or newer with npm on the PATH; see nodejs.org.")
    version = subprocess.run([node, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    if int(version.lstrip("v").split(".")[0]) < _OLDEST_NODE:
        _stop(f"building the frontend needs Node 20 or newer; the one on the PATH ({node}) is {version}.")


def run(command: Sequence[object], env: dict[str, str] | None = None) -> None:
    """Show a command and run it in the checkout; end when it fails."""
    words = [str(word) for word in command]
    print("$", " ".join(words), flush=True)
    result = subprocess.run(words, cwd=ROOT, env=env)
    if result.returncode:
        _stop("`{}` failed with exit code {}.".format(" ".join(words), result.returncode))


def npm() -> str:
    """Path of npm (on Windows a batch file, which only its full path starts)."""
    found = shutil.which("npm")
    return found or "npm"


def environment() -> dict[str, str]:
    """The environment for what the scripts start.

    Free of the meter's own variables: a script started from a metered terminal must not write into the ledger
    of that lab.
    """
    kept = {name: value for name, value in os.environ.items() if name not in _METERED}
    return {**kept, "PATH": os.pathsep.join((str(BIN), os.environ.get("PATH", "")))}


def install(requirements: Sequence[str], name: str, *, is_wheel_current: bool = True) -> None:
    """Put the project and ``requirements`` into ``.venv``; quick when nothing has changed since.

    Args:
        requirements: arguments for ``pip install``.
        name: names this set of requirements, for the note of what is installed.
        is_wheel_current: build and install the wheel again when the sources have changed; without it an older
            wheel will do.
    """
    pip = [PYTHON, "-m", "pip", "install", "--quiet"]
    if not PYTHON.exists():
        print("creating", VENV, flush=True)
        venv.create(VENV, with_pip=True)
    if not _note("pip"):
        # The first pip that knows --group.
        run([*pip, "--upgrade", "pip>=25.1"])
        _note("pip", "upgraded")
    project = _digest(_files(_WHEEL_SOURCES))
    installed = _note("project")
    wanted = "\n".join((_digest([ROOT / "pyproject.toml"]), *requirements))
    is_built = installed is None or (is_wheel_current and installed != project)
    # The build has an environment of its own: the requirements can be installed meanwhile.
    with ThreadPoolExecutor(1) as pool:
        building = pool.submit(_build) if is_built else None
        if _note(name) != wanted:
            run([*pip, *requirements])
            _note(name, wanted)
    if building is not None:
        wheel = building.result()
        run([*pip, wheel])
        # pip leaves what is installed alone when the new wheel has the same version.
        run([*pip, "--force-reinstall", "--no-deps", wheel])
        _note("project", project)


def _build() -> Path:
    folder = WORK / "wheel"
    shutil.rmtree(folder, ignore_errors=True)
    run([PYTHON, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT])
    return next(folder.glob("*.whl"))


def _note(name: str, value: str | None = None) -> str | None:
    note = VENV / f".llm-meter-{name}"
    if value is not None:
        note.write_text(value)
    return note.read_text() if note.exists() else None


def _files(names: Iterable[str]) -> list[Path]:
    found = [
        file
        for name in names
        for file in ([ROOT / name] if (ROOT / name).is_file() else (ROOT / name).rglob("*"))
    ]
    return sorted(
        file
        for file in found
        if file.is_file() and not set(file.parts) & set(_MADE_BY_THE_BUILD) and _PORTAL not in file.parents
    )


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0")
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _stop(message: str) -> NoReturn:
    sys.exit(f"{Path(sys.argv[0]).name}: {message}")
