"""``GET export`` and the arguments that say which calls are meant, on a real server."""

import csv
import io
import json
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import pytest
from tornado.httpclient import HTTPClientError

from jupyter_llm_meter.exports import parquet as parquet_form
from jupyter_llm_meter.jupyter.routes.export import file_name
from jupyter_llm_meter.ledger import Filter, Ledger, LedgerUnavailable
from jupyter_llm_meter.ledger import pages as ledger_pages
from jupyter_llm_meter.service.owner import local_zone

API = ("llm-meter", "api", "v1")


@pytest.fixture
def download(meter, jp_fetch, run):
    """Ask for an export; answers with status, headers and body."""

    def ask(**params):
        try:
            response = run(jp_fetch(*API, "export", params=params))
        except HTTPClientError as error:
            response = error.response
        return response.code, response.headers, response.body

    return ask


def ids(lines):
    return [json.loads(line)["llm_meter.call.id"] for line in lines.splitlines()]


@pytest.mark.parametrize(
    ("form", "media_type"),
    [("csv", "text/csv"), ("json", "application/json"), ("jsonl", "application/x-ndjson")],
)
def test_an_export_is_a_file_with_a_name_and_its_own_type(form, media_type, download, send, settled):
    send(settled("a", **{"llm_meter.project": "=1"}), settled("b"))
    status, headers, body = download(format=form)
    assert status == 200
    assert headers["Content-Type"].startswith(media_type)
    day = datetime.now(ZoneInfo(local_zone())).date()
    assert headers["Content-Disposition"] == f'attachment; filename="llm-meter_{day}.{form}"'
    assert headers["Transfer-Encoding"] == "chunked"
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(body.decode(), newline="")))
        found = [row["llm_meter.call.id"] for row in rows]
        assert rows[0]["llm_meter.project"] == "'=1"
    else:
        found = [each["llm_meter.call.id"] for each in json.loads(body)] if form == "json" else ids(body)
    assert found == ["a", "b"]


def test_an_export_is_sent_piece_by_piece(download, send, settled, monkeypatch):
    monkeypatch.setattr(ledger_pages, "RECORDS_AT_A_TIME", 2)
    send(*(settled(str(number)) for number in range(5)))
    assert ids(download(format="jsonl")[2]) == list("01234")


def test_an_export_is_of_the_calls_that_are_meant(download, send, settled):
    send(
        settled("a", **{"llm_meter.project": "p"}),
        settled("b", **{"gen_ai.request.model": "claude-opus-4"}),
        settled("c", **{"llm_meter.project": "p", "gen_ai.request.model": "claude-opus-4"}),
    )
    assert ids(download(format="jsonl", project="p", model="gpt-4o")[2]) == ["a"]
    assert ids(download(format="jsonl", project="")[2]) == ["b"]
    assert ids(download(format="jsonl", search="OPUS")[2]) == ["b", "c"]
    assert ids(download(format="jsonl", to="2020-01-01T00:00:00Z")[2]) == []


def test_an_export_that_breaks_off_is_an_incomplete_file(meter, jp_fetch, run, send, settled, monkeypatch):
    send(settled("a"))
    known = Ledger.records_after

    def away(self, last, which):
        if last is not None:
            raise LedgerUnavailable("ledger-closed")
        return known(self, last, which)

    monkeypatch.setattr(Ledger, "records_after", away)
    with pytest.raises(HTTPClientError) as raised:
        run(jp_fetch(*API, "export", params={"format": "jsonl"}))
    assert (raised.value.code, raised.value.response) == (599, None)


def test_parquet_without_pyarrow_is_said_to_need_it(download, monkeypatch):
    monkeypatch.setattr(parquet_form, "find_spec", lambda _name: None)
    status, headers, body = download(format="parquet")
    assert (status, json.loads(body)["reason"]) == (501, "no-pyarrow")
    assert "pip install pyarrow" in json.loads(body)["message"]
    assert headers["Content-Type"].startswith("application/json")


def test_parquet_comes_whole(download, send, settled):
    parquet = pytest.importorskip("pyarrow.parquet")
    send(settled("a"), settled("b"))
    rows = parquet.read_table(io.BytesIO(download(format="parquet")[2])).to_pylist()
    assert [row["llm_meter.call.id"] for row in rows] == ["a", "b"]


@pytest.mark.parametrize(
    ("start", "end", "name"),
    [
        (None, None, "llm-meter_2026-11-25.csv"),
        ("2026-10-31T16:00", "2026-11-23T16:00", "llm-meter_2026-11-01_2026-11-23.csv"),
        ("2026-10-31T16:00", "2027-01-01T00:00", "llm-meter_2026-11-01_2026-11-25.csv"),
        ("2026-11-24T16:00", "2026-11-25T16:00", "llm-meter_2026-11-25.csv"),
        ("2027-01-01T00:00", None, "llm-meter_2027-01-01.csv"),
    ],
)
def test_the_name_of_a_file_says_first_and_last_day(start, end, name):
    bounds = (at and datetime.fromisoformat(f"{at}:00+00:00") for at in (start, end))
    now = datetime(2026, 11, 24, 20, tzinfo=timezone.utc)
    assert file_name("csv", Filter(*bounds), ZoneInfo("Asia/Shanghai"), now) == name


def test_the_table_is_sorted_and_paged(api, send, settled):
    send(settled("a", tokens=5), settled("b", tokens=9), settled("c", tokens=7))
    page = api("calls", params={"sort": "tokens", "order": "asc", "limit": "2"})[1]
    assert [call["llm_meter.call.id"] for call in page["calls"]] == ["a", "c"]
    more = {"sort": "tokens", "order": "asc", "cursor": page["next_cursor"]}
    assert [call["llm_meter.call.id"] for call in api("calls", params=more)[1]["calls"]] == ["b"]
    status, error = api("calls", params={**more, "sort": "cost"})
    assert (status, error["reason"]) == (400, "bad-cursor")


def test_usage_is_filtered_split_and_cut(api, send, settled):
    send(
        settled("a", tokens=5, **{"llm_meter.project": "p"}),
        settled("b", tokens=9),
        settled("c", tokens=1, **{"gen_ai.request.model": "claude-opus-4"}),
    )
    params = {"group_by": "week", "split_by": "model", "limit": "1", "time_zone": "UTC"}
    rows = api("usage", params=params)[1]["rows"]
    assert [(row.get("split"), row.get("is_rest"), row["input_tokens"]) for row in rows] == [
        ("gpt-4o", None, 14),
        (None, True, 1),
    ]
    rows = api("usage", params={"group_by": "model", "project": ""})[1]["rows"]
    assert [(row["group"], row["input_tokens"]) for row in rows] == [("gpt-4o", 9), ("claude-opus-4", 1)]


@pytest.mark.parametrize(
    ("path", "params", "named"),
    [
        ("calls", {"sort": "colour"}, "started_at, cost, tokens, input_tokens, output_tokens, duration"),
        ("calls", {"order": "up"}, "desc, asc"),
        ("calls", {"search": "x" * 201}, "allowed are 200"),
        ("usage", {"group_by": "model", "split_by": "model"}, "user, team"),
        ("usage", {"group_by": "model", "split_by": "day"}, "user, team"),
        ("usage", {"limit": "0"}, "1 to 1000"),
        ("export", {"format": "xls"}, "csv, json, jsonl, parquet"),
        ("export", {"from": "today"}, "from is 'today'"),
    ],
)
def test_a_bad_argument_is_named_with_what_is_allowed(api, path, params, named):
    status, error = api(path, params=params)
    assert (status, error["reason"]) == (400, "bad-argument")
    assert named in error["message"]
