"""Whether a count of a request's text is a count of all that the model reads."""

import pytest

from llm_meter_tap.formats.media import is_text_only

IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
SCHEMA = {"properties": {"image": {"type": "image"}}}
TOOL = {"type": "function", "function": {"name": "f", "parameters": SCHEMA}}


def api_of(body: object) -> str:
    """A format whose requests have the body's members."""
    apis = {
        "previous_interaction_id": "google.interactions",
        "assistant_id": "openai.assistants.run",
        "contents": "google.generateContent",
        "input": "openai.responses",
        "prompt": "openai.completions",
    }
    return next((api for name, api in apis.items() if name in body), "openai.chat")


def asked(*parts: object) -> dict[str, object]:
    return {"messages": [{"role": "user", "content": list(parts)}]}


@pytest.mark.parametrize(
    "body",
    [
        {"messages": [{"role": "user", "content": "Say hi"}]},
        asked({"type": "text", "text": "an image"}),
        {"input": "Say hi", "text": {"format": {"type": "json_schema", "schema": {"file": {}}}}},
        {"prompt": ["a", "b"]},
        {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]},
        {"model": "qwen", "input": {"messages": [{"role": "user", "content": "hi"}]}},
        {**asked({"type": "text", "text": "hi"}), "tools": [TOOL]},
        asked({"type": "tool_use", "id": "t", "name": "open", "input": {"file": "a.txt"}}),
        {"contents": [{"parts": [{"functionCall": {"name": "open", "args": {"image": "a.png"}}}]}]},
        {"messages": [{"role": "user", "content": "hi", "images": None}]},
    ],
)
def test_text_alone_is_text_only(body):
    assert is_text_only(api_of(body), "application/json", body)


@pytest.mark.parametrize(
    "body",
    [
        asked({"type": "text", "text": "see"}, IMAGE),
        asked({"type": "image", "source": {"type": "base64", "data": "AAAA"}}),
        asked({"type": "document", "source": {"type": "url", "url": "https://example.com/a.pdf"}}),
        asked({"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}),
        asked({"image": {"format": "png", "source": {"bytes": "AAAA"}}}),
        {"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "f"}]}]},
        {"contents": [{"parts": [{"inlineData": {"mimeType": "image/png", "data": "AAAA"}}]}]},
        {"contents": [{"parts": [{"fileData": {"fileUri": "gs://a"}}]}]},
        {"messages": [{"role": "user", "content": "see", "images": ["AAAA"]}]},
        {"input": "and then?", "previous_response_id": "resp_1"},
        {"prompt": {"id": "pmpt_1"}},
        {"contents": [{"parts": [{"text": "hi"}]}], "cachedContent": "cachedContents/1"},
        {"assistant_id": "asst_1"},
        {"input": "and then?", "previous_interaction_id": "v1_1"},
        {"prompt": [1, 2, 3]},
        {"input": [[1, 2], [3]]},
    ],
)
def test_media_and_what_lies_elsewhere_are_not(body):
    assert not is_text_only(api_of(body), "application/json", body)


def test_a_form_is_not():
    assert not is_text_only("openai.audio", "multipart/form-data; boundary=x", None)


def test_what_is_no_object_is_not():
    assert not is_text_only("openai.chat", "application/json", None)
