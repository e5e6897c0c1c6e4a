"""What a span says of a call, and what it never says."""

from decimal import Decimal

import pytest

from jupyter_llm_meter.telemetry.span import FIELDS, USER_FIELDS, span_of
from llm_meter_tap.wire.names import wire_name


def test_a_span_has_the_name_times_and_attributes_of_the_conventions(call):
    span = span_of(call(), has_users=False)
    assert (span.name, span.is_error) == ("chat gpt-4o", False)
    assert (span.start_ns, span.end_ns) == (1793707200123456000, 1793707201623456000)
    assert span.attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o-2024-08-06",
        "gen_ai.usage.input_tokens": 600,
        "gen_ai.usage.output_tokens": 40,
        "server.address": "api.openai.com",
        "server.port": 443,
        "llm_meter.call.id": "c-1",
        "llm_meter.call.status": "ok",
        "llm_meter.call.basis": "reported",
        "llm_meter.call.source": "tap",
        "llm_meter.cost.amount": "0.0019",
        "llm_meter.cost.currency": "USD",
    }


def test_users_are_named_only_where_it_is_allowed(call):
    named = span_of(call(), has_users=True).attributes
    assert (named["user.id"], named["llm_meter.team"], named["llm_meter.project"]) == (
        "alice",
        "blue",
        "thesis",
    )
    assert not {wire_name(name) for name in USER_FIELDS} & span_of(call(), has_users=False).attributes.keys()


def test_no_span_has_a_key_a_notebook_or_raw_usage(call):
    assert not {"key_fingerprint", "notebook_path", "cell_id", "kernel_id", "usage_raw", "program_name"} & {
        *FIELDS,
        *USER_FIELDS,
    }
    shown = str(span_of(call(), has_users=True))
    assert not [text for text in ("k-4711", "secret plans", "prompt_tokens") if text in shown]


def test_what_is_unknown_is_absent_and_zero_is_not(call):
    attributes = span_of(call(input_tokens=None, output_tokens=0, cost_amount=None), False).attributes
    assert "gen_ai.usage.input_tokens" not in attributes
    assert "llm_meter.cost.amount" not in attributes
    assert attributes["gen_ai.usage.output_tokens"] == 0


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"status": "error", "error_type": "429"}, "429"),
        ({"status": "aborted"}, "aborted"),
        ({"status": "refused", "limit_id": "user/month/tokens"}, "refused"),
    ],
    ids=lambda value: value if isinstance(value, str) else value["status"],
)
def test_a_call_that_failed_has_an_error_type(call, fields, error):
    span = span_of(call(**fields), False)
    assert (span.is_error, span.attributes["error.type"]) == (True, error)


def test_a_span_has_a_name_whatever_is_unknown(call):
    assert span_of(call(request_model=None), False).name == "chat gpt-4o-2024-08-06"
    nameless = call(request_model=None, response_model=None, operation_name=None)
    assert span_of(nameless, False).name == "llm call"


def test_a_call_without_a_duration_ends_when_it_began(call):
    span = span_of(call(duration_s=None), False)
    assert span.start_ns == span.end_ns


def test_the_ids_are_those_of_the_call_so_that_a_second_delivery_is_the_same_span(call):
    first, again, other = (span_of(call(name), False)[:2] for name in ("a", "a", "b"))
    assert first == again != other
    assert 0 < first[0] < 2**128 and 0 < first[1] < 2**64


def test_a_cost_is_a_plain_decimal_however_small(call):
    cost = span_of(call(cost_amount=Decimal("1E-9")), False).attributes["llm_meter.cost.amount"]
    assert cost == "0.000000001"
