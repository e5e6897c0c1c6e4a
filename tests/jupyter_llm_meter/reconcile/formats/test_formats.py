"""What each kind of export says, in the ledger's figures."""

import gzip
import json
from datetime import datetime, timezone
from decimal import Decimal

import pytest
from provider_exports import (
    ANTHROPIC_COST_CSV,
    ANTHROPIC_USAGE_CSV,
    AWS_CSV,
    AZURE_CSV,
    GOOGLE_LINES,
    OPENAI_COST_CSV,
    OPENAI_USAGE_CSV,
    anthropic_cost,
    anthropic_usage,
    as_bytes,
    openai_cost,
    openai_result,
    openai_usage,
)

from jupyter_llm_meter.reconcile import ExportError, read_export
from jupyter_llm_meter.reconcile.content import column_name
from jupyter_llm_meter.reconcile.formats import FORMATS

EXPECTED = {
    "openai-usage": (
        openai_usage(openai_result()),
        {
            "gpt-4o-2024-08-06": {
                "calls": 5, "input_tokens": 1000, "output_tokens": 500, "cache_read_input_tokens": 800,
            }
        },
    ),
    "openai-costs": (openai_cost(0.06), {"gpt-4o-2024-08-06": {"cost": "0.06"}}),
    "openai-usage-csv": (
        OPENAI_USAGE_CSV,
        {
            "gpt-4o-2024-08-06": {
                "calls": 10, "input_tokens": 59200, "output_tokens": 10646, "cache_read_input_tokens": 5760,
            }
        },
    ),
    "openai-costs-csv": (OPENAI_COST_CSV, {None: {"cost": "0.8958740000000000"}}),
    "anthropic-usage": (
        anthropic_usage(),
        {
            "claude-sonnet-4-5-20250929": {
                "input_tokens": 3200, "output_tokens": 500, "cache_read_input_tokens": 200,
                "cache_write_input_tokens": 1500,
            }
        },
    ),
    "anthropic-costs": (anthropic_cost(), {"claude-sonnet-4-5-20250929": {"cost": "1.2378912"}}),
    "anthropic-usage-csv": (
        ANTHROPIC_USAGE_CSV,
        {
            "claude-sonnet-4-5-20250929": {
                "input_tokens": 64000, "output_tokens": 16940, "cache_read_input_tokens": 1000,
                "cache_write_input_tokens": 16000,
            }
        },
    ),
    "anthropic-costs-csv": (ANTHROPIC_COST_CSV, {"Claude Sonnet 4.5": {"cost": "0.39"}}),
    "azure-costs": (
        AZURE_CSV,
        {
            "gpt 4o 0806": {
                "input_tokens": 14500, "output_tokens": 3000, "cache_read_input_tokens": 2000,
                "cost": "0.06375",
            },
            "GPT 5": {"output_tokens": 500_000, "cost": 5},
        },
    ),
    "aws-cur": (
        AWS_CSV,
        {
            "Claude4.6Sonnet": {
                "input_tokens": 15500, "output_tokens": 3000, "cache_read_input_tokens": 2000,
                "cache_write_input_tokens": 1000, "cost": "0.0775",
            }
        },
    ),
    "google-billing": (
        GOOGLE_LINES,
        {
            "Gemini 2.5 Flash": {"input_tokens": 1030, "cache_read_input_tokens": 30, "cost": "0.00031"},
            "gemini 2.5 flash": {"output_tokens": 50, "cost": "0.0001"},
            "Gemini 2.5 Flash Storage": {"cost": "0.00002"},
        },
    ),
}  # fmt: skip
DAY = datetime(2026, 11, 3, tzinfo=timezone.utc)


def sums(export):
    found = {}
    for row in export.rows:
        of_model = found.setdefault(row.model, {})
        for name, value in row.figures.items():
            of_model[name] = of_model.get(name, 0) + value
    return found


def expected(figures):
    return {model: {name: Decimal(value) for name, value in each.items()} for model, each in figures.items()}


@pytest.mark.parametrize("name", [each.name for each in FORMATS])
def test_every_format_is_recognised_by_its_content_and_read_in_the_ledgers_figures(name):
    document, figures = EXPECTED[name]
    export = read_export(as_bytes(document), "download (3)")
    assert export.format.name == name
    assert sums(export) == expected(figures)
    assert {row.start.date() for row in export.rows} == {DAY.date()}


@pytest.mark.parametrize("name", [each.name for each in FORMATS])
def test_a_compressed_file_is_read_as_the_plain_one(name):
    document, figures = EXPECTED[name]
    assert sums(read_export(gzip.compress(as_bytes(document)), "x.gz")) == expected(figures)


@pytest.mark.parametrize("name", [each.name for each in FORMATS])
def test_a_compressed_file_that_is_cut_off_is_refused(name):
    whole = gzip.compress(as_bytes(EXPECTED[name][0]))
    with pytest.raises(ExportError, match=r"x\.gz is compressed and cut off"):
        read_export(whole[:-20], "x.gz")


@pytest.mark.parametrize("name", [each.name for each in FORMATS])
def test_a_file_that_is_cut_in_a_line_is_refused(name):
    text = as_bytes(EXPECTED[name][0]).decode()
    with pytest.raises(ExportError, match="cut off"):
        read_export(text[: text.rstrip().rfind(",")].encode(), "x")


PAGES = (openai_usage(openai_result()), anthropic_usage(), openai_cost(1), anthropic_cost())


@pytest.mark.parametrize("document", PAGES)
def test_a_page_of_several_is_refused_and_several_pages_on_lines_are_one_export(document):
    first = {**document, "has_more": True, "next_page": "p2"}
    with pytest.raises(ExportError, match="one page of several"):
        read_export(as_bytes(first), "x.json")
    later = json.dumps(document).replace("2026-11-04", "2026-11-05").replace("2026-11-03", "2026-11-04")
    other = json.loads(later)
    for bucket in other["data"]:
        if "start_time" in bucket:
            bucket["start_time"] += 86400
            bucket["end_time"] += 86400
    export = read_export(f"{json.dumps(first)}\n{json.dumps(other)}\n".encode(), "x.jsonl")
    assert [row.start.day for row in export.rows] == [3, 4]
    assert sums(read_export(as_bytes([first, other]), "x.json")) == sums(export)


@pytest.mark.parametrize(
    ("name", "column", "bad"),
    [
        ("openai-usage-csv", "59200.0", "many"),
        ("openai-costs-csv", "0.8958740000000000", "NaN"),
        ("anthropic-usage-csv", "46981", "-1"),
        ("anthropic-costs-csv", "0.14", "free"),
        ("azure-costs", "12.5", "12;5"),
        ("aws-cur", "12.5", "Infinity"),
    ],
)
def test_a_figure_that_is_no_number_names_its_line(name, column, bad):
    text = EXPECTED[name][0].replace(column, bad, 1)
    with pytest.raises(ExportError, match=r"x\.csv, line 2: .* must be"):
        read_export(text.encode(), "x.csv")


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("azure-costs", "11/03/2026", "31/31/2026"),
        ("aws-cur", "2026-11-03T05:00:00Z", "yesterday"),
        ("anthropic-usage-csv", "2026-11-03", "3. November"),
    ],
)
def test_a_date_that_is_none_names_its_line(name, good, bad):
    with pytest.raises(ExportError, match="it must be a date or a time"):
        read_export(EXPECTED[name][0].replace(good, bad).encode(), "x.csv")


@pytest.mark.parametrize(
    ("document", "unread"),
    [
        (openai_usage(openai_result(input_video_tokens=70)), "input_video_tokens: 70"),
        (anthropic_usage(thinking_tokens=12), "thinking_tokens: 12"),
        (AZURE_CSV.replace("0806 Outp glbl Tokens", "0806 New Tokens"), "gpt 4o 0806 New Tokens: 3 x 1K"),
        (AZURE_CSV.replace("Tokens,1K,12.5", "Tokens,1 Hour,12.5"), "0806 Inp glbl Tokens: 12.5 x 1 Hour"),
        (AWS_CSV.replace("12.5,USD,0.0375,1K tokens", "12.5,USD,0.0375,"), "column pricing_unit"),
        (GOOGLE_LINES, "Gemini 2.5 Flash Text Input Caching Storage: 2.0 x h"),
    ],
    ids=range(6),
)  # fmt: skip
def test_tokens_that_are_not_read_are_said(document, unread):
    assert unread in " / ".join(read_export(as_bytes(document), "x").unread)


def test_zeros_and_parts_of_other_columns_are_not_called_unread():
    assert read_export(as_bytes(openai_usage(openai_result(input_video_tokens=0))), "x").unread == ()
    assert read_export(as_bytes(OPENAI_USAGE_CSV), "x").unread == ()


def test_a_missing_figure_is_unknown_and_not_zero():
    (row,) = read_export(as_bytes(openai_usage(openai_result(input_cached_tokens=None))), "x").rows
    assert "cache_read_input_tokens" not in row.figures


def test_a_day_without_usage_is_covered():
    export = read_export(OPENAI_USAGE_CSV.encode(), "x")
    assert (export.start.day, export.end.day) == (3, 5)


def test_batches_are_marked():
    assert [row.is_batch for row in read_export(ANTHROPIC_USAGE_CSV.encode(), "x").rows] == [False, True]
    assert [row.is_batch for row in read_export(AWS_CSV.encode(), "x").rows] == [False, True, False, False]
    assert read_export(as_bytes(openai_usage(openai_result(batch=True))), "x").rows[0].is_batch


def test_columns_of_the_second_version_of_the_report_of_aws_are_the_same():
    first, rest = AWS_CSV.split("\n", 1)
    renamed = ",".join(column_name(each) for each in first.split(","))
    assert renamed != first
    assert sums(read_export(f"{renamed}\n{rest}".encode(), "x")) == expected(EXPECTED["aws-cur"][1])


def test_rows_of_google_as_csv_and_as_a_list_are_the_same():
    rows = [json.loads(line) for line in GOOGLE_LINES.splitlines()]
    table = (
        "sku.description,service.description,usage.amount,usage.unit,usage_start_time,cost,currency\n"
        + "\n".join(
            f"{row['sku']['description']},Vertex AI,{row['usage']['amount']},{row['usage']['unit']},"
            f"2026-11-03 08:00:00 UTC,{row['cost']},USD"
            for row in rows
        )
    )
    wanted = sums(read_export(GOOGLE_LINES.encode(), "x"))
    assert sums(read_export(json.dumps(rows).encode(), "x")) == wanted
    assert sums(read_export(table.encode(), "x")) == {
        model: {name: pytest.approx(value) for name, value in each.items()} for model, each in wanted.items()
    }
