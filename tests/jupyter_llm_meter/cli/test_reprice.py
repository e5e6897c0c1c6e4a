"""``jupyter llm-meter reprice`` as a person and a program see it."""

import json

import pytest
from price_tables import ENTRY, write_price_table

OURS = {**ENTRY, "provider": "*", "model": "*mine*", "input_mtok": "100000", "output_mtok": "200000"}


@pytest.fixture
def prices(home):
    """Set own prices: 5 tokens of input and 10 of output cost $2.50."""

    def write(*entries):
        path = str(write_price_table(home, *entries))
        (home / "config" / "jupyter_server_config.json").write_text(
            json.dumps({"LLMMeter": {"prices_file": path}})
        )

    write(OURS)
    return write


def answer(done):
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def total_cost(meter):
    return answer(meter("report", "--group-by", "none", "--json"))["rows"][0]["cost"]


def test_a_dry_run_shows_before_and_after_and_changes_nothing(meter, ledger_url, prices):
    shown = meter("reprice", "--dry-run").stdout
    for words in ("[b]mine[/b]", "2.5 USD", "4.7501 USD", "1 → 0", "Nothing was changed"):
        assert words in shown
    assert total_cost(meter) == "2.2501"
    assert answer(meter("reprice", "--list", "--json")) == {"reprices": []}


def test_calls_are_priced_anew_once_and_the_trail_says_so(meter, ledger_url, prices):
    document = answer(meter("reprice", "--json"))
    assert document["total"] == {
        "calls": 2,
        "changed": 1,
        "before": "2.2501",
        "after": "4.7501",
        "unpriced_before": 1,
        "unpriced_after": 0,
    }
    assert total_cost(meter) == "4.7501"
    assert answer(meter("reprice", "--json", "--model", "[b]mine[/b]"))["total"]["changed"] == 0
    second, first = answer(meter("reprice", "--list", "--json"))["reprices"]
    assert (first["user"], first["before"], first["after"], first["changed"]) == (
        "alice",
        "2.2501",
        "4.7501",
        1,
    )
    assert first["price_version"] == document["price_version"]
    assert (second["model"], second["changed"], "finished_at" in second) == ("[b]mine[/b]", 0, True)
    assert "done" in meter("reprice", "--list").stdout
    assert meter("reprice", "--list", "--csv").stdout.startswith("id,user,")


def test_a_range_without_calls_changes_nothing(meter, ledger_url, prices):
    document = answer(meter("reprice", "--to", "2020-01-01", "--json"))
    assert (document["models"], document["total"]["calls"]) == ([], 0)


def test_a_price_file_that_cannot_be_used_changes_nothing(meter, ledger_url, prices):
    prices({**OURS, "input_mtok": "much"})
    done = meter("reprice")
    assert (done.returncode, done.stdout) == (2, "")
    assert "prices.toml, entry 1 of prices: input_mtok is 'much'" in done.stderr
    assert total_cost(meter) == "2.2501"


def test_without_a_ledger_there_is_nothing_to_price(meter, home):
    assert "No calls have been metered yet" in meter("reprice").stdout
    assert answer(meter("reprice", "--json"))["models"] == []
    assert answer(meter("reprice", "--list", "--json")) == {"reprices": []}
