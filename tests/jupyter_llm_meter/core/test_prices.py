"""Prices against the vectors, against recorded traffic, and on figures as odd as they come."""

import gzip
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from price_tables import ENTRY, write_price_table

from jupyter_llm_meter.core.price_file import read_price_file
from jupyter_llm_meter.core.price_overrides import Override
from jupyter_llm_meter.core.prices import price
from llm_meter_tap.wire.record import CallRecord

REPOSITORY = Path(__file__).parents[3]
VECTORS = json.loads((REPOSITORY / "tests" / "vectors" / "prices.json").read_text("utf-8"))
CORPUS = Path(os.environ.get("LLM_METER_CORPUS", REPOSITORY.parent / "shared" / "corpus")) / "dev.jsonl.gz"


def record_of(case):
    wire = {**VECTORS["base"], **case["record"]}
    if "usage" in case:
        wire["llm_meter.usage.raw"] = case["usage"]
    return CallRecord.from_wire(wire)


def call(**fields):
    values = {
        "call_id": "x",
        "started_at": datetime(2026, 11, 23, 20, tzinfo=timezone.utc),
        "status": "ok",
        "basis": "reported",
        "source": "tap",
        "provider_name": "openai",
        "server_address": "api.openai.com",
        "request_model": "gpt-4o",
    }
    return CallRecord(**{**values, **fields})


def transcription(model, provider, **fields):
    return call(
        operation_name="transcription",
        provider_name=provider,
        server_address="",
        request_model=model,
        **fields,
    )


@pytest.mark.parametrize(
    ("provider", "model", "usage", "dollars"),
    [
        ("openai", "whisper-1", {"type": "duration", "seconds": 90}, "0.009"),  # 0.36 an hour
        ("openai", "whisper-1", {"type": "duration", "seconds": 0.5}, "0.00005"),
        ("groq", "whisper-large-v3", {"type": "duration", "seconds": 7}, "0.000215833333"),  # 0.111 an hour
        ("openai", "whisper-1", {"type": "duration", "seconds": 0}, "0"),
    ],
)
def test_audio_is_priced_by_its_length_where_the_price_list_does_so(provider, model, usage, dollars):
    assert price(transcription(model, provider, usage_raw=usage)).amount == Decimal(dollars)


@pytest.mark.parametrize(
    "usage",
    [None, {}, {"seconds": 90}, {"type": "duration", "seconds": "90"}, {"type": "duration", "seconds": -1}],
)
def test_audio_of_unknown_length_is_unpriced_not_free(usage):
    assert price(transcription("whisper-1", "openai", usage_raw=usage)) is None


def test_audio_by_its_length_is_unpriced_where_the_list_has_only_prices_of_tokens():
    usage = {"type": "duration", "seconds": 90}
    assert price(transcription("gpt-4o-transcribe", "openai", usage_raw=usage)) is None
    table = [
        Override(
            "openai",
            None,
            "whisper-x",
            date(2026, 1, 1),
            "test",
            {"input_mtok": Decimal(1), "output_mtok": Decimal(1)},
        )
    ]
    assert price(transcription("whisper-x", "openai", usage_raw=usage), table) is None


def test_speech_whose_sound_is_not_counted_is_unpriced_rather_than_nearly_free():
    speech = {"operation_name": "speech", "request_model": "gpt-4o-mini-tts", "input_tokens": 14}
    assert price(call(**speech, basis="counted")) is None
    assert price(call(**speech, basis="counted", output_tokens=101)).amount > 0
    assert price(call(**speech, output_tokens=101)).amount == Decimal("0.0012204")


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_a_call_costs_what_the_vectors_say(case):
    cost = price(record_of(case))
    found = (None, None) if cost is None else (cost.amount, cost.source)
    expected = (Decimal(case["cost"]) if "cost" in case else None, case["source"])
    assert found == expected


def test_an_image_costs_the_credits_that_its_provider_states():
    image = {"provider_name": "black_forest_labs", "server_address": "api.bfl.ai", "request_model": "flux-x"}
    stated = price(call(**image, usage_raw={"cost": 3.0, "output_mp": 1.0}))
    assert (stated.amount, stated.source) == (Decimal("0.03"), "provider")
    assert price(call(**image, usage_raw={})) is None


counts = st.none() | st.integers(0, 10**7)


@settings(deadline=None)
@given(
    figures=st.fixed_dictionaries(
        {field: counts for field in CallRecord.__dataclass_fields__ if field.endswith("_tokens")}
    ),
    model=st.sampled_from(["gpt-4o", "gpt-4o-audio-preview", "gpt-image-1", "gpt-realtime", "o3", "gpt-5"]),
    tier=st.sampled_from([None, "flex", "priority", "default", "unknown"]),
    usage=st.sampled_from(
        [
            None,
            {"cost": None},
            {"cost": "free", "is_byok": False},
            {"cost": float("nan"), "is_byok": False},
            {"cost": 1, "is_byok": True},
            {"cache_creation": 5, "server_tool_use": {"web_search_requests": -1}},
            {"cache_creation": {"ephemeral_1h_input_tokens": 10**9}},
        ]
    ),
)
def test_no_figures_make_pricing_fail_or_a_cost_negative(figures, model, tier, usage):
    cost = price(call(**figures, request_model=model, service_tier=tier, usage_raw=usage))
    assert cost is None or cost.amount >= 0


def test_a_token_is_charged_in_one_bucket_only():
    whole = price(call(input_tokens=1000, output_tokens=0, request_model="gpt-4o"))
    parts = price(
        call(input_tokens=1000, output_tokens=0, cache_read_input_tokens=800, audio_input_tokens=800)
    )
    assert parts.amount <= whole.amount


def test_the_service_tier_changes_the_price():
    standard, flex = (
        price(call(request_model="gpt-5", input_tokens=1000, output_tokens=0, service_tier=tier)).amount
        for tier in ("default", "flex")
    )
    assert flex == standard / 2


BATCH = {"service_tier": "batch", "input_tokens": 1000, "output_tokens": 500}


def test_a_batch_costs_half_where_the_provider_says_so():
    whole = price(call(input_tokens=1000, output_tokens=500))
    assert price(call(**BATCH)).amount == whole.amount / 2


@pytest.mark.parametrize(
    ("provider", "host", "model"),
    [
        ("openai", "api.openai.com", "gpt-3.5-turbo"),
        ("anthropic", "api.anthropic.com", "claude-3-haiku-20240307"),
        ("mistral_ai", "api.mistral.ai", "mistral-large-latest"),
        ("gcp.gemini", "generativelanguage.googleapis.com", "gemini-2.0-flash"),
    ],
)
def test_a_batch_costs_half_of_the_tokens_also_where_the_data_set_has_no_batch_price(provider, host, model):
    used = {"provider_name": provider, "server_address": host, "request_model": model}
    searched = {"usage_tool_calls": {"web_search": 2}}
    tokens = price(call(**used, input_tokens=1000, output_tokens=500)).amount
    whole = price(call(**used, input_tokens=1000, output_tokens=500, **searched)).amount
    assert price(call(**used, **BATCH)).amount == tokens / 2
    assert price(call(**used, **BATCH, **searched)).amount == whole - tokens / 2


def test_a_batch_of_a_provider_whose_discount_is_unknown_is_unpriced():
    groq = {"provider_name": "groq", "server_address": "api.groq.com", "request_model": "gemma2-9b-it"}
    assert price(call(**groq, input_tokens=1, output_tokens=1)) is not None
    assert price(call(**groq, **BATCH)) is None


def test_a_tool_is_charged_by_its_fee_or_the_cost_says_that_it_lacks_one():
    tokens = price(call(input_tokens=1000, output_tokens=0))
    known, unknown, both = (
        price(call(input_tokens=1000, output_tokens=0, usage_tool_calls=runs))
        for runs in ({"file_search": 2}, {"code_interpreter": 1}, {"file_search": 1, "code_interpreter": 1})
    )
    assert (known.amount, known.source) == (tokens.amount + Decimal("0.005"), "genai-prices+fees")
    assert (unknown.amount, unknown.source) == (tokens.amount, "genai-prices, fees unknown")
    assert both.source == "genai-prices+fees, fees unknown"


def test_a_fee_holds_from_its_day_on():
    before = datetime(2025, 3, 10, tzinfo=timezone.utc)
    used = {"input_tokens": 1, "output_tokens": 0, "usage_tool_calls": {"file_search": 1}}
    assert price(call(**used, started_at=before)).source == "genai-prices, fees unknown"


def test_xais_own_statement_goes_before_every_table():
    stated = call(provider_name="x_ai", input_tokens=1, usage_raw={"cost_in_usd_ticks": 37756000})
    assert (price(stated).amount, price(stated).source) == (Decimal("0.0037756"), "provider")


def test_a_maker_that_sells_at_two_addresses_has_two_price_lists():
    models = {"request_model": "glm-4.7", "input_tokens": 1_000_000, "output_tokens": 0}
    abroad, home = (price(call(**models, provider_name=name)) for name in ("z_ai", "zhipu"))
    assert abroad.amount > home.amount > 0


def test_what_is_paid_by_the_hour_has_no_price_by_the_token():
    hourly = {"provider_name": "gcp.vertex_ai", "request_model": "gemini-2.5-flash", "input_tokens": 9}
    assert price(call(**hourly, server_address=None, service_tier="PROVISIONED_THROUGHPUT")) is None


def test_importing_prices_does_not_load_the_data_set():
    code = "import sys, jupyter_llm_meter.core.prices; assert 'genai_prices' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=REPOSITORY)


def test_pricing_opens_no_connection(monkeypatch):
    def refuse(*_address):
        raise AssertionError("pricing reached for the network")

    monkeypatch.setattr("socket.socket.connect", refuse)
    assert price(call(input_tokens=1, output_tokens=1)) is not None


def test_recorded_calls_cost_what_the_provider_said():
    if not CORPUS.exists():
        pytest.skip(f"recorded traffic not found at {CORPUS}; set LLM_METER_CORPUS")
    stated = checked = 0
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        for exchange in map(json.loads, lines):
            truth = exchange.get("truth") or {}
            usage = truth.get("usage_raw")
            if exchange["kind"] != "call" or not isinstance(usage, dict):
                continue
            checked += 1
            cost = price(
                call(
                    provider_name=exchange["provider"],
                    server_address=urlsplit(exchange["url"]).hostname,
                    input_tokens=truth.get("input_tokens_total"),
                    output_tokens=truth.get("output_tokens_total"),
                    cache_read_input_tokens=truth.get("cached_input_tokens"),
                    cache_write_input_tokens=truth.get("cache_write_tokens"),
                    reasoning_output_tokens=truth.get("reasoning_tokens"),
                    usage_raw=usage,
                )
            )
            said = usage.get("cost")
            if exchange["provider"] == "perplexity" and said is not None:
                stated += 1
                assert cost.amount == Decimal(str(said["total_cost"]))
            elif exchange["provider"] == "openrouter" and said is not None and not usage.get("is_byok"):
                stated += 1
                assert cost.amount == Decimal(str(said))
    assert checked > 1000
    assert stated > 100


def test_an_administrators_price_goes_before_the_data_set(tmp_path):
    entry = {**ENTRY, "provider": "openai", "model": "GPT-4o", "cache_read_mtok": "0.5"}
    overrides = read_price_file(write_price_table(tmp_path, entry)).prices
    cost = price(call(input_tokens=1000, cache_read_input_tokens=400, output_tokens=100), overrides)
    assert (cost.amount, cost.source) == (Decimal("0.002"), "own: contract")  # 600 x 2 + 400 x 0.5 + 100 x 6


def test_an_administrators_price_is_cut_in_a_batch_by_the_providers_discount(tmp_path):
    overrides = read_price_file(
        write_price_table(tmp_path, {**ENTRY, "provider": "openai", "model": "gpt-4o"})
    ).prices
    whole = price(call(input_tokens=1000, output_tokens=500), overrides)
    assert price(call(**BATCH), overrides) == replace(whole, amount=whole.amount / 2)
    own = read_price_file(write_price_table(tmp_path, {**ENTRY, "provider": "groq"})).prices
    used = {"provider_name": "groq", "server_address": "api.groq.com", "request_model": "qwen-max"}
    assert price(call(**used, **BATCH), own) is None


CLAUDE = {
    "provider_name": "anthropic",
    "server_address": "api.anthropic.com",
    "request_model": "claude-opus-4-8",
    "input_tokens": 100_000,
    "output_tokens": 10_000,
}


@pytest.mark.parametrize(
    ("raw", "cost"),
    [
        ({"speed": "standard", "inference_geo": "global"}, "0.75"),
        ({"speed": "fast"}, "1.5"),
        ({"inference_geo": "us"}, "0.825"),
        ({"speed": "fast", "inference_geo": "us"}, "1.65"),
    ],
)
def test_claude_costs_more_when_it_is_fast_or_stays_in_one_country(raw, cost):
    assert price(call(**CLAUDE, usage_raw=raw)).amount == Decimal(cost)


def test_the_searches_of_claude_cost_the_same_in_one_country_and_the_cost_says_that_its_tier_is_unknown():
    searched = {**CLAUDE, "usage_tool_calls": {"web_search": 2}}
    anywhere = price(call(**searched))
    there = price(call(**searched, usage_raw={"inference_geo": "us"}))
    assert there == replace(anywhere, source="genai-prices, tier unknown")


@pytest.mark.parametrize(
    "raw",
    [
        {"cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 9613}},
        {"cacheDetails": [{"ttl": "5m", "inputTokens": 0}, {"ttl": "1h", "inputTokens": 9613}]},
        {
            "prompt_tokens_details": {
                "cached_tokens": 0,
                "cache_creation_token_details": {"ephemeral_1h_input_tokens": 9613},
            }
        },
    ],
    ids=["Anthropic", "Bedrock", "LiteLLM"],
)
def test_what_is_cached_for_an_hour_costs_twice_the_input_in_every_spelling(raw):
    figures = {"input_tokens": 9623, "output_tokens": 5, "cache_write_input_tokens": 9613}
    written = call(**{**CLAUDE, **figures, "request_model": "claude-opus-4-6"}, usage_raw=raw)
    assert price(written).amount == Decimal("0.096305")


@pytest.mark.parametrize(
    "raw",
    [
        {"cacheTokensDetails": [{"modality": "AUDIO", "tokenCount": 8000}]},
        {"cached_tokens_by_modality": [{"modality": "audio", "tokens": 8000}]},
    ],
    ids=["generateContent", "Interactions"],
)
def test_cached_sound_has_its_own_price_and_text_keeps_that_of_text(raw):
    heard = call(
        provider_name="gcp.gemini",
        server_address="generativelanguage.googleapis.com",
        request_model="gemini-2.5-flash",
        input_tokens=10_000,
        output_tokens=100,
        cache_read_input_tokens=8000,
        audio_input_tokens=8000,
        usage_raw=raw,
    )
    # 2,000 of text at 0.30, 8,000 of cached sound at 0.10, 100 written at 2.50 dollars a million.
    assert price(heard).amount == Decimal("0.00165")


def advised(model):
    entries = [
        {"type": "message", "input_tokens": 1000, "output_tokens": 100},
        {"type": "advisor_message", "model": model, "input_tokens": 2000, "output_tokens": 200},
    ]
    raw = {"input_tokens": 1000, "output_tokens": 100, "iterations": entries}
    return call(
        **{**CLAUDE, "request_model": "claude-haiku-4-5", "input_tokens": 3000, "output_tokens": 300},
        usage_raw=raw,
    )


def test_an_advisor_costs_what_its_own_model_costs():
    alone = price(call(**{**CLAUDE, "request_model": "claude-haiku-4-5"}, usage_raw={})).amount
    assert alone > 0
    # Haiku 4.5 at 1 and 5, Opus 4.8 at 5 and 25 dollars a million.
    cost = price(advised("claude-opus-4-8"))
    assert (cost.amount, cost.source) == (Decimal("0.0015") + Decimal("0.015"), "genai-prices")


def test_an_advisor_without_a_known_price_makes_the_cost_say_that_it_lacks_something():
    cost = price(advised("model-of-tomorrow"))
    assert (cost.amount, cost.source) == (Decimal("0.0015"), "genai-prices, fees unknown")


@pytest.mark.parametrize(
    ("model", "cost", "source"),
    [
        # gpt-5 at 1.25 and 10; gpt-image-1 at 5 for text and 40 for what it makes.
        ("gpt-image-1", "0.170730", "genai-prices"),
        (None, "0.003475", "genai-prices, fees unknown"),
    ],
)
def test_the_image_tool_costs_what_its_own_model_costs(model, cost, source):
    images = {
        "input_tokens": 171,
        "output_tokens": 4160,
        "output_tokens_details": {"image_tokens": 4160},
        "total_tokens": 4331,
        **({"model": model} if model else {}),
    }
    drawn = call(
        request_model="gpt-5",
        input_tokens=2471,
        output_tokens=4220,
        image_output_tokens=4160,
        usage_raw={"input_tokens": 2300, "output_tokens": 60, "tool_usage": {"image_gen": images}},
    )
    found = price(drawn)
    assert (found.amount, found.source) == (Decimal(cost), source)


@pytest.mark.parametrize("stated", ["0.0", "0.0123"])
def test_a_gateways_stated_cost_goes_before_any_price(stated):
    cost = price(call(input_tokens=100, output_tokens=10, usage_raw={"gateway_cost_usd": stated}))
    assert (cost.amount, cost.source) == (Decimal(stated), "provider")


def test_a_gateways_cost_that_is_not_a_number_is_not_used():
    cost = price(call(input_tokens=100, output_tokens=10, usage_raw={"gateway_cost_usd": "None"}))
    assert cost.source == "genai-prices"


def test_a_price_of_ones_own_that_lacks_a_side_makes_the_cost_unknown(tmp_path):
    entry = {name: value for name, value in ENTRY.items() if name != "output_mtok"}
    own = read_price_file(write_price_table(tmp_path, entry)).prices
    used = call(provider_name="alibaba", request_model="qwen-max", input_tokens=5, output_tokens=5)
    assert price(used, own) is None
