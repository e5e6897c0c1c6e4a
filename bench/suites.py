"""Run the libraries' own test suites without and with the tap, and name every test that ends differently.

    python bench/suites.py [--suite NAME ...] [--again]

Fetches the source distributions into `.work/suites` (pip as it is configured; some minutes the first time)
and makes an environment there for each. A suite is run three times: without the tap; with it, as the lab sets
it; and with a copy of it that takes every request of whatever method for an LLM call, a service being there,
so that all that the suite does passes through the metering itself. Tests that differ are run again with all
of their file, three times each way: one that ends that way without the tap too is flaky, any other is a
difference, and the exit code 1. Tests that need the internet fail in all three where there is none. `--again`
compares what was run last.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
import venv
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from standin_service import StandInService

from llm_meter_tap import startup

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".work" / "suites"
MODES = ("without", "with", "every")
_REPEATS = 3
_LONGEST_S = 3600.0
# Servers that a suite left running keep its process from ending, urllib3's without the tap too.
_LEFTOVERS_S = 20.0

# What makes a copy of the tap take every request for an LLM call: whatever its method, whatever its shape.
_ANY_METHOD = re.compile(r'(?:request\.method|method|arguments\.get\("method"\)) != "POST"')
_ANY_SHAPE = """

def match(*request: object) -> tuple[None, CallShape]:
    return None, CallShape("openai.chat", "openai", "chat", None, True)
"""


class Suite(NamedTuple):
    """A library's own tests.

    Attributes:
        release: The requirement whose source distribution holds the tests.
        requires: What the tests need, as their project says it.
        kept: What of the source distribution is used; the library itself is installed.
        arguments: For pytest.
        probe: An expression that is true where the tap has patched the library.
    """

    release: str
    requires: Sequence[str]
    kept: Sequence[str]
    arguments: Sequence[str]
    probe: str


_MARK = "__llm_meter_original__"
SUITES = {
    "httpx": Suite(
        "httpx==0.28.1",
        ["httpx[brotli,cli,http2,socks,zstd]==0.28.1", "chardet", "cryptography", "pytest<9", "trio",
         "trustme", "uvicorn"],
        ["tests", "pyproject.toml"],
        ["tests"],
        f"hasattr(__import__('httpx').HTTPTransport.handle_request, '{_MARK}')",
    ),
    "requests": Suite(
        "requests==2.34.2",
        ["requests[socks]==2.34.2", "httpbin~=0.10.0", "pytest", "pytest-httpbin==2.1.0", "pytest-mock",
         "trustme"],
        ["tests", "pyproject.toml"],
        ["tests"],
        f"hasattr(__import__('requests').packages.urllib3.HTTPConnectionPool.urlopen, '{_MARK}')",
    ),
    "urllib3": Suite(
        "urllib3==2.8.0",
        ["urllib3[brotli,h2,socks,zstd]==2.8.0", "anyio[trio]", "cryptography", "httpx", "hypercorn", "idna",
         "pyopenssl", "pytest", "pytest-socket", "quart", "quart-trio", "trio", "trustme"],
        ["test", "dummyserver", "pyproject.toml"],
        ["test"],
        f"hasattr(__import__('urllib3').HTTPConnectionPool.urlopen, '{_MARK}')",
    ),
    "aiohttp": Suite(
        "aiohttp==3.14.5",
        ["aiohttp[speedups]==3.14.5", "blockbuster", "freezegun", "gunicorn", "isal; python_version < '3.14'",
         "pkgconfig", "proxy.py>=2.4.4rc5", "pytest", "pytest-cov", "pytest-mock", "pytest-xdist",
         "pytest_codspeed", "python-on-whales", "re-assert", "trustme", "uvloop", "zlib_ng"],
        ["tests", "pytest.ini", "examples"],
        # Half of its tests are the server's.
        [*(f"tests/test_{part}.py" for part in (
            "client_connection", "client_exceptions", "client_functional", "client_middleware",
            "client_middleware_digest_auth", "client_proto", "client_request", "client_response",
            "client_session", "client_ws", "client_ws_functional", "connector", "flowcontrol_streams",
            "formdata", "http_parser", "payload", "proxy", "proxy_functional", "streams", "tracing",
        )), "--numprocesses=0", "--no-cov"],
        f"hasattr(__import__('aiohttp').ClientRequest.send, '{_MARK}')",
    ),
    "openai": Suite(
        "openai==3.57.0",
        ["openai[aiohttp,realtime]==3.57.0", "azure-identity", "botocore", "griffe", "httpx2",
         "inline-snapshot", "pillow", "pytest", "pytest-asyncio", "pytest-xdist", "respx", "rich", "trio"],
        ["tests", "pyproject.toml", "examples", "README.md", "src"],
        # Those of tests/api_resources need a mock server that comes from npm.
        ["tests", "--ignore=tests/api_resources", "--numprocesses=0", "--continue-on-collection-errors"],
        f"hasattr(__import__('httpx').HTTPTransport.handle_request, '{_MARK}')",
    ),
}  # fmt: skip
# Asked for and not there: httpx2's source distribution holds no tests; it is httpx's code under another name.


def main() -> int:
    """Print a row a suite and every difference; returns 0 when there is none that is the tap's."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--suite", action="append", choices=SUITES, help="only this; may be repeated")
    options.add_argument("--again", action="store_true", help="compare what was run last")
    chosen = options.parse_args()
    different = 0
    rows = []
    for name in chosen.suite or SUITES:
        place = Place(name)
        if not chosen.again:
            place.prepare()
            for mode in MODES:
                place.run(mode, [], f"{mode}.jsonl")
        found = compare(place)
        different += sum(not one.is_flaky for one in found)
        rows += [(name, mode, outcomes(place.log(f"{mode}.jsonl")), place.calls(mode)) for mode in MODES]
        for one in found:
            print(f"{name}: {one.words}", flush=True)
    _print(rows)
    return int(different > 0 or any(not found for _, _, found, _ in rows))


class Place:
    """Where a suite lies, with an environment of its own.

    Args:
        name: The suite's.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.suite = SUITES[name]
        self._folder = FOLDER / name
        self._python = self._folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"

    def prepare(self) -> None:
        """Fetch, unpack and install, where that has not been done."""
        note, wanted = self._folder / "installed", repr(self.suite)
        if note.exists() and note.read_text() == wanted:
            return
        shutil.rmtree(self._folder, ignore_errors=True)
        venv.create(self._folder / "venv", with_pip=True)
        pip = [self._python, "-m", "pip", "--quiet", "--no-cache-dir", "--disable-pip-version-check"]
        self._call([*pip, "install", *self.suite.requires, "pytest-reportlog", "pytest-timeout"])
        source = ["--no-deps", "--no-binary", ":all:", "--dest", self._folder]
        self._call([*pip, "download", *source, self.suite.release])
        (archive,) = self._folder.glob("*.tar.gz")
        with tarfile.open(archive) as source:
            source.extractall(self._folder / "source", filter="data")
        (unpacked,) = (self._folder / "source").iterdir()
        for kept in self.suite.kept:
            shutil.move(unpacked / kept, self._made("suite") / kept)
        note.write_text(wanted)

    def run(self, mode: str, files: Sequence[str], log: str) -> None:
        """Run the suite, or some of its files, and leave a report log."""
        meter = self._folder / f"meter-{mode}"
        if not files:
            shutil.rmtree(meter, ignore_errors=True)
        with _tap(mode, meter) as (environment, service):
            environment.update(TMPDIR=str(self._made("tmp")), PYTHONDONTWRITEBYTECODE="1")
            if mode != "without":
                self._call([self._python, "-c", f"assert {self.suite.probe}"], environment)
            options = [word for word in self.suite.arguments if word.startswith("-")]
            words = files or [word for word in self.suite.arguments if not word.startswith("-")]
            command = [
                self._python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout=120",
                f"--report-log={self.log(log)}", *options, *words,
            ]  # fmt: skip
            self.log(log).unlink(missing_ok=True)
            with self.log(f"{log}.txt").open("w") as output:
                process = subprocess.Popen(
                    command, cwd=self._folder / "suite", env=environment, stdout=output,
                    stderr=subprocess.STDOUT,
                )  # fmt: skip
                _await(process, self.log(log))
            if not files:
                lines = service.lines if service else []
                # A call that has settled is delivered without the line that opened it.
                reported = [line for line in lines if line["event"] in ("opened", "settled")]
                ids = {line["record"]["llm_meter.call.id"] for line in reported}
                ids |= _opened(meter)
                self.log(f"{mode}.calls").write_text(str(len(ids)))

    def log(self, name: str) -> Path:
        """A file of this suite's results."""
        return self._made("results") / name

    def calls(self, mode: str) -> str:
        """How many calls the tap opened."""
        return self.log(f"{mode}.calls").read_text()

    def _made(self, name: str) -> Path:
        (self._folder / name).mkdir(exist_ok=True)
        return self._folder / name

    def _call(self, command: Sequence[object], environment: dict[str, str] | None = None) -> None:
        subprocess.run([str(word) for word in command], check=True, env=environment, cwd=self._folder)


def _await(process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for the end of a suite; one that is over but does not end is ended."""
    until = time.monotonic() + _LONGEST_S
    while process.poll() is None:
        try:
            process.wait(_LEFTOVERS_S)
        except subprocess.TimeoutExpired:
            is_over = log.exists() and time.time() - log.stat().st_mtime > _LEFTOVERS_S and _is_finished(log)
            if is_over or time.monotonic() > until:
                process.kill()


def _is_finished(log: Path) -> bool:
    return "SessionFinish" in log.read_text().rpartition('"$report_type": ')[2]


@contextmanager
def _tap(mode: str, meter: Path) -> Iterator[tuple[dict[str, str], StandInService | None]]:
    """The environment of a mode, and the service of the mode that has one."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LLM_METER_")}
    environment.pop("PYTHONPATH", None)
    if mode == "without":
        yield environment, None
        return
    path = startup.bootstrap_path() if mode == "with" else str(_copy_of_the_tap() / "bootstrap")
    environment.update(LLM_METER_DIR=str(meter), PYTHONPATH=path)
    with closing(StandInService(meter)) if mode == "every" else nullcontext() as service:
        yield environment, service


def _copy_of_the_tap() -> Path:
    """A tap that takes every request for an LLM call."""
    original = Path(startup.__file__).parent
    copy = FOLDER / "every" / original.name
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(original, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for adapter in {name.rpartition(".")[2] for name in startup.ADAPTERS.values() if ".transports." in name}:
        file = copy / "transports" / f"{adapter}.py"
        text, changes = _ANY_METHOD.subn("False", file.read_text())
        if changes != 1:
            sys.exit(f"bench/suites.py: {file.name} asks for the method {changes} times; one is known here.")
        file.write_text(text)
    entry = copy / "calls" / "entry.py"
    text, changes = re.subn('request.method == "GET"', "False", entry.read_text())
    if changes != 1:
        sys.exit(f"bench/suites.py: {entry.name} asks for GET {changes} times; one is known here.")
    entry.write_text(text)
    with (copy / "formats" / "matching.py").open("a") as file:
        file.write(_ANY_SHAPE)
    return copy


def _opened(meter: Path) -> set[str]:
    """The ids of the calls in the spools of a private folder."""
    spooled = [line for path in (meter / "spool").glob("*.jsonl") for line in path.read_text().splitlines()]
    lines = [json.loads(line) for line in spooled if line.endswith("}")]
    return {line["record"]["llm_meter.call.id"] for line in lines if line["event"] == "opened"}


def outcomes(log: Path) -> dict[str, str]:
    """How each test ended, and each file that could not be collected, by its id."""
    ended: dict[str, str] = {}
    for line in log.read_text().splitlines():
        report = json.loads(line)
        kind, node = report["$report_type"], report.get("nodeid", "")
        if kind == "CollectReport" and report["outcome"] == "failed":
            ended[node] = "not collected"
        elif kind == "TestReport":
            is_xfail = "wasxfail" in report
            outcome = f"xfail {report['outcome']}" if is_xfail else report["outcome"]
            # Of the three phases the one that did not pass is the outcome.
            if ended.get(node, "passed") == "passed":
                ended[node] = outcome
    return ended


class Difference(NamedTuple):
    """A test that ended differently with the tap.

    Attributes:
        words: Which, and how.
        is_flaky: It ends that way without the tap too, some other time.
    """

    words: str
    is_flaky: bool


def compare(place: Place) -> list[Difference]:
    """The differences between the runs with the tap and the one without."""
    plain = outcomes(place.log("without.jsonl"))
    suspects = defaultdict(dict)
    for mode in MODES[1:]:
        tapped = outcomes(place.log(f"{mode}.jsonl"))
        for test in sorted({*plain, *tapped}):
            if plain.get(test) != tapped.get(test):
                suspects[test][mode] = tapped.get(test)
    seen = {mode: _again(place, mode, list(suspects)) for mode in MODES} if suspects else {}
    differences = []
    for test, by_mode in suspects.items():
        for mode, outcome in by_mode.items():
            before, after = seen["without"][test], seen[mode][test]
            words = f"{test}: {plain.get(test)} without, {outcome} {mode}; again {before} and {after}"
            is_flaky = outcome in before
            differences.append(Difference(words + (" (flaky)" if is_flaky else ""), is_flaky))
    return differences


def _again(place: Place, mode: str, tests: list[str]) -> dict[str, list[str | None]]:
    """How tests end when their files are run `_REPEATS` times."""
    ends: dict[str, list[str | None]] = defaultdict(list)
    for number in range(_REPEATS):
        log = f"again-{mode}-{number}.jsonl"
        place.run(mode, sorted({test.partition("::")[0] for test in tests}), log)
        ended = outcomes(place.log(log))
        for test in tests:
            ends[test].append(ended.get(test))
    return ends


def _print(rows: Sequence[tuple[str, str, dict[str, str], str]]) -> None:
    kinds = ("passed", "failed", "skipped", "xfail", "not collected")
    print(f"\n{'suite':10}{'tap':9}{'tests':>7}" + "".join(f"{kind:>15}" for kind in kinds) + f"{'calls':>8}")
    for name, mode, found, calls in rows:
        counts = Counter(end.partition(" ")[0] if end.startswith("xfail") else end for end in found.values())
        cells = "".join(f"{counts[kind]:>15}" for kind in kinds)
        print(f"{name:10}{mode:9}{len(found):>7}{cells}{calls:>8}")


if __name__ == "__main__":
    sys.exit(main())
