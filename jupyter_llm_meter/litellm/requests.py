"""What a request to the proxy asks for, and what it can use at most. Pure.

The tap's formats read it, so that tap and gateway see the same in one request. Text is counted here and
never leaves the proxy.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from jupyter_llm_meter.service.lines import CallText, read_call_text
from llm_meter_tap.formats.matching import CallShape, recognise
from llm_meter_tap.formats.media import is_text_only
from llm_meter_tap.formats.output_limit import max_output_tokens
from llm_meter_tap.formats.request_text import call_text
from llm_meter_tap.wire.record import CallRecord
from llm_meter_tap.wire.shape import Shape, WireError

MOST_COUNTED_BYTES = 256 * 1024
"""A longer request is not counted: it has at most as many tokens as bytes."""

_METERED = re.compile(
    # No prefix of a provider: that would be a pass-through route.
    r"^(/v1|/v2|/openai/deployments/[^/]+|/engines/[^/]+)?"
    r"/(chat/completions|completions|embeddings|messages|messages/count_tokens|responses|rerank|moderations"
    r"|images/(generations|edits)|audio/(speech|transcriptions|translations))/?$"
)
_FREE = re.compile(r"/(messages/count_tokens|moderations)/?$")
_LISTED = re.compile(r"^(/v1)?/models(/.+)?/?$")


def is_open(method: str, path: str) -> bool:
    """Whether users may send such a request: calls that the plugin meters, and the list of models.

    LiteLLM's own routes (keys, users, configuration, pass-through, files, batches) stay closed: what they
    cause is not metered, or is not for users.
    """
    if method.upper() == "POST":
        return _METERED.search(path) is not None
    return method.upper() in ("GET", "HEAD") and _LISTED.search(path) is not None


def is_free(url: str) -> bool:
    """Whether providers charge nothing for such a request."""
    return _FREE.search(urlsplit(url).path) is not None


class Deployed(NamedTuple):
    """What a model's name in the proxy's configuration stands for.

    Attributes:
        provider: `gen_ai.provider.name`.
        model: The provider's name of the model, by which it has a price.
    """

    provider: str | None
    model: str


@dataclass(frozen=True)
class Ask:
    """A call that a user wants to make.

    Attributes:
        record: What is known of it.
        text: What it sends, to be counted; None where there is no text or too much of it.
        size: The size of the request in bytes.
        max_output_tokens: The most that the model may write; None where the request sets no bound.
        is_text_only: Whether a count of the text is a count of what the model reads.
        deployed: What the model's name in the proxy's configuration stands for; None where it is not known.
    """

    record: CallRecord
    text: CallText | None = field(repr=False)
    size: int
    max_output_tokens: int | None
    is_text_only: bool
    deployed: Deployed | None = None

    def priced(self) -> CallRecord:
        """The record by which the call is priced before it is sent."""
        if self.deployed is None:
            return self.record
        provider, model = self.deployed
        return replace(self.record, provider_name=provider, response_model=model)


def read_ask(
    url: str,
    body: Mapping[str, Any],
    model: str | None,
    user: str,
    team: str | None,
    now: datetime,
    deployed: Deployed | None = None,
) -> Ask:
    """Read a request.

    Args:
        url: The address that was asked.
        body: The request, parsed.
        model: The model's name in the proxy's configuration.
        user: Whose call it is.
        team: The team that it counts for.
        now: The present, UTC.
        deployed: What the model's name stands for; None where it is not known.
    """
    path = urlsplit(url).path
    whole = json.dumps(body, ensure_ascii=False, default=str).encode("utf-8", "replace")
    shape = recognise("POST", "", path, "", "application/json", whole)
    record = CallRecord(
        call_id=secrets.token_hex(16),
        started_at=now,
        status="aborted",
        basis="missing",
        source="gateway",
        operation_name=None if shape is None else shape.operation_name,
        request_model=model,
        is_stream=True if body.get("stream") is True else None,
        user_id=user,
        team=team,
    )
    if shape is None:
        return Ask(record, None, len(whole), None, False, deployed)
    request = dict(body)
    return Ask(
        record,
        _text(shape, whole),
        len(whole),
        max_output_tokens(shape.api, shape.operation_name, request),
        is_text_only(shape.api, "application/json", request),
        deployed,
    )


def _text(shape: CallShape, whole: bytes) -> CallText | None:
    if len(whole) > MOST_COUNTED_BYTES:
        return None
    found = call_text(shape.api, whole, None, b"")
    try:
        return None if found is None else read_call_text(Shape(found, "text"))
    except WireError:
        return None
