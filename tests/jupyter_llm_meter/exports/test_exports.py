"""Every form of export says the same of the same calls."""

import csv
import io
import json
from datetime import datetime, timezone
from decimal import Decimal

import pytest

from jupyter_llm_meter.exports import FORMS, formats
from jupyter_llm_meter.exports import parquet as parquet_form
from jupyter_llm_meter.exports.text import COLUMNS
from llm_meter_tap.wire.record import CallRecord

AT = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)


def record(call_id, **fields):
    return CallRecord(call_id=call_id, started_at=AT, status="ok", basis="reported", source="tap", **fields)


FULL = record(
    "full",
    duration_s=1.25,
    is_stream=True,
    input_tokens=0,
    usage_raw={"a": [1, "用"]},
    usage_flags=["total-mismatch"],
    usage_tool_calls={"search": 2},
    cost_amount=Decimal("0.000000000001"),
    cost_currency="USD",
    server_port=443,
    notebook_path='分析, "最终".ipynb',
)
RECORDS = [FULL, record("bare")]


def exported(form, records):
    writer = FORMS[form].writer()
    pieces = [writer.start_file(), *(writer.write_calls([each]) for each in records), writer.end_file()]
    return b"".join(pieces)


def rows_of(table):
    return list(csv.DictReader(io.StringIO(table.decode(), newline="")))


@pytest.mark.parametrize("number", [0, 1, 2])
def test_json_and_lines_of_json_are_the_public_record(number):
    wires = [each.to_wire() for each in RECORDS[:number]]
    assert json.loads(exported("json", RECORDS[:number])) == wires
    assert [json.loads(line) for line in exported("jsonl", RECORDS[:number]).splitlines()] == wires


def test_a_table_has_every_field_and_leaves_the_unknown_empty():
    full, bare = rows_of(exported("csv", RECORDS))
    assert tuple(full) == COLUMNS
    assert full["gen_ai.usage.input_tokens"] == "0"
    assert bare["gen_ai.usage.input_tokens"] == ""
    assert full["llm_meter.cost.amount"] == "0.000000000001"
    assert full["llm_meter.notebook.path"] == FULL.notebook_path
    assert full["gen_ai.request.stream"] == "true"
    assert json.loads(full["llm_meter.usage.raw"]) == FULL.usage_raw
    assert full["llm_meter.call.started_at"] == "2026-11-24T12:00:00.000000Z"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_name_that_looks_like_a_formula_is_text_in_a_table(text):
    (row,) = rows_of(exported("csv", [record("a", project=text, notebook_path="a=b.ipynb")]))
    assert row["llm_meter.project"] == f"'{text}"
    assert row["llm_meter.notebook.path"] == "a=b.ipynb"


def test_parquet_is_found_only_where_pyarrow_is(monkeypatch):
    monkeypatch.setattr(parquet_form, "find_spec", lambda _name: None)
    assert formats() == ["csv", "json", "jsonl"]
    monkeypatch.setattr(parquet_form, "find_spec", lambda _name: object())
    assert formats() == ["csv", "json", "jsonl", "parquet"]


@pytest.mark.parametrize("calls_a_group", [1, 50_000])
def test_parquet_has_types(monkeypatch, calls_a_group):
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(parquet_form, "CALLS_A_GROUP", calls_a_group)
    file = parquet.ParquetFile(io.BytesIO(exported("parquet", RECORDS)))
    assert file.num_row_groups == (2 if calls_a_group == 1 else 1)
    full, bare = file.read().to_pylist()
    assert tuple(full) == COLUMNS
    assert full["llm_meter.call.started_at"] == AT
    assert full["llm_meter.cost.amount"] == FULL.cost_amount
    assert full["gen_ai.usage.input_tokens"] == 0
    assert full["llm_meter.usage.flags"] == FULL.usage_flags
    assert json.loads(full["llm_meter.usage.raw"]) == FULL.usage_raw
    assert bare["gen_ai.usage.input_tokens"] is None


def test_an_export_of_nothing_is_a_whole_file():
    parquet = pytest.importorskip("pyarrow.parquet")
    assert parquet.read_table(io.BytesIO(exported("parquet", []))).num_rows == 0
    assert rows_of(exported("csv", [])) == []
