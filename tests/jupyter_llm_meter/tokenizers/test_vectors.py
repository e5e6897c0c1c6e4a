"""The vectors that hold the counting of both languages to tiktoken's."""

import json
from pathlib import Path

import pytest
import tiktoken.model

from jupyter_llm_meter.tokenizers import count
from jupyter_llm_meter.tokenizers.encodings import ENCODINGS, encoding, encoding_name

VECTORS = Path(__file__).parents[2] / "vectors"
TOKENS = json.loads((VECTORS / "tokens.json").read_text("utf-8"))
MODELS = json.loads((VECTORS / "tokenizers.json").read_text("utf-8"))["models"]


@pytest.mark.parametrize("name", ENCODINGS)
@pytest.mark.parametrize("case", TOKENS["texts"], ids=lambda case: case["name"])
def test_the_tokens_of_the_vectors_are_those_of_tiktoken(case, name):
    assert encoding(name).encode_ordinary(case["text"]) == case[name]
    assert count(case["text"], tokenizer=name).tokens == len(case[name])


@pytest.mark.parametrize("name", ENCODINGS)
@pytest.mark.parametrize("run", TOKENS["runs"], ids=lambda run: run["name"])
def test_a_long_run_has_as_many_tokens_as_the_vectors_say(run, name):
    assert count(run["unit"] * run["times"] + "x", tokenizer=name).tokens == run[name]


@pytest.mark.parametrize("case", MODELS, ids=lambda case: case["model"])
def test_a_model_is_counted_with_the_encoding_of_the_vectors(case):
    assert encoding_name(case["model"]) == (case["tokenizer"], case["exact"])


def test_the_vectors_have_every_model_and_prefix_that_tiktoken_knows():
    models = {case["model"] for case in MODELS}
    assert set(tiktoken.model.MODEL_TO_ENCODING) <= models
    prefixes = tiktoken.model.MODEL_PREFIX_TO_ENCODING
    assert all(any(model.startswith(prefix) for model in models) for prefix in prefixes)
