"""What stands around a text, by family of models."""

from __future__ import annotations

import pytest

from jupyter_llm_meter.tokenizers.framing import PLAIN, Overhead, overhead_of


def of(model: str | None, api: str = "openai.chat", provider: str | None = None) -> Overhead:
    return overhead_of(model, provider, api)


def test_a_message_takes_three_tokens_and_its_role_and_a_reply_three() -> None:
    assert of("gpt-4o").around_input({"messages": 2}) == 2 * (3 + 1) + 3


def test_a_name_takes_one_token() -> None:
    figures = of("gpt-4o")
    assert figures.around_input({"messages": 1, "names": 1}) == figures.around_input({"messages": 1}) + 1


def test_tools_cost_once_however_many_they_are_where_their_text_says_the_rest() -> None:
    figures = of("gpt-4o")
    assert figures.around_input({"tools": 1}) == figures.around_input({"tools": 7})


def test_a_text_alone_has_no_overhead() -> None:
    assert PLAIN.around_input({"messages": 3, "names": 1, "systems": 1}) == 0
    assert PLAIN.around_output({"calls": 1}) == 0


@pytest.mark.parametrize(
    ("model", "like"),
    [
        ("openai/gpt-4o-mini", "gpt-4o"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-haiku-4-5"),
        ("claude-opus-4-8", "claude-sonnet-5"),
        ("anthropic.claude-v2:1", "claude-3-opus-20240229"),
        ("google/gemini-2.5-flash", "gemini-3.5-flash"),
        ("Qwen/Qwen3-4B-fast", "qwen3-vl-flash"),
        ("open-mistral-nemo", "ministral-8b-2512"),
    ],
)
def test_a_family_is_known_behind_any_prefix(model: str, like: str) -> None:
    assert of(model) is of(like)
    assert of(model) is not of(None)


def test_an_unknown_model_is_framed_as_openais_are() -> None:
    assert of("some-new-model") is of(None)
    assert of(None).around_input({"messages": 1}) == of("gpt-4o").around_input({"messages": 1})


def test_one_model_is_framed_otherwise_in_another_format_or_at_another_provider() -> None:
    assert of("gpt-5") != of("gpt-5", "openai.responses")
    assert of("deepseek-v4") != of("deepseek-v4", provider="together")


def test_no_figures_make_a_count_negative() -> None:
    assert of("gpt-5", "openai.responses").around_input({"schemas": 5}) == 0
