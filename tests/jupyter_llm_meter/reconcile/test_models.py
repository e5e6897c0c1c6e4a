"""Which names mean the same model."""

import pytest

from jupyter_llm_meter.reconcile.models import family

SAME = [
    ("gpt-4o-2024-08-06", "gpt 4o 0806", "gpt-4o", "GPT-4o"),
    (
        "Claude4.6Sonnet",
        "Claude Sonnet 4.6",
        "us.anthropic.claude-sonnet-4-6-20260501-v1:0",
        "claude-sonnet-4-6",
    ),
    ("Gemini 2.5 Flash", "gemini-2.5-flash", "publishers/google/models/gemini-2.5-flash-001"),
    ("gemini-2.5-flash", "gemini-2.5-flash-preview-05-20"),
    ("NovaPro", "amazon.nova-pro-v1:0", "eu.amazon.nova-pro-v1:0"),
    ("Llama3-3-70B", "meta.llama3-3-70b-instruct-v1:0"),
    ("gpt-oss-120b", "openai.gpt-oss-120b-1:0"),
    ("GPT 5", "gpt-5-2025-08-07"),
    ("Claude 3.5 Sonnet 2024-10-22", "claude-3-5-sonnet-20241022", "claude-3-5-sonnet-latest"),
    ("o4-mini 0416", "o4-mini"),
]
OTHER = [
    ("gpt-4o", "gpt-4o-mini"),
    ("gpt-4", "gpt-4-turbo"),
    ("gpt-4.1", "gpt-4"),
    ("claude-sonnet-4-5", "claude-opus-4-5"),
    ("claude-sonnet-4", "claude-sonnet-4-5"),
    ("gemini-2.5-flash", "gemini-2.5-flash-lite"),
    ("gemini-2.5-flash", "gemini-2.0-flash"),
    ("text-embedding-3-small", "text-embedding-3-large"),
    ("o1", "o3"),
]


@pytest.mark.parametrize("names", SAME, ids=lambda names: names[0])
def test_names_of_one_model_are_one_family(names):
    assert len({family(name) for name in names}) == 1


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_names_of_other_models_are_not(one, other):
    assert family(one) != family(other)
