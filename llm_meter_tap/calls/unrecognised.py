"""Remembers the last request that looked like an LLM call and matched no format, for the diagnostics to show.

The file `unrecognised.json` of the private folder holds its host and path, without any part of the path
that may be an id or a secret. A second file names the members of a usage object that no reader knows.
"""

from __future__ import annotations

import re
from typing import Any

from llm_meter_tap import startup
from llm_meter_tap.formats.other_requests import is_beside_calls
from llm_meter_tap.formats.providers import provider_of
from llm_meter_tap.runtime import faults
from llm_meter_tap.runtime.moment import now
from llm_meter_tap.system import Clock, Files, Process, join, make_folders, write_new_file
from llm_meter_tap.wire.json_values import encode

FILE = "unrecognised.json"
MEMBERS_FILE = "unknown-usage-members.json"
"""The file of the private folder that names the unknown members of the last usage object that had any."""

_LOOKED_AT = 4096
_LONGEST_PATH = 200
_PAUSE_S = 60.0
_MODEL = re.compile(rb'"model(?:_?id|_?name)?"\s*:\s*"')
_ASKED = re.compile(rb'"(?:messages|prompt|contents|inputs?|text|query)"\s*:')
_CONVERSATION = re.compile(rb'"(?:messages|contents)"\s*:\s*\[\s*\{')
_MAY_BE_SECRET = re.compile(r"(?=[^/]*\d)[^/]{20,}|[^/]{48,}")

_MOST_SEEN = 256

_noted_at = float("-inf")
# The provider and the members of each usage object that was remembered.
_seen_members: set[tuple[str | None, ...]] = set()


def looks_like_call(host: str, path: str, content_type: str | None, body: bytes | None) -> bool:
    """Whether a POST that matches no format looks like an LLM call.

    Args:
        host: The host asked for, in lower case.
        path: The URL's path.
        content_type: The request's Content-Type.
        body: The body, or None where it cannot be seen.
    """
    if "json" not in (content_type or "") or is_beside_calls(path):
        return False
    if body is None:
        return provider_of(host) is not None
    start = body[:_LOOKED_AT]
    if _CONVERSATION.search(start):
        return True
    is_asking = _ASKED.search(start) is not None
    return is_asking and (_MODEL.search(start) is not None or provider_of(host) is not None)


@faults.contained
def record_unrecognised(host: str, path: str, content_type: str | None, body: bytes | None) -> None:
    """Remember a request if it looks like a call, at most once a minute."""
    global _noted_at
    folder = startup.folder()
    moment = Clock.monotonic()
    if not folder or moment - _noted_at < _PAUSE_S:
        return
    if not looks_like_call(host.lower(), path, content_type, body):
        return
    _noted_at = moment
    write_finding(folder, FILE, {"host": host, "path": shown_path(path)})


@faults.contained
def record_unknown_members(folder: str, provider: str | None, api: str, members: list[str]) -> None:
    """Remember the names of the members of a usage object that no reader knows, once for the same names.

    Args:
        folder: The private folder.
        provider: Whose answer it was.
        api: The name of the answer's format.
        members: The names, as dotted paths.
    """
    seen = (provider, *members)
    if seen not in _seen_members:
        if len(_seen_members) >= _MOST_SEEN:
            _seen_members.clear()
        _seen_members.add(seen)
        write_finding(folder, MEMBERS_FILE, {"provider": provider, "api": api, "members": members})


def shown_path(path: str) -> str:
    """Return a path without what may be an id or a secret."""
    return _MAY_BE_SECRET.sub("...", path.partition("?")[0])[:_LONGEST_PATH]


def write_finding(folder: str, name: str, found: dict[str, Any]) -> None:
    """Write what the diagnostics show, with the time, in place of what was found before.

    Args:
        folder: The private folder.
        name: The file's name.
        found: What was found.
    """
    make_folders(folder)
    path = join(folder, name)
    draft = f"{path}.{Process.pid()}-{Process.random(4).hex()}"
    write_new_file(draft, encode({**found, "at": now().isoformat()}).encode("ascii"))
    Files.replace(draft, path)
