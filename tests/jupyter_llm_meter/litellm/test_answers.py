"""What LiteLLM says of a call that is over, as a record; read without LiteLLM."""

from datetime import datetime, timezone

import pytest

from jupyter_llm_meter.litellm.answers import abandoned, failed, finished, refused
from llm_meter_tap.wire.record import CallRecord

OPENED = CallRecord(
    "c", datetime(2026, 11, 30, tzinfo=timezone.utc), "aborted", "missing", "gateway", request_model="lab"
)
PAYLOAD = {
    "id": "chatcmpl-1",
    "litellm_call_id": "uuid",
    "custom_llm_provider": "anthropic",
    "model": "anthropic/claude-sonnet-4-5",
    "api_base": "https://proxy.example:8443/v1/messages",
    "error_information": {"error_class": ""},
    "messages": "a question that nobody may keep",
}
USAGE = {
    "prompt_tokens": 100,
    "completion_tokens": 20,
    "total_tokens": 120,
    "prompt_tokens_details": {"cached_tokens": 30, "audio_tokens": None},
    "completion_tokens_details": {"reasoning_tokens": 5},
    "cache_creation_input_tokens": 10,
    "cost": 0.5,
    "service_tier": "standard",
}


def test_an_answer_has_the_provider_s_model_and_inclusive_figures():
    record = finished(OPENED, PAYLOAD, USAGE, 1.5)
    assert (record.status, record.basis, record.duration_s) == ("ok", "reported", 1.5)
    assert (record.provider_name, record.request_model) == ("anthropic", "lab")
    assert (record.response_model, record.response_id) == ("claude-sonnet-4-5", "chatcmpl-1")
    assert (record.server_address, record.server_port) == ("proxy.example", 8443)
    assert (record.input_tokens, record.output_tokens) == (100, 20)
    assert (record.cache_read_input_tokens, record.cache_write_input_tokens) == (30, 10)
    assert record.reasoning_output_tokens == 5 and record.audio_input_tokens is None
    assert record.cost_amount is None


def test_the_raw_figures_are_counts_and_nothing_else():
    raw = finished(OPENED, PAYLOAD, {**USAGE, "note": "a text"}, 1.0).usage_raw
    assert raw["prompt_tokens_details"] == {"cached_tokens": 30}
    assert "note" not in raw and "service_tier" not in raw and "cost" not in raw


@pytest.mark.parametrize(
    ("maker", "base", "provider"),
    [
        ("openai", "https://api.groq.com/openai/v1", "groq"),
        ("azure", "https://lab.example/openai", "azure.ai.openai"),
        ("bedrock", None, "aws.bedrock"),
        ("a_new_one", "http://127.0.0.1:1/v1", "a_new_one"),
    ],
)
def test_the_provider_is_the_host_s_else_litellm_s_name_for_it(maker, base, provider):
    payload = {**PAYLOAD, "custom_llm_provider": maker, "api_base": base}
    assert finished(OPENED, payload, USAGE, 1.0).provider_name == provider


@pytest.mark.parametrize("name", [None, "", "resp_" + "x" * 300])
def test_an_answer_without_a_usable_id_has_the_proxy_s(name):
    assert finished(OPENED, {**PAYLOAD, "id": name}, USAGE, 1.0).response_id == "uuid"


def test_an_answer_from_the_cache_has_no_figures_and_costs_nothing():
    record = finished(OPENED, {**PAYLOAD, "cache_hit": True}, USAGE, 1.0)
    assert (record.basis, record.usage_flags, record.input_tokens) == ("none", ["gateway-cache-hit"], None)


def test_a_client_that_left_has_an_aborted_call_with_what_came():
    left = {**PAYLOAD, "error_information": {"error_class": "ClientDisconnected"}}
    record = finished(OPENED, left, USAGE, 1.0)
    assert (record.status, record.basis, record.output_tokens) == ("aborted", "partial", 20)


@pytest.mark.parametrize(
    "usage", [{}, {"prompt_tokens": 0, "completion_tokens": 0}, {"prompt_tokens": "many"}]
)
def test_figures_that_are_not_known_are_missing_and_not_zero(usage):
    record = finished(OPENED, PAYLOAD, usage, 1.0)
    assert (record.basis, record.input_tokens) == ("missing", None)


@pytest.mark.parametrize(
    "payload", [{}, {"api_base": "http://host:port/"}, {"api_base": 7, "error_information": 1}]
)
def test_a_payload_of_another_shape_is_read_as_far_as_it_goes(payload):
    assert finished(OPENED, payload, USAGE, 1.0).output_tokens == 20


class MidStreamError(Exception):
    pass


class Gone(Exception):
    status_code = 499


def test_a_failure_costs_nothing_unless_the_answer_had_begun_or_the_client_left():
    assert failed(OPENED, ValueError("secret"), 9, 1.0).basis == "none"
    broken = failed(OPENED, MidStreamError(), 9, 1.0)
    assert (broken.status, broken.basis, broken.input_tokens) == ("error", "partial", 9)
    left = failed(OPENED, Gone(), 9, 1.0)
    assert (left.status, left.basis, left.input_tokens) == ("aborted", "partial", 9)
    assert "secret" not in repr(failed(OPENED, ValueError("secret"), 9, 1.0))


def test_a_call_whose_end_nobody_saw_has_what_was_counted_of_its_request():
    assert abandoned(OPENED, None, 1.0).basis == "missing"
    assert abandoned(OPENED, 9, 1.0).input_tokens == 9


def test_a_refused_call_names_its_limit():
    record = refused(OPENED, "user/day/USD")
    assert (record.status, record.basis, record.limit_id) == ("refused", "none", "user/day/USD")
