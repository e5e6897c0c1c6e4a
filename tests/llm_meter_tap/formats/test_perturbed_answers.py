"""Answers are read exactly, whatever a server or gateway does to them that no reference promises or forbids.

Each vector's answer is rewritten: another order of members, members that nobody knows, other line ends,
comments, wrong content types, an error in mid-stream. The figures must stay those of the vector.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from usage_vectors import CASES, figures_of, shape_of

from llm_meter_tap.formats.reading import Reading, read_response

BOM = "\ufeff"
UNKNOWN = {
    "a_text": 'it speaks of "usage": {"prompt_tokens": 999}',
    "an_object": {"of": ["lists", {"and": None}]},
    "a_null": None,
    "a_list": [],
    "a_truth": True,
}
FILLER = 'data: {"a_piece": "%s"}' % ("of text " * 8)
FAILURES = (
    'data: {"error": {"message": "no", "code": "overloaded", "type": "server_error"}}',
    'event: error\ndata: {"type": "error", "error": {"type": "overloaded_error", "message": "no"}}',
)


class Answer(NamedTuple):
    """What a perturbation may change."""

    text: str
    content_type: str


Perturbation = Callable[[Answer, Random], Answer]


def read(case: dict[str, Any], answer: Answer) -> Reading:
    shape = shape_of(case["request"])
    assert shape is not None
    response = case["response"]
    body, headers = answer.text.encode(), response.get("headers", {})
    return read_response(shape, response["status"], headers, answer.content_type, body, True)


def document_of(case: dict[str, Any]) -> Any:
    try:
        return json.loads(case["response"]["body"])
    except ValueError:
        return None


def is_events(case: dict[str, Any]) -> bool:
    return case["response"]["body"].lstrip().startswith(("data:", "event:", ":", "id:"))


# What breaks off, and what is no JSON, has figures that depend on where it does.
ENDED = [case for case in CASES if case["response"].get("complete", True)]
EVENTS = [case for case in ENDED if is_events(case)]
WHOLE = [case for case in ENDED if isinstance(document_of(case), dict) and not is_events(case)]
PIECES = [
    case for case in ENDED if "\n" in case["response"]["body"].strip() and case not in [*EVENTS, *WHOLE]
]


# Of one document


def typed(content_type: str) -> Perturbation:
    return lambda answer, random: answer._replace(content_type=content_type)


def rewritten(change: Callable[[Any, Random], str]) -> Perturbation:
    def perturb(answer: Answer, random: Random) -> Answer:
        return answer._replace(text=change(json.loads(answer.text.lstrip(BOM)), random))

    return perturb


def shuffled(value: Any, random: Random) -> Any:
    if isinstance(value, list):
        return [shuffled(one, random) for one in value]
    if not isinstance(value, dict):
        return value
    members = [(name, shuffled(one, random)) for name, one in value.items()]
    random.shuffle(members)
    return dict(members)


def extended(value: Any, random: Random) -> Any:
    if isinstance(value, list):
        return [extended(one, random) for one in value]
    if not isinstance(value, dict):
        return value
    more = {name: UNKNOWN[name] for name in random.sample(sorted(UNKNOWN), 2)}
    return {**{name: extended(one, random) for name, one in value.items()}, **more}


def between_long_texts(value: Any, random: Random) -> str:
    return json.dumps({"before": ["x" * 40_000], **value, "after": {"that": "x" * 40_000}})


OF_A_DOCUMENT: dict[str, Perturbation] = {
    "no content type": typed(""),
    "another character set": typed("application/json; charset=iso-8859-1"),
    "a content type in capitals": typed("Application/JSON;Charset=UTF-8"),
    "plain text": typed("text/plain"),
    "bytes": typed("application/octet-stream"),
    "a stream's content type": typed("text/event-stream"),
    "the content type of lines": typed("application/x-ndjson"),
    "a byte order mark": lambda answer, random: answer._replace(text=BOM + answer.text),
    "blank lines around it": lambda answer, random: answer._replace(text=f"\r\n \n{answer.text}\n\n"),
    "indented": rewritten(lambda value, random: json.dumps(value, indent=2)),
    "no blanks": rewritten(lambda value, random: json.dumps(value, separators=(",", ":"))),
    "not escaped": rewritten(lambda value, random: json.dumps(value, ensure_ascii=False)),
    "another order": rewritten(lambda value, random: json.dumps(shuffled(value, random))),
    "more members": rewritten(lambda value, random: json.dumps(extended(value, random))),
    "long texts around it": rewritten(between_long_texts),
}


# Of a stream


def blocks_of(text: str) -> list[str]:
    plain = text.lstrip(BOM).replace("\r\n", "\n").replace("\r", "\n")
    return [block for block in plain.split("\n\n") if block.strip("\n")]


def lined(change: Callable[[str], str]) -> Perturbation:
    return lambda answer, random: answer._replace(text=change(answer.text))


def each_event(change: Callable[[Any, Random], Any]) -> Perturbation:
    def line(text: str, random: Random) -> str:
        try:
            return "data: " + json.dumps(change(json.loads(text.removeprefix("data:")), random))
        except ValueError:
            return text

    def perturb(answer: Answer, random: Random) -> Answer:
        plain = answer.text.replace("\r\n", "\n").replace("\r", "\n")
        lines = [line(one, random) if one.startswith("data:") else one for one in plain.split("\n")]
        return answer._replace(text="\n".join(lines))

    return perturb


def inserted(*blocks: str, most: int = 1) -> Perturbation:
    """Put blocks behind some of the events; never before the first, which may say what the stream is."""

    def perturb(answer: Answer, random: Random) -> Answer:
        found = blocks_of(answer.text)
        for _ in range(random.randint(1, 3)):
            at = random.randint(1, len(found))
            found[at:at] = [random.choice(blocks)] * random.randint(1, most)
        return answer._replace(text="\n\n".join(found) + "\n\n")

    return perturb


def with_null_usage(value: Any, random: Random) -> Any:
    is_chunk = isinstance(value, dict) and "choices" in value and "usage" not in value
    return {**value, "usage": None} if is_chunk else value


def repeated_last_usage(answer: Answer, random: Random) -> Answer:
    found = blocks_of(answer.text)
    at = max((at for at, block in enumerate(found) if '"usage": {' in block), default=None)
    if at is not None and at >= len(found) - 2:
        found.insert(at, found[at])
    return answer._replace(text="\n\n".join(found) + "\n\n")


OF_A_STREAM: dict[str, Perturbation] = {
    "no content type": typed(""),
    "another character set": typed("text/event-stream; charset=iso-8859-1"),
    "plain text": typed("text/plain"),
    "JSON's content type": typed("application/json"),
    "a byte order mark": lined(lambda text: BOM + text.lstrip(BOM)),
    "CR LF": lined(lambda text: text.replace("\r\n", "\n").replace("\n", "\r\n")),
    "CR": lined(lambda text: text.replace("\r\n", "\n").replace("\n", "\r")),
    "no blank behind the colon": lined(lambda text: text.replace("data: ", "data:")),
    "no end to the last line": lined(lambda text: text.rstrip("\r\n")),
    "one line end at the end": lined(lambda text: text.rstrip("\r\n") + "\n"),
    "another order": each_event(shuffled),
    "more members": each_event(extended),
    "null for the usage of most events": each_event(with_null_usage),
    "comments": inserted(": keep-alive", ': "usage": {"prompt_tokens": 1}', most=12),
    "pings": inserted('event: ping\ndata: {"type": "ping"}', most=12),
    "empty data": inserted("data:", "data: ", "id: 7\nretry: 3000", most=3),
    "events that nobody knows": inserted(FILLER, most=40),
    "the last usage twice": repeated_last_usage,
    "an error in the middle": inserted(*FAILURES),
}


def failures_of(cases: list[dict[str, Any]], perturb: Perturbation) -> dict[str, Any]:
    failed = {}
    for case in cases:
        response = case["response"]
        random = Random(case["name"])
        answer = perturb(Answer(response["body"], response["content_type"]), random)
        figures = figures_of(read(case, answer))
        if figures != case["expected"].get("usage"):
            failed[case["name"]] = figures
    return failed


@pytest.mark.parametrize("perturb", OF_A_DOCUMENT.values(), ids=OF_A_DOCUMENT)
def test_a_document_has_the_same_figures(perturb: Perturbation) -> None:
    assert failures_of(WHOLE, perturb) == {}


@pytest.mark.parametrize("perturb", OF_A_STREAM.values(), ids=OF_A_STREAM)
def test_a_stream_has_the_same_figures(perturb: Perturbation) -> None:
    assert failures_of(EVENTS, perturb) == {}


OF_LINES: dict[str, Perturbation] = {
    "no content type": typed(""),
    "JSON's content type": typed("application/json"),
    "a stream's content type": typed("text/event-stream"),
    "a byte order mark": lined(lambda text: BOM + text),
    "CR LF": lined(lambda text: text.replace("\n", "\r\n")),
    "empty lines": lined(lambda text: text.replace("\n", "\n\n")),
    "no end to the last line": lined(lambda text: text.rstrip("\n")),
}


@pytest.mark.parametrize("perturb", OF_LINES.values(), ids=OF_LINES)
def test_lines_have_the_same_figures(perturb: Perturbation) -> None:
    assert (
        failures_of([case for case in PIECES if not case["response"]["body"].startswith("[")], perturb) == {}
    )


# What changes the whole text comes last: what changes a part of it looks for "\n", or parses it.
LAST = ("a byte order mark", "CR LF", "CR", "no end to the last line", "one line end at the end")


def several(names: dict[str, Perturbation]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(sorted(names)), min_size=2, max_size=4, unique=True)


@settings(max_examples=400)
@given(st.sampled_from(WHOLE), several(OF_A_DOCUMENT), st.integers(0, 2**16))
def test_a_document_that_is_changed_in_several_ways_has_the_same_figures(
    case: dict[str, Any], names: list[str], seed: int
) -> None:
    check_together(case, OF_A_DOCUMENT, names, seed)


@settings(max_examples=600)
@given(st.sampled_from(EVENTS), several(OF_A_STREAM), st.integers(0, 2**16))
def test_a_stream_that_is_changed_in_several_ways_has_the_same_figures(
    case: dict[str, Any], names: list[str], seed: int
) -> None:
    check_together(case, OF_A_STREAM, names, seed)


def check_together(
    case: dict[str, Any], changes: dict[str, Perturbation], names: list[str], seed: int
) -> None:
    random = Random(seed)
    answer = Answer(case["response"]["body"], case["response"]["content_type"])
    for name in sorted(names, key=LAST.__contains__):
        answer = changes[name](answer, random)
    assert figures_of(read(case, answer)) == case["expected"].get("usage")


@settings(max_examples=300)
@given(
    st.sampled_from([case for case in ENDED if case["response"]["body"]]),
    st.integers(0, 2**16),
    st.sampled_from(["cut", "drop", "flip", "twice"]),
)
def test_a_damaged_answer_raises_nothing(case: dict[str, Any], seed: int, damage: str) -> None:
    random, body = Random(seed), bytearray(case["response"]["body"].encode())
    at = random.randrange(len(body))
    if damage == "cut":
        del body[at:]
    elif damage == "drop":
        del body[at : at + random.randint(1, 9)]
    elif damage == "flip":
        body[at] ^= 1 << random.randrange(8)
    else:
        body[at:at] = body[:at]
    shape = shape_of(case["request"])
    assert shape is not None
    response = case["response"]
    headers = response.get("headers", {})
    for complete in (True, False):
        read_response(shape, response["status"], headers, response["content_type"], bytes(body), complete)
