"""Where the recorded exchanges are, and which of them the end-to-end tests replay: by rule, not by copy."""

from __future__ import annotations

import gzip
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

Exchange = dict[str, Any]

GROUPS = {
    ("openai", "openai.chat"),
    ("openai", "openai.responses"),
    ("openai", "openai.completions"),
    ("openai", "openai.embeddings"),
    ("azure", "openai.chat"),
    ("azure", "openai.responses"),
    ("azure", "openai.embeddings"),
    ("anthropic", "anthropic.messages"),
    ("google", "google.generateContent"),
}
"""The (provider, api) pairs that the meter recognises from its first version on."""

_WIRE_CHANGED = {"response_body_base64_cut", "request_body_base64_cut", "synthetic_suspect"}


def folder() -> Path:
    """The folder of the recordings: ``LLM_METER_CORPUS``, else ``../shared/corpus`` beside the checkout."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "corpus"
    return Path(os.environ.get("LLM_METER_CORPUS", beside))


def require() -> Path:
    """Return the file of recordings, or skip the test and say where it was looked for."""
    file = folder() / "dev.jsonl.gz"
    if not file.exists():
        pytest.skip(f"no recorded traffic: {file} is missing (set LLM_METER_CORPUS)")
    return file


@cache
def selection(per_group: int = 4) -> tuple[Exchange, ...]:
    """Choose the exchanges to replay.

    The rule: calls of `GROUPS` recorded whole, with a 200 and the usage stated; the first ``per_group`` by id
    of each (provider, api, streamed), and no two of one group that send the same request to the same URL.
    """
    groups: dict[tuple[str, str, bool], list[Exchange]] = defaultdict(list)
    for exchange in sorted(_usable(require()), key=lambda one: one["id"]):
        group = groups[exchange["provider"], exchange["api"], exchange["stream"]]
        sent = (exchange["url"], exchange["request_body"])
        if len(group) < per_group and sent not in {(one["url"], one["request_body"]) for one in group}:
            group.append(exchange)
    return tuple(exchange for key in sorted(groups) for exchange in groups[key])


def by_api(exchanges: Iterable[Exchange], *providers: str) -> tuple[Exchange, ...]:
    """Those of the exchanges that went to one of the providers."""
    return tuple(exchange for exchange in exchanges if exchange["provider"] in providers)


def write_plan(exchanges: Iterable[Exchange], file: Path) -> Path:
    """Write what `process/caller.py` needs to make the calls again."""
    kept = ("id", "provider", "api", "url", "stream")
    plan = [
        {**{key: exchange[key] for key in kept}, "body": exchange["request_body"]} for exchange in exchanges
    ]
    file.write_text(json.dumps(plan), encoding="utf-8")
    return file


def true_tokens(exchanges: Iterable[Exchange]) -> tuple[int, int]:
    """The provider's own sums: (input, output), inclusive as in OpenTelemetry."""
    truths = [exchange["truth"] for exchange in exchanges]
    return (
        sum(truth["input_tokens_total"] or 0 for truth in truths),
        sum(truth["output_tokens_total"] or 0 for truth in truths),
    )


def hosts(exchanges: Iterable[Exchange]) -> list[str]:
    """The host names the exchanges went to."""
    return sorted({urlsplit(exchange["url"]).hostname or "" for exchange in exchanges})


def _usable(file: Path) -> Iterator[Exchange]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            exchange = json.loads(line)
            if _is_usable(exchange):
                yield exchange


def _is_usable(exchange: Exchange) -> bool:
    truth = exchange["truth"] or {}
    return (
        exchange["kind"] == "call"
        and (exchange["provider"], exchange["api"]) in GROUPS
        and exchange["status"] == 200
        and exchange["dup_of"] is None
        and exchange["request_encoding"] is None
        and exchange["response_encoding"] is None
        and exchange["request_is_json"]
        and truth.get("input_tokens_total") is not None
        and not _WIRE_CHANGED & set(exchange["flags"])
    )
