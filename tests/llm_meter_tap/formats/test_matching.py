"""Which requests are calls to an LLM API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_meter_tap.formats.matching import CallShape, recognise

CHAT = {"model": "m-1", "messages": [{"role": "user", "content": "hi"}]}
CLAUDE = {**CHAT, "max_tokens": 5}
GEMINI = {"contents": [{"parts": [{"text": "hi"}]}]}


def seen(path: str, body: Any, host: str = "llm.example.org", method: str = "POST") -> CallShape | None:
    content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    return recognise(method, host, path, "", "application/json", content)


@pytest.mark.parametrize(
    ("path", "body", "api"),
    [
        ("/v1/chat/completions", CHAT, "openai.chat"),
        ("/v1/chat/completions/", CHAT, "openai.chat"),
        ("/api/v1/chat/completions", CHAT, "openai.chat"),
        ("/openai/v1/chat/completions", CHAT, "openai.chat"),
        ("/v1beta/openai/chat/completions", CHAT, "openai.chat"),
        ("/chat/completions", {"messages": []}, "openai.chat"),
        ("/proxy/team-a/v1/completions", {"model": "m-1", "prompt": "hi"}, "openai.completions"),
        ("/v1/responses", {"model": "m-1", "input": "hi"}, "openai.responses"),
        ("/v1/embeddings", {"model": "m-1", "input": ["hi"]}, "openai.embeddings"),
        ("/anthropic/v1/messages", CLAUDE, "anthropic.messages"),
        ("/v1beta/models/g-1:generateContent", GEMINI, "google.generateContent"),
        ("/v1beta/models/g-1:embedContent", {"content": {}}, "google.embedContent"),
        ("/api/chat", CHAT, "ollama.chat"),
        ("/api/generate", {"model": "m-1", "prompt": "hi"}, "ollama.generate"),
    ],
)
def test_a_compatible_endpoint_is_known_by_path_and_body(path: str, body: Any, api: str) -> None:
    shape = seen(path, body)
    assert shape is not None
    assert shape.api == api


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/chat/completions", {"text": "hi"}),
        ("/v1/chat/completions", [CHAT]),
        ("/v1/chat/completions", b"\xff\x00"),
        ("/v1/chat/completions", None),
        ("/v1/messages", {"to": "alice", "text": "hi"}),
        ("/v1/messages", CHAT),
        ("/v1/embeddings", {"vectors": []}),
        ("/v1/responses", {"survey": 3, "answers": []}),
        ("/api/chat", {"messages": []}),
        ("/models/g-1:generateContent", {"prompt": "hi"}),
        ("/v1/audio/speech", {"input": "hi"}),
        ("/score", {"model": "m", "game": 3}),
        ("/classify", {"input": "a text"}),
        ("/pooling", {"model": "m"}),
        ("/rerank", {"query": "a", "items": ["b"]}),
        ("/similarity", {"a": "b"}),
        ("/cohere/chat", {"room": 1}),
        ("/gateway/a/invocations", {"inputs": [1]}),
        ("/v1/workflows/run", {"inputs": {}}),
        ("/v1/chat-messages", {"inputs": {}, "user": "u"}),
    ],
)
def test_an_equal_path_with_another_body_is_not_a_call(path: str, body: Any) -> None:
    assert seen(path, body) is None


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("api.anthropic.com", "/v1/messages/count_tokens"),
        ("api.anthropic.com", "/v1/messages/batches"),
        ("generativelanguage.googleapis.com", "/v1beta/models/g-1:countTokens"),
        ("generativelanguage.googleapis.com", "/v1beta/cachedContents"),
        ("generativelanguage.googleapis.com", "/v1beta/models/g-1:batchGenerateContent"),
        ("api.openai.com", "/v1/responses/resp_1/cancel"),
        ("api.openai.com", "/v1/responses/input_tokens"),
        ("api.openai.com", "/v1/batches"),
        ("api.openai.com", "/v1/files"),
        ("api.openai.com", "/v1/moderations"),
        ("api.openai.com", "/v1/threads/thread_1/messages"),
        ("api.openai.com", "/v1/threads/thread_1/runs/run_1"),
        ("api.openai.com", "/v1/threads/thread_1/runs/run_1/cancel"),
        ("api.openai.com", "/v1/organization/usage/completions/x"),
        ("api.cohere.com", "/v1/tokenize"),
        ("localhost", "/api/pull"),
        ("localhost", "/api/show"),
        ("localhost", "/tokenize"),
    ],
)
def test_a_similar_request_is_not_a_call(host: str, path: str) -> None:
    assert seen(path, {**CLAUDE, **GEMINI, "input": "hi", "prompt": "hi"}, host) is None


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("1234.mns.cn-hangzhou.aliyuncs.com", "/queues/q/messages"),
        ("api.cloudflare.com", "/client/v4/accounts/a/queues/q/messages"),
        ("queue.amazonaws.com", "/queues/q/messages"),
    ],
)
def test_a_queue_of_a_cloud_that_also_serves_models_is_not_a_call(host: str, path: str) -> None:
    assert seen(path, {"body": "hi", "messages": [{"body": "hi"}]}, host) is None
    assert seen(path, None, host) is None


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("api.openai.com", "/v1/chat/completions"),
        ("api.openai.com", "/v1/responses/resp_1"),
        ("api.openai.com", "/v1/organization/usage/completions"),
        ("api.openai.com", "/v1/organization/usage/embeddings"),
        ("api.anthropic.com", "/v1/models"),
    ],
)
def test_reading_back_is_not_a_call(host: str, path: str) -> None:
    assert seen(path, None, host, "GET") is None


def test_a_call_that_its_provider_will_refuse_is_still_a_call() -> None:
    shape = seen("/v1/chat/completions", {"mesages": []}, "api.openai.com")
    assert shape == CallShape("openai.chat", "openai", "chat", None, False)


def test_a_body_that_cannot_be_seen_is_a_call_on_a_known_host() -> None:
    assert seen("/v1/chat/completions", None, "api.openai.com") is not None


@pytest.mark.parametrize(
    ("host", "provider"),
    [
        ("api.openai.com", "openai"),
        ("eu.api.openai.com:443", "openai"),
        ("API.OpenAI.com.", "openai"),
        ("api.deepseek.com", "deepseek"),
        ("api.mistral.ai", "mistral_ai"),
        ("api.groq.com", "groq"),
        ("api.x.ai", "x_ai"),
        ("api.moonshot.cn", "moonshot_ai"),
        ("dashscope-intl.aliyuncs.com", "alibaba"),
        ("ark.cn-beijing.volces.com", "volcengine"),
        ("open.bigmodel.cn", "zhipu"),
        ("openrouter.ai", "openrouter"),
        ("api.together.xyz", "together"),
        ("generativelanguage.googleapis.com", "gcp.gemini"),
        ("europe-west1-aiplatform.googleapis.com", "gcp.vertex_ai"),
        ("1234.5.gcp.databricks.com", "databricks"),
        ("api.meta.ai", "meta"),
        ("ai.mongodb.com", "voyage"),
        ("my-openai.com", "openai"),
        ("localhost:8000", "openai"),
        ("[::1]:8000", "openai"),
    ],
)
def test_the_provider_is_the_hosts_or_the_formats_author(host: str, provider: str) -> None:
    shape = seen("/v1/chat/completions", CHAT, host)
    assert shape is not None
    assert shape.provider_name == provider


def test_another_companys_domain_is_not_recognised_as_a_providers() -> None:
    shape = seen("/v1/messages", CLAUDE, "openai.com.example.org")
    assert shape is not None
    assert shape.provider_name == "anthropic"


@pytest.mark.parametrize(
    ("host", "path", "body", "provider", "model"),
    [
        ("x.openai.azure.com", "/openai/deployments/d/chat/completions", CHAT, "azure.ai.openai", "m-1"),
        (
            *("x.openai.azure.com", "/openai/deployments/d/chat/completions"),
            *({**CHAT, "model": "d"}, "azure.ai.openai", None),
        ),
        ("x.openai.azure.com", "/openai/v1/chat/completions", CHAT, "azure.ai.openai", None),
        (
            "gateway.local",
            "/openai/deployments/d/chat/completions",
            {"messages": []},
            "azure.ai.openai",
            None,
        ),
        ("x.services.ai.azure.com", "/models/chat/completions", CHAT, "azure.ai.inference", "m-1"),
        ("x.services.ai.azure.com", "/openai/v1/responses", {"input": "x"}, "azure.ai.openai", None),
    ],
)
def test_an_azure_deployment_is_not_a_model(
    host: str, path: str, body: Any, provider: str, model: str | None
) -> None:
    shape = seen(path, body, host)
    assert shape is not None
    assert (shape.provider_name, shape.request_model) == (provider, model)


def test_the_path_names_the_model_where_the_body_does_not() -> None:
    gemini = seen("/v1beta/models/gemini-x:streamGenerateContent", GEMINI)
    bedrock = seen(
        "/model/us.some.model-v1%3A0/converse-stream", {}, "bedrock-runtime.us-east-1.amazonaws.com"
    )
    vertex = seen(
        "/v1/projects/p/locations/l/publishers/anthropic/models/claude-x@1:streamRawPredict",
        {"anthropic_version": "v", "messages": [], "max_tokens": 1},
        "us-east5-aiplatform.googleapis.com",
    )
    assert gemini is not None and bedrock is not None and vertex is not None
    assert (gemini.request_model, gemini.is_stream) == ("gemini-x", True)
    assert (bedrock.request_model, bedrock.is_stream) == ("us.some.model-v1:0", True)
    assert vertex == CallShape("anthropic.messages", "gcp.vertex_ai", "chat", "claude-x@1", True)


def test_a_form_upload_names_its_model() -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-x\r\n--b--\r\n'
    shape = recognise(
        "POST", "api.openai.com", "/v1/audio/transcriptions", "", "multipart/form-data; boundary=b", body
    )
    assert shape is not None
    assert shape.request_model == "whisper-x"


@pytest.mark.parametrize(("written", "is_stream"), [(b"true", True), (b"false", False)])
def test_a_form_asks_for_a_stream_by_a_word(written: bytes, is_stream: bool) -> None:
    body = b'name="model"\r\n\r\ngpt-4o-transcribe\r\nname="stream"\r\n\r\n' + written + b"\r\n--b--\r\n"
    shape = recognise(
        "POST", "api.openai.com", "/v1/audio/transcriptions", "", "multipart/form-data; boundary=b", body
    )
    assert shape is not None
    assert shape.is_stream == is_stream


def test_speech_is_streamed_where_events_are_asked_for() -> None:
    asked = {"model": "gpt-4o-mini-tts", "input": "hi"}
    plain, streamed = (seen("/v1/audio/speech", body) for body in (asked, {**asked, "stream_format": "sse"}))
    assert plain is not None and streamed is not None
    assert (plain.is_stream, streamed.is_stream) == (False, True)


@pytest.mark.parametrize("is_last", [True, False])
def test_a_body_too_big_to_parse_is_read_at_its_ends(is_last: bool) -> None:
    long = [{"role": "user", "content": 'a "model": "not-this" ' * 50_000}]
    named = {"model": "m-1", "stream": True}
    body = {"messages": long, **named} if is_last else {**named, "messages": long}
    shape = seen("/v1/chat/completions", body)
    assert shape is not None
    assert (shape.request_model, shape.is_stream) == ("m-1", True)


def test_a_model_inside_a_message_is_not_the_model() -> None:
    inner = {"messages": ["x" * 70_000, {"model": "inner"}]}
    shape = seen("/v1/chat/completions", inner)
    assert shape is not None
    assert shape.request_model is None


@settings(deadline=None)
@given(
    st.text(max_size=8),
    st.text(max_size=30),
    st.sampled_from(
        ["/v1/chat/completions", "/v1/messages", "/m:generateContent", "/model/x/invoke", "/api/chat"]
    )
    | st.text(max_size=40),
    st.none() | st.binary(max_size=300),
)
def test_no_request_whatever_makes_it_raise(method: str, host: str, path: str, body: bytes | None) -> None:
    recognise(method, host, path, "", None, body)
    recognise("POST", host, path, "", "multipart/form-data", body)


@pytest.mark.parametrize(
    ("host", "path", "model", "operation"),
    [
        ("api.replicate.com", "/v1/predictions", None, "generate_content"),
        ("api.replicate.com", "/v1/models/meta/llama-x/predictions", "meta/llama-x", "generate_content"),
        ("api.replicate.com", "/v1/deployments/acme/mine/predictions", None, "generate_content"),
        ("api.bfl.ai", "/v1/flux-x", "flux-x", "image_generation"),
        ("api.eu4.bfl.ai", "/v1/flux-x", "flux-x", "image_generation"),
        (
            "generativelanguage.googleapis.com",
            "/v1beta/models/imagen-x:predict",
            "imagen-x",
            "image_generation",
        ),
    ],
)
def test_what_is_charged_by_the_image_or_the_second_is_a_call(
    host: str, path: str, model: str | None, operation: str
) -> None:
    shape = seen(path, {"input": {}, "prompt": "hi", "instances": [{"prompt": "hi"}]}, host)
    assert shape is not None
    assert (shape.operation_name, shape.request_model) == (operation, model)


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("api.replicate.com", "/v1/trainings"),
        ("api.replicate.com", "/v1/predictions/p1/cancel"),
        ("api.bfl.ai", "/v1/finetune"),
        ("api.bfl.ai", "/v1/delete_finetune"),
        ("ml.example.org", "/v1/predictions"),
        ("ml.example.org", "/v1/flux-x"),
    ],
)
def test_requests_beside_such_calls_are_not_calls(host: str, path: str) -> None:
    assert seen(path, {"input": {}, "prompt": "hi"}, host) is None


@pytest.mark.parametrize(
    ("host", "path", "body"),
    [
        ("hunyuan.tencentcloudapi.com", "/", {"Prompt": "count me"}),
        ("runtime.sagemaker.us-east-1.amazonaws.com", "/endpoints/e1/invocations", {"instances": [[1, 2]]}),
        ("api.anthropic.com", "/v1/sessions/s1/events", {"events": [{"type": "user.interrupt"}]}),
        ("api.anthropic.com", "/v1/sessions", {"agent": "a1"}),
        (
            "us-central1-aiplatform.googleapis.com",
            "/v1/projects/p/locations/us-central1/reasoningEngines/e1:query",
            {"class_method": "create_session", "input": {}},
        ),
        ("ml.example.org", "/", {"inputs": "hi", "parameters": {"top_k": 3}}),
        ("ml.example.org", "/", {"Input": "hi"}),
        ("ml.example.org", "/rerank", {"query": "hi"}),
        ("ml.example.org", "/generate", {"text": "hi"}),
        ("ml.example.org", "/completion", {"prompt": "hi"}),
    ],
)
def test_a_body_that_asks_for_something_else_is_not_a_call(
    host: str, path: str, body: dict[str, object]
) -> None:
    assert seen(path, body, host) is None
