"""A provider and a service on loopback, in a process of their own, where their work is not measured.

An answer is 2 kB of JSON or a stream of `PIECES` pieces.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PIECES = 200
BODY = {"model": "gpt-5", "messages": [{"role": "user", "content": "hi " * 300}]}


class Loopback:
    """The process, running.

    Attributes:
        root: The provider's root, without a slash at the end; `<root>/json/...` answers whole,
            `<root>/sse/...` in pieces.
        metered: When it has ended: how many calls with usage reached the service.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.root = process.stdout.readline().strip()
        self.metered = 0


@contextmanager
def loopback(folder: str) -> Iterator[Loopback]:
    """Run both; the service announces itself in the private folder `folder`."""
    command = [sys.executable, __file__, folder]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        running = Loopback(process)
        yield running
        running.metered = json.loads(process.communicate("")[0])


def main() -> None:
    """Serve until standard input ends."""
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    import standin_service
    import tap_provider

    service = standin_service.StandInService(Path(sys.argv[1]))
    tap_provider.ANSWER["choices"][0]["message"]["content"] = "x" * 1700
    # The last events stay: figures and the end.
    tap_provider.CHAT_EVENTS[0:4] = [tap_provider.CHAT_EVENTS[0]] * (PIECES - 3)
    print(tap_provider.Provider().url, flush=True)
    sys.stdin.read()
    records = [line["record"] for line in service.settled()]
    print(sum("gen_ai.usage.input_tokens" in record for record in records))


if __name__ == "__main__":
    main()
