"""What the tap costs: the same calls with and without it, in one run.

    python bench/tap.py

Prints, for each client and each kind of answer, the processor time of the user's thread and the wall time of
a call, without and with the tap, and their ratio; then what it adds to the start of an interpreter. Blocks
with and without alternate, medians are shown; a service is there and takes the lines.
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
import urllib.request
from collections.abc import Callable
from pathlib import Path

import aiohttp
import httpx
import httpx2
import requests

from llm_meter_tap import startup, tap

ROOT = Path(__file__).parents[1]
ROUNDS = 9
CALLS = {"json": 100, "sse": 25}
BODY = {"model": "gpt-5", "messages": [{"role": "user", "content": "hi " * 300}]}
PATH = "v1/chat/completions"

# Provider and service run in a process of their own, where their work is not measured. An answer is 2 kB of
# JSON or a stream of 200 pieces.
PROVIDER = """
import pathlib, sys
sys.path[:0] = sys.argv[1:3]
import tap_listener, tap_provider
listener = tap_listener.TapListener(pathlib.Path(sys.argv[3]))
tap_provider.ANSWER["choices"][0]["message"]["content"] = "x" * 1700
tap_provider.CHAT_EVENTS[0:4] = [tap_provider.CHAT_EVENTS[0]] * 197
running = tap_provider.Provider()
print(running.url, flush=True)
sys.stdin.read()
"""


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


def compare(call: Callable[[str, int], None], url: str, times: int) -> tuple[list[float], list[float]]:
    """Medians (processor, wall) without and with the tap."""
    plain, tapped = [], []
    call(url, times)
    for _ in range(ROUNDS):
        plain.append(measure(call, url, times))
        startup.activate()
        tapped.append(measure(call, url, times))
        startup.deactivate()
    return medians(plain), medians(tapped)


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
    folder = tempfile.mkdtemp()
    os.environ["LLM_METER_DIR"] = folder
    provider = subprocess.Popen(
        [sys.executable, "-c", PROVIDER, str(ROOT), str(ROOT / "tests" / "llm_meter_tap"), folder],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    root = provider.stdout.readline().strip()
    print(f"{'':22}{'cpu us':>8}{'tapped':>8}{'ratio':>7}{'wall us':>10}{'tapped':>8}{'ratio':>7}")
    for kind, times in CALLS.items():
        for name, call in CLIENTS.items():
            (cpu, wall), (cpu_tapped, wall_tapped) = compare(call, f"{root}/{kind}/{PATH}", times)
            print(
                f"{kind + ' ' + name:22}{cpu:8.0f}{cpu_tapped:8.0f}{cpu_tapped / cpu:7.2f}"
                f"{wall:10.0f}{wall_tapped:8.0f}{wall_tapped / wall:7.2f}"
            )
    plain, tapped = compare_starts(folder)
    print(f"interpreter start      {plain:.1f} ms, tapped {tapped:.1f} ms, {tapped - plain:+.1f} ms")
    tap.leave()
    provider.communicate("")


if __name__ == "__main__":
    main()
