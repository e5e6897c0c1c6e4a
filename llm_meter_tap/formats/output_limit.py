"""The most that a call lets the model write, read from its request.

Providers' defaults are not assumed: without a limit in the request, the limit is unknown.
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats.format import OutputLimit
from llm_meter_tap.formats.registry import FORMATS
from llm_meter_tap.wire.json_values import count, mapping

_WRITES_NOTHING = ("embeddings", "rerank")


def max_output_tokens(api: str, operation_name: str | None, request: dict[str, Any]) -> int | None:
    """The most tokens that the model may write, of all answers together.

    Args:
        api: The name of the request's format.
        operation_name: `gen_ai.operation.name`.
        request: The whole request, parsed; empty where it is no JSON object.

    Returns:
        Tokens, 0 where the model writes nothing; None where the request does not say.
    """
    if operation_name in _WRITES_NOTHING:
        return 0
    places = FORMATS[api].output_limit
    if places is None:
        return None
    limit = _largest(request, places.tokens)
    if limit is None:
        return None
    return limit * max(_largest(request, places.answers) or 1, 1) * _prompts(request, places)


def _largest(request: dict[str, Any], paths: tuple[str, ...]) -> int | None:
    """The largest of several spellings; of `n` and `best_of` too, as what is not returned costs as much."""
    counts = [known for known in (count(_at(request, path)) for path in paths) if known is not None]
    return max(counts, default=None)


def _at(request: dict[str, Any], path: str) -> Any:
    outer, _, name = path.rpartition(".")
    return (mapping(request.get(outer)) if outer else request).get(name)


def _prompts(request: dict[str, Any], places: OutputLimit) -> int:
    """How many prompts one request completes; an array of numbers is one prompt in tokens."""
    prompts = None if places.prompts is None else request.get(places.prompts)
    if not isinstance(prompts, list) or not prompts:
        return 1
    return 1 if isinstance(prompts[0], int) else len(prompts)
