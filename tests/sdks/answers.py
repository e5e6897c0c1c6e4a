"""What the stand-in answers, in each provider's own format, written by hand from the API references."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from typing import Any

INPUT_TOKENS, OUTPUT_TOKENS = 31, 7
"""The figures of every answer."""

_CHAT_USAGE = {"prompt_tokens": 31, "completion_tokens": 7, "total_tokens": 38}
_CHAT_HOSTS = {
    "openai": "https://api.openai.com/v1",
    "deepseek": "https://api.deepseek.com",
    "kimi": "https://api.moonshot.cn/v1",
    "qwen": "https://dashscope.aliyuncs.com/compatible-mode/v1",
    "groq": "https://api.groq.com/openai/v1",
    "mistral": "https://api.mistral.ai/v1",
    "huggingface": "https://router.huggingface.co/v1",
    "together": "https://api-inference.together.ai/v1",
    "zhipu": "https://open.bigmodel.cn/api/paas/v4",
    "zai": "https://api.z.ai/api/paas/v4",
    "ark": "https://ark.cn-beijing.volces.com/api/v3",
}


def answers() -> list[dict[str, Any]]:
    """The stand-in's answers, as recordings for `replay.server`."""
    made = [answer for name, url in _CHAT_HOSTS.items() for answer in _chat(name, f"{url}/chat/completions")]
    made += _responses("https://api.openai.com/v1/responses")
    made.append(_whole("https://api.openai.com/v1/embeddings", _EMBEDDING))
    made += _messages("https://api.anthropic.com/v1/messages")
    made += _gemini("https://generativelanguage.googleapis.com/v1/models/gemini-x")
    made += _gemini("https://generativelanguage.googleapis.com/v1beta/models/gemini-x")
    made += _cohere("https://api.cohere.com/v2/chat")
    made += _ollama("http://127.0.0.1:11434/api/chat")
    made += _dashscope("https://dashscope.aliyuncs.com/api/v1/services/aigc/text-generation/generation")
    made += _bedrock("https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-x")
    return made


def _recording(url: str, content_type: str, form: str, body: str | bytes, is_stream: bool) -> dict[str, Any]:
    return {
        "id": f"{zlib.crc32(f'{url} {form} {is_stream}'.encode()):08x}",
        "url": url,
        "stream": is_stream,
        "request_body": None,
        "status": 200,
        "response_headers": {"content-type": content_type},
        "response_headers_dropped": [],
        "response_format": form,
        "response_encoding": "base64" if isinstance(body, bytes) else None,
        "response_body": base64.b64encode(body).decode() if isinstance(body, bytes) else body,
    }


def _whole(url: str, body: Any) -> dict[str, Any]:
    return _recording(url, "application/json", "json", json.dumps(body), False)


def _events(url: str, *events: Any) -> dict[str, Any]:
    lines = (event if isinstance(event, str) else f"data: {json.dumps(event)}" for event in events)
    return _recording(url, "text/event-stream", "sse", "".join(f"{line}\n\n" for line in lines), True)


def _named(kind: str, **more: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **more})}"


def _chat(name: str, url: str) -> list[dict[str, Any]]:
    common = {"id": f"chat-{name}", "created": 1, "model": "m-1"}
    message = {"role": "assistant", "content": "Hi!"}
    choice = {"index": 0, "finish_reason": "stop"}
    whole = {**common, "object": "chat.completion", "choices": [{**choice, "message": message}]}
    chunk = {**common, "object": "chat.completion.chunk"}
    return [
        _whole(url, {**whole, "usage": _CHAT_USAGE}),
        _events(
            url,
            {**chunk, "choices": [{"index": 0, "delta": message, "finish_reason": None}]},
            {**chunk, "choices": [{**choice, "delta": {}}], "usage": _CHAT_USAGE},
            "data: [DONE]",
        ),
    ]


_EMBEDDING = {
    "object": "list",
    "model": "m-1",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.5, 0.5]}],
    "usage": {"prompt_tokens": 31, "total_tokens": 31},
}


def _responses(url: str) -> list[dict[str, Any]]:
    said = {"type": "output_text", "text": "Hi!", "annotations": []}
    message = {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": [said]}
    done = {
        "id": "resp-1",
        "object": "response",
        "created_at": 1,
        "model": "m-1",
        "status": "completed",
        "output": [message],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": 31,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 7,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 38,
        },
    }
    return [_whole(url, done), _events(url, _named("response.completed", sequence_number=0, response=done))]


def _messages(url: str) -> list[dict[str, Any]]:
    message = {
        "id": "msg-1",
        "type": "message",
        "role": "assistant",
        "model": "claude-x",
        "content": [{"type": "text", "text": "Hi!"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 31, "output_tokens": 7},
    }
    start = {**message, "content": [], "stop_reason": None, "usage": {"input_tokens": 31, "output_tokens": 1}}
    stop = {"stop_reason": "end_turn", "stop_sequence": None}
    return [
        _whole(url, message),
        _events(
            url,
            _named("message_start", message=start),
            _named("content_block_start", index=0, content_block={"type": "text", "text": ""}),
            _named("content_block_delta", index=0, delta={"type": "text_delta", "text": "Hi!"}),
            _named("content_block_stop", index=0),
            _named("message_delta", delta=stop, usage={"output_tokens": 7}),
            _named("message_stop"),
        ),
    ]


def _gemini(model: str) -> list[dict[str, Any]]:
    said = {"role": "model", "parts": [{"text": "Hi!"}]}
    body = {
        "candidates": [{"content": said, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {"promptTokenCount": 31, "candidatesTokenCount": 7, "totalTokenCount": 38},
        "modelVersion": "gemini-x",
        "responseId": "g-1",
    }
    return [_whole(f"{model}:generateContent", body), _events(f"{model}:streamGenerateContent", body)]


def _cohere(url: str) -> list[dict[str, Any]]:
    usage = {
        "billed_units": {"input_tokens": 3, "output_tokens": 7},
        "tokens": {"input_tokens": 31, "output_tokens": 7},
    }
    message = {"role": "assistant", "content": [{"type": "text", "text": "Hi!"}]}
    nothing = {"content": [], "tool_plan": "", "tool_calls": [], "citations": []}
    start = {"message": {"role": "assistant", **nothing}}
    said = {"message": {"content": {"text": "Hi!"}}}
    return [
        _whole(url, {"id": "co-1", "finish_reason": "COMPLETE", "message": message, "usage": usage}),
        _events(
            url,
            _named("message-start", id="co-1", delta=start),
            _named("content-delta", index=0, delta=said),
            _named("message-end", id="co-1", delta={"finish_reason": "COMPLETE", "usage": usage}),
        ),
    ]


def _ollama(url: str) -> list[dict[str, Any]]:
    common = {"model": "llama-x", "created_at": "2026-01-01T00:00:00Z"}
    said = {**common, "message": {"role": "assistant", "content": "Hi!"}, "done": False}
    last = {**said, "done": True, "done_reason": "stop", "prompt_eval_count": 31, "eval_count": 7}
    lines = "".join(json.dumps(line) + "\n" for line in (said, last))
    return [_whole(url, last), _recording(url, "application/x-ndjson", "ndjson", lines, True)]


def _dashscope(url: str) -> list[dict[str, Any]]:
    said = {"role": "assistant", "content": "Hi!"}
    body = {
        "request_id": "d-1",
        "output": {"choices": [{"finish_reason": "stop", "message": said}]},
        "usage": {"input_tokens": 31, "output_tokens": 7, "total_tokens": 38},
    }
    event = f"id:1\nevent:result\n:HTTP_STATUS/200\ndata:{json.dumps(body)}"
    return [_whole(url, body), _events(url, event)]


def _bedrock(model: str) -> list[dict[str, Any]]:
    usage = {"inputTokens": 31, "outputTokens": 7, "totalTokens": 38}
    said = {"role": "assistant", "content": [{"text": "Hi!"}]}
    ended = {"usage": usage, "metrics": {"latencyMs": 1}}
    converse = {"output": {"message": said}, "stopReason": "end_turn", **ended}
    stream = [
        _frame("messageStart", {"role": "assistant"}),
        _frame("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "Hi!"}}),
        _frame("messageStop", {"stopReason": "end_turn"}),
        _frame("metadata", ended),
    ]
    invoked, events = _messages("")
    chunks = [line[6:] for line in events["response_body"].splitlines() if line.startswith("data: ")]
    frames = [_frame("chunk", {"bytes": base64.b64encode(chunk.encode()).decode()}) for chunk in chunks]
    of_events = "application/vnd.amazon.eventstream"
    return [
        _whole(f"{model}/converse", converse),
        _recording(f"{model}/converse-stream", of_events, "eventstream", b"".join(stream), True),
        _whole(f"{model}/invoke", json.loads(invoked["response_body"])),
        _recording(f"{model}/invoke-with-response-stream", of_events, "eventstream", b"".join(frames), True),
    ]


def _frame(event: str, payload: dict[str, Any]) -> bytes:
    """A message of AWS's event stream encoding: prelude, headers of type string (7), payload, checksums."""
    headers = {":message-type": "event", ":event-type": event, ":content-type": "application/json"}
    block = b"".join(
        struct.pack(f">B{len(name)}sBH{len(value)}s", len(name), name.encode(), 7, len(value), value.encode())
        for name, value in headers.items()
    )
    body = json.dumps(payload).encode()
    prelude = struct.pack(">II", 16 + len(block) + len(body), len(block))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + block + body
    return message + struct.pack(">I", zlib.crc32(message))
