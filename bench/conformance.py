"""Send all recorded traffic through every HTTP client, with the tap on, and score what it wrote down.

    python bench/conformance.py [--client NAME ...] [--group PREFIX] [--known-paths] [--verbose]

Each exchange of `../shared/corpus/dev.jsonl.gz` (or of the folder LLM_METER_CORPUS) is sent over loopback,
under its own host name, to a server that answers as recorded: status, headers, body in a coding, streams
in pieces. A call is exact when one record was settled for it whose every bucket is the truth's.
"""

from __future__ import annotations

import argparse
import base64
import faulthandler
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from corpus import BUCKETS, corpus_path, exchanges
from replay.server import replaying
from replay.wire import bytes_of

from llm_meter_tap.startup import bootstrap_path
from llm_meter_tap.wire.names import FIELDS

ROOT = Path(__file__).resolve().parents[1]
CLIENTS = ("httpx", "httpx-async", "httpx2", "httpx2-async", "requests", "aiohttp", "urllib")
_PROGRAM = ROOT / "tests" / "replay" / "process" / "clients.py"
_MOST_PIECES = 12
_VERDICTS = ("exact", "wrong", "missed", "twice", "unsent")
_BAD = {"wrong", "missed", "twice", "unsent", "invented"}
# What may become of the exchanges that report no usage.
_REST = {
    "read": "read back, exact",
    "recorded": "recorded, no tokens",
    "invented": "given tokens",
    "silent": "no record",
}


class ClientOutcome(NamedTuple):
    """One exchange through one client, judged.

    Attributes:
        verdict: For a call with figures exact, wrong, missed, twice or unsent; for all else silent, recorded
            (without figures), invented (with figures) or read (a retrieval with the figures it repeats).
        detail: What differs, or why it was not sent.
    """

    id: str
    group: str
    kind: str
    verdict: str
    detail: str


def main() -> int:
    """Print the score."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--client", action="append", choices=CLIENTS, help="only this; may be repeated")
    options.add_argument("--group", default="", help="only groups whose provider/api/stream begins with this")
    options.add_argument("--known-paths", action="store_true", help="no path is recognised by its answer")
    options.add_argument("--verbose", action="store_true", help="name each exchange that is not right")
    chosen = options.parse_args()
    if not corpus_path().is_file():
        print(f"No corpus at {corpus_path()}; set LLM_METER_CORPUS to its folder.", file=sys.stderr)
        return 1
    rows = [row for row in exchanges(corpus_path()) if _group(row).startswith(chosen.group)]
    scores = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        replaying(rows, Path(folder), most_pieces=_MOST_PIECES) as replay,
    ):
        plan = _write_plan(rows, Path(folder, "plan"))
        by_answer = "0" if chosen.known_paths else "1"
        environment = {
            **replay.environment, "REPLAY_PORTS": _ports(rows), "LLM_METER_BY_ANSWER": by_answer,
        }  # fmt: skip
        for client in chosen.client or CLIENTS:
            began = time.monotonic()
            answers = _send(client, plan, environment)
            scores[client] = [judge(row, answer) for row, answer in zip(rows, answers, strict=True)]
            print(f"{client}: {len(rows)} exchanges in {time.monotonic() - began:.0f} s", file=sys.stderr)
    _print(scores)
    if chosen.verbose:
        _print_failures(scores)
    return int(any(outcome.verdict in _BAD for outcomes in scores.values() for outcome in outcomes))


def judge(row: dict[str, Any], answer: dict[str, Any]) -> ClientOutcome:
    """Hold what was written down for an exchange against its truth."""
    records = [line["record"] for line in answer["lines"] if line["event"] == "settled"]
    opened = sum(line["event"] == "opened" for line in answer["lines"])
    closed = sum(line["event"] in ("settled", "dropped") for line in answer["lines"])
    with_figures = [record for record in records if _figures(record)]
    detail = ""
    if row["kind"] == "retrieval" and with_figures:
        # Read back: it was opened when it was made.
        detail = "; ".join(_differences(row["truth"], records[0])) if row["truth"] else "no figures to read"
        verdict = "wrong" if detail else "twice" if len(records) > 1 else "read"
    elif row["kind"] != "call" or not row["truth"]:
        verdict = "invented" if with_figures else "recorded" if records else "silent"
        if len(records) > 1 or opened != closed:
            verdict = "twice"
        if verdict == "recorded" and row["kind"] != "call":
            detail = "a record without figures"
    elif answer["error"] is not None and not records:
        verdict, detail = "unsent", answer["error"]
    elif len(records) > 1 or opened != closed:
        verdict, detail = "twice", f"{opened} opened, {closed} closed, {len(records)} settled"
    elif not records or not (with_figures or records[0]["llm_meter.call.basis"] == "reported"):
        verdict = "missed"  # units other than tokens, as for reranking, are reported and hold no figures
    else:
        detail = "; ".join(_differences(row["truth"], records[0]))
        verdict = "wrong" if detail else "exact"
    return ClientOutcome(row["id"], _group(row), row["kind"], verdict, detail)


def _figures(record: dict[str, Any]) -> dict[str, int]:
    names = {bucket: FIELDS[field].wire for bucket, field in BUCKETS.items()}
    return {bucket: record[name] for bucket, name in names.items() if name in record}


def _differences(truth: dict[str, Any], record: dict[str, Any]) -> Iterator[str]:
    ours = _figures(record)
    for bucket in BUCKETS:
        if truth[bucket] is not None and truth[bucket] != ours.get(bucket, 0):
            yield f"{bucket}: {ours.get(bucket)} != {truth[bucket]}"


def _group(row: dict[str, Any]) -> str:
    return f"{row['provider']}/{row['api']}/{'stream' if row['stream'] else 'whole'}"


def _write_plan(rows: list[dict[str, Any]], file: Path) -> Path:
    with file.open("w", encoding="utf-8") as plan:
        for row in rows:
            request = {
                "id": row["id"],
                "method": row["method"],
                "url": row["url"],
                "headers": row["request_headers"] or {},
                "body": base64.b64encode(bytes_of(row, "request")).decode(),
                "is_stream": bool(row["stream"]),
            }
            plan.write(json.dumps(request) + "\n")
    return file


def _ports(rows: list[dict[str, Any]]) -> str:
    """The ports to be taken for the server's: anyio connects to the port asked for, whatever was resolved."""
    urls = [urlsplit(row["url"]) for row in rows]
    return ",".join(sorted({str(url.port or (443 if url.scheme == "https" else 80)) for url in urls}))


def _send(client: str, plan: Path, replay: dict[str, str]) -> list[dict[str, Any]]:
    """Send the plan through a client, in a process that the tap meters as the lab's are."""
    with tempfile.TemporaryDirectory() as folder:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LLM_METER_")}
        path = os.pathsep.join([bootstrap_path(), replay["PYTHONPATH"], str(ROOT)])
        environment = {**kept, **replay, "LLM_METER_DIR": folder, "PYTHONPATH": path}
        command = [sys.executable, str(_PROGRAM), client, str(plan)]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE)
        if done.returncode:
            faulthandler.dump_traceback()  # where the server stands; the client has said where it stood
            sys.exit(f"{client} ended with exit code {done.returncode}.")
    return [json.loads(line) for line in done.stdout.splitlines()]


def _print(scores: dict[str, list[ClientOutcome]]) -> None:
    counts = {name: _by_group(outcomes) for name, outcomes in scores.items()}
    groups = sorted(set().union(*counts.values()))
    _print_row("exact, of the calls that report usage", list(scores))
    for group in groups:
        cells = [f"{by[group]['exact']}/{sum(by[group].values())}" for by in counts.values()]
        _print_row(group, cells)
    print()
    for verdict in _VERDICTS:
        _print_row(verdict, [sum(of_group[verdict] for of_group in by.values()) for by in counts.values()])
    if groups:
        means = [
            sum(of_group["exact"] / sum(of_group.values()) for of_group in by.values()) / len(by)
            for by in counts.values()
        ]
        _print_row(f"mean over {len(groups)} groups", [f"{mean:.2%}" for mean in means])
    for kind, title in (("call", "calls without usage"), ("none", "non-calls"), ("retrieval", "retrievals")):
        for verdict, words in _REST.items():
            row = (kind, verdict)
            cells = [sum((one.kind, one.verdict) == row for one in ones) for ones in scores.values()]
            _print_row(f"{title}: {words}", cells)


def _print_row(title: str, cells: Sequence[object]) -> None:
    print(f"{title:46}" + "".join(f"{cell:>13}" for cell in cells))


def _by_group(outcomes: list[ClientOutcome]) -> dict[str, Counter[str]]:
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for outcome in outcomes:
        if outcome.verdict in _VERDICTS:
            groups[outcome.group][outcome.verdict] += 1
    return groups


def _print_failures(scores: dict[str, list[ClientOutcome]]) -> None:
    for name, outcomes in scores.items():
        for one in outcomes:
            if one.verdict in _BAD or one.detail:
                print(name, one.verdict, one.kind, one.group, one.id, one.detail)


if __name__ == "__main__":
    sys.exit(main())
