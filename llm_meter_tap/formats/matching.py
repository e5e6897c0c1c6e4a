"""Recognises calls to LLM APIs among all requests.

Most requests of a process are not for an LLM, so the last segment of the path is compared first. Requests
that look like a call but are not (counting, listing, polling, reading back) are left out, and a big body is
not parsed.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

from llm_meter_tap.formats.format import Endpoint, ReadBack
from llm_meter_tap.formats.partial_json import outer_members
from llm_meter_tap.formats.providers import provider_of
from llm_meter_tap.formats.registry import BY_ENDING, OPEN_ENDED, READ_BACKS, UPSTREAMS
from llm_meter_tap.formats.request_shapes import LONG_NAMES, NAMES, Request, asked_by_member, named_by_member
from llm_meter_tap.wire.json_values import parse

_WHOLE_BODY = 65536
_LONGEST_MODEL = 256
_MOST_MODELS = 64
_VALUE = re.compile(rb"\s*:\s*(.)")
_FORM_FIELD = re.compile(rb'name="(model|prompt|stream)"\r\n\r\n([^\r\n]{1,256})\r\n')


class CallShape(NamedTuple):
    """What a request is, before its answer is known.

    Attributes:
        api: The name of the request's and the answer's format.
        provider_name: `gen_ai.provider.name`; on a host that is not known, the API's author.
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
) -> CallShape | None:
    """The call that a request is, if it is one.

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
    found = match(method, host, path, content_type, body)
    return None if found is None else found[1]


def match(
    method: str, host: str, path: str, content_type: str | None, body: bytes | None
) -> tuple[Endpoint, CallShape] | None:
    """The endpoint that a request is posted to, and its shape there; see `recognise`."""
    if method.upper() != "POST":
        return None
    request = None
    for candidate in _candidates(path, owner_of(host)):
        request = request or Request(candidate.path, members_of(body, content_type or ""))
        if candidate.is_trusted or candidate.endpoint.has_shape(request):
            return candidate.endpoint, candidate.shape_of(request)
    return None


class _Candidate:
    """An endpoint that the path of a request may be.

    Attributes:
        endpoint: The endpoint.
        path: The path without trailing slash.
        is_trusted: Host and path are proof enough.
    """

    def __init__(self, endpoint: Endpoint, path: str, known: str | None) -> None:
        self.endpoint = endpoint
        self.path = path
        self.is_trusted = _is_trusted(endpoint, known)
        self._provider = _provider(known, endpoint, path)
        self._is_by_member = endpoint.model is named_by_member and endpoint.streams is asked_by_member
        self._shapes: dict[tuple[Any, Any], CallShape] = {}

    def shape_of(self, request: Request) -> CallShape:
        """The shape of a request to it; a program asks for few models, so that most shapes are known."""
        model, stream = request.members.get("model"), request.members.get("stream")
        is_plain = self._is_by_member and type(model) is str and (stream is None or type(stream) is bool)
        if not is_plain:
            return _shape(self.endpoint, self._provider, request)
        asked = (model, stream)
        shape = self._shapes.get(asked)
        if shape is None:
            shape = _shape(self.endpoint, self._provider, request)
            if len(self._shapes) < _MOST_MODELS:
                self._shapes[asked] = shape
        return shape


@lru_cache(maxsize=256)
def _candidates(path: str, owner: str | None) -> tuple[_Candidate, ...]:
    """The endpoints that a path may be, on the hosts of a provider or on those of nobody known."""
    known = None if owner is None else _behind(owner, path)
    path = path.rstrip("/")
    last = path[path.rfind("/") + 1 :]
    return tuple(
        _Candidate(endpoint, path, known)
        for endpoint in BY_ENDING.get(last[last.rfind(":") + 1 :], OPEN_ENDED)
        if (not endpoint.hosts or known in endpoint.hosts) and _pattern(endpoint.path).search(path)
    )


def match_read_back(host: str, path: str) -> tuple[ReadBack, CallShape] | None:
    """What a GET may read back of what earlier calls used, if anything.

    Args:
        host: The host name asked for, with or without a port.
        path: The URL's path, percent-encoded as sent.

    Returns:
        What is read back, and the shape of its answer. Only the answer shows whether it reports calls.
    """
    path, known = path.rstrip("/"), provider_at(host, path)
    for one in READ_BACKS:
        if _pattern(one.path).search(path) and (not one.hosts or known in one.hosts):
            return one, CallShape(
                one.format.name, _provider(known, one, path), one.operation_name, None, False
            )
    return None


# A process meets a few of the patterns only; compiling all of them would delay its first call.
_pattern = lru_cache(maxsize=None)(re.compile)


@lru_cache(maxsize=256)
def owner_of(host: str) -> str | None:
    """The provider that a host, as a request names it, belongs to."""
    return provider_of(_bare(host))


def provider_at(host: str, path: str) -> str | None:
    """The provider that answers a request: the host's, or behind a gateway the one that the path names.

    Args:
        host: The host name asked for, with or without a port.
        path: The URL's path.
    """
    owner = owner_of(host)
    return None if owner is None else _behind(owner, path)


def _behind(owner: str, path: str) -> str:
    return next((found for found in (upstream(owner, path) for upstream in UPSTREAMS) if found), owner)


def _bare(host: str) -> str:
    """A host name without port, letter case and root dot."""
    name, _, port = host.rpartition(":")
    return (name if port.isdigit() and ":" not in name.strip("[]") else host).rstrip(".").lower()


def _shape(endpoint: Endpoint, provider: str, request: Request) -> CallShape:
    model = endpoint.model(request)
    if model is not None:
        is_short = len(model) <= _LONGEST_MODEL
        model = endpoint.format.model_at(model, provider, request.path) if is_short else None
    return CallShape(
        endpoint.format.name, provider, endpoint.operation_name, model, endpoint.streams(request)
    )


def _is_trusted(endpoint: Endpoint, known: str | None) -> bool:
    """Whether host and path are proof enough, so that a body that is unseen or wrong is still a call.

    Clouds serve more than models: a queue's path may end in "messages" too.
    """
    if known is None or endpoint.is_shape_asked:
        return False
    is_own = known.partition(".")[0] == endpoint.author.partition(".")[0]
    return bool(endpoint.hosts) or is_own or endpoint.is_common


def members_of(body: bytes | None, content_type: str) -> dict[str, Any]:
    """The outer members of a request, as far as they can be read."""
    if not body:
        return {}
    if content_type.startswith("multipart/"):
        fields = _FORM_FIELD.findall(body[:_WHOLE_BODY]) + _FORM_FIELD.findall(body[-_WHOLE_BODY:])
        return {name.decode(): value.decode("utf-8", "replace") for name, value in fields}
    if len(body) <= _WHOLE_BODY:
        document = parse(body)
        return document if isinstance(document, dict) else {}
    members = outer_members(body, NAMES)
    for name in LONG_NAMES:
        if name not in members:
            members.update(_opening(name, body))
    return members


def _opening(name: str, body: bytes) -> dict[str, Any]:
    """What kind of value a member too big to read begins with."""
    key = f'"{name}"'.encode()
    at = body.find(key, 0, _WHOLE_BODY)
    while at >= 0:
        match = _VALUE.match(body, at + len(key))
        if match is not None:
            return {name: {b"[": [None], b"{": {None: None}}.get(match.group(1), "...")}
        at = body.find(key, at + 1, _WHOLE_BODY)
    return {}


def _provider(known: str | None, one: Endpoint | ReadBack, path: str) -> str:
    """Some hosts serve several providers' APIs, distinguished by path."""
    return one.format.provider_at(known, path) or one.author
