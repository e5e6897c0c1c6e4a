"""Reading requests: the fields the stand-in understands, and the refusal of those it does not.

Pure: works on parsed JSON. A wrong request raises `ApiError`, which each API puts into its own form.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Body = dict[str, Any]

_REFUSING_MODELS = {
    "no-such-model": (404, "The model `no-such-model` does not exist or you do not have access to it."),
    "standin-bad-request": (400, "The stand-in refuses every request for `standin-bad-request`."),
    "standin-rate-limited": (429, "Rate limit reached for `standin-rate-limited`. Please try again later."),
    "standin-broken": (500, "The stand-in fails every request for `standin-broken`."),
}

SLOW_MODEL = "standin-slow"

_TEXT_FIELDS = ("content", "parts", "text")


class ApiError(Exception):
    """A request the stand-in answers with an error.

    Attributes:
        status: HTTP status.
        message: what is wrong and what would be right.
        param: the field at fault, where there is one.
    """

    def __init__(self, status: int, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.param = param


def model_of(name: object) -> str:
    """The model asked for.

    Raises:
        ApiError: it is missing, or one of the names that exist to be refused.
    """
    if not isinstance(name, str) or not name:
        raise ApiError(400, "`model` must be a non-empty string.", "model")
    if name in _REFUSING_MODELS:
        status, message = _REFUSING_MODELS[name]
        raise ApiError(status, message, "model")
    return name


def flag(body: Body, name: str) -> bool:
    """An optional boolean field; absent is false.

    Raises:
        ApiError: it is there and no boolean.
    """
    value = body.get(name)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise ApiError(400, f"`{name}` must be true or false.", name)


def bound(body: Body, *names: str) -> int | None:
    """The first of the fields that is set: the most tokens the answer may have.

    Raises:
        ApiError: it is not a positive integer.
    """
    for name in names:
        value = body.get(name)
        if value is None:
            continue
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        raise ApiError(400, f"`{name}` must be a positive integer.", name)
    return None


def items(body: Body, name: str) -> list[Any]:
    """A field that must be a non-empty list.

    Raises:
        ApiError: it is not.
    """
    value = body.get(name)
    if isinstance(value, list) and value:
        return value
    raise ApiError(400, f"`{name}` must be a non-empty list.", name)


def texts(value: object, name: str) -> Iterator[str]:
    """Every text in a prompt, in order, through the nested shapes the APIs allow.

    Reads a string, a list of them, a message (``content``), a Gemini content (``parts``), a block (``text``).

    Raises:
        ApiError: something is there that holds no text (an image, a sound, a number).
    """
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts(item, name)
    elif isinstance(value, dict) and (key := next((k for k in _TEXT_FIELDS if k in value), None)):
        yield from texts(value[key], name)
    else:
        raise ApiError(400, f"`{name}` holds something other than text; the stand-in reads text only.", name)


def question(*parts: tuple[object, str]) -> tuple[str, ...]:
    """The texts of several fields, in order; fields that are absent are left out."""
    return tuple(text for value, name in parts if value is not None for text in texts(value, name))
