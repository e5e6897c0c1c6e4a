"""What a hard limit costs a caller: ``python bench/limit_calls.py [CALLS]``, 400 calls a process by default.

The same calls to a provider on loopback, which takes 4 ms for an answer: direct, metered with limits that
only warn, and metered under a hard limit; by one process and by eight at once. Prints the median and the 95th
percentile of a call in milliseconds, their ratios to the direct call of the same run, and how many of the
calls under the hard limit asked the service. Blocks of the three kinds alternate.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parents[1]
SERVICE = ROOT / "tests" / "jupyter_llm_meter" / "service" / "limit_service.py"
ANSWER_S = 0.004
BLOCKS = 4
LIMITS = {
    "warn": [{"window": "day", "unit": "tokens", "amount": 10**12}],
    "hard": [
        {"window": "day", "unit": "tokens", "amount": 10**12, "on_exceed": "block"},
        {"window": "month", "unit": "USD", "amount": 10**6, "on_exceed": "block"},
        {"window": "hour", "unit": "calls", "amount": 10**9, "on_exceed": "block", "scope": "model"},
    ],
}
ANSWER = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "gpt-4o-mini-2024-07-18",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "x"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
    }
).encode()
HEAD = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(ANSWER)}\r\n\r\n".encode()
BODY = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hi " * 50}], "max_tokens": 100}


async def provide() -> None:
    """Serve the provider until standard input ends; prints its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    int(line.split(b":")[1])
                    for line in head.lower().splitlines()
                    if line.startswith(b"content-length")
                )
                await reader.readexactly(length)
                await asyncio.sleep(ANSWER_S)
                writer.write(HEAD + ANSWER)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def call(port: str, calls: int) -> None:
    """Make the calls one after another; prints the milliseconds of each, and how many asked the service."""
    import httpx

    url = f"http://127.0.0.1:{port}/v1/chat/completions"
    asked = 0
    if os.environ.get("LLM_METER_DIR"):
        from llm_meter_tap.limits.reservation import ReservationClient

        post = ReservationClient._post

        def counted(self: ReservationClient, body: bytes) -> dict[str, object]:
            nonlocal asked
            asked += 1
            return post(self, body)

        ReservationClient._post = counted  # type: ignore[method-assign]
    taken = []
    with httpx.Client(headers={"authorization": "Bearer sk-bench"}) as client:
        for _ in range(calls):
            began = time.perf_counter()
            client.post(url, json=BODY)
            taken.append((time.perf_counter() - began) * 1000)
    print(json.dumps([asked, taken]))


@contextmanager
def running(*command: object, **more: object) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process, with the first line that it prints."""
    words = [sys.executable, *map(str, command)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **more) as process:  # type: ignore[call-overload]
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.terminate()


def block(port: str, calls: int, processes: int, folder: Path | None) -> tuple[int, list[float]]:
    """The calls of several processes at once."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LLM_METER")}
    environment["PYTHONPATH"] = str(ROOT)
    if folder is not None:
        environment["LLM_METER_DIR"] = str(folder)
    command = [sys.executable, __file__, "--call", port, str(calls)]
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(processes)
    ]
    answers = [json.loads(process.communicate()[0]) for process in started]
    return sum(asked for asked, _ in answers), [each for _, taken in answers for each in taken[20:]]


def main(calls: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as temporary, running(__file__, "--provide") as (_provider, port):
        folders: dict[str, Path | None] = {"direct": None}
        services = []
        for name, limits in LIMITS.items():
            folder = Path(temporary) / name
            folder.mkdir(mode=0o700)
            (folder / "limits.json").write_text(json.dumps(limits))
            service = running(SERVICE, folder, folder / "limits.json")
            services.append(service)
            service.__enter__()
            folders[name] = folder
        time.sleep(3)  # the services learn that no limit of "warn" is hard
        print("processes  kind      p50 ms   p95 ms   p50/direct   asked")
        for processes in (1, 8):
            report(port, calls // (1 if processes == 1 else 4), processes, folders)
        for service in services:
            service.__exit__(None, None, None)


def report(port: str, calls: int, processes: int, folders: dict[str, Path | None]) -> None:
    """Print the lines of so many processes at once."""
    taken: dict[str, list[float]] = {name: [] for name in folders}
    asked = dict.fromkeys(folders, 0)
    for _ in range(BLOCKS):
        for name, folder in folders.items():
            more, times = block(port, calls, processes, folder)
            asked[name] += more
            taken[name] += times
    direct = median(taken["direct"])
    for name, times in taken.items():
        ratio, share = median(times) / direct, f"{asked[name]} of {BLOCKS * processes * calls}"
        print(
            f"{processes:9}  {name:8} {median(times):7.2f}  {p95(times):7.2f}  {ratio:11.2f}   {share}",
            flush=True,
        )


def p95(times: Sequence[float]) -> float:
    """The 95th percentile."""
    return quantiles(times, n=20)[18]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--provide"]:
        asyncio.run(provide())
    elif sys.argv[1:2] == ["--call"]:
        call(sys.argv[2], int(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
