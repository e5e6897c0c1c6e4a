"""Plain figures cost what genai-prices says that they cost, of every model that it knows."""

from datetime import datetime, timezone
from decimal import Decimal

import genai_prices
import pytest
from genai_prices.data import providers
from genai_prices.types import ModelPrice, TieredPrices
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_llm_meter.core.plain_prices import find_model, is_plain, plain_price

MODELS = [
    (provider.id, model.id) for provider in providers for model in provider.models if provider.id != "groq"
]
TIMES = [datetime(2026, 11, 23, hour, 30, tzinfo=timezone.utc) for hour in (2, 20)]
COUNTS = st.integers(0, 2_000_000)


@settings(max_examples=400)
@given(
    st.sampled_from(MODELS),
    st.sampled_from(TIMES),
    st.fixed_dictionaries({"input_tokens": COUNTS, "output_tokens": COUNTS}),
    st.integers(0, 100),
    st.integers(0, 100),
)
def test_every_model_costs_what_the_data_set_says(named, at, figures, read_share, write_share):
    provider_id, model_id = named
    read = figures["input_tokens"] * read_share // 100
    written = (figures["input_tokens"] - read) * write_share // 100
    figures = {**figures, "cache_read_tokens": read, "cache_write_tokens": written}
    found = find_model(model_id, None, provider_id)
    usage = genai_prices.Usage(**figures, cache_audio_read_tokens=0, cache_image_read_tokens=0)

    def priced_there():
        return genai_prices.calc_price(usage, model_id, provider_id=provider_id, genai_request_timestamp=at)

    if found is None:
        with pytest.raises(LookupError):
            priced_there()
        return
    theirs = priced_there()
    ours = plain_price(found, figures, at)
    assert ours is not None
    has_price = any(getattr(theirs.model_price, name) is not None for name in ("input_mtok", "output_mtok"))
    assert ours.amount == (theirs.total_price if has_price else None)
    assert ours.has_searches == (theirs.model_price.web_searches_kcount is not None)


def test_a_name_that_the_data_set_does_not_have_is_no_model():
    assert find_model("a model of nobody", None, "openai") is None
    assert find_model("gpt-4o", "https://llm.example.com/", None) is None


def test_figures_with_parts_of_their_own_prices_are_not_plain():
    assert is_plain({"input_tokens": 5, "output_tokens": 1, "web_searches": 0, "cache_read_tokens": 2})
    assert not is_plain({"input_tokens": 5, "output_tokens": 1, "web_searches": 1})
    assert not is_plain({"input_tokens": 5, "output_tokens": 1, "input_audio_tokens": 3})


@pytest.mark.parametrize(("tokens", "dollars"), [(200_000, "0.25"), (200_001, "0.5000025")])
def test_the_whole_call_pays_the_price_of_the_tier_that_its_input_reached(tokens, dollars):
    found = find_model("gemini-2.5-pro", None, "google")
    assert found is not None
    cost = plain_price(found, {"input_tokens": tokens, "output_tokens": 0}, TIMES[0])
    assert cost is not None
    assert cost.amount == Decimal(dollars)


def test_figures_that_contradict_each_other_and_tiers_of_requests_are_left_to_the_data_set():
    model = find_model("gpt-5", provider_api_url=None, provider_id="openai")
    at = datetime(2026, 11, 23, tzinfo=timezone.utc)
    figures = {"input_tokens": 5, "output_tokens": 1}
    assert plain_price(model, figures, at) is not None
    assert plain_price(model, {**figures, "cache_read_tokens": 9}, at) is None

    class Tiered:
        def get_prices(self, _at):
            return ModelPrice(requests_kcount=TieredPrices(base=Decimal(1), tiers=[]))

    assert plain_price(model._replace(info=Tiered()), figures, at) is None
