"""Archived calls in the REST routes: what answers leave out, and the same answers with them."""

import json
from datetime import timedelta

import pytest
from archive_samples import MARCH, NOW, archive_all, settle_all
from tornado.httpclient import HTTPClientError

from jupyter_llm_meter.ledger import Ledger

API = ("llm-meter", "api", "v1")
RAGGED = (MARCH - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def old_calls(meter, jp_data_dir):
    """The server's ledger, with calls of old months."""
    with Ledger.open(meter.service.storage.ledger_url) as ledger:
        settle_all(ledger)
        yield ledger


@pytest.fixture
def download(meter, jp_fetch, run):
    def ask(**params):
        try:
            return run(jp_fetch(*API, "export", params=params)).body.decode()
        except HTTPClientError as error:
            return error.response.code, json.loads(error.response.body)

    return ask


def test_a_page_of_calls_says_that_older_ones_are_archived_and_has_them_when_asked(api, old_calls):
    before = api("calls", params={"limit": "100"})[1]
    assert "archive" not in before
    archive_all(old_calls)
    page = api("calls", params={"limit": "100"})[1]
    assert (len(page["calls"]), page["archive"]["is_needed"], page["archive"]["calls"]) == (2, True, 26)
    page = api("calls", params={"limit": "100", "archived": "true"})[1]
    assert (page["calls"], page["archive"]["is_needed"]) == (before["calls"], False)
    assert "archive" not in api("calls", params={"from": NOW.strftime("%Y-%m-%dT00:00:00Z")})[1]


def test_sums_say_when_they_need_archived_calls_and_have_them_when_asked(api, old_calls):
    asked = {"group_by": "model", "from": RAGGED}
    before = api("usage", params=asked)[1]["rows"]
    archive_all(old_calls)
    answer = api("usage", params=asked)[1]
    assert (answer["archive"]["is_needed"], answer["rows"] == before) == (True, False)
    answer = api("usage", params={**asked, "archived": "true"})[1]
    assert (answer["archive"]["is_needed"], answer["rows"]) == (False, before)
    assert not api("usage", params={"group_by": "month"})[1]["archive"]["is_needed"]


def test_an_export_has_archived_calls_when_asked(download, old_calls):
    before = download(format="jsonl")
    archive_all(old_calls)
    assert len(download(format="jsonl").splitlines()) == 2
    assert download(format="jsonl", archived="true") == before


def test_a_damaged_file_is_named(api, download, old_calls):
    march, _may = archive_all(old_calls)
    (old_calls.archive.folder / march.file).write_bytes(b"")
    for status, error in (
        api("calls", params={"archived": "true"}),
        api("usage", params={"group_by": "model", "from": RAGGED, "archived": "true"}),
        download(format="jsonl", archived="true"),
    ):
        assert (status, error["reason"], march.file in error["message"]) == (409, "archive-unreadable", True)


def test_the_argument_is_true_or_false(api, old_calls):
    assert api("calls", params={"archived": "1"})[0] == 400
