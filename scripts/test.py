"""Run every check: lint, the frontend's unit tests, tests of the wheel, UI tests in a real Chromium.

Works from a fresh clone with Python >= 3.10 and Node >= 20; sets up ``.venv`` and ``node_modules`` in the
checkout. ``--only`` runs some of the suites. The last line is the sum: ``N passed, N failed``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from checkout import BIN, PYTHON, ROOT, WORK, environment, install, npm, require_tools, run

RESULTS = WORK / "test"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Outcome(NamedTuple):
    """What one suite came to."""

    passed: int
    failed: int
    skipped: int = 0


def main() -> int:
    """Run the suites; returns 0 only when each of them passed something and failed nothing."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--only", choices=SUITES, action="append", help="run this suite only; may be repeated"
    )
    chosen = parser.parse_args().only or list(SUITES)
    _prepare()
    outcomes = {}
    for name in chosen:
        print(f"\n=== {name} ===", flush=True)
        started = time.monotonic()
        outcomes[name] = SUITES[name](environment())
        print(f"=== {name} took {time.monotonic() - started:.0f} s ===", flush=True)
    return _report(outcomes)


def lint(env: dict[str, str]) -> Outcome:
    """Linters and type checkers; each counts as one check."""
    checks = (
        [BIN / "ruff", "check", "."],
        [BIN / "mypy"],
        [BIN / "lint-imports", "--no-cache"],
        [npm(), "run", "lint:check"],
    )
    failed = sum(_exit_code(command, env) != 0 for command in checks)
    return Outcome(len(checks) - failed, failed)


def unit(env: dict[str, str]) -> Outcome:
    """The frontend's unit tests, by jest."""
    results = RESULTS / "jest.json"
    code = _exit_code([npm(), "test", "--", "--ci", "--json", f"--outputFile={results}"], env)
    if not results.exists():
        return _crashed("jest")
    found = json.loads(results.read_text())
    failed = found["numFailedTests"] + found["numRuntimeErrorTestSuites"]
    return Outcome(found["numPassedTests"], failed or int(code != 0), found["numPendingTests"])


def python(env: dict[str, str]) -> Outcome:
    """The tests of the Python packages, by pytest, against the wheel in ``.venv``."""
    results = RESULTS / "pytest.xml"
    # The program and not `python -m pytest`, which would put the checkout itself on the path.
    code = _exit_code([BIN / "pytest", "--durations=10", f"--junitxml={results}"], env)
    if not results.exists():
        return _crashed("pytest")
    suites = ElementTree.parse(results).getroot().iter("testsuite")
    total, failed, skipped = 0, 0, 0
    for suite in suites:
        total += int(suite.get("tests", 0))
        failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped += int(suite.get("skipped", 0))
    return Outcome(total - failed - skipped, failed or int(code != 0), skipped)


def ui(env: dict[str, str]) -> Outcome:
    """The UI tests, by Playwright, in a Chromium of this machine or one fetched into the checkout."""
    if not _install_packages(ROOT / "ui-tests" / "deno", env):
        print("Deno could not be had: the tests of a JavaScript notebook will be skipped.", flush=True)
    results = RESULTS / "playwright.json"
    env = {**env, **_browser(), "LLM_METER_PYTHON": str(PYTHON), "PLAYWRIGHT_JSON_OUTPUT_NAME": str(results)}
    config = "--config=ui-tests/playwright.config.ts"
    code = _exit_code([npm(), "exec", "--", "playwright", "test", config, "--reporter=list,json"], env)
    if not results.exists():
        return _crashed("Playwright")
    stats = json.loads(results.read_text())["stats"]
    failed = stats["unexpected"] + stats["flaky"]
    return Outcome(stats["expected"], failed or int(code != 0), stats["skipped"])


SUITES: dict[str, Callable[[dict[str, str]], Outcome]] = {
    "lint": lint,
    "unit": unit,
    "python": python,
    "ui": ui,
}


def _prepare() -> None:
    require_tools()
    install(["--group", f"{ROOT / 'pyproject.toml'}:test"], "test")
    if not _install_packages(ROOT, environment()):
        sys.exit("The frontend's packages could not be installed; npm's message is above.")
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir(parents=True)


def _install_packages(folder: Path, env: dict[str, str]) -> bool:
    lock, installed = folder / "package-lock.json", folder / "node_modules" / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return True
    return _exit_code([npm(), "ci", "--ignore-scripts", "--prefix", folder], env) == 0


def _exit_code(command: list[str | Path], env: dict[str, str]) -> int:
    words = [str(word) for word in command]
    print("$", " ".join(words), flush=True)
    return subprocess.run(words, cwd=ROOT, env=env).returncode


def _crashed(program: str) -> Outcome:
    print(f"{program} ended without results; its message is above.", flush=True)
    return Outcome(0, 1)


def _browser() -> dict[str, str]:
    given = os.environ.get("PLAYWRIGHT_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if given:
        return {"PLAYWRIGHT_CHROMIUM": given}
    folder = {"PLAYWRIGHT_BROWSERS_PATH": str(WORK / "browsers")}
    run([npm(), "exec", "--", "playwright", "install", "chromium"], {**environment(), **folder})
    return folder


def _report(outcomes: dict[str, Outcome]) -> int:
    print("\nsuite      passed  failed  skipped")
    for name, outcome in outcomes.items():
        note = "" if outcome.passed else "   nothing passed"
        print(f"{name:9}{outcome.passed:8}{outcome.failed:8}{outcome.skipped:9}{note}")
    passed = sum(outcome.passed for outcome in outcomes.values())
    failed = sum(outcome.failed for outcome in outcomes.values())
    is_good = failed == 0 and all(outcome.passed for outcome in outcomes.values())
    print(f"\n{passed} passed, {failed} failed")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
