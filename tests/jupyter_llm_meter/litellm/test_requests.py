"""What a request to the proxy asks for, read without LiteLLM."""

from datetime import datetime, timezone

import pytest

from jupyter_llm_meter.litellm.requests import MOST_COUNTED_BYTES, is_free, is_open, read_ask

NOW = datetime(2026, 11, 30, tzinfo=timezone.utc)
CHAT = "http://gateway:4000/v1/chat/completions"


def ask(body, url=CHAT):
    return read_ask(url, body, body.get("model"), "ann", "physics", NOW)


def chat(**more):
    return {"model": "gpt-4o", "messages": [{"role": "user", "content": "a question"}], **more}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/chat/completions"),
        ("POST", "/chat/completions"),
        ("POST", "/openai/deployments/gpt-4o/chat/completions"),
        ("POST", "/v1/messages"),
        ("POST", "/v1/embeddings"),
        ("POST", "/v1/responses"),
        ("GET", "/v1/models"),
        ("GET", "/models/gpt-4o"),
    ],
)
def test_calls_and_the_list_of_models_are_open_to_users(method, path):
    assert is_open(method, path)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/key/generate"),
        ("POST", "/user/new"),
        ("POST", "/config/update"),
        ("POST", "/v1/files"),
        ("POST", "/openai/v1/chat/completions"),
        ("POST", "/anthropic/v1/messages"),
        ("POST", "/vertex_ai/v1/messages"),
        ("POST", "/v1/batches"),
        ("GET", "/v1/responses/resp_1"),
        ("GET", "/model/info"),
        ("GET", "/key/list"),
        ("DELETE", "/v1/models/gpt-4o"),
        ("GET", "/v1/chat/completions"),
    ],
)
def test_every_other_route_is_closed(method, path):
    assert not is_open(method, path)


def test_a_request_is_read_as_the_tap_reads_it():
    found = ask(chat(max_tokens=7, n=2, stream=True))
    assert (found.max_output_tokens, found.is_text_only, found.text.input) == (14, True, "a question")
    record = found.record
    assert (record.operation_name, record.request_model, record.is_stream) == ("chat", "gpt-4o", True)
    assert (record.user_id, record.team, record.source) == ("ann", "physics", "gateway")


def test_each_call_has_a_name_that_nobody_can_guess():
    names = {ask(chat()).record.call_id for _ in range(9)}
    assert len(names) == 9 and all(len(name) == 32 for name in names)


def test_a_request_with_a_picture_is_no_text_alone():
    picture = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]
    assert not ask(chat(messages=[{"role": "user", "content": picture}])).is_text_only


def test_a_very_long_text_is_not_counted_and_has_at_most_its_bytes():
    long = "x" * MOST_COUNTED_BYTES
    found = ask(chat(messages=[{"role": "user", "content": long}]))
    assert found.text is None and found.is_text_only and found.size > len(long)


def test_what_is_not_known_is_left_open():
    found = ask({"model": "a-model", "file": "..."}, "http://gateway:4000/v1/audio/transcriptions")
    assert found.record.request_model == "a-model" and found.max_output_tokens is None
    assert not found.is_text_only


def test_the_text_is_not_shown_where_a_request_is_printed():
    assert "a question" not in repr(ask(chat()))


@pytest.mark.parametrize(
    ("path", "free"),
    [("/v1/messages/count_tokens", True), ("/v1/messages", False), ("/v1/moderations", True)],
)
def test_counting_and_moderation_are_free(path, free):
    assert is_free(f"http://gateway:4000{path}?beta=true") is free
