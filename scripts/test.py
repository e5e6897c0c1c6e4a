"""Run every check: lint, the frontend's unit tests, tests of the wheel, UI tests in a real Chromium.

Works from a fresh clone with Python >= 3.10 and Node >= 20; sets up ``.venv`` and ``node_modules`` in the
checkout. ``--fast`` runs what answers in a minute or two, on the sources instead of the wheel: lint, the
frontend's unit tests, and the Python tests that start neither a server nor a kernel. ``--only`` runs some of
the suites, ``--shard`` a part of the UI tests. ``--retry`` gives a Python or UI test that failed one
more run, and names it. The last line is the sum: ``N passed, N failed``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import coverage_gate
from checkout import BIN, PYTHON, ROOT, WORK, environment, install, npm, require_tools, run

RESULTS = WORK / "test"
# Python tests that need no server, kernel or database of their own.
PURE = (
    "tests/jupyter_llm_meter/core",
    "tests/jupyter_llm_meter/policy",
    "tests/llm_meter_tap/calls",
    "tests/llm_meter_tap/formats",
    "tests/llm_meter_tap/wire",
)
# Many tests wait for processes, so that two workers more than there are cores pay.
PYTHON_WORKERS = min(os.cpu_count() or 2, 8) + 2
# More failures than this are no matter of chance.
_MOST_RETRIED = 5
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class SuiteOutcome(NamedTuple):
    """What one suite came to."""

    passed: int
    failed: int
    skipped: int = 0


class Choice(NamedTuple):
    """What was asked for.

    Attributes:
        is_fast: Only what is quick, on the sources, without coverage.
        shard: The part of the UI tests, as Playwright takes it: ``2/3``.
        is_python_covered: Whether the coverage of the Python packages is held against its floors.
        is_retried: Whether a test that failed is run once more.
    """

    is_fast: bool = False
    shard: str | None = None
    is_python_covered: bool = False
    is_retried: bool = False


def main() -> int:
    """Run the suites; returns 0 only when each of them passed something and failed nothing."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only", choices=SUITES, action="append", help="run this suite only; may be repeated"
    )
    parser.add_argument(
        "--fast",
        action="store_true",
        help="the inner loop: lint, unit tests, quick Python tests",
    )
    parser.add_argument("--shard", metavar="I/N", help="of the UI tests, run the I-th of N parts")
    parser.add_argument(
        "--coverage",
        action="store_true",
        help="also measure what the Python tests cover; fails below the floors of scripts/coverage_gate.py",
    )
    parser.add_argument(
        "--retry",
        action="store_true",
        help="run a Python or UI test that failed once more; one that passes then is named as unsteady",
    )
    given = parser.parse_args()
    chosen = given.only or [name for name in SUITES if not (given.fast and name == "ui")]
    choice = Choice(given.fast, given.shard, given.coverage, given.retry)
    _prepare(choice)
    outcomes = {}
    for name in chosen:
        print(f"\n=== {name} ===", flush=True)
        started = time.monotonic()
        outcomes[name] = SUITES[name](environment(), choice)
        print(f"=== {name} took {time.monotonic() - started:.0f} s ===", flush=True)
    return _report(outcomes)


def lint(env: dict[str, str], choice: Choice) -> SuiteOutcome:
    """Linters and type checkers, two at a time; each counts as one check."""
    checks = (
        [npm(), "run", "lint:check"],
        [BIN / "mypy"],
        [BIN / "ruff", "check", "."],
        [BIN / "ruff", "format", "--check", "."],
        [BIN / "lint-imports", "--no-cache"],
    )
    with ThreadPoolExecutor(2) as pool:
        codes = list(pool.map(lambda command: _exit_code_at_once(command, env), checks))
    failed = sum(code != 0 for code in codes)
    return SuiteOutcome(len(checks) - failed, failed)


def unit(env: dict[str, str], choice: Choice) -> SuiteOutcome:
    """The frontend's unit tests, by jest, which fail when they cover less than jest.config.mjs says."""
    results = RESULTS / "jest.json"
    options = ["--ci", "--maxWorkers=2", "--json", f"--outputFile={results}"]
    if not choice.is_fast:
        options.append("--coverage")
    code = _exit_code([npm(), "test", "--", *options], env)
    if not results.exists():
        return _crashed("jest")
    found = json.loads(results.read_text())
    failed = found["numFailedTests"] + found["numRuntimeErrorTestSuites"]
    return SuiteOutcome(found["numPassedTests"], failed or int(code != 0), found["numPendingTests"])


def python(env: dict[str, str], choice: Choice) -> SuiteOutcome:
    """The tests of the Python packages, by pytest, and how much of the packages they cover.

    They test the wheel in ``.venv``; the quick ones the checkout itself.
    """
    results, coverage = RESULTS / "pytest.xml", RESULTS / "coverage.json"
    options = [f"--numprocesses={PYTHON_WORKERS}", "--dist=worksteal", f"--junitxml={results}"]
    if choice.is_fast:
        # `python -m` puts the checkout on the path.
        command = [PYTHON, "-m", "pytest", "--quiet", *options, *PURE]
        return _pytest(command, env, results)
    # The program and not `python -m pytest`, which would put the checkout itself on the path.
    measured = ["--cov", "--cov-report=", f"--cov-report=json:{coverage}"] if choice.is_python_covered else []
    env = {**env, "COVERAGE_FILE": str(RESULTS / "coverage")}
    if not _install_packages(ROOT / "tests" / "hub_proxy", env):
        print("JupyterHub's proxy could not be had: the tests of a real hub will be skipped.", flush=True)
    tests = _pytest([BIN / "pytest", "--durations=15", *options, *measured], env, results)
    if choice.is_retried and 0 < tests.failed <= _MOST_RETRIED:
        tests = _pytest_again(tests, env)
    if not coverage.exists():
        return tests
    areas = coverage_gate.judge(coverage)
    print(coverage_gate.table(areas), flush=True)
    short = sum(not area.is_enough for area in areas)
    return SuiteOutcome(tests.passed + len(areas) - short, tests.failed + short, tests.skipped)


def _pytest(command: Sequence[str | Path], env: dict[str, str], results: Path) -> SuiteOutcome:
    code = _exit_code(command, env)
    if not results.exists():
        return _crashed("pytest")
    suites = ElementTree.parse(results).getroot().iter("testsuite")
    total, failed, skipped = 0, 0, 0
    for suite in suites:
        total += int(suite.get("tests", 0))
        failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped += int(suite.get("skipped", 0))
    return SuiteOutcome(total - failed - skipped, failed or int(code != 0), skipped)


def _pytest_again(first: SuiteOutcome, env: dict[str, str]) -> SuiteOutcome:
    """Run what failed once more, one test at a time on the machine that is quiet now."""
    results = RESULTS / "pytest-again.xml"
    again = _pytest(
        [BIN / "pytest", "--last-failed", "--last-failed-no-failures=none", f"--junitxml={results}"],
        env,
        results,
    )
    if again.passed:
        print(f"{again.passed} unsteady: failed above, passed alone.", flush=True)
    if again.passed + again.failed < first.failed:  # not all that failed could be named
        return first
    return SuiteOutcome(first.passed + again.passed, again.failed, first.skipped)


def ui(env: dict[str, str], choice: Choice) -> SuiteOutcome:
    """The UI tests, by Playwright, in a Chromium of this machine or one fetched into the checkout."""
    if not _install_packages(ROOT / "ui-tests" / "deno", env):
        print("Deno could not be had: the tests of a JavaScript notebook will be skipped.", flush=True)
    results = RESULTS / "playwright.json"
    env = {**env, **_browser(), "LLM_METER_PYTHON": str(PYTHON), "PLAYWRIGHT_JSON_OUTPUT_NAME": str(results)}
    options = ["--config=ui-tests/playwright.config.ts", "--reporter=list,json"]
    if choice.is_retried:
        options.append("--retries=1")
    if choice.shard:
        options.append(f"--shard={choice.shard}")
    code = _exit_code([npm(), "exec", "--", "playwright", "test", *options], env)
    if not results.exists():
        return _crashed("Playwright")
    stats = json.loads(results.read_text())["stats"]
    passed, failed = stats["expected"], stats["unexpected"]
    if choice.is_retried and stats["flaky"]:
        print(f"{stats['flaky']} unsteady: failed once, passed when run again.", flush=True)
        passed += stats["flaky"]
    else:
        failed += stats["flaky"]
    return SuiteOutcome(passed, failed or int(code != 0), stats["skipped"])


SUITES: dict[str, Callable[[dict[str, str], Choice], SuiteOutcome]] = {
    "lint": lint,
    "unit": unit,
    "python": python,
    "ui": ui,
}


def _prepare(choice: Choice) -> None:
    require_tools()
    install(["--group", f"{ROOT / 'pyproject.toml'}:test"], "test", is_wheel_current=not choice.is_fast)
    if not _install_packages(ROOT, environment()):
        sys.exit("The frontend's packages could not be installed; npm's message is above.")
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir(parents=True)


def _install_packages(folder: Path, env: dict[str, str]) -> bool:
    lock, installed = folder / "package-lock.json", folder / "node_modules" / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return True
    return _exit_code([npm(), "ci", "--ignore-scripts", "--prefix", folder], env) == 0


def _exit_code(command: Sequence[str | Path], env: dict[str, str]) -> int:
    words = [str(word) for word in command]
    print("$", " ".join(words), flush=True)
    return subprocess.run(words, cwd=ROOT, env=env).returncode


def _exit_code_at_once(command: Sequence[str | Path], env: dict[str, str]) -> int:
    """The same beside other commands: the output is shown in one piece at the end."""
    words = [str(word) for word in command]
    with tempfile.TemporaryFile("w+") as output:
        code = subprocess.run(words, cwd=ROOT, env=env, stdout=output, stderr=subprocess.STDOUT).returncode
        output.seek(0)
        print(f"$ {' '.join(words)}\n{output.read()}", end="", flush=True)
    return code


def _crashed(program: str) -> SuiteOutcome:
    print(f"{program} ended without results; its message is above.", flush=True)
    return SuiteOutcome(0, 1)


def _browser() -> dict[str, str]:
    given = os.environ.get("PLAYWRIGHT_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if given:
        return {"PLAYWRIGHT_CHROMIUM": given}
    folder = {"PLAYWRIGHT_BROWSERS_PATH": str(WORK / "browsers")}
    run([npm(), "exec", "--", "playwright", "install", "chromium"], {**environment(), **folder})
    return folder


def _report(outcomes: dict[str, SuiteOutcome]) -> int:
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
