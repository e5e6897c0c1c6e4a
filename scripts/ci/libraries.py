"""Check the tap on the oldest Python and the oldest HTTP libraries that it supports.

    python scripts/ci/libraries.py --python python3.8            the oldest releases
    python scripts/ci/libraries.py --python python3.8 --newest   the newest releases that this Python can run

Runs ``library_calls.py`` against a provider on loopback, without the tap and with it. The callers have to
get the same answers both times, and the spool has to hold one record with the provider's usage for each
call. Run it with Python 3.10 or newer. It makes its environments in ``.work``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
OLDEST = HERE / "oldest-libraries.txt"
CHAT = "/v1/chat/completions"
USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
REPORTED = {
    "gen_ai.usage.input_tokens": 11,
    "gen_ai.usage.output_tokens": 7,
    "llm_meter.call.basis": "reported",
}
CHUNK = {"id": "chatcmpl-2", "object": "chat.completion.chunk", "created": 1, "model": "gpt-5"}


class ChatProvider(BaseHTTPRequestHandler):
    """Answers a chat completion, whole or as a stream of events."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer one call."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if body.get("stream"):
            said = {**CHUNK, "choices": [{"index": 0, "delta": {"content": "Hi!"}, "finish_reason": None}]}
            events = [said, {**CHUNK, "choices": [], "usage": USAGE}]
            text = "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"
            self._send("text/event-stream", text)
        else:
            message = {"role": "assistant", "content": "Hi!"}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            answer = {**CHUNK, "object": "chat.completion", "choices": [choice], "usage": USAGE}
            self._send("application/json", json.dumps(answer))

    def _send(self, content_type: str, text: str) -> None:
        data = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


def main() -> int:
    """Returns 0 when every call is answered alike and recorded."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--python", default="python3.8", help="the interpreter to check (default: python3.8)")
    parser.add_argument("--newest", action="store_true", help="the newest libraries instead of the oldest")
    arguments = parser.parse_args()
    python = make_environment(arguments.python, is_newest=arguments.newest)

    provider = ThreadingHTTPServer(("127.0.0.1", 0), ChatProvider)
    threading.Thread(target=provider.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{provider.server_port}{CHAT}"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        without = run(python, url, None)
        with_tap = run(python, url, Path(folder))
        found = [reported(record) for record in settled(Path(folder))]
    provider.shutdown()
    return judge(without, with_tap, found)


def judge(without: list[list[object]], with_tap: list[list[object]], found: list[dict[str, object]]) -> int:
    """Print what went wrong; returns the exit code."""
    for before, after in zip(without, with_tap, strict=True):
        verdict = "same answer" if before == after else f"was {before}, is {after}"
        print(f"{after[0]:15} {after[1]:9} {verdict}")
    is_good = without == with_tap and found == [REPORTED] * len(with_tap)
    print(f"{len(with_tap)} calls, {found.count(REPORTED)} recorded with the provider's usage")
    if found != [REPORTED] * len(with_tap):
        print(f"recorded: {found}", file=sys.stderr)
    return 0 if is_good else 1


def make_environment(interpreter: str, *, is_newest: bool) -> Path:
    """Make a virtual environment with the libraries; returns its Python."""
    pins = [line for line in OLDEST.read_text().splitlines() if "==" in line]
    wanted = [pin.partition("==")[0] for pin in pins] if is_newest else pins
    folder = ROOT / ".work" / ("newest-libraries" if is_newest else "oldest-libraries")
    show([interpreter, "-m", "venv", "--clear", folder])
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    show([python, "-m", "pip", "install", "--quiet", *wanted])
    show([python, "-m", "pip", "list", "--disable-pip-version-check"])
    return python


def run(python: Path, url: str, folder: Path | None) -> list[list[object]]:
    """Make the calls, with the tap if ``folder`` is given; returns what the callers got."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("LLM_METER_", "PYTHON"))}
    env["NO_PROXY"] = "127.0.0.1"
    if folder is not None:
        env |= {"LLM_METER_DIR": str(folder), "PYTHONPATH": str(ROOT / "llm_meter_tap" / "bootstrap")}
    command = [python, HERE / "library_calls.py", url]
    output = subprocess.run(command, env=env, check=True, text=True, stdout=subprocess.PIPE).stdout
    return [json.loads(line) for line in output.splitlines()]


def settled(folder: Path) -> list[dict[str, object]]:
    """The settled records in the spools of a private folder."""
    lines = [json.loads(line) for spool in folder.glob("spool/*") for line in spool.read_text().splitlines()]
    return [line["record"] for line in lines if line["event"] == "settled"]


def reported(record: dict[str, object]) -> dict[str, object]:
    """The part of a record that is compared."""
    return {name: record.get(name) for name in REPORTED}


def show(command: list[object]) -> None:
    """Show a command and run it."""
    words = [str(word) for word in command]
    print("$", " ".join(words), flush=True)
    subprocess.run(words, check=True)


if __name__ == "__main__":
    sys.exit(main())
