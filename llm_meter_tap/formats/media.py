"""Whether all that a model is given to read is text that stands in the request."""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats.registry import FORMATS

# Kinds of content parts: OpenAI's chat and responses, Anthropic's, Cohere's.
_KINDS = frozenset(
    (
        "image", "image_url", "input_image", "input_audio", "audio", "audio_url", "video", "video_url",
        "input_video", "file", "input_file", "document", "item_reference", "container_upload",
    )
)  # fmt: skip
# Members of content parts that hold media, or name a file.
_ELSEWHERE = frozenset(
    (
        "image", "image_url", "imageUrl", "images", "input_audio", "audio", "video", "video_url", "file",
        "file_id", "fileData", "file_data", "inlineData", "inline_data", "document",
    )
)  # fmt: skip
# What the model or the user's program wrote as JSON, whose members may have any name.
_CALLS = frozenset(("tool_use", "function_call", "tool_call", "function"))
_DEFINITIONS = frozenset(
    (
        "tools", "functions", "toolConfig", "response_format", "text", "metadata", "arguments", "args",
        "toolUse", "functionCall", "functionResponse",
    )
)  # fmt: skip
_TEXTS = ("input", "prompt")


def is_text_only(api: str, content_type: str | None, request: dict[str, Any] | None) -> bool:
    """Whether a count of the request's text is a count of what the model reads.

    Args:
        api: The name of the request's format.
        content_type: The request's Content-Type.
        request: The whole request, parsed; None where it is no JSON object.
    """
    if content_type is not None and content_type.startswith("multipart/"):
        return False
    if request is None:
        return False
    fields = FORMATS[api].text
    if fields is not None and any(request.get(name) for name in fields.elsewhere):
        return False
    # Tokens instead of text, or a prompt that the provider keeps.
    if any(_is_no_text(request.get(name)) for name in _TEXTS):
        return False
    return not _has_more(request)


def _is_no_text(value: Any) -> bool:
    if isinstance(value, list):
        return any(isinstance(item, (int, list)) for item in value)
    return isinstance(value, dict) and isinstance(value.get("id"), str)


def _has_more(value: Any) -> bool:
    if isinstance(value, list):
        return any(_has_more(item) for item in value)
    if not isinstance(value, dict) or value.get("type") in _CALLS:
        return False
    if value.get("type") in _KINDS or any(value.get(name) for name in _ELSEWHERE & value.keys()):
        return True
    return any(_has_more(item) for name, item in value.items() if name not in _DEFINITIONS)
