"""The most that a call lets the model write, read from its request.

Owns where each API's request says it, by the providers' references. Refuses defaults: a request that sets no
limit has none that is known.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from llm_meter_tap.wire.json_values import count, mapping, parse


class _Form(NamedTuple):
    """Where a request format says how much, and how many times.

    Attributes:
        tokens: Paths of the members that limit one answer.
        answers: Paths of the members that ask for several.
    """

    tokens: tuple[str, ...]
    answers: tuple[str, ...] = ()


_CHAT = _Form(("max_completion_tokens", "max_tokens"), ("n",))
_FORMS = {
    "openai.chat": _CHAT,
    "openai.completions": _Form(("max_tokens",), ("n", "best_of")),
    "openai.responses": _Form(("max_output_tokens",)),
    "openai.assistants.run": _Form(("max_completion_tokens",)),
    "anthropic.messages": _Form(("max_tokens",)),
    "anthropic.complete": _Form(("max_tokens_to_sample",)),
    "google.generateContent": _Form(
        ("generationConfig.maxOutputTokens", "generation_config.max_output_tokens"),
        ("generationConfig.candidateCount", "generation_config.candidate_count"),
    ),
    "bedrock.converse": _Form(("inferenceConfig.maxTokens",)),
    # Each author's own format: Anthropic's two, Meta's, Titan's, Nova's, AI21's two, Cohere's and Mistral's.
    "bedrock.invoke": _Form(
        (
            "max_tokens", "max_completion_tokens", "max_tokens_to_sample", "max_gen_len", "maxTokens",
            "inferenceConfig.maxTokens", "inferenceConfig.max_new_tokens",
            "textGenerationConfig.maxTokenCount",
        ),
        ("n", "num_generations", "numResults"),
    ),
    "cohere.chat": _Form(("max_tokens",)),
    "cohere.generate": _Form(("max_tokens",), ("num_generations",)),
    "ollama.chat": _Form(("options.num_predict",)),
    "ollama.generate": _Form(("options.num_predict",)),
    "huggingface.inference": _Form(
        ("parameters.max_new_tokens",), ("parameters.num_return_sequences", "parameters.best_of")
    ),
    "watsonx.generate": _Form(("parameters.max_new_tokens",)),
    "dashscope.generation": _Form(("parameters.max_tokens",), ("parameters.n",)),
    "alephalpha.complete": _Form(("maximum_tokens",), ("n", "best_of")),
    "cloudflare.run": _CHAT,
}  # fmt: skip
_WRITES_NOTHING = ("embeddings", "rerank")


def max_output_tokens(api: str, operation_name: str | None, body: bytes) -> int | None:
    """The most tokens that the model may write, of all answers together.

    Args:
        api: The request's format, see `apis.py`.
        operation_name: `gen_ai.operation.name`.
        body: The whole request body.

    Returns:
        Tokens, 0 where the model writes nothing; None where the request does not say.
    """
    if operation_name in _WRITES_NOTHING:
        return 0
    form = _FORMS.get(api)
    if form is None:
        return None
    request = mapping(parse(body))
    limit = _largest(request, form.tokens)
    if limit is None:
        return None
    return limit * max(_largest(request, form.answers) or 1, 1) * _prompts(api, request)


def _largest(request: dict[str, Any], paths: tuple[str, ...]) -> int | None:
    """The largest of several spellings; of `n` and `best_of` too, as what is not returned costs as much."""
    counts = [known for known in (count(_at(request, path)) for path in paths) if known is not None]
    return max(counts, default=None)


def _at(request: dict[str, Any], path: str) -> Any:
    outer, _, name = path.rpartition(".")
    return (mapping(request.get(outer)) if outer else request).get(name)


def _prompts(api: str, request: dict[str, Any]) -> int:
    """How many prompts one request completes; an array of numbers is one prompt in tokens."""
    prompts = request.get("prompt")
    if api != "openai.completions" or not isinstance(prompts, list) or not prompts:
        return 1
    return 1 if isinstance(prompts[0], int) else len(prompts)
