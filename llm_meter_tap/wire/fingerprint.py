"""Distinguishes API keys by a keyed hash, without keeping any.

The key itself is never returned, logged or kept. Without the secret, which stays in the private folder, a
fingerprint cannot be compared with guessed keys.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from urllib.parse import unquote_plus

# Anthropic; Azure; Google; Cohere, LiteLLM and others send a bearer token.
_KEY_HEADERS = ("x-api-key", "api-key", "x-goog-api-key", "ocp-apim-subscription-key")
_HEADERS = (*_KEY_HEADERS, "authorization")
_AUTHORISATION = re.compile(r"\s*(?:bearer|basic|token|key)\s+(\S+)\s*", re.IGNORECASE)
# AWS Signature Version 4: the signature changes with each request, the access key id does not.
_SIGV4 = re.compile(r"AWS4-[A-Z0-9-]+\s.*?Credential=([^/,\s]+)", re.DOTALL)
_QUERY_KEY = re.compile(r"(?:^|&)(?:key|api_key|api-key)=([^&]+)")
_DIGITS = 16
_MOST_KNOWN = 256
# By the secret and the hash of what holds a key, which is 64 bits and salted: the key itself is not kept.
_known: dict[tuple[bytes, int], str | None] = {}


def fingerprint(headers: Mapping[str, str], query: str, secret: bytes) -> str | None:
    """Fingerprint the API key of a request.

    Args:
        headers: The request's headers, names in lower case.
        query: The URL's query.
        secret: The key of the hash (the private folder's `fingerprint.key`).

    Returns:
        "key-" and the first 16 hex digits of HMAC-SHA256(secret, key); None when the request has no key.
    """
    known_as = (secret, hash((query, *map(headers.get, _HEADERS))))
    try:
        return _known[known_as]
    except KeyError:
        key = _key_of(headers, query)
    if len(_known) >= _MOST_KNOWN:
        _known.clear()
    _known[known_as] = found = None if key is None else _hashed(key, secret)
    return found


def _hashed(key: str, secret: bytes) -> str:
    digest = hmac.digest(secret, key.encode("utf-8", "surrogateescape"), "sha256").hex()
    return f"key-{digest[:_DIGITS]}"


def _key_of(headers: Mapping[str, str], query: str) -> str | None:
    for name in _KEY_HEADERS:
        if headers.get(name, "").strip():
            return headers[name].strip()
    authorisation = headers.get("authorization", "")
    match = _AUTHORISATION.fullmatch(authorisation) or _SIGV4.match(authorisation.strip())
    if match:
        return match.group(1)
    in_query = _QUERY_KEY.search(query)
    return unquote_plus(in_query.group(1)) if in_query else None
