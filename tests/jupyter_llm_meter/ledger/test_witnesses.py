"""When two records are of one call, and what they say together."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from ledger_samples import NOW, call, missing

from jupyter_llm_meter.ledger.rows import to_row, to_us
from jupyter_llm_meter.ledger.witnesses import is_same_response, is_shown, merged

ID = "chatcmpl-0123456789abcdef"
RUN = {"kernel_id": "k", "run_id": "r"}


def row(record, reported_at=None):
    return {**to_row(record), "reported_at": reported_at}


def are_same(one, other):
    answers = {is_same_response(row(one), row(other)), is_same_response(row(other), row(one))}
    assert len(answers) == 1
    return answers.pop()


def output(call_id="o", **fields):
    return call(call_id, **{"source": "output", "provider_name": None, **fields})


def test_two_sources_that_name_one_response_report_one_call():
    assert are_same(call("t", response_id=ID), output(response_id=ID))
    assert are_same(call("t", response_id=ID), call("i", source="import", response_id=ID))


@pytest.mark.parametrize("sources", [("tap", "tap"), ("tap", "message"), ("output", "output")])
def test_what_one_source_reports_twice_are_two_calls(sources):
    one, other = (call(source, source=source, response_id=ID) for source in sources)
    assert not are_same(one, other)


@pytest.mark.parametrize("ids", [(None, None), ("", ""), (ID, None), (ID, ID + "x"), ("c", "c")])
def test_without_one_long_id_nothing_is_the_same_response(ids):
    assert not are_same(call("t", response_id=ids[0]), output(response_id=ids[1]))


def test_an_id_of_a_local_server_needs_figures_that_do_not_contradict():
    local = call("t", response_id="chatcmpl-123")
    assert are_same(local, output(response_id="chatcmpl-123"))
    assert not are_same(local, output(response_id="chatcmpl-123", input_tokens=7))
    assert are_same(call("t", response_id=ID), output(response_id=ID, input_tokens=7))


def test_the_same_id_at_another_provider_is_another_response():
    groq = call("i", source="import", provider_name="groq", response_id=ID)
    assert not are_same(call("t", response_id=ID), groq)


def test_the_provider_of_an_output_is_only_a_protocol():
    bedrock = call("t", provider_name="aws.bedrock", response_id=ID)
    assert are_same(bedrock, output(provider_name="anthropic", response_id=ID))


def test_a_call_that_a_limit_refused_is_no_other_call():
    refused = call("t", status="refused", basis="none", response_id=ID)
    assert not are_same(refused, output(response_id=ID))


def test_an_output_shows_the_call_of_its_run_with_the_same_tokens():
    assert is_shown(row(call("t", **RUN)), row(output(**RUN)))


@pytest.mark.parametrize(
    "fields",
    [
        {"kernel_id": "another"},
        {"run_id": "another"},
        {"input_tokens": 99},
        {"output_tokens": None},
        {"response_model": "claude-haiku-4-5", "request_model": None},
        {"response_id": "another"},
        {"source": "import"},
    ],
)
def test_an_output_that_differs_shows_another_call(fields):
    shown = output(**{**RUN, **fields})
    assert not is_shown(row(call("t", response_id="one", **RUN)), row(shown))


def test_an_output_without_figures_shows_no_call():
    nothing = {"input_tokens": 0, "output_tokens": 0}
    assert not is_shown(row(call("t", **RUN, **nothing)), row(output(**RUN, **nothing)))


def test_a_print_may_name_the_model_in_short():
    dated = call("t", request_model=None, response_model="gpt-4o-2024-08-06", **RUN)
    assert is_shown(row(dated), row(output(**RUN)))


@pytest.mark.parametrize(("late_s", "is_same"), [(-1, False), (0, True), (5, True), (11, False)])
def test_a_call_that_knows_no_run_belongs_to_the_one_it_started_in(late_s, is_same):
    at = NOW + timedelta(seconds=late_s)
    shown = row(output(**RUN), reported_at=to_us(NOW + timedelta(seconds=10)))
    assert is_shown(row(call("t", kernel_id="k", started_at=at)), shown) is is_same


def test_the_better_witness_s_word_counts_and_what_it_lacks_is_filled_in():
    tap = call("t", request_model="gpt-4o", duration_s=1.5, kernel_id="k")
    shown = output(request_model="other", response_model="gpt-4o-2024-08-06", cell_id="c", **RUN)
    both = merged(tap, shown)
    assert (both.call_id, both.source, both.request_model) == ("t", "tap", "gpt-4o")
    assert (both.response_model, both.duration_s) == ("gpt-4o-2024-08-06", 1.5)
    assert (both.kernel_id, both.run_id, both.cell_id) == ("k", "r", "c")


def test_the_place_of_another_run_is_not_mixed_in():
    both = merged(call("t", kernel_id="k", run_id="one"), output(kernel_id="k", run_id="two", cell_id="c"))
    assert (both.run_id, both.cell_id) == ("one", None)


def test_the_figures_of_the_stronger_basis_count():
    counted = call("t", basis="counted", tokenizer="o200k_base", input_tokens=90, output_tokens=18)
    both = merged(counted, output(cache_read_input_tokens=50))
    assert (both.basis, both.input_tokens, both.output_tokens) == ("reported", 100, 20)
    assert (both.cache_read_input_tokens, both.tokenizer) == (50, None)


def test_known_figures_stay_and_unknown_ones_are_filled_in():
    known = call("t", cache_read_input_tokens=3)
    assert merged(known, missing("o", source="output")) == known
    filled = merged(call("t"), output(reasoning_output_tokens=5))
    assert filled.reasoning_output_tokens == 5


def test_figures_that_differ_are_not_mixed():
    both = merged(call("t"), output(input_tokens=90, cache_read_input_tokens=80))
    assert (both.input_tokens, both.cache_read_input_tokens) == (100, None)


def test_a_cached_answer_costs_nothing_however_it_is_printed():
    cached = call("t", basis="none", input_tokens=None, output_tokens=None)
    both = merged(cached, output())
    assert (both.basis, both.input_tokens) == ("none", None)


def test_an_error_of_the_worse_witness_is_not_the_call_s():
    assert merged(call("t"), output(error_type="timeout")).error_type is None


def test_a_cost_is_found_again_when_its_figures_change():
    stated = {"cost_amount": Decimal(1), "cost_currency": "USD"}
    guessed = call("t", basis="counted", cost_source="genai-prices", **stated)
    assert merged(guessed, output(input_tokens=7)).cost_amount is None
    by_provider = replace(guessed, cost_source="provider")
    assert merged(by_provider, output(input_tokens=7)).cost_amount == Decimal(1)
    assert merged(call("t"), by_provider).cost_amount == Decimal(1)


def test_a_gateway_and_the_tap_before_it_report_one_call_whatever_provider_the_tap_names():
    tap = call("t", provider_name="openai", response_id=ID)
    gateway = call("g", source="gateway", provider_name="anthropic", response_id=ID)
    assert are_same(tap, gateway)
    assert not are_same(gateway, replace(gateway, call_id="h"))
    assert not are_same(tap, replace(gateway, user_id="somebody else"))


@pytest.mark.parametrize("basis", ["reported", "counted", "partial"])
def test_the_figures_and_the_cost_of_a_gateway_stay_whatever_a_user_posts(basis):
    gateway = call("g", source="gateway", basis=basis, input_tokens=9, output_tokens=9, response_id=ID)
    forged = call(
        "t",
        input_tokens=0,
        output_tokens=0,
        cache_read_input_tokens=9,
        cost_amount=Decimal(0),
        cost_currency="USD",
        cost_source="provider",
        **RUN,
    )
    both = merged(gateway, forged)
    assert (both.basis, both.input_tokens, both.output_tokens) == (basis, 9, 9)
    assert both.cache_read_input_tokens is None and both.cost_source != "provider"
    assert (both.kernel_id, both.run_id) == ("k", "r")


def test_what_a_gateway_does_not_know_the_tap_may_know():
    gateway = missing("g", source="gateway", response_id=ID)
    assert merged(gateway, call("t", output_tokens=7, response_id=ID)).output_tokens == 7


def test_an_output_shows_the_call_of_a_gateway_that_has_the_place_of_the_tap():
    gateway = call("g", source="gateway", **RUN)
    assert is_shown(row(gateway), row(output(**RUN), reported_at=to_us(NOW + timedelta(seconds=9))))
