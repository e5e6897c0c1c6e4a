"""The public record: its wire form, what it refuses, its buckets."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_meter_tap.wire.record import CallRecord, RecordError
from llm_meter_tap.wire.record_fields import BASES, SOURCES, STATUSES

WHEN = datetime(2026, 11, 23, 20, 0, 0, 123456, tzinfo=timezone.utc)
WIRE = {
    "llm_meter.call.id": "c1",
    "llm_meter.call.started_at": "2026-11-23T20:00:00.123456Z",
    "llm_meter.call.status": "ok",
    "llm_meter.call.basis": "reported",
    "llm_meter.call.source": "tap",
}


def a_record(**values: Any) -> CallRecord:
    return CallRecord("c1", WHEN, "ok", "reported", "tap", **values)


def test_what_is_not_known_is_absent_on_the_wire() -> None:
    assert a_record().to_wire() == WIRE


def test_zero_and_false_are_values() -> None:
    wire = a_record(input_tokens=0, is_stream=False, cost_amount=Decimal(0)).to_wire()
    assert wire["gen_ai.usage.input_tokens"] == 0
    assert wire["gen_ai.request.stream"] is False
    assert wire["llm_meter.cost.amount"] == "0"


def test_money_is_written_without_an_exponent() -> None:
    assert a_record(cost_amount=Decimal("4.81E-7")).to_wire()["llm_meter.cost.amount"] == "0.000000481"


def test_seconds_are_written_to_the_microsecond() -> None:
    wire = a_record(duration_s=1.2044999999999781, time_to_first_chunk_s=0.1 + 0.2).to_wire()
    assert wire["llm_meter.call.duration_s"] == 1.2045
    assert wire["gen_ai.response.time_to_first_chunk"] == 0.3


def test_a_time_in_another_zone_is_written_as_utc() -> None:
    shanghai = timezone(timedelta(hours=8))
    record = CallRecord("c1", WHEN.astimezone(shanghai), "ok", "reported", "tap")
    assert record.to_wire() == WIRE


@pytest.mark.parametrize(
    "text",
    ["2026-11-23T20:00:00.123456Z", "2026-11-24t04:00:00.123456+08:00", "2026-11-23 20:00:00.123456789z"],
)
def test_rfc_3339_is_read_in_its_forms(text: str) -> None:
    assert CallRecord.from_wire({**WIRE, "llm_meter.call.started_at": text}).started_at == WHEN


TEXT = st.text(min_size=1, max_size=20)
COUNT = st.integers(min_value=0, max_value=2**63 - 1)
SECONDS = st.integers(min_value=0, max_value=10**15).map(lambda micros: round(micros / 1e6, 6))
RECORDS = st.builds(
    CallRecord,
    call_id=TEXT,
    started_at=st.datetimes(timezones=st.just(timezone.utc)),
    status=st.sampled_from(STATUSES),
    basis=st.sampled_from(BASES),
    source=st.sampled_from(SOURCES),
    duration_s=st.none() | SECONDS,
    is_stream=st.none() | st.booleans(),
    input_tokens=st.none() | COUNT,
    output_tokens=st.none() | COUNT,
    cache_read_input_tokens=st.none() | COUNT,
    cache_write_input_tokens=st.none() | COUNT,
    reasoning_output_tokens=st.none() | COUNT,
    audio_input_tokens=st.none() | COUNT,
    image_output_tokens=st.none() | COUNT,
    usage_raw=st.none() | st.dictionaries(TEXT, st.integers()),
    cost_amount=st.none() | st.decimals(min_value=0, allow_nan=False, allow_infinity=False),
    server_port=st.none() | st.integers(min_value=1, max_value=65535),
    request_model=st.none() | TEXT,
)


@settings(deadline=None)
@given(RECORDS)
def test_a_record_survives_the_wire(record: CallRecord) -> None:
    assert CallRecord.from_wire(json.loads(json.dumps(record.to_wire()))) == record


@settings(deadline=None)
@given(RECORDS)
def test_buckets_are_disjoint_and_sum_to_the_total(record: CallRecord) -> None:
    buckets = record.buckets()
    assert all(tokens >= 0 for tokens in buckets.values())
    assert sum(buckets.values()) == (record.total_tokens or 0)


def test_buckets_split_the_inclusive_sums() -> None:
    record = a_record(
        input_tokens=346, output_tokens=32, cache_read_input_tokens=256, reasoning_output_tokens=12
    )
    assert record.buckets() == {
        "cache_read_input_tokens": 256,
        "uncached_input_tokens": 90,
        "reasoning_output_tokens": 12,
        "text_output_tokens": 20,
    }


def test_a_subset_above_its_whole_takes_the_whole() -> None:
    record = a_record(input_tokens=50, cache_read_input_tokens=64)
    assert record.buckets() == {"cache_read_input_tokens": 50, "uncached_input_tokens": 0}


def test_a_total_with_one_side_is_that_side_and_with_none_is_unknown() -> None:
    assert a_record(output_tokens=7).total_tokens == 7
    assert a_record().total_tokens is None
    assert a_record(cache_read_input_tokens=3).buckets() == {}


@pytest.mark.parametrize(
    ("alias", "value", "field"),
    [
        ("gen_ai.usage.prompt_tokens", 5, "input_tokens"),
        ("gen_ai.usage.cache_write.input_tokens", 5, "cache_write_input_tokens"),
        ("gen_ai.usage.input_tokens.cached", 5, "cache_read_input_tokens"),
        ("gen_ai.system", "openai", "provider_name"),
    ],
)
def test_deprecated_and_foreign_spellings_are_read(alias: str, value: Any, field: str) -> None:
    assert getattr(CallRecord.from_wire({**WIRE, alias: value}), field) == value


def test_our_own_spelling_wins_over_an_alias() -> None:
    both = {**WIRE, "gen_ai.usage.prompt_tokens": 5, "gen_ai.usage.input_tokens": 6}
    assert CallRecord.from_wire(both).input_tokens == 6


def test_names_that_are_not_ours_are_ignored_and_null_is_unknown() -> None:
    wire = {**WIRE, "gen_ai.conversation.id": "x", "gen_ai.usage.input_tokens": None}
    assert CallRecord.from_wire(wire) == a_record()


@pytest.mark.parametrize("name", sorted(WIRE))
def test_a_required_field_that_is_missing_is_named(name: str) -> None:
    with pytest.raises(RecordError, match=f"^{name} is missing"):
        CallRecord.from_wire({key: value for key, value in WIRE.items() if key != name})


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("llm_meter.call.status", "fine", "ok, error, aborted, refused"),
        ("llm_meter.call.basis", 1, "reported, counted, partial, missing, none"),
        ("llm_meter.call.source", ["tap"], "tap, message, output, manual, import"),
        ("llm_meter.call.started_at", "2026-11-23T20:00:00", "RFC 3339"),
        ("llm_meter.call.started_at", "2026-13-23T20:00:00Z", "RFC 3339"),
        ("llm_meter.call.started_at", "0001-01-01T00:00:00+23:00", "RFC 3339"),
        ("llm_meter.call.id", "", "a non-empty string"),
        ("gen_ai.usage.input_tokens", -1, "a whole number of at least 0"),
        ("gen_ai.usage.input_tokens", True, "a whole number"),
        ("gen_ai.usage.input_tokens", 1.5, "a whole number"),
        ("gen_ai.usage.prompt_tokens", 2**63, "a whole number"),
        ("llm_meter.call.duration_s", float("nan"), "a number of seconds"),
        ("llm_meter.cost.amount", 0.5, "a decimal string"),
        ("llm_meter.cost.amount", "NaN", "a decimal string"),
        ("llm_meter.cost.amount", "-1", "a decimal string"),
        ("llm_meter.cost.amount", "much", "a decimal string"),
        ("gen_ai.request.stream", "yes", "true or false"),
        ("llm_meter.usage.raw", [], "a JSON object"),
        ("server.port", 70000, "1 to 65535"),
    ],
)
def test_bad_input_is_refused_with_the_name_and_what_is_allowed(name: str, value: Any, allowed: str) -> None:
    with pytest.raises(RecordError) as refusal:
        CallRecord.from_wire({**WIRE, name: value})
    assert str(refusal.value).startswith(f"{name} is ")
    assert allowed in str(refusal.value)


def test_a_value_that_is_not_an_object_is_refused() -> None:
    with pytest.raises(RecordError, match="must be a JSON object, not list"):
        CallRecord.from_wire([])  # type: ignore[arg-type]


def test_a_refusal_does_not_repeat_a_long_value() -> None:
    with pytest.raises(RecordError) as refusal:
        CallRecord.from_wire({**WIRE, "gen_ai.usage.input_tokens": "secret" * 1000})
    assert len(str(refusal.value)) < 200
