"""Volcengine Ark beside its OpenAI-compatible paths: bots, contexts, video tasks, classifications, and
embeddings of several media.

Sources: Ark's API reference and the types of its SDK. A task is made in the background and read by its id;
its usage counts the tokens of the video that is made. A bot reports the usage of each of its models
(`bot_usage.model_usage`) and its searches (`bot_usage.action_usage`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llm_meter_tap.formats import openai, openai_usage
from llm_meter_tap.formats.figures import Draft, Usage, total_of
from llm_meter_tap.formats.format import Endpoint, Family, Format, OtherModelUsage, ReadBack
from llm_meter_tap.formats.request_shapes import is_chat, is_embedding, is_task, never
from llm_meter_tap.wire.json_values import count, mapping, sequence, text

_NAMES = ("usage", "id", "model", "status", "error")
_HOSTS = ("volcengine",)
_SUMS = ("input_tokens", "output_tokens", "cache_read_input_tokens", "reasoning_output_tokens")


def read_bot(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Gather a bot's answer; the usage of its models comes before the one beside it."""
    by_model = draft.raw if _models(draft.raw) else {}
    openai_usage.read_document(draft, event, document)
    draft.raw = by_model or draft.raw
    used = mapping(document.get("bot_usage"))
    if _models(used):
        draft.raw = used
    actions = map(mapping, sequence(used.get("action_usage")))
    searches = total_of(*(count(action.get("search_count")) for action in actions))
    if searches:
        draft.tool_calls = {"web_search": searches}


def normalise_bot(draft: Draft, provider: str) -> Usage:
    """Sum the figures of all models."""
    parts = [_figures(entry, provider) for entry in _models(draft.raw)]
    if not parts:
        return openai_usage.normalise(draft, provider)
    sums = {name: total_of(*(getattr(part, name) for part in parts)) for name in _SUMS}
    return Usage(**sums, raw=draft.raw)


def _models(raw: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [entry for entry in map(mapping, sequence(raw.get("model_usage"))) if entry]


def _figures(entry: dict[str, Any], provider: str) -> Usage:
    return openai_usage.normalise(Draft(raw=entry), provider)


def _other_models(raw: Mapping[str, Any]) -> list[OtherModelUsage]:
    if "model_usage" not in raw:
        return []
    return [
        OtherModelUsage(text(entry.get("name")), _figures(entry, "volcengine")) for entry in _models(raw)[1:]
    ]


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a task in its present state."""
    openai_usage.read_document(draft, event, document)
    draft.is_background = True


BOT = openai.CHAT._replace(
    name="volcengine.bot",
    usage=openai_usage.READER._replace(
        matters=openai_usage.READER.matters + rb'|"bot_usage"\s*:\s*\{',
        names=("usage", "bot_usage", *openai_usage.READER.names[1:]),
        read_document=read_bot,
        normalise=normalise_bot,
        figures=("usage", "bot_usage"),
        totals=(),
    ),
)
TASK = Format(
    name="volcengine.task",
    usage=openai_usage.READER._replace(names=_NAMES, read_document=read_document),
    output_limit=None,
    text=None,
    stream_ends=(),
)

FAMILY = Family(
    formats=(BOT, TASK),
    endpoints=(
        Endpoint(
            format=BOT,
            operation_name="invoke_agent",
            author="volcengine",
            path=r"/bots/chat/completions$",
            endings=("completions",),
            has_shape=is_chat,
        ),
        # What a context is made of is read, and charged, when it is made.
        Endpoint(
            format=openai.CHAT,
            operation_name="generate_content",
            author="volcengine",
            path=r"/context/create$",
            endings=("create",),
            has_shape=never,
            hosts=_HOSTS,
        ),
        Endpoint(
            format=openai.CHAT,
            operation_name="generate_content",
            author="volcengine",
            path=r"/api/v\d/classification$",
            endings=("classification",),
            has_shape=never,
            hosts=_HOSTS,
        ),
        Endpoint(
            format=TASK,
            operation_name="generate_content",
            author="volcengine",
            path=r"/contents/generations/tasks$",
            endings=("tasks",),
            has_shape=is_task,
            streams=never,
        ),
        Endpoint(
            format=openai.EMBEDDINGS,
            operation_name="embeddings",
            author="volcengine",
            path=r"/embeddings/multimodal$",
            endings=("multimodal",),
            has_shape=is_embedding,
        ),
    ),
    read_backs=(ReadBack(TASK, "generate_content", "volcengine", r"/contents/generations/tasks/[^/]+$"),),
    other_models=_other_models,
    hosts={"volces.com": "volcengine", "bytepluses.com": "volcengine"},
)
