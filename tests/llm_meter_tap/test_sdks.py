"""The real SDKs, one record a call.

They are imported where they are used: that takes seconds, and each worker of pytest-xdist collects all
tests.
"""

import asyncio
import gc
from typing import Any

import pytest
from tap_process import settled

MESSAGES = [{"role": "user", "content": "Say hi"}]
GEMINI = {"contents": "Say hi", "model": "gemini-x"}


@pytest.fixture
def chat(provider: Any) -> Any:
    import openai

    return lambda how: openai.OpenAI(api_key="sk-x", base_url=f"{provider.url}/{how}/v1", max_retries=2)


@pytest.fixture
def messages(provider: Any) -> Any:
    import anthropic

    return lambda how: anthropic.Anthropic(api_key="sk-x", base_url=f"{provider.url}/{how}", max_retries=0)


@pytest.fixture
def gemini(provider: Any) -> Any:
    from google import genai
    from google.genai import types

    return lambda how: genai.Client(
        api_key="x", http_options=types.HttpOptions(base_url=f"{provider.url}/{how}", api_version="v1beta")
    )


def only(folder: Any) -> dict[str, Any]:
    (record,) = settled(folder)
    return record


def figures(record: dict[str, Any]) -> tuple[int, int]:
    return record["gen_ai.usage.input_tokens"], record["gen_ai.usage.output_tokens"]


def test_openai_chat(chat, metered):
    answer = chat("json").chat.completions.create(model="gpt-5", messages=MESSAGES)

    assert answer.choices[0].message.content == "Hi!"
    record = only(metered)
    assert figures(record) == (11, 7)
    assert (record["gen_ai.operation.name"], record["gen_ai.request.model"]) == ("chat", "gpt-5")
    assert record["gen_ai.response.id"] == "chatcmpl-1"


def test_openai_stream(chat, metered):
    stream = chat("sse").chat.completions.create(model="gpt-5", messages=MESSAGES, stream=True)

    words = [chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices]
    assert "".join(words) == "word0 word1 word2 word3 "
    record = only(metered)
    assert figures(record) == (11, 7)
    assert record["gen_ai.request.stream"] is True
    assert 0 < record["gen_ai.response.time_to_first_chunk"] <= record["llm_meter.call.duration_s"]


def test_openai_async_stream(provider, metered):
    import openai

    async def main() -> int:
        client = openai.AsyncOpenAI(api_key="sk-x", base_url=f"{provider.url}/sse/v1")
        stream = await client.chat.completions.create(model="gpt-5", messages=MESSAGES, stream=True)
        return len([chunk async for chunk in stream])

    assert asyncio.run(main()) == 6
    assert figures(only(metered)) == (11, 7)


def test_each_openai_retry_is_a_separate_call(chat, metered):
    chat("flaky").chat.completions.create(model="gpt-5", messages=MESSAGES)

    assert [record["llm_meter.call.status"] for record in settled(metered)] == ["error", "error", "ok"]


def test_openai_raises_its_own_error(chat, metered):
    import openai

    with pytest.raises(openai.RateLimitError):
        chat("limited").with_options(max_retries=0).chat.completions.create(model="gpt-5", messages=MESSAGES)

    assert only(metered)["error.type"] == "rate_limit_exceeded"


def test_anthropic_message(messages, metered):
    messages("json").messages.create(model="claude-x", max_tokens=9, messages=MESSAGES)

    record = only(metered)
    assert figures(record) == (21, 5)
    assert record["gen_ai.provider.name"] == "anthropic"


def test_anthropic_stream(messages, metered):
    with messages("sse").messages.stream(model="claude-x", max_tokens=9, messages=MESSAGES) as stream:
        assert stream.get_final_text() == "Hi there"

    assert figures(only(metered)) == (21, 5)


def test_an_anthropic_stream_left_early_keeps_the_reported_input(messages, metered):
    with messages("halfway").messages.stream(model="claude-x", max_tokens=9, messages=MESSAGES) as stream:
        next(iter(stream.text_stream))

    record = only(metered)
    assert (record["llm_meter.call.status"], record["gen_ai.usage.input_tokens"]) == ("aborted", 21)
    assert "gen_ai.usage.output_tokens" not in record


def test_an_anthropic_stream_left_before_its_last_event_has_partial_figures(messages, metered):
    stream = messages("nearly").messages.create(
        model="claude-x", max_tokens=9, messages=MESSAGES, stream=True
    )
    with stream:
        next(event for event in stream if event.type == "message_delta")

    record = only(metered)
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("aborted", "partial")
    assert figures(record) == (21, 5)


def test_an_openai_stream_left_after_its_figures_is_ok_and_reported(chat, metered):
    with chat("nearly").chat.completions.create(model="gpt-5", messages=MESSAGES, stream=True) as stream:
        next(chunk for chunk in stream if chunk.usage)

    record = only(metered)
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("ok", "reported")
    assert figures(record) == (11, 7)


def test_a_gemini_stream_left_early_has_the_figures_so_far_as_partial(gemini, metered):
    client = gemini("nearly")
    stream = client.models.generate_content_stream(**GEMINI)
    assert next(stream).text == "Hi!"
    client.close()
    del client, stream
    gc.collect()

    record = only(metered)
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("aborted", "partial")
    assert figures(record) == (31, 2)


def test_gemini(gemini, metered):
    assert gemini("json").models.generate_content(**GEMINI).text == "Hi!"

    record = only(metered)
    assert figures(record) == (31, 3)
    assert record["gen_ai.operation.name"] == "generate_content"


def test_gemini_stream(gemini, metered):
    client = gemini("sse")  # closes when it is forgotten
    assert [chunk.text for chunk in client.models.generate_content_stream(**GEMINI)] == ["Hi!"]

    assert figures(only(metered)) == (31, 3)


def test_gemini_async(gemini, metered):
    async def main() -> str:
        return (await gemini("json").aio.models.generate_content(**GEMINI)).text

    assert asyncio.run(main()) == "Hi!"
    assert figures(only(metered)) == (31, 3)
