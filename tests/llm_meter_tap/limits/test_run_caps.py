"""Caps as a person writes them, and as a child process inherits them."""

import json
from typing import Any

import pytest
from tap_process import run

from llm_meter_tap.limits.run_caps import Cap, Run, parse_caps


@pytest.mark.parametrize(
    ("written", "caps"),
    [
        ("0.50 USD", (Cap("USD", "0.50"),)),
        (" 20000 tokens ", (Cap("tokens", "20000"),)),
        ("10 Calls,0.5 usd", (Cap("calls", "10"), Cap("USD", "0.5"))),
        ("1e3 tokens", (Cap("tokens", "1000"),)),
        ("0.50 USD unpriced=block", (Cap("USD", "0.50", "block"),)),
        ("1 calls, 2 USD unpriced=1.50", (Cap("calls", "1"), Cap("USD", "2", "1.50"))),
    ],
)
def test_caps_are_amounts_and_units_joined_by_commas(written, caps):
    assert parse_caps(written) == caps


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ("", "'' is not a cap"),
        ("5", "'5' is not a cap"),
        ("2 apples", "'2 apples' is not a cap"),
        ("0 USD", "'0 USD' is not a cap"),
        ("-1 calls", "'-1 calls' is not a cap"),
        ("NaN USD", "'NaN USD' is not a cap"),
        ("Infinity USD", "'Infinity USD' is not a cap"),
        ("1.5 calls", "calls must be a whole number"),
        ("1 USD, 2 USD", "names a unit twice"),
        ("0.50 USD unpriced=no", "write `unpriced=allow`"),
        ("0.50 USD unpriced=0", "write `unpriced=allow`"),
        ("0.50 USD unpriced=1000001", "write `unpriced=allow`"),
        ("0.50 USD priced=block", "'0.50 USD priced=block' is not a cap"),
        ("9 tokens unpriced=block", "only a cap in USD"),
    ],
)
def test_an_invalid_cap_is_refused_with_an_example(written, wrong):
    with pytest.raises(ValueError, match=r"0\.50 USD|whole number|USD has") as refused:
        parse_caps(written)
    assert wrong in str(refused.value)


def test_a_run_within_another_reports_both():
    outer = Run("s", (Cap("USD", "2"),))
    assert Run("c", (Cap("calls", "3"),), outer).to_wire() == {
        "id": "c",
        "caps": [{"unit": "calls", "amount": "3"}],
        "within": {"id": "s", "caps": [{"unit": "USD", "amount": "2"}]},
    }


SHOW = "from llm_meter_tap.limits import run_caps; print(run_caps.current())"


def test_a_process_takes_over_the_run_that_it_was_started_in(folder):
    inherited: Any = Run("c", (Cap("calls", "3"),), Run("s", (Cap("USD", "2", "15"),)))
    output, _ = run(folder, SHOW, LLM_METER_RUN=json.dumps(inherited.to_wire()))
    assert output.strip() == str(inherited)


@pytest.mark.parametrize("damaged", ["", "{", "[]", '{"id": "c"}', '{"id": "c", "caps": [{"amount": 3}]}'])
def test_a_run_that_cannot_be_read_caps_nothing(folder, damaged):
    assert run(folder, SHOW, LLM_METER_RUN=damaged)[0].strip() == "None"
