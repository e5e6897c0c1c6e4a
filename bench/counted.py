"""Measure how far counted figures are from reported ones, on recorded traffic.

    python bench/counted.py [--group PREFIX] [--text-only] [--worst N]

Each recorded call whose usage the provider reported is counted as if it had not been: the tap gathers the
text of request and answer, the service counts it. The corpus is found as by `bench/corpus.py`. An error is
(counted - reported) / reported. What cannot be counted is left out, by the rules below, and said.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import math
import re
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from corpus import body_of, corpus_path, exchanges, headers_of, reading_of, shape_of

from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.counting import Counting
from jupyter_llm_meter.service.lines import read_lines
from llm_meter_tap.formats.matching import CallShape
from llm_meter_tap.formats.request_text import call_text
from llm_meter_tap.wire.record import CallRecord

SIDES = ("input", "output")

# What a request holds besides text, or has the provider put before the model besides it.
_MEDIA = re.compile(
    r'"(image_url|inlineData|inline_data|input_audio|fileData|file_data|file_id|video_url)"\s*:|"images"\s*:\s*\["'
    r'|"type"\s*:\s*"(image|document|input_image|input_file|input_audio|file|audio|video)'
)
_PROVIDERS_TOOLS = re.compile(
    r'"(googleSearch|urlContext|codeExecution|google_search|search_settings|connectors)"\s*:'
    r'|"type"\s*:\s*"(web_|code_|file_search|computer|browser_|image_generation|mcp|tool_search|memory|bash'
    r"|text_editor|server_tool_use|document_library|advisor)"
)
_KEPT = re.compile(r'"(previous_response_id|cachedContent|conversation|documents)"\s*:\s*["{\[]')
_THOUGHTS_BACK = re.compile(r'"(thoughtSignature|thought_signature|encrypted_content|signature)"\s*:\s*"[^"]')
_HIDES_THOUGHTS = re.compile(r"gpt-[5-9]|\bo[1-9]\b|gemini|claude|grok")
_THOUGHTS = re.compile(r'"(reasoning|reasoning_content|thinking|thought)"\s*:')
_THINKS = re.compile(r'"type"\s*:\s*"(thinking|redacted_thinking)')
_MEDIA_OUT = re.compile(r'"(inlineData|b64_json|audio)"\s*:\s*[{"]')
_IS_A_SYSTEM = re.compile(r"/compound")


class Measured(NamedTuple):
    """One side of one call.

    Attributes:
        group: provider/api.
        side: input or output.
        left_out: Why it is not counted; None when it is.
        counted: By us.
        reported: By the provider.
        tokenizer: The encoding that was counted with.
    """

    id: str
    group: str
    side: str
    left_out: str | None
    counted: int = 0
    reported: int = 0
    tokenizer: str = ""

    @property
    def error(self) -> float:
        return (self.counted - self.reported) / self.reported


def main() -> int:
    """Print the errors."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--group", default="", help="only groups whose provider/api begins with this")
    options.add_argument("--text-only", action="store_true", help="count without what stands around the text")
    options.add_argument("--worst", type=int, default=0, help="name this many of the largest errors a group")
    chosen = options.parse_args()
    if not corpus_path().is_file():
        print(f"Skipped: no corpus at {corpus_path()}; set LLM_METER_CORPUS to its folder.", file=sys.stderr)
        return 1
    rows = (row for row in exchanges(corpus_path()) if group_of(row).startswith(chosen.group))
    measured = measure(rows, text_only=chosen.text_only)
    for side in SIDES:
        _print_side(side, [one for one in measured if one.side == side], chosen.worst)
    return 0


def measure(rows: Iterable[dict[str, Any]], text_only: bool = False) -> list[Measured]:
    """Count both sides of every call among the exchanges."""
    return asyncio.run(_measure(rows, text_only))


def group_of(row: dict[str, Any]) -> str:
    """The group of an exchange: provider/api."""
    return f"{row['provider']}/{row['api']}"


async def _measure(rows: Iterable[dict[str, Any]], text_only: bool) -> list[Measured]:
    counting = Counting(Problems(logging.getLogger(__name__)))
    try:
        return [one for row in rows if row["kind"] == "call" for one in await _both(row, counting, text_only)]
    finally:
        counting.close()


async def _both(row: dict[str, Any], counting: Counting, text_only: bool) -> list[Measured]:
    truth, shape = row["truth"] or {}, shape_of(row)
    whole = _left_out_whole(row, shape)
    record = CallRecord("0", datetime.now(timezone.utc), "ok", "missing", "tap")
    if whole is None and shape is not None:
        record = await _counted(row, shape, counting, text_only)
    both = []
    for side, reasons in (("input", _left_out_input), ("output", _left_out_output)):
        counted, reported = getattr(record, f"{side}_tokens"), truth.get(f"{side}_tokens_total")
        why = whole or (None if reported else "no tokens reported") or next(reasons(row, record), None)
        if why is None and counted is None:
            why = "no text"
        both.append(
            Measured(row["id"], group_of(row), side, why, counted or 0, reported or 0, record.tokenizer or "")
        )
    return both


async def _counted(row: dict[str, Any], shape: CallShape, counting: Counting, text_only: bool) -> CallRecord:
    """The record that the service makes of the line that the tap sends."""
    reading = reading_of(row, shape)
    record = CallRecord(
        row["id"],
        datetime.now(timezone.utc),
        "ok",
        "missing",
        "tap",
        operation_name=shape.operation_name,
        provider_name=shape.provider_name,
        request_model=shape.request_model,
        response_model=reading.response_model,
    )
    content_type = headers_of(row, "response").get("content-type")
    text = call_text(shape.api, body_of(row, "request"), content_type, body_of(row, "response"))
    line = {"v": 1, "event": "settled", "record": record.to_wire(), "text": text}
    (read,) = read_lines(json.dumps(line).encode()).read
    assert read.record is not None
    if read.text is None:
        return read.record
    return await counting.fill_in(read.record, replace(read.text, framing=None) if text_only else read.text)


def _left_out_whole(row: dict[str, Any], shape: CallShape | None) -> str | None:
    if not row["truth"]:
        return "no usage reported"
    if row["dup_of"] is not None:
        return "the same exchange again"
    if row["flags"]:
        return "body cut or changed by the recording"
    if row["weak_usage"] or row["status"] != 200:
        return "figures that are no usage, or an error"
    if shape is None:
        return "not recognised"
    if shape.operation_name not in ("chat", "generate_content", "embeddings", "text_completion"):
        return "no text model"
    return "a system of several models" if _IS_A_SYSTEM.search(shape.request_model or "") else None


def _left_out_input(row: dict[str, Any], record: CallRecord) -> Iterator[str]:
    body = row["request_body"] or ""
    answer = row["response_body"] or ""
    if _MEDIA.search(body):
        yield "images, audio, files"
    if _PROVIDERS_TOOLS.search(body) or "toolUsePromptTokenCount" in answer:
        yield "tools of the provider's own"
    if _KEPT.search(body):
        yield "context kept by the provider, documents"
    if _THOUGHTS_BACK.search(body):
        yield "earlier thoughts, encrypted"


def _left_out_output(row: dict[str, Any], record: CallRecord) -> Iterator[str]:
    body, answer = row["request_body"] or "", row["response_body"] or ""
    if _MEDIA_OUT.search(answer):
        yield "images, audio, files"
    if _PROVIDERS_TOOLS.search(body):
        yield "tools of the provider's own"
    has_thought = bool(row["truth"]["reasoning_tokens"]) or _THINKS.search(answer)
    hides = _HIDES_THOUGHTS.search(record.response_model or record.request_model or "")
    if has_thought and (hides or not _THOUGHTS.search(answer)):
        yield "hidden reasoning"


def _print_side(side: str, ones: list[Measured], worst: int) -> None:
    groups: dict[str, list[Measured]] = defaultdict(list)
    for one in ones:
        if one.left_out is None:
            groups[one.group].append(one)
    print(f"{side:34}{'calls':>7}{'median':>9}{'median of |error|':>19}{'95 % are within':>17}")
    for group, members in sorted(groups.items(), key=lambda item: -len(item[1])):
        _print_group(group, members)
        for one in sorted(members, key=lambda one: -abs(one.error))[:worst]:
            print(f"    {one.id} {one.tokenizer}: {one.counted} for {one.reported}, {one.error:+.1%}")
    _print_group("all", [one for members in groups.values() for one in members])
    for why, number in Counter(one.left_out for one in ones if one.left_out).most_common():
        print(f"  left out: {number:5}  {why}")
    print()


def _print_group(name: str, members: list[Measured]) -> None:
    if not members:
        return
    errors = [one.error for one in members]
    sizes = sorted(map(abs, errors))
    within = sizes[math.ceil(0.95 * len(sizes)) - 1]
    print(
        f"{name:34}{len(errors):7}{statistics.median(errors):+9.1%}{statistics.median(sizes):19.1%}{within:17.1%}"
    )


if __name__ == "__main__":
    sys.exit(main())
