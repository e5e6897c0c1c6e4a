"""Which names mean the same model: a dated snapshot and its alias, a bill's short name and an API's id.

``gpt-4o-2024-08-06``, ``gpt 4o 0806`` and ``gpt-4o`` are one family; so are ``Claude4.6Sonnet``,
``Claude Sonnet 4.6`` and ``us.anthropic.claude-sonnet-4-6-20260501-v1:0``. A family is only used where names
differ, see `compare.py`.
"""

from __future__ import annotations

import re

_PATH = re.compile(r"^.*/")
_MAKER = re.compile(
    r"^(?:(?:us|eu|apac|global|jp|au|ca|us-gov)\.)?(?:anthropic|amazon|meta|mistral|cohere|ai21|openai|deepseek|qwen)\."
)
_VERSION = re.compile(r"(?:[-@ ](?:v\d+|\d+:\d+)(?::\d+)?(?::\d+k)?$)|(?:-00\d$)")
_DATE = re.compile(r"(?:[-@ _](?:20\d{2}-\d{2}-\d{2}|20\d{6}|\d{2}-\d{2}|[01]\d[0-3]\d))(?![\d.])")
_NOISE = frozenset({"latest", "preview", "instruct", "exp", "experimental"})
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PARTS = re.compile(r"[A-Za-z]+|\d")

Family = tuple[tuple[str, ...], str]
"""The words of a name in order of the alphabet, and its digits in their own order."""


def family(name: str) -> Family:
    """What names of the same model share.

    Args:
        name: As an API, an export or a bill has it.
    """
    short = _MAKER.sub("", _PATH.sub("", name.strip()))
    short = _VERSION.sub("", _DATE.sub("", _VERSION.sub("", short)))
    parts = _PARTS.findall(_CAMEL.sub(" ", short))
    words = sorted(part.lower() for part in parts if not part.isdigit() and part.lower() not in _NOISE)
    return tuple(words), "".join(part for part in parts if part.isdigit())
