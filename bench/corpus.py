"""Score the tap's reading of recorded traffic, as the corpus's README asks.

Run `python bench/corpus.py [--group PREFIX] [--verbose]` from the repository. The corpus is found by the
environment variable LLM_METER_CORPUS, else in `../shared/corpus` beside the repository.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from llm_meter_tap.formats.answer_recognition import may_answer_a_call, provisional_shape, recognise_answer
from llm_meter_tap.formats.matching import CallShape, owner_of, recognise
from llm_meter_tap.formats.reading import Reading, Usage, read_response

# The README's names of the buckets, and the field of `Usage` that must equal each.
BUCKETS = {
    "input_tokens_total": "input_tokens",
    "output_tokens_total": "output_tokens",
    "cached_input_tokens": "cache_read_input_tokens",
    "cache_write_tokens": "cache_write_input_tokens",
    "reasoning_tokens": "reasoning_output_tokens",
}


class CorpusOutcome(NamedTuple):
    """One exchange, judged.

    Attributes:
        group: (provider, api, stream).
        kind: The corpus's kind: call, none or retrieval.
        verdict: exact, wrong or missed for what has figures; silent or invented for what has none.
        detail: Each bucket that differs, as "bucket: ours != truth".
    """

    id: str
    group: tuple[str, str, bool]
    kind: str
    is_recognised: bool
    verdict: str
    detail: str


def corpus_path() -> Path:
    """Where the recorded exchanges are; the file may be missing."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "corpus"
    return Path(os.environ.get("LLM_METER_CORPUS") or beside) / "dev.jsonl.gz"


def exchanges(path: Path) -> Iterator[dict[str, Any]]:
    """The corpus's lines; where an answer reports no usage, llama.cpp's timings are the truth."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            weak = row.get("weak_usage")
            yield row if row["truth"] or not weak else {**row, "truth": _truth_of_timings(weak)}


def _truth_of_timings(weak: dict[str, Any]) -> dict[str, Any]:
    return {
        **dict.fromkeys(BUCKETS),
        "input_tokens_total": weak["input_tokens"],
        "output_tokens_total": weak["output_tokens"],
        "cached_input_tokens": weak["cached_input_tokens"],
    }


def body_of(row: dict[str, Any], side: str) -> bytes:
    """The bytes of a request's or response's body."""
    body = row[f"{side}_body"] or ""
    return base64.b64decode(body) if row[f"{side}_encoding"] == "base64" else str(body).encode()


def headers_of(row: dict[str, Any], side: str) -> dict[str, str]:
    """Headers with lower-case keys."""
    headers = row[f"{side}_headers"] or {}
    return {
        key.lower(): value if isinstance(value, str) else ", ".join(value) for key, value in headers.items()
    }


def shape_of(row: dict[str, Any]) -> CallShape | None:
    """What the tap takes the request for."""
    url, headers = urlsplit(row["url"]), headers_of(row, "request")
    content_type = headers.get("content-type")
    return recognise(
        row["method"], url.hostname or "", url.path, url.query, content_type, body_of(row, "request")
    )


def reading_of(row: dict[str, Any], shape: CallShape) -> Reading:
    """What the tap reads out of the response."""
    headers = headers_of(row, "response")
    body = body_of(row, "response")
    return read_response(shape, row["status"], headers, headers.get("content-type"), body, True)


def answer_of(row: dict[str, Any], is_any_host: bool = False) -> tuple[CallShape, Reading] | None:
    """What the tap recognises from the answer of an exchange, as if its path were unknown.

    Args:
        row: The exchange.
        is_any_host: Take every host for one that was seen to speak a known format.
    """
    url, content_type = urlsplit(row["url"]), headers_of(row, "request").get("content-type")
    host = url.hostname or ""
    if row["method"] != "POST" or not may_answer_a_call(url.path, content_type):
        return None
    if not is_any_host and owner_of(host) is None:
        return None
    asked = provisional_shape(host, url.path, content_type, body_of(row, "request"))
    headers, body = headers_of(row, "response"), body_of(row, "response")
    return recognise_answer(asked, host, row["status"], headers, body, True)


def differences_of(row: dict[str, Any], usage: Usage | None) -> list[str]:
    """Each bucket that differs from the truth, as "bucket: ours != truth"."""
    pairs = [(bucket, row["truth"][bucket], getattr(usage, field, None)) for bucket, field in BUCKETS.items()]
    return [
        f"{bucket}: {ours} != {expected}"
        for bucket, expected, ours in pairs
        if expected is not None and expected != (ours or 0)
    ]


def judge(row: dict[str, Any]) -> CorpusOutcome:
    """Hold one exchange against its truth."""
    shape = shape_of(row)
    usage = reading_of(row, shape).usage if shape is not None else None
    differences: list[str] = []
    if row["truth"] and row["kind"] == "call":
        differences = differences_of(row, usage)
        verdict = "missed" if usage is None else "wrong" if differences else "exact"
    else:
        verdict = "invented" if usage is not None and usage.is_known() else "silent"
    group = (row["provider"], row["api"], bool(row["stream"]))
    return CorpusOutcome(row["id"], group, row["kind"], shape is not None, verdict, "; ".join(differences))


def main() -> int:
    """Print the score."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--group", default="", help="only groups whose provider/api/stream begins with this")
    options.add_argument("--verbose", action="store_true", help="name each exchange that is not exact")
    options.add_argument("--by-answer", action="store_true", help="also recognise by the answer alone")
    chosen = options.parse_args()
    path = corpus_path()
    if not path.is_file():
        print(f"No corpus at {path}; set LLM_METER_CORPUS to its folder.", file=sys.stderr)
        return 1
    outcomes = [outcome for outcome in map(judge, exchanges(path)) if _name(outcome).startswith(chosen.group)]
    _print_recognition(outcomes)
    _print_groups(outcomes)
    if chosen.by_answer:
        _print_by_answer(path)
    if chosen.verbose:
        for outcome in outcomes:
            if outcome.verdict in ("wrong", "missed", "invented") or _is_unrecognised(outcome):
                print(outcome.verdict, outcome.kind, _name(outcome), outcome.id, outcome.detail)
    return 0


def _print_by_answer(path: Path) -> None:
    """Recognition from the answer only, as if every host were known."""
    counts: Counter[str] = Counter()
    for row in exchanges(path):
        found = answer_of(row, is_any_host=True)
        if row["kind"] != "call":
            counts["non-calls"] += 1
            counts["taken"] += found is not None and shape_of(row) is None
        elif row["truth"]:
            counts["calls"] += 1
            counts["proved"] += found is not None
            counts["wrong"] += found is not None and bool(differences_of(row, found[1].usage))
    print("by the answer alone, on any host: {proved} of {calls} calls, {wrong} wrong".format_map(counts))
    print("non-calls taken for calls by the answer: {taken} of {non-calls}".format_map(counts))


def _name(outcome: CorpusOutcome) -> str:
    provider, api, is_stream = outcome.group
    return f"{provider}/{api}/{'stream' if is_stream else 'whole'}"


def _is_unrecognised(outcome: CorpusOutcome) -> bool:
    return outcome.kind == "call" and not outcome.is_recognised


def _print_recognition(outcomes: list[CorpusOutcome]) -> None:
    calls = [outcome for outcome in outcomes if outcome.kind == "call"]
    others = [outcome for outcome in outcomes if outcome.kind == "none"]
    back = [outcome for outcome in outcomes if outcome.kind == "retrieval"]
    print(f"calls recognised: {sum(one.is_recognised for one in calls)} of {len(calls)}")
    for kind, ones in (("non-calls", others), ("retrievals", back)):
        taken = sum(one.is_recognised for one in ones)
        invented = sum(one.verdict == "invented" for one in ones)
        print(f"{kind} taken for calls: {taken} of {len(ones)}, with tokens: {invented}")
    print(f"calls without figures given some: {sum(one.verdict == 'invented' for one in calls)}")


def _print_groups(outcomes: list[CorpusOutcome]) -> None:
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for outcome in outcomes:
        if outcome.verdict in ("exact", "wrong", "missed"):
            groups[_name(outcome)][outcome.verdict] += 1
    for name, counts in sorted(groups.items()):
        print(f"{name:52} exact {counts['exact']:4}  wrong {counts['wrong']:3}  missed {counts['missed']:3}")
    if groups:
        total = sum(groups.values(), Counter[str]())
        mean = sum(counts["exact"] / sum(counts.values()) for counts in groups.values()) / len(groups)
        share = total["exact"] / sum(total.values())
        print(f"{dict(total)}: {share:.2%} exact; mean over {len(groups)} groups {mean:.2%}")


if __name__ == "__main__":
    sys.exit(main())
