"""The words of a refusal."""

from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal

import pytest

from jupyter_llm_meter.core.limit_reader import parse_limits
from jupyter_llm_meter.core.refusal import refusal_words
from jupyter_llm_meter.core.reservation import Decision, run_caps
from jupyter_llm_meter.core.standing import Standing

NOW = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
RESET = datetime(2026, 11, 24, 16, tzinfo=timezone.utc)


def limit(source="settings", **fields):
    item = {"window": "day", "unit": "tokens", "amount": 1000, "on_exceed": "block", **fields}
    return parse_limits([item], source, "Asia/Shanghai")[0]


def decision(needed, used=0, reserved=0, *, of=None, resets_at=RESET):
    standing = Standing(of or limit(), "alice", NOW, resets_at, Decimal(used), Decimal(reserved))
    return Decision(standing, Decimal(needed))


def message(refused, may_raise=False):
    return refusal_words(refused, may_raise=may_raise).message


def test_a_refusal_shows_the_arithmetic_and_the_reset_in_the_limits_own_zone():
    said = message(decision(1500, used=900, reserved=20))
    assert "limit for today is 1,000 tokens. Used 900 tokens, reserved by" in said
    assert "under way 20 tokens; this call may need 1,500 tokens." in said
    assert "2026-11-25 00:00 (Asia/Shanghai)" in said


def test_one_of_a_unit_is_singular():
    said = message(decision(1, used=1, reserved=0, of=limit(unit="calls", amount=1)))
    assert "is 1 call. Used 1 call, reserved by calls under way 0 calls; this call may need 1 call." in said
    dollars = message(decision("0.5", used=1, of=limit(unit="USD", amount=1)))
    assert "is 1 USD. Used 1 USD, reserved by calls under way 0 USD; this call may need 0.5 USD." in dollars


def test_a_refusal_names_the_subject_and_window_of_its_limit():
    refused = decision(1, used=3, of=limit(unit="calls", scope="model", amount=3))
    standing = replace(refused.standing, subject="gpt-5-nano")
    said = message(replace(refused, standing=standing))
    assert said.startswith("Not sent: the limit for model gpt-5-nano today is 3 calls. Used 3 calls,")


def test_a_refusal_of_a_call_that_needs_nothing_says_that_nothing_is_left():
    words = refusal_words(decision(0, used=1000), may_raise=False)
    assert "nothing is left" in words.message
    assert dict(words.details)["Needed"] == "nothing is left"


@pytest.mark.parametrize(
    ("source", "may_raise", "words"),
    [
        ("settings", False, "You can raise it in Settings > LLM Meter."),
        ("settings", True, "You can raise it in Settings > LLM Meter or from the dialog in JupyterLab."),
        ("config", True, "You can raise it from the dialog in JupyterLab."),
        ("config", False, "The administrator can raise it."),
    ],
)
def test_a_refusal_says_who_can_raise_the_limit(source, may_raise, words):
    assert message(decision(1500, of=limit(source)), may_raise).endswith(words)


def test_a_refusal_by_a_total_names_no_reset():
    said = message(decision(1500, of=limit(window="total"), resets_at=None))
    assert "2026" not in said
    assert "never" in said


def test_a_refusal_by_the_cap_on_a_run_says_where_the_cap_was_set():
    (cap,) = run_caps("r", [("tokens", Decimal(1000))])
    said = message(replace(decision(1500), standing=replace(decision(1500).standing, limit=cap)), True)
    assert "the cap on this run is 1,000 tokens" in said
    assert "until this run has ended" in said
    assert said.endswith("with %llm_limit or %%llm_limit.")


def test_a_refusal_for_want_of_a_price_says_how_the_call_can_be_sent():
    refused = replace(decision(0, of=limit(unit="USD", unpriced="block")), is_unpriced=True)
    words = refusal_words(refused, may_raise=True, model="my-model")
    assert "the model my-model has no known price" in words.headline
    assert "limit for today (1,000 USD, used 0 USD)" in words.message
    details = dict(words.details)
    assert details["Model"] == "my-model, without a known price"
    assert details["To send it"].startswith(
        "You can set the limit's unpriced to allow, or to a price ceiling"
    )
    assert details["To send it"].endswith("in Settings > LLM Meter.")
    assert details["Or"].startswith("The administrator can give the model a price")
    assert "its model has no known price" in message(refused)
    by_admin = replace(refused.standing, limit=limit("config", unit="USD", unpriced="block"))
    assert "The administrator can set the limit's unpriced" in message(replace(refused, standing=by_admin))
    (cap,) = run_caps("r", [("USD", Decimal(1))], {"USD": "block"})
    of_run = replace(refused, standing=replace(refused.standing, limit=cap))
    assert "Write unpriced=allow or" in refusal_words(of_run, may_raise=True).message


def test_the_figures_of_a_refusal_are_given_one_by_one_as_well():
    words = refusal_words(decision(1500, used=900, reserved=20), may_raise=False, link="https://hub/lab")
    assert words.headline == "LLM Meter did not send this call: it could exceed the limit for today."
    assert words.details == (
        ("Limit", "1,000 tokens"),
        ("Used", "900 tokens"),
        ("Reserved", "20 tokens, by calls under way"),
        ("Needed", "at most 1,500 tokens"),
        ("Resets", "2026-11-25 00:00 (Asia/Shanghai)"),
        ("To raise", "You can raise it in Settings > LLM Meter."),
        ("Open", "https://hub/lab"),
    )
