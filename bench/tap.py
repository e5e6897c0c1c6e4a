"""What the tap costs: the same calls with and without it, in one run.

    python bench/tap.py

Prints, for each client and each kind of answer, the processor time of the user's thread and the wall time of
a call, without and with the tap, their ratio, and what it is while a hard limit is in force and each call is
asked about; then what a look costs that finds no limit, and what the tap adds to the start of an interpreter.
Blocks alternate, medians are shown; a service is there, takes the lines and grants every call.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import timeit
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import httpx
import httpx2
import requests
from loopback import BODY, loopback

from llm_meter_tap import startup, tap
from llm_meter_tap.limits import run_caps
from llm_meter_tap.limits.gate import GateWatch

ROUNDS = 9
CALLS = {"json": 100, "sse": 25}
PATH = "v1/chat/completions"


def sync_calls(client: object) -> Callable[[str, int], None]:
    def call(url: str, times: int) -> None:
        for _ in range(times):
            client.post(url, json=BODY)

    return call


def streamed_requests(url: str, times: int) -> None:
    session = requests.Session()
    for _ in range(times):
        with session.post(url, json=BODY, stream=True) as response:
            for _ in response.iter_content(None):
                pass


def async_calls(library: object) -> Callable[[str, int], None]:
    async def main(url: str, times: int) -> None:
        async with library.AsyncClient() as client:
            for _ in range(times):
                async with client.stream("POST", url, json=BODY) as response:
                    async for _ in response.aiter_bytes():
                        pass

    return lambda url, times: asyncio.run(main(url, times))


def aiohttp_calls(by_line: bool) -> Callable[[str, int], None]:
    async def main(url: str, times: int) -> None:
        async with aiohttp.ClientSession() as session:
            for _ in range(times):
                async with session.post(url, json=BODY) as response:
                    async for _ in response.content if by_line else response.content.iter_any():
                        pass

    return lambda url, times: asyncio.run(main(url, times))


def urllib_calls(url: str, times: int) -> None:
    body = json.dumps(BODY).encode()
    for _ in range(times):
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as response:
            for _ in response:
                pass


CLIENTS = {
    "httpx": sync_calls(httpx.Client()),
    "httpx async": async_calls(httpx),
    "httpx2": sync_calls(httpx2.Client()),
    "httpx2 async": async_calls(httpx2),
    "requests": sync_calls(requests.Session()),
    "requests stream": streamed_requests,
    "aiohttp": aiohttp_calls(by_line=False),
    "aiohttp by line": aiohttp_calls(by_line=True),
    "urllib by line": urllib_calls,
}


def measure(call: Callable[[str, int], None], url: str, times: int) -> tuple[float, float]:
    """Processor and wall time of a call, microseconds."""
    cpu, wall = time.thread_time(), time.perf_counter()
    call(url, times)
    return (time.thread_time() - cpu) / times * 1e6, (time.perf_counter() - wall) / times * 1e6


def compare(call: Callable[[str, int], None], url: str, times: int) -> list[list[float]]:
    """Medians (processor, wall) without the tap, with it, and with it under a hard limit."""
    plain, tapped, asked = [], [], []
    call(url, times)
    for _ in range(ROUNDS):
        plain.append(measure(call, url, times))
        startup.activate()
        tapped.append(measure(call, url, times))
        with gate():
            asked.append(measure(call, url, times))
        startup.deactivate()
    return [medians(runs) for runs in (plain, tapped, asked)]


@contextmanager
def gate() -> Iterator[None]:
    """A hard limit is in force."""
    (path,) = Path(os.environ["LLM_METER_DIR"], "services").glob("*.json")
    path = path.with_suffix(".gate")
    path.write_text('{"version": 1, "on_unreachable": "allow"}')
    yield
    path.unlink()


def look_us() -> float:
    """Time of a look that finds no hard limit, microseconds."""
    watch = GateWatch(os.environ["LLM_METER_DIR"])
    watch.current_gate()
    return timeit.timeit(lambda: (watch.current_gate(), run_caps.current()), number=20_000) / 20_000 * 1e6


def medians(runs: list[tuple[float, float]]) -> list[float]:
    return [statistics.median(column) for column in zip(*runs, strict=True)]


def start_ms(environment: dict[str, str]) -> float:
    """Wall time of starting and ending an interpreter, milliseconds."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], env=environment, check=True)
    return (time.perf_counter() - began) * 1e3


def compare_starts(folder: str) -> tuple[float, float]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("LLM_METER_")}
    plain.pop("PYTHONDONTWRITEBYTECODE", None)
    tapped = {**plain, "LLM_METER_DIR": folder, "PYTHONPATH": startup.bootstrap_path()}
    runs = [(start_ms(plain), start_ms(tapped)) for _ in range(41)]
    plain_ms, tapped_ms = medians(runs)
    return plain_ms, tapped_ms


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LLM_METER_DIR"] = folder
        with loopback(folder) as running:
            print_calls(running.root)
            print(f"a look for limits      {look_us():.1f} us")
            plain, tapped = compare_starts(folder)
            print(f"interpreter start      {plain:.1f} ms, tapped {tapped:.1f} ms, {tapped - plain:+.1f} ms")
            tap.close_tap()


def print_calls(root: str) -> None:
    print(f"{'':22}{'cpu us':>8}{'tapped':>8}{'ratio':>7}{'asked':>8}", end="")
    print(f"{'wall us':>10}{'tapped':>8}{'ratio':>7}{'asked':>8}")
    for kind, times in CALLS.items():
        for name, call in CLIENTS.items():
            plain, tapped, asked = compare(call, f"{root}/{kind}/{PATH}", times)
            cells = [
                f"{before:8.0f}{after:8.0f}{after / before:7.2f}{with_gate:8.0f}"
                for before, after, with_gate in zip(plain, tapped, asked, strict=True)
            ]
            print(f"{kind + ' ' + name:22}" + "  ".join(cells))


if __name__ == "__main__":
    main()
