"""Keeping a channel's secrets out of everything that is shown or logged.

A URL is shown only in part. The libraries that deliver log whole URLs at debug level, so within `overheard`
their records are kept from every log and passed to us.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from urllib.parse import parse_qsl, quote, unquote, urlsplit

MASK = "****"

_HOST_SCHEMES = {
    *("http", "https", "json", "jsons", "xml", "xmls", "form", "forms"),
    *("mailto", "mailtos", "ntfy", "ntfys", "workflow", "workflows"),
}
"""Schemes whose host is a host; elsewhere a token may stand in its place."""

_TALKATIVE = ("apprise", "urllib3", "requests", "requests_oauthlib", "charset_normalizer")
_SHORTEST_SECRET = 4

_heard: ContextVar[list[str] | None] = ContextVar("llm_meter_alerts_heard", default=None)


def mask_url(url: str) -> str:
    """Return what may be shown of a channel's URL: its scheme, and its host unless that is secret."""
    scheme, separator, _rest = url.partition("://")
    if not separator or not scheme.isalnum():
        return MASK
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    is_host = "." in host or host == "localhost"
    if scheme.lower() in _HOST_SCHEMES and is_host:
        return f"{scheme}://{host}/{MASK}"
    return f"{scheme}://{MASK}"


def mask_text(text: str, url: str) -> str:
    """Return a text without any part of a channel's URL that may be secret."""
    for part in sorted(_parts(url), key=len, reverse=True):
        text = text.replace(part, MASK)
    return text


def _parts(url: str) -> set[str]:
    _scheme, _separator, rest = url.partition("://")
    address, _mark, query = rest.partition("?")
    pieces = {url, rest, *address.replace("@", "/").replace(":", "/").split("/")}
    pieces.update(value for _name, value in parse_qsl(query))
    spelled = {form for piece in pieces for form in (piece, unquote(piece), quote(unquote(piece), safe=""))}
    return {piece for piece in spelled if len(piece) >= _SHORTEST_SECRET}


@contextmanager
def overheard() -> Iterator[list[str]]:
    """Keep what the delivering libraries log in this context from every log.

    Yields:
        Their warnings and errors so far, unmasked.
    """
    _silence()
    said: list[str] = []
    before = _heard.get()
    _heard.set(said)
    try:
        yield said
    finally:
        _heard.set(before)


class _Silencer(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        said = _heard.get()
        if said is None:
            return True
        if record.levelno >= logging.WARNING:
            said.append(record.getMessage())
        return False


_silencer = _Silencer()


def _silence() -> None:
    """Put the filter on every logger of theirs: a logger's filters do not hold for its children."""
    names = [*_TALKATIVE, *list(logging.Logger.manager.loggerDict)]
    for name in names:
        if name.partition(".")[0] in _TALKATIVE:
            logging.getLogger(name).addFilter(_silencer)
