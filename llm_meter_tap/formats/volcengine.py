"""Volcengine Ark beside its OpenAI-compatible paths: video tasks, and embeddings of several media.

Source: Ark's API reference. A task is made in the background and read by its id; its usage counts the tokens
of the video that is made.
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats import openai, openai_usage
from llm_meter_tap.formats.figures import Draft
from llm_meter_tap.formats.format import Endpoint, Family, Format, ReadBack
from llm_meter_tap.formats.request_shapes import is_embedding, is_task, never

_NAMES = ("usage", "id", "model", "status", "error")


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a task in its present state."""
    openai_usage.read_document(draft, event, document)
    draft.is_background = True


TASK = Format(
    name="volcengine.task",
    usage=openai_usage.READER._replace(names=_NAMES, read_document=read_document),
    output_limit=None,
    text=None,
    stream_ends=(),
)

FAMILY = Family(
    formats=(TASK,),
    endpoints=(
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
    hosts={"volces.com": "volcengine", "bytepluses.com": "volcengine"},
)
