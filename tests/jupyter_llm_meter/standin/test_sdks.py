"""The real SDKs understand the stand-in, and the figures they report are counts of the text they hold.

The SDKs are imported where they are used: that takes seconds, and each worker of pytest-xdist collects all
tests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jupyter_llm_meter.tokenizers import count

if TYPE_CHECKING:
    import anthropic
    import openai
    from google import genai

PROMPT = "How far can I drive with what is in the tank?"


@pytest.fixture
def openai_client(standin: str) -> openai.OpenAI:
    import openai

    return openai.OpenAI(base_url=f"{standin}/v1", api_key="sk-none", max_retries=0)


@pytest.fixture
def anthropic_client(standin: str) -> anthropic.Anthropic:
    import anthropic

    return anthropic.Anthropic(base_url=standin, api_key="sk-none", max_retries=0)


@pytest.fixture
def gemini_client(standin: str) -> genai.Client:
    from google import genai

    return genai.Client(api_key="none", http_options={"base_url": standin})


def tokens(text: str, model: str) -> int:
    return count(text, model).tokens


def test_chat_reports_the_true_counts(openai_client: openai.OpenAI) -> None:
    reply = openai_client.chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": PROMPT}]
    )
    assert reply.usage.prompt_tokens == tokens(PROMPT, "gpt-4o-mini")
    assert reply.usage.completion_tokens == tokens(reply.choices[0].message.content, "gpt-4o-mini")
    assert reply.choices[0].finish_reason == "stop"


def test_chat_gives_the_same_answer_to_the_same_question(openai_client: openai.OpenAI) -> None:
    replies = {
        openai_client.chat.completions.create(
            model="gpt-4o-mini", messages=[{"role": "user", "content": PROMPT}]
        )
        .choices[0]
        .message.content
        for _ in range(2)
    }
    assert len(replies) == 1


def test_chat_stays_within_max_tokens_and_says_so(openai_client: openai.OpenAI) -> None:
    reply = openai_client.chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": PROMPT}], max_completion_tokens=5
    )
    assert 0 < reply.usage.completion_tokens <= 5
    assert reply.choices[0].finish_reason == "length"


def test_chat_stream_reports_usage_when_asked(openai_client: openai.OpenAI) -> None:
    chunks = list(
        openai_client.chat.completions.create(
            model="gpt-4o-mini",
            messages=[{"role": "user", "content": PROMPT}],
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert chunks[-1].usage.completion_tokens == tokens(text, "gpt-4o-mini")
    assert all(chunk.usage is None for chunk in chunks[:-1])


def test_chat_stream_reports_no_usage_unless_asked(openai_client: openai.OpenAI) -> None:
    chunks = list(
        openai_client.chat.completions.create(
            model="gpt-4o-mini", messages=[{"role": "user", "content": PROMPT}], stream=True
        )
    )
    assert len(chunks) > 3
    assert all(chunk.usage is None for chunk in chunks)


def test_completions_report_the_true_counts(openai_client: openai.OpenAI) -> None:
    reply = openai_client.completions.create(model="gpt-3.5-turbo-instruct", prompt=PROMPT, max_tokens=40)
    assert reply.usage.prompt_tokens == tokens(PROMPT, "gpt-3.5-turbo-instruct")
    assert reply.usage.completion_tokens == tokens(reply.choices[0].text, "gpt-3.5-turbo-instruct")


def test_completions_stream_says_the_same_text(openai_client: openai.OpenAI) -> None:
    asked = {"model": "gpt-3.5-turbo-instruct", "prompt": PROMPT, "max_tokens": 40}
    whole = openai_client.completions.create(**asked).choices[0].text
    streamed = "".join(
        chunk.choices[0].text for chunk in openai_client.completions.create(**asked, stream=True)
    )
    assert streamed == whole


def test_embeddings_report_the_true_counts(openai_client: openai.OpenAI) -> None:
    texts = ["one", "two words", "三个汉字"]
    reply = openai_client.embeddings.create(model="text-embedding-3-small", input=texts, dimensions=64)
    assert reply.usage.total_tokens == sum(tokens(text, "text-embedding-3-small") for text in texts)
    assert [len(row.embedding) for row in reply.data] == [64, 64, 64]
    assert sum(value * value for value in reply.data[0].embedding) == pytest.approx(1, abs=1e-3)


def test_responses_report_the_true_counts(openai_client: openai.OpenAI) -> None:
    reply = openai_client.responses.create(model="gpt-4o-mini", instructions="Be brief.", input=PROMPT)
    assert reply.usage.input_tokens == tokens("Be brief.", "gpt-4o-mini") + tokens(PROMPT, "gpt-4o-mini")
    assert reply.usage.output_tokens == tokens(reply.output_text, "gpt-4o-mini")


def test_responses_stream_ends_with_the_whole_response(openai_client: openai.OpenAI) -> None:
    with openai_client.responses.stream(model="gpt-4o-mini", input=PROMPT) as stream:
        text = "".join(event.delta for event in stream if event.type == "response.output_text.delta")
        last = stream.get_final_response()
    assert last.output_text == text
    assert last.usage.output_tokens == tokens(text, "gpt-4o-mini")


def test_azure_takes_the_model_from_the_deployment(standin: str) -> None:
    import openai

    client = openai.AzureOpenAI(azure_endpoint=standin, api_key="none", api_version="2024-10-21")
    reply = client.chat.completions.create(
        model="my-deployment", messages=[{"role": "user", "content": PROMPT}]
    )
    assert reply.model == "my-deployment"
    assert reply.usage.total_tokens > 0


def test_messages_report_the_true_counts(anthropic_client: anthropic.Anthropic) -> None:
    reply = anthropic_client.messages.create(
        model="claude-haiku-4-5", max_tokens=500, messages=[{"role": "user", "content": PROMPT}]
    )
    assert reply.usage.input_tokens == tokens(PROMPT, "claude-haiku-4-5")
    assert reply.usage.output_tokens == tokens(reply.content[0].text, "claude-haiku-4-5")


def test_messages_stream_ends_with_the_cumulative_output(anthropic_client: anthropic.Anthropic) -> None:
    with anthropic_client.messages.stream(
        model="claude-haiku-4-5", max_tokens=500, messages=[{"role": "user", "content": PROMPT}]
    ) as stream:
        text = "".join(stream.text_stream)
        last = stream.get_final_message()
    assert last.usage.output_tokens == tokens(text, "claude-haiku-4-5")


def test_generate_content_reports_the_true_counts(gemini_client: genai.Client) -> None:
    reply = gemini_client.models.generate_content(model="gemini-2.5-flash", contents=PROMPT)
    assert reply.usage_metadata.prompt_token_count == tokens(PROMPT, "gemini-2.5-flash")
    assert reply.usage_metadata.candidates_token_count == tokens(reply.text, "gemini-2.5-flash")


def test_stream_generate_content_reports_the_output_last(gemini_client: genai.Client) -> None:
    chunks = list(gemini_client.models.generate_content_stream(model="gemini-2.5-flash", contents=PROMPT))
    text = "".join(chunk.text for chunk in chunks)
    assert chunks[0].usage_metadata.candidates_token_count is None
    assert chunks[-1].usage_metadata.candidates_token_count == tokens(text, "gemini-2.5-flash")


def test_errors_come_in_each_providers_own_shape(
    openai_client: openai.OpenAI, anthropic_client: anthropic.Anthropic, gemini_client: genai.Client
) -> None:
    import anthropic
    import openai
    from google.genai import errors as genai_errors

    message = [{"role": "user", "content": PROMPT}]
    with pytest.raises(openai.NotFoundError) as missing:
        openai_client.chat.completions.create(model="no-such-model", messages=message)
    assert missing.value.code == "model_not_found"
    with pytest.raises(openai.RateLimitError) as limited:
        openai_client.chat.completions.create(model="standin-rate-limited", messages=message)
    assert limited.value.code == "rate_limit_exceeded"
    with pytest.raises(anthropic.RateLimitError) as refused:
        anthropic_client.messages.create(model="standin-rate-limited", max_tokens=5, messages=message)
    assert refused.value.body["error"]["type"] == "rate_limit_error"
    with pytest.raises(genai_errors.ClientError) as bad:
        gemini_client.models.generate_content(model="standin-bad-request", contents=PROMPT)
    assert (bad.value.code, bad.value.status) == (400, "INVALID_ARGUMENT")
