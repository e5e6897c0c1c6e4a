"""``jupyter llm-meter reconcile`` as a person and a program see it."""

import hashlib
import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from empty_ledger import place_empty_ledger
from provider_exports import OPENAI_USAGE_CSV, as_bytes, openai_cost, openai_result, openai_usage

from jupyter_llm_meter.ledger import Ledger
from llm_meter_tap.wire.record import CallRecord

DAY = datetime(2026, 11, 3, tzinfo=timezone.utc)


def call(call_id, started_at, **fields):
    known = {
        "status": "ok", "basis": "reported", "source": "tap", "provider_name": "openai",
        "request_model": "gpt-4o", "response_model": "gpt-4o-2024-08-06", "input_tokens": 500,
        "cache_read_input_tokens": 400, "output_tokens": 250, "cost_amount": Decimal("0.03"),
        "cost_currency": "USD", "user_id": "alice",
    }  # fmt: skip
    return CallRecord(call_id, started_at, **{**known, **fields})


@pytest.fixture
def ledger(home):
    """The user's ledger, with the first and the last instant of a UTC day and what lies beside it."""
    url = place_empty_ledger(home / "data" / "llm-meter" / "ledger.sqlite3")
    with Ledger.open(url) as opened:
        opened.settle(
            [
                call("before", DAY - timedelta(microseconds=1)),
                call("first", DAY),
                call("last", DAY + timedelta(days=1, microseconds=-1)),
                call("after", DAY + timedelta(days=1)),
                call("other", DAY, provider_name="anthropic", response_model="claude-sonnet-4-5"),
            ],
            [],
            DAY,
        )
    return home / "data" / "llm-meter" / "ledger.sqlite3"


@pytest.fixture
def export(home):
    """Writes an export; returns its path."""

    def write(document, name="export"):
        path = home / "elsewhere" / name
        path.write_bytes(as_bytes(document))
        return str(path)

    return write


SAME = openai_usage(openai_result(num_model_requests=2))


def test_equal_figures_exit_with_0_and_say_so(meter, ledger, export):
    done = meter("reconcile", export(SAME), export(openai_cost(0.06), "costs"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "No figure differs." in done.stdout
    assert "2026-11-03T00:00:00.000000Z to 2026-11-04T00:00:00.000000Z" in done.stdout


def test_differences_exit_with_3_and_name_day_model_figures_and_reasons(meter, ledger, export):
    done = meter("reconcile", export(openai_usage(openai_result())))
    assert done.returncode == 3
    for words in (
        "2026-11-03",
        "gpt-4o-2024-08-06",
        "Calls",
        "+3",
        "not-metered",
        "doctor",
        "1 of them differ",
    ):
        assert words in done.stdout
    assert "Cost (USD)" not in done.stdout


def test_all_shows_what_agrees_too(meter, ledger, export):
    done = meter("reconcile", "--all", export(SAME))
    assert done.returncode == 0
    assert "1,000" in done.stdout


def test_json_has_every_row_with_exact_figures(meter, ledger, export):
    done = meter("reconcile", "--json", export(SAME), export(openai_cost("0.0600000000001"), "costs"))
    document = json.loads(done.stdout)
    assert (done.returncode, document["differs"], document["time_zone"]) == (3, True, "UTC")
    assert [each["format"] for each in document["files"]] == ["openai-usage", "openai-costs"]
    (row,) = document["rows"]
    assert row["figures"]["cost"] == {
        "export": "0.0600000000001",
        "ledger": "0.06",
        "difference": "0.0000000000001",
    }
    assert row["figures"]["input_tokens"] == {"export": "1000", "ledger": "1000", "difference": "0"}
    assert (row["day"], row["differing"]) == ("2026-11-03", ["cost"])
    assert [reason["code"] for reason in row["reasons"]] == ["edge", "aliases", "rounding", "price"]


def test_csv_has_a_line_for_each_figure(meter, ledger, export):
    lines = meter("reconcile", "--csv", "--all", export(SAME)).stdout.splitlines()
    assert lines[0] == "day,model,figure,export,ledger,difference,differs,reasons"
    assert lines[1] == "2026-11-03,gpt-4o-2024-08-06,calls,2,2,0,no,"


def test_the_ledger_is_not_changed(meter, ledger, export):
    before = hashlib.sha256(ledger.read_bytes()).hexdigest()
    assert meter("reconcile", export(openai_usage(openai_result()))).returncode == 3
    assert hashlib.sha256(ledger.read_bytes()).hexdigest() == before


def test_without_a_ledger_everything_is_not_metered(meter, home, export):
    done = meter("reconcile", export(SAME))
    assert done.returncode == 3
    assert "No calls have been metered yet" in done.stdout
    assert "not-in-ledger" in done.stdout
    assert not (home / "data" / "llm-meter").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name one FILE or more"),
        (("not-there.csv",), "not-there.csv cannot be read: No such file or directory"),
        (("--account", "proj_2", "good"), "good is not of account proj_2: it has proj_1"),
        (("--tolerance", "much", "good"), "--tolerance is 'much'; it must be a percentage, 0 or more"),
        (("--tolerance", "-1", "good"), "it must be a percentage"),
        (("--provider", "good"), "unexpected argument '--provider'"),
        (("strange",), "strange is none of the exports that are known"),
        (("good", "again"), "both have 2026-11-03, which would count twice"),
    ],
    ids=range(8),
)
def test_what_cannot_be_compared_is_refused_with_2(meter, ledger, export, words, said):
    export(SAME, "good")
    export(OPENAI_USAGE_CSV, "again")
    export("a,b\n1,2\n", "strange")
    done = meter("reconcile", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_columns_that_are_not_read_are_said(meter, ledger, export):
    done = meter("reconcile", export(openai_usage(openai_result(num_model_requests=2, input_video_tokens=7))))
    assert "Not read of export, although it holds tokens: input_video_tokens: 7." in done.stdout
