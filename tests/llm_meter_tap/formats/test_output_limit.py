"""The most that a request lets the model write, in each API's own words."""

import pytest

from llm_meter_tap.formats.output_limit import max_output_tokens


@pytest.mark.parametrize(
    ("api", "request_body", "expected"),
    [
        ("openai.chat", {"max_tokens": 100}, 100),
        ("openai.chat", {"max_completion_tokens": 100, "n": 3}, 300),
        ("openai.chat", {"max_tokens": 50, "max_completion_tokens": 100}, 100),
        ("openai.chat", {"max_tokens": 100, "n": 0}, 100),
        ("openai.chat", {"max_tokens": None}, None),
        ("openai.chat", {"max_tokens": "many"}, None),
        ("openai.chat", {}, None),
        ("openai.completions", {"prompt": "a", "max_tokens": 10, "n": 2, "best_of": 5}, 50),
        ("openai.completions", {"prompt": ["a", "b", "c"], "max_tokens": 10}, 30),
        ("openai.completions", {"prompt": [1, 2, 3], "max_tokens": 10}, 10),
        ("openai.completions", {"prompt": [[1, 2], [3]], "max_tokens": 10}, 20),
        ("openai.responses", {"max_output_tokens": 100}, 100),
        ("openai.assistants.run", {"max_completion_tokens": 100}, 100),
        ("anthropic.messages", {"max_tokens": 100}, 100),
        ("anthropic.complete", {"max_tokens_to_sample": 100}, 100),
        ("google.generateContent", {"generationConfig": {"maxOutputTokens": 100, "candidateCount": 2}}, 200),
        ("google.generateContent", {"generationConfig": [1]}, None),
        ("bedrock.converse", {"inferenceConfig": {"maxTokens": 100}}, 100),
        ("bedrock.invoke", {"max_tokens": 100}, 100),
        ("bedrock.invoke", {"max_gen_len": 100}, 100),
        ("bedrock.invoke", {"textGenerationConfig": {"maxTokenCount": 100}}, 100),
        ("cohere.generate", {"max_tokens": 10, "num_generations": 3}, 30),
        ("ollama.chat", {"options": {"num_predict": 100}}, 100),
        ("ollama.chat", {"options": {"num_predict": -1}}, None),
        ("huggingface.inference", {"parameters": {"max_new_tokens": 9, "num_return_sequences": 2}}, 18),
        ("dashscope.generation", {"parameters": {"max_tokens": 100}}, 100),
        ("google.interactions", {"generation_config": {"max_output_tokens": 100}}, 100),
        ("openai.images", {"max_tokens": 100}, None),
    ],
)
def test_the_limit_is_read_where_the_api_has_it_and_multiplied_by_the_answers(api, request_body, expected):
    assert max_output_tokens(api, "chat", request_body) == expected


@pytest.mark.parametrize("operation", ["embeddings", "rerank"])
def test_where_nothing_is_written_the_limit_is_zero(operation):
    assert max_output_tokens("openai.embeddings", operation, {}) == 0


def test_a_request_that_sets_no_limit_gives_nothing():
    assert max_output_tokens("openai.chat", "chat", {}) is None
