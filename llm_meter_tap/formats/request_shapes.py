"""What endpoints check in a request: whether its body is that of a call, which model it asks for, whether it
streams."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import unquote

from llm_meter_tap.wire.json_values import mapping, sequence, text


class Request(NamedTuple):
    """What an endpoint may look at: the path without trailing slash, and the body's outer members."""

    path: str
    members: dict[str, Any]

    def has_text(self, name: str) -> bool:
        return text(self.members.get(name)) is not None

    def has_array(self, name: str) -> bool:
        return isinstance(self.members.get(name), list)

    def has(self, name: str) -> bool:
        return bool(self.members.get(name))


# The members that the functions of this module look at. In a body that is too big to parse, the first are
# searched for at its ends; of the others, which may be long themselves, only the kind of value is found out.
NAMES = (
    "model", "stream", "max_tokens", "agent", "agent_id", "anthropic_version", "previous_response_id",
    "n_predict", "input_suffix", "Model", "Stream", "modelId", "model_id", "sampling_params",
    "class_method", "Target", "stream_format", "user", "response_mode", "servingMode", "modelUri",
    "completionOptions", "bot_id", "user_id", "workflow_id", "max_length", "max_context_length", "raw_scores",
    "truncate", "url", "q",
)  # fmt: skip
LONG_NAMES = (
    "variables",
    "messages",
    "prompt",
    "input",
    "contents",
    "content",
    "requests",
    "instances",
    "inputs",
    "request",
    "document",
    "query",
    "documents",
    "input_prefix",
    "Messages",
    "Input",
    "InputList",
    "Inputs",
    "Text",
    "Query",
    "Docs",
    "text",
    "texts",
    "parameters",
    "events",
    "initial_events",
    "input_ids",
    "text_1",
    "data_1",
    "queries",
    "message",
)
_OF_TGI = ("max_new_tokens", "details", "decoder_input_details", "return_full_text")
_STOPS = ("user.interrupt", "agent.session.input.cancel", "interrupt")


def always(request: Request) -> bool:
    """Accept every body."""
    return True


def never(request: Request) -> bool:
    """The endpoint's path is too common a word: it is one on its providers' hosts only."""
    return False


def is_chat(request: Request) -> bool:
    """The path says it; llama.cpp, which serves one model, needs none named."""
    return isinstance(request.members.get("messages"), list)


def is_named_chat(request: Request) -> bool:
    return request.has_text("model") and request.has_array("messages")


def is_agent_chat(request: Request) -> bool:
    return request.has_text("agent_id") and request.has_array("messages")


def is_completion(request: Request) -> bool:
    return is_named(request) and request.has("prompt")


def is_response(request: Request) -> bool:
    asked = request.has("input") or request.has("prompt") or request.has_text("previous_response_id")
    return asked and request.has_text("model")


def is_embedding(request: Request) -> bool:
    return is_named(request) and request.has("input")


def is_message(request: Request) -> bool:
    named = request.has_text("model") or request.has_text("anthropic_version")
    return named and request.has_array("messages") and isinstance(request.members.get("max_tokens"), int)


def is_google(request: Request) -> bool:
    members = request.members
    return (
        request.has_array("contents")
        or isinstance(members.get("content"), dict)
        or request.has_array("requests")
    )


def is_prediction(request: Request) -> bool:
    return request.has_array("instances")


def is_bedrock_prompt(request: Request) -> bool:
    """Whatever the model's own format asks by; the path is Amazon's alone."""
    return any(request.has(name) for name in ("messages", "prompt", "inputText", "inputs"))


def is_llamacpp_prompt(request: Request) -> bool:
    """Named by what it limits, since the paths are common words."""
    return isinstance(request.members.get("n_predict"), int) and request.has("prompt")


def is_llamacpp_infill(request: Request) -> bool:
    return "input_prefix" in request.members and "input_suffix" in request.members


def is_session_event(request: Request) -> bool:
    """A session with something to do, or an event that does not stop it."""
    events = [*sequence(request.members.get("events")), *sequence(request.members.get("initial_events"))]
    return request.has("input") or any(mapping(event).get("type") not in _STOPS for event in events)


def is_agent_query(request: Request) -> bool:
    """Other methods of an agent keep its sessions (Google's reference, Agent Engine)."""
    return "query" in (text(request.members.get("class_method")) or "query")


def is_sglang_prompt(request: Request) -> bool:
    given = request.has("text") or request.has_array("input_ids")
    return given and isinstance(request.members.get("sampling_params"), dict)


def is_tencent_chat(request: Request) -> bool:
    """A chat, the rewriting of its last question, or a translation."""
    return request.has_array("Messages") or (request.has_text("Text") and request.has_text("Target"))


def is_tencent_embedding(request: Request) -> bool:
    return request.members.keys() in ({"Input"}, {"InputList"}) or request.has_array("Inputs")


def is_tencent_ranking(request: Request) -> bool:
    return request.has_text("Query") and request.has_array("Docs")


def is_watsonx(request: Request) -> bool:
    """Software of its own may serve it on any host; only its own paths begin so."""
    return "/ml/v1/" in request.path and any(map(request.has, ("model_id", "input", "inputs", "messages")))


def is_named_text(request: Request) -> bool:
    return request.has_text("model") and request.has_array("text")


def is_tgi_root(request: Request) -> bool:
    """A prompt posted to a host itself, with parameters that only text-generation-inference has."""
    given = mapping(request.members.get("parameters"))
    # None stands for what is too big to be looked into.
    return request.has_text("inputs") and any(name in given for name in (None, *_OF_TGI))


def is_tgi_prompt(request: Request) -> bool:
    return request.has_text("inputs")


def is_tei_input(request: Request) -> bool:
    return request.has("inputs") and "model" not in request.members


def is_ollama_prompt(request: Request) -> bool:
    return request.has_text("model") and isinstance(request.members.get("prompt"), str)


def is_ollama_embed(request: Request) -> bool:
    given = "input" if request.path.endswith("embed") else "prompt"
    return request.has_text("model") and request.has(given)


def is_image(request: Request) -> bool:
    return request.has_text("model") and request.has_text("prompt")


def is_named(request: Request) -> bool:
    """A model, or a path that needs none: a server of one model, Azure's deployments."""
    return request.has_text("model") or "/v1/" in request.path or "/deployments/" in request.path


def is_any_input(request: Request) -> bool:
    return request.has("input") and "messages" not in request.members


def is_agent_input(request: Request) -> bool:
    """Messages, as OpenAI's responses take them."""
    return any("role" in mapping(item) for item in sequence(request.members.get("input"))[:1])


def is_named_input(request: Request) -> bool:
    return request.has_text("model") and request.has("input")


def is_scoring(request: Request) -> bool:
    """Texts to be compared, as vLLM's server has them."""
    names = ("text_1", "data_1", "queries")
    return request.has_text("model") and any(map(request.has, names))


def has_model(request: Request) -> bool:
    return request.has_text("model")


def is_interaction(request: Request) -> bool:
    return named_by_model_or_agent(request) is not None and request.has("input")


def is_kept_prompt(request: Request) -> bool:
    """A prompt that a gateway keeps, with what is put into it."""
    return isinstance(request.members.get("variables"), dict)


def is_wrapped_request(request: Request) -> bool:
    return isinstance(request.members.get("request"), dict)


def is_dashscope_app(request: Request) -> bool:
    return isinstance(request.members.get("input"), dict)


def is_query(request: Request) -> bool:
    return request.has_text("model") and request.has("query") and request.has_array("documents")


def is_document(request: Request) -> bool:
    return request.has_text("model") and isinstance(request.members.get("document"), dict)


def is_task(request: Request) -> bool:
    return request.has_text("model") and request.has("content")


def is_dashscope(request: Request) -> bool:
    return request.has_text("model") and isinstance(request.members.get("input"), dict)


def asked_by_member(request: Request) -> bool:
    """The common way to ask for a stream; in a form it is a word."""
    asked = request.members.get("stream")
    return asked is True or asked == "true"


def asked_by_format(request: Request) -> bool:
    """As speech is asked for in events."""
    return request.members.get("stream_format") == "sse"


def named_by_member(request: Request) -> str | None:
    """The common way to name a model."""
    return text(request.members.get("model"))


def named_by_model_id(request: Request) -> str | None:
    """As IBM and Amazon name it."""
    return text(request.members.get("model_id")) or text(request.members.get("modelId"))


def named_by_model_or_agent(request: Request) -> str | None:
    """An agent is made of models of the provider's choice."""
    return named_by_member(request) or text(request.members.get("agent"))


def asked_by_path(request: Request) -> bool:
    """Google, Bedrock and watsonx have another path for streams."""
    return request.path.rpartition(":")[2].startswith("stream") or request.path.endswith("stream")


def unless_declined(request: Request) -> bool:
    """Ollama streams by default (API reference, parameter `stream`)."""
    return request.members.get("stream") is not False


def from_path(pattern: str) -> Callable[[Request], str | None]:
    """A model that the path names; the pattern's first group is its name, percent-encoded."""

    def find(request: Request) -> str | None:
        match = re.search(pattern, request.path)
        return unquote(match.group(1)) if match else None

    return find


def of_no_model(request: Request) -> None:
    """The path names an endpoint, and the body repeats its name."""


PUBLISHED_MODEL = from_path(r"/(?:models|endpoints|tunedModels)/([^/:]+)")
"""Google's paths name the model, also those of other makers' models on Vertex AI."""
