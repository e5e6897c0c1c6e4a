"""Finds the `error.type` of a failed call.

Providers put their error code into many different forms of error bodies. Only a short identifier is returned,
because the message of an error may quote the prompt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from llm_meter_tap.wire.json_values import count, mapping

_IDENTIFIER = re.compile(r"[A-Za-z_][\w.\-:/]{1,79}", re.ASCII)
# Names that say "this is an error" and no more.
_EMPTY = ("error", "Error", "null", "None")
# What some providers name every error: on these statuses the status says more. DeepSeek calls a 402 an
# `invalid_request_error`.
_VAGUE = ("invalid_request_error", "unknown_error", "api_error")
_TELLING = (402, 429)
# The errors of Zhipu ("1113": no balance left), MiniMax and Baidu have no other name.
_NUMBER = re.compile(r"\d{2,6}", re.ASCII)
_KEYS = ("code", "status", "type", "error", "name", "__type", "object")


def error_type(status: int, error: Any, headers: Mapping[str, str]) -> str | None:
    """Name an error in few words.

    Args:
        status: The HTTP status; 0 when there was none.
        error: The error object or text of the body, or the name of an error event; None when there is none.
        headers: The response's headers, keys in lower case; Amazon names its errors there.

    Returns:
        The provider's code, status or type if it is an identifier, else its code if that is written as a
        number, else the HTTP status if it is one of failure, else `_OTHER` (OpenTelemetry's value for the
        rest); None when nothing failed.
    """
    if status < 400 and not error:
        return None
    named = headers.get("x-amzn-errortype", "").partition(":")[0]
    name = _identifier(named) or _identifier(error)
    if name is None or (status in _TELLING and name in _VAGUE):
        return _number(error) or _http_status(status, error) or "_OTHER"
    return name


def _number(error: Any) -> str | None:
    code = mapping(error).get("code")
    number = str(code) if type(code) in (int, str) else ""
    return number if _NUMBER.fullmatch(number) else None


def _http_status(status: int, error: Any) -> str | None:
    """The status itself, or the one that an error inside a successful response carries as a number."""
    inner = count(mapping(error).get("code"))
    failed = status if status >= 400 else inner
    return str(failed) if failed is not None and 400 <= failed <= 599 else None


def _identifier(error: Any) -> str | None:
    if isinstance(error, str):
        return error if _IDENTIFIER.fullmatch(error) and error not in _EMPTY else None
    for key in _KEYS:
        value = mapping(error).get(key)
        if isinstance(value, str):
            found = _identifier(value)
            if found is not None:
                return found
    return None
