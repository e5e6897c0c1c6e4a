"""The `error.type` of a failed call.

Owns the search for a provider's code in the many forms of error bodies. Refuses to give anything but a short
identifier: an error's message may quote the prompt.
"""

from __future__ import annotations

import re
from typing import Any

from llm_meter_tap.json_values import mapping

_IDENTIFIER = re.compile(r"[A-Za-z_][\w.\-:/]{1,79}", re.ASCII)
# Names that say "this is an error" and no more.
_EMPTY = ("error", "Error", "null", "None")
_KEYS = ("code", "status", "type", "error", "name", "__type", "object")


def error_type(status: int, error: Any) -> str | None:
    """Name an error in few words.

    Args:
        status: The HTTP status; 0 when there was none.
        error: The error object or text of the body, or the name of an error event; None when the body shows
        none.

    Returns:
        The provider's code, status or type if it is an identifier, else the HTTP status if it is one of
        failure, else `_OTHER` (OpenTelemetry's value for the rest); None when nothing failed.
    """
    if status < 400 and not error:
        return None
    found = _identifier(error)
    if found is not None:
        return found
    return str(status) if status >= 400 else "_OTHER"


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
