"""All formats at once: complete records, a vector for every endpoint, no format named anywhere else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from llm_meter_tap.calls.batch_results import result_of
from llm_meter_tap.calls.read_back_paths import may_read_back
from llm_meter_tap.formats import format as records
from llm_meter_tap.formats.format import Endpoint, Family, Format, OutputLimit, ReadBack, TextFields
from llm_meter_tap.formats.matching import match, match_read_back
from llm_meter_tap.formats.reading import Reading, read_document, read_response
from llm_meter_tap.formats.registry import ENDPOINTS, FAMILIES, FORMATS, READ_BACKS
from llm_meter_tap.wire.json_values import mapping, parse

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("llm_meter_tap", "jupyter_llm_meter")
FOLDER = ROOT / "llm_meter_tap" / "formats"
VECTORS = json.loads((ROOT / "tests" / "vectors" / "usage.json").read_text(encoding="utf-8"))

# Operations in which a model writes no tokens, so that a request needs no limit for them.
WRITES_NOTHING = ("embeddings", "rerank")
# Transcriptions and speech have no member that limits the output (OpenAI's API reference), and an application
# has its limit among its own settings (Alibaba's, Dify's).
WITHOUT_LIMIT = ("openai.audio", "dashscope.app", "dify.app", "coze.bot")


def endpoint_of(case: dict[str, Any], more: bytes = b"") -> tuple[Endpoint, Any]:
    asked = case["request"]
    body = json.dumps(asked["body"]).encode()
    if more:
        body = body[:-1] + more + b"}"
    found = match(asked["method"], asked["host"], asked["path"], "application/json", body)
    assert found is not None, case["name"]
    return found


def named(records: tuple[Any, ...]) -> list[Any]:
    return [pytest.param(one, id=f"{one.format.name} {one.path}") for one in records]


@pytest.mark.parametrize("format", FORMATS.values(), ids=FORMATS)
def test_every_member_of_a_format_is_filled_in(format: Format) -> None:
    assert re.fullmatch(r"[a-z]+\.[\w.]+", format.name)
    assert (FOLDER / f"{format.name.partition('.')[0]}.py").is_file()
    re.compile(format.usage.matters)
    assert format.usage.names
    assert all(isinstance(end, bytes) and end for end in format.stream_ends)
    operations = {one.operation_name for one in ENDPOINTS if one.format is format}
    writes = not operations <= set(WRITES_NOTHING)
    if writes and format.text is not None and format.name not in WITHOUT_LIMIT:
        assert isinstance(format.output_limit, OutputLimit)
        assert format.output_limit.tokens


@pytest.mark.parametrize("format", FORMATS.values(), ids=FORMATS)
def test_a_format_names_the_members_with_its_text(format: Format) -> None:
    fields = format.text
    if fields is None:
        return
    assert isinstance(fields, TextFields)
    assert fields.read
    inside = fields.read if fields.inside is None else (*fields.read, *fields.system, *fields.messages)
    assert {*fields.system, *fields.messages} <= set(inside)
    writes = {one.operation_name for one in ENDPOINTS if one.format is format} - set(WRITES_NOTHING)
    assert bool(fields.written) == bool(writes)


@pytest.mark.parametrize("format", FORMATS.values(), ids=FORMATS)
def test_a_format_is_used_somewhere(format: Format) -> None:
    assert any(one.format is format for one in ENDPOINTS)


@pytest.mark.parametrize("one", [*named(ENDPOINTS), *named(READ_BACKS)])
def test_an_endpoint_uses_a_format_of_the_registry(one: Endpoint | ReadBack) -> None:
    assert FORMATS[one.format.name] is one.format


def test_every_family_is_in_the_registry() -> None:
    families = [
        path for path in FOLDER.glob("*.py") if re.search("^FAMILY = ", path.read_text("utf-8"), re.M)
    ]
    assert len(families) == len(FAMILIES)
    assert all(isinstance(family, Family) for family in FAMILIES)


@pytest.mark.parametrize("endpoint", named(ENDPOINTS))
def test_an_endpoint_has_a_vector(endpoint: Endpoint) -> None:
    assert any(endpoint_of(case)[0] is endpoint for case in VECTORS["cases"])


@pytest.mark.parametrize("one", named(READ_BACKS))
def test_what_is_read_back_has_a_vector(one: ReadBack) -> None:
    found = [match_read_back(case["host"], case["path"]) for case in VECTORS["read_backs"]]
    assert any(known is not None and known[0] is one for known in found)


@pytest.mark.parametrize("case", VECTORS["read_backs"], ids=lambda case: case["name"])
def test_what_is_read_back_reports_its_calls(case: dict[str, Any]) -> None:
    assert may_read_back("GET", case["path"])
    calls = [
        {
            "api": api,
            "response_id": reading.response_id,
            "usage": {
                name: value
                for name, value in vars(reading.usage).items()
                if name != "raw" and value is not None
            },
        }
        for api, reading in read_back(case)
        if reading.usage is not None
    ]
    assert calls == case["expected"]


def read_back(case: dict[str, Any]) -> Iterator[tuple[str, Reading]]:
    """The readings of what a case's answer reports, each with its format."""
    found = match_read_back(case["host"], case["path"])
    assert found is not None
    one, shape = found
    body = case["body"].encode()
    if one.is_lines:
        results = [result for result in map(result_of, body.splitlines()) if result is not None]
    elif one.results_in is not None:
        results = [*one.results_in(mapping(parse(body)))]
    else:
        yield shape.api, read_response(shape, 200, {}, case["content_type"], body, True)
        return
    for result in results:
        api = result.format.name
        yield api, read_document(shape._replace(api=api), result.answer)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_a_request_too_big_to_parse_is_recognised_by_its_ends(case: dict[str, Any]) -> None:
    long = b', "an_appendix": "%s"' % (b"x" * 100_000)
    assert endpoint_of(case, long) == endpoint_of(case)


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if FOLDER not in path.parents and "labextension" not in path.parts:
                yield path


def names_in(source: str) -> list[str]:
    """The names of formats, and the beginnings of names such as "openai.", that a source spells out."""
    whole = "|".join(re.escape(name) for name in FORMATS)
    families = "|".join(sorted({name.partition(".")[0] for name in FORMATS}))
    return re.findall(rf"(?<![\w./])(?:{whole})(?![\w/])|[\"'](?:{families})\.[\"']", source)


def test_nothing_outside_of_the_formats_names_one() -> None:
    found = {
        str(path.relative_to(ROOT)): names_in(path.read_text("utf-8"))
        for path in sources()
        if names_in(path.read_text("utf-8"))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ('if api == "anthropic.messages":', ["anthropic.messages"]),
        ("if api.startswith('openai.'):", ["'openai.'"]),
        ("from openai.chat.completions import x  # the SDK", ["openai.chat"]),
        ('name = "openai.azure.com"', []),
        ('see("llm_meter_tap/formats/openai.py")', []),
    ],
)
def test_a_name_that_is_spelled_out_is_found(source: str, names: list[str]) -> None:
    assert names_in(source) == names


def test_records_are_frozen() -> None:
    kinds = [Format, Endpoint, ReadBack, Family, OutputLimit, TextFields, records.UsageReader, records.Result]
    assert all(issubclass(kind, tuple) for kind in kinds)
