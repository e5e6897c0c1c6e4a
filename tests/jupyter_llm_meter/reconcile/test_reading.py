"""Files that are refused, and what is said of them."""

import json

import pytest
from provider_exports import (
    ANTHROPIC_USAGE_CSV,
    AWS_CSV,
    AZURE_CSV,
    OPENAI_USAGE_CSV,
    as_bytes,
    openai_cost,
    openai_result,
    openai_usage,
)

from jupyter_llm_meter.reconcile import ExportError, of_account, read_export, refuse_overlaps

TWO = AZURE_CSV.replace(
    "lab,sub-1,11/03/2026,Foundry Models,GPT 5", "lab,sub-2,11/03/2026,Foundry Models,GPT 5"
)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "x is empty"),
        (b"  \n", "x is empty"),
        (b"PK\x03\x04\xff\xfe\x00", "x is not text"),
        (b"day,tokens\n2026-11-03,5\n", "none of the exports that are known .found: day, tokens."),
        (b"[1, 2]", "holds JSON that is no object"),
        (b'{"data": []}', "none of the exports"),
        (b'{"data": [{"object": "bucket"', "not valid JSON"),
        (b'{"a": 1}\n{"a": ', "line 2 is not valid JSON"),
        (b'{"a": 1}', "none of the exports"),
        (b'a,b\n"never closed,2\n', "cut off"),
        (b"start_time,end_time,num_model_requests,input_tokens\n", "has no usage in it"),
    ],
    ids=range(11),
)
def test_a_file_that_is_no_export_is_refused_with_what_it_is(data, said):
    with pytest.raises(ExportError, match=said):
        read_export(data, "x")


def test_the_known_exports_are_named():
    with pytest.raises(ExportError, match=r"OpenAI usage API.*Anthropic Console, usage.*AWS Cost and Usage"):
        read_export(b"a,b\n1,2\n", "x")


@pytest.mark.parametrize("bucket", [7, {"results": None}, {}])
def test_a_bucket_of_another_shape_is_refused(bucket):
    page = openai_usage(openai_result())
    page["data"].append(bucket)
    with pytest.raises(ExportError, match="bucket 2 has no results"):
        read_export(as_bytes(page), "x")


def test_buckets_that_overlap_are_refused():
    page = openai_usage(openai_result())
    page["data"] += openai_usage(openai_result(), start="2026-11-03T12:00", end="2026-11-04T12:00")["data"]
    with pytest.raises(ExportError, match="overlap at 2026-11-03T12:00Z"):
        read_export(as_bytes(page), "x")


def test_a_bucket_that_is_there_twice_is_refused():
    page = openai_usage(openai_result())
    page["data"] *= 2
    with pytest.raises(ExportError, match="overlap at 2026-11-03T00:00Z"):
        read_export(as_bytes(page), "x")


def test_a_bucket_that_ends_before_it_begins_is_refused():
    page = openai_usage(openai_result(), end="2026-11-02")
    with pytest.raises(ExportError, match="before it begins"):
        read_export(as_bytes(page), "x")


def test_a_table_with_tabs_in_utf_16_is_read():
    text = OPENAI_USAGE_CSV.replace(",", "\t")
    assert len(read_export(text.encode("utf-16"), "x").rows) == 1


def test_an_export_of_several_accounts_needs_one_to_be_named():
    export = read_export(TWO.encode(), "x.csv")
    with pytest.raises(ExportError, match=r"usage of 2 accounts \(sub-1, sub-2\); name yours with --account"):
        of_account([export], None)
    (mine,) = of_account([export], "sub-2")
    assert [row.model for row in mine.rows] == ["GPT 5"]


def test_an_export_of_another_account_is_refused():
    export = read_export(AWS_CSV.encode(), "x.csv")
    with pytest.raises(ExportError, match=r"x\.csv is not of account 999: it has 111122223333"):
        of_account([export], "999")
    assert of_account([export], "111122223333")[0].rows == export.rows


def test_an_export_that_names_no_account_cannot_be_checked():
    export = read_export(as_bytes(openai_usage(openai_result(project_id=None))), "x.json")
    assert of_account([export], None) == [export]
    with pytest.raises(ExportError, match="names no account"):
        of_account([export], "proj_1")


def test_workspaces_and_projects_are_parts_of_one_account():
    text = ANTHROPIC_USAGE_CSV.replace("lab,Default,batch", "lab,Other,batch")
    export = read_export(text.encode(), "x.csv")
    assert of_account([export], None) == [export]
    assert len(of_account([export], "Other")[0].rows) == 1


def test_two_files_with_the_same_figures_of_the_same_days_are_refused():
    one, other = (read_export(as_bytes(openai_usage(openai_result())), name) for name in ("a", "b"))
    with pytest.raises(ExportError, match="a and b both have 2026-11-03"):
        refuse_overlaps([one, other])


def test_usage_and_costs_of_the_same_days_are_compared_together():
    refuse_overlaps(
        [read_export(as_bytes(each), "x") for each in (openai_usage(openai_result()), openai_cost(1.5))]
    )


def test_unread_columns_must_be_numbers_too():
    page = json.dumps(openai_usage(openai_result(input_video_tokens="many")))
    with pytest.raises(ExportError, match="input_video_tokens is 'many'"):
        read_export(page.encode(), "x")
