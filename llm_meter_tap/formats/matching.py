"""Telling a call to an LLM API from any other request.

Owns the order of the questions: most requests of a process are not for an LLM, so the path's last segment
decides before anything else is looked at. Refuses to take a look-alike (counting, listing, polling, reading
back) for a call, and to read all of a big body. The APIs themselves are rows in `apis.py`, hosts are in
`providers.py`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

from llm_meter_tap.formats.partial_json import outer_members
from llm_meter_tap.formats.providers import provider_of
from llm_meter_tap.formats.registry import BY_ENDING, OPEN_ENDED, READ_BACKS, Api
from llm_meter_tap.formats.request_shapes import Request
from llm_meter_tap.wire.json_values import mapping, parse

_WHOLE_BODY = 65536
_LONGEST_MODEL = 256
_NAMES = ("model", "stream", "max_tokens", "agent_id", "anthropic_version", "previous_response_id")
_BIG_NAMES = ("messages", "prompt", "input", "contents", "content", "requests", "instances", "inputs")
_FORM_FIELD = re.compile(rb'name="(model|prompt|stream)"\r\n\r\n([^\r\n]{1,256})\r\n')
_DEPLOYMENT = re.compile(r"/openai/deployments/([^/]+)/")


class Shape(NamedTuple):
    """What a request is, before its answer is known.

    Attributes:
        api: The request and response format, such as "openai.chat" or "google.generateContent".
        provider_name: `gen_ai.provider.name`; on a host we do not know, the API's author.
        operation_name: `gen_ai.operation.name`.
        request_model: The model asked for; None where the request names a deployment or nothing.
        is_stream: The answer was asked for in pieces.
    """

    api: str
    provider_name: str
    operation_name: str
    request_model: str | None
    is_stream: bool


def recognise(
    method: str, host: str, path: str, query: str, content_type: str | None, body: bytes | None
) -> Shape | None:
    """Say which LLM API a request calls, if any.

    Args:
        method: The HTTP method.
        host: The host name asked for, with or without a port.
        path: The URL's path, percent-encoded as sent.
        query: The URL's query without its question mark; no API known so far needs it.
        content_type: The request's Content-Type.
        body: The request's body, or None where it cannot be seen; on an unknown host that is no call.

    Returns:
        The call's shape, or None for any other request.
    """
    if method.upper() != "POST":
        return None
    path = path.rstrip("/")
    last = path[path.rfind("/") + 1 :]
    for row in BY_ENDING.get(last[last.rfind(":") + 1 :], OPEN_ENDED):
        if row.path.search(path):
            shape = _shape(row, _owner(host), path, content_type, body)
            if shape is not None:
                return shape
    return None


def recognise_read_back(host: str, path: str) -> Shape | None:
    """Say what a GET may read back, if anything that earlier calls used.

    Args:
        host: The host name asked for, with or without a port.
        path: The URL's path, percent-encoded as sent.

    Returns:
        The shape of the answer. Whether it reports calls only the answer itself tells.
    """
    path, known = path.rstrip("/"), _owner(host)
    for row in READ_BACKS:
        if row.path.search(path) and (not row.hosts or known in row.hosts):
            return Shape(row.api, _provider(known, row, path), row.operation_name, None, False)
    return None


@lru_cache(maxsize=256)
def _owner(host: str) -> str | None:
    """The provider that a host, as a request names it, belongs to."""
    return provider_of(_bare(host))


def _bare(host: str) -> str:
    """A host name without port, letter case and root dot."""
    name, _, port = host.rpartition(":")
    return (name if port.isdigit() and ":" not in name.strip("[]") else host).rstrip(".").lower()


def _shape(
    row: Api, known: str | None, path: str, content_type: str | None, body: bytes | None
) -> Shape | None:
    if row.hosts and known not in row.hosts:
        return None
    request = Request(path, _members(body, content_type or ""))
    if not _is_trusted(row, known) and not row.has_shape(request):
        return None
    provider = _provider(known, row, path)
    model = _model(row, request, provider)
    return Shape(row.api, provider, row.operation_name, model, row.streams(request))


def _is_trusted(row: Api, known: str | None) -> bool:
    """Whether host and path are proof enough, so that a body that is unseen or wrong is still a call.

    Clouds serve more than models: a queue's path may end in "messages" too. OpenAI's paths are those of all.
    """
    if known is None:
        return False
    is_own = known.partition(".")[0] == row.author.partition(".")[0]
    return bool(row.hosts) or is_own or row.author == "openai"


def _members(body: bytes | None, content_type: str) -> dict[str, Any]:
    if not body:
        return {}
    if content_type.startswith("multipart/"):
        fields = _FORM_FIELD.findall(body[:_WHOLE_BODY]) + _FORM_FIELD.findall(body[-_WHOLE_BODY:])
        return {name.decode(): value.decode("utf-8", "replace") for name, value in fields}
    if len(body) <= _WHOLE_BODY:
        return mapping(parse(body))
    members = outer_members(body, _NAMES)
    for name in _BIG_NAMES:
        if name not in members:
            members.update(_opening(name, body))
    return members


def _opening(name: str, body: bytes) -> dict[str, Any]:
    """What kind of value a member too big to read begins with."""
    match = re.search(rb'"%s"\s*:\s*(.)' % name.encode(), body[:_WHOLE_BODY])
    if match is None:
        return {}
    return {name: {b"[": [None], b"{": {None: None}}.get(match.group(1), "...")}


def _provider(known: str | None, row: Api, path: str) -> str:
    """Some hosts serve several providers' APIs and tell them apart by path."""
    is_azure = _DEPLOYMENT.search(path) or (known and path.startswith("/openai/"))
    if is_azure and row.api.startswith("openai.") and known in (None, "azure.ai.inference"):
        return "azure.ai.openai"
    if known is None and row.api.startswith("google.") and "/projects/" in path:
        return "gcp.vertex_ai"
    return known or row.author


def _model(row: Api, request: Request, provider: str) -> str | None:
    model = row.model(request)
    if model is None or len(model) > _LONGEST_MODEL:
        return None
    if provider == "azure.ai.openai":
        # Azure's `model` repeats the deployment's name; without one in the path it is nothing else.
        deployment = _DEPLOYMENT.search(request.path)
        return None if deployment is None or deployment.group(1) == model else model
    return model
