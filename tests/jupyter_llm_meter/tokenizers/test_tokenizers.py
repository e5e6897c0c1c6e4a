"""Counting: exact for OpenAI's models, the nearest encoding for others, bounded, never online."""

import os

import pytest

from jupyter_llm_meter.tokenizers import RanksMissing, UnknownTokenizer, count, encodings


@pytest.mark.parametrize(
    ("text", "model", "tokens"),
    [("hello world", "gpt-4o", 2), ("hello world", "gpt-4", 2), ("", "gpt-4o", 0), ("你好世界", "gpt-4", 5)],
)
def test_count_gives_the_published_number_for_a_known_model(text, model, tokens):
    assert count(text, model)[0::2] == (tokens, True)


def test_count_reads_the_model_behind_a_gateways_prefix():
    assert count("hi", "openai/gpt-4")[1:] == ("cl100k_base", True)


def test_count_says_that_it_is_not_exact_for_a_model_without_a_public_vocabulary():
    assert count("hello", "claude-sonnet-4-5")[1:] == ("o200k_base", False)


def test_count_without_a_model_is_not_exact():
    assert count("hello").exact is False


def test_count_by_a_named_tokenizer_wins_over_the_model():
    assert count("hello", "gpt-4o", "cl100k_base")[1:] == ("cl100k_base", True)


def test_count_names_the_known_tokenizers_when_one_is_unknown():
    with pytest.raises(UnknownTokenizer, match="use one of cl100k_base, o200k_base"):
        count("hello", tokenizer="o300k")


def test_count_takes_special_tokens_in_a_text_as_text():
    as_text = encodings.encoding("o200k_base").encode("a<|endoftext|>b", disallowed_special=())
    assert count("a<|endoftext|>b", "gpt-4o").tokens == len(as_text) > 3


def test_count_survives_a_run_of_a_million_blanks():
    assert count(" " * 1_000_000 + "x", "gpt-4o").tokens > 0


def test_count_of_cut_blanks_is_within_a_token_a_cut_of_the_uncut_text():
    text = "a" + " " * 250_000 + "b"
    uncut = len(encodings.encoding("o200k_base").encode_ordinary(text))
    assert abs(count(text, "gpt-4o").tokens - uncut) <= 3


def test_loading_leaves_no_variable_for_kernels_to_inherit(monkeypatch):
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "mine")
    encodings.encoding.cache_clear()
    count("hello", "gpt-4o")
    assert os.environ["TIKTOKEN_CACHE_DIR"] == "mine"


@pytest.mark.parametrize("content", [None, b"damaged"])
def test_a_missing_or_damaged_rank_file_is_named_and_nothing_is_downloaded(tmp_path, monkeypatch, content):
    if content is not None:
        (tmp_path / encodings.ENCODINGS["o200k_base"].file).write_bytes(content)
    monkeypatch.setattr(encodings, "RANKS", tmp_path)
    encodings.encoding.cache_clear()
    with pytest.raises(RanksMissing, match="reinstall jupyter-llm-meter"):
        count("hello", "gpt-4o")
    encodings.encoding.cache_clear()
