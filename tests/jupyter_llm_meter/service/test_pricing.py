"""The prices of a service: they follow the administrator's file, and outlive its mistakes."""

import logging
from dataclasses import replace
from decimal import Decimal

import pytest
from ledger_samples import call
from price_tables import ENTRY, write_price_table

from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.pricing import PROBLEM, Prices, pricer_with

OURS = {**ENTRY, "provider": "openai", "model": "house-*"}
USED = call("a", request_model="house-model", input_tokens=1_000_000, output_tokens=0)


@pytest.fixture
def problems():
    return Problems(logging.getLogger("test"))


def cost(pricer):
    found = pricer(USED)
    return None if found is None else (found.amount, found.source)


def test_a_changed_file_holds_from_the_next_call_on(tmp_path, problems):
    pricer = pricer_with(str(write_price_table(tmp_path, OURS)), problems)
    assert cost(pricer) == (2, "own: contract")
    write_price_table(tmp_path, {**OURS, "input_mtok": "12.5", "source": "new contract"})
    assert cost(pricer) == (Decimal("12.5"), "own: new contract")


def test_the_last_good_prices_stay_in_force_while_the_file_is_wrong(tmp_path, problems):
    path = write_price_table(tmp_path, OURS)
    pricer = pricer_with(str(path), problems)
    write_price_table(tmp_path, {**OURS, "input_mtok": "twelve"})
    assert cost(pricer) == (2, "own: contract")
    (problem,) = problems.open()
    assert problem.code == PROBLEM
    assert "entry 1 of prices: input_mtok is 'twelve'" in problem.message
    assert "the prices that were in force before stay in force" in problem.message
    path.unlink()
    assert cost(pricer) == (2, "own: contract")
    assert "prices.toml" in problems.open()[0].message
    write_price_table(tmp_path, {**OURS, "input_mtok": "3"})
    assert (cost(pricer), problems.open()) == ((3, "own: contract"), [])


def test_a_file_that_comes_later_is_read(tmp_path, problems):
    pricer = pricer_with(str(tmp_path / "prices.toml"), problems)
    assert (cost(pricer), [problem.code for problem in problems.open()]) == (None, [PROBLEM])
    write_price_table(tmp_path, OURS)
    assert (cost(pricer), problems.open()) == ((2, "own: contract"), [])


def test_a_price_by_the_call_needs_no_figures_but_a_call_that_succeeded(tmp_path, problems):
    entry = {name: value for name, value in OURS.items() if not name.endswith("_mtok")}
    pricer = pricer_with(str(write_price_table(tmp_path, {**entry, "per_call": "0.04"})), problems)
    unknown = replace(USED, basis="missing", input_tokens=None, output_tokens=None)
    assert pricer(unknown).amount == Decimal("0.04")
    assert pricer(replace(unknown, status="error")) is None


def test_the_version_of_the_prices_changes_with_the_file(tmp_path):
    path = str(write_price_table(tmp_path, OURS))
    first = Prices.read(path).version
    assert first == Prices.read(path).version != Prices.read(None).version
    write_price_table(tmp_path, {**OURS, "input_mtok": "3"})
    assert Prices.read(path).version != first
