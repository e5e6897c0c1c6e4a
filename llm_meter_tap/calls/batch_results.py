"""The calls that a file of batch results reports.

Owns the three shapes of a result: OpenAI's (which Azure, Mistral, Groq and Together share), Anthropic's and
Gemini's. Sources: the providers' references of their batch APIs. Refuses what is no result: input files of
batches and of training, which are read by the same request, hold none of these shapes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from llm_meter_tap.wire.json_values import mapping, parse, sequence, text

# By the body's `object`, see OpenAI's API reference: the API and the operation.
_OBJECTS = {
    "response": ("openai.responses", "chat"),
    "list": ("openai.embeddings", "embeddings"),
    "text_completion": ("openai.completions", "text_completion"),
}


class Result(NamedTuple):
    """One call of a batch.

    Attributes:
        api: The format of `answer`, see `Shape.api`.
        operation_name: `gen_ai.operation.name`.
        name: The call's own within its batch; None where the batch gave none.
        id: The provider's id of the result, for answers without one.
        answer: What the call alone would have been answered.
    """

    api: str
    operation_name: str
    name: str | None
    id: str | None
    answer: dict[str, Any]


def result_of(line: bytes) -> Result | None:
    """The call that a line of results reports; None for one that failed, which costs nothing."""
    # Two words that every result has one of, so that other files cost a search and no parsing.
    if b'"response"' not in line and b'"result"' not in line:
        return None
    document = mapping(parse(line))
    return _of_anthropic(document) or _of_openai(document) or _of_gemini(document)


def results_in(document: dict[str, Any]) -> Iterator[Result]:
    """The calls that Gemini reports within a batch's own state (`inlinedResponses`)."""
    for place in ("response", "metadata"):
        state = mapping(document.get(place))
        for holder in (state, mapping(state.get("output"))):
            found = holder.get("inlinedResponses")
            for item in sequence(mapping(found).get("inlinedResponses") or found):
                result = _of_gemini(mapping(item))
                if result is not None:
                    yield result
        if mapping(document.get("response")):
            return


def _of_openai(document: dict[str, Any]) -> Result | None:
    response = mapping(document.get("response"))
    body, status = mapping(response.get("body")), response.get("status_code")
    is_answered = bool(body) and not body.get("error") and not (isinstance(status, int) and status >= 400)
    if "custom_id" not in document or not is_answered:
        return None
    api, operation_name = _OBJECTS.get(str(body.get("object")), ("openai.chat", "chat"))
    return Result(api, operation_name, text(document["custom_id"]), text(document.get("id")), body)


def _of_anthropic(document: dict[str, Any]) -> Result | None:
    result = mapping(document.get("result"))
    message = mapping(result.get("message"))
    if result.get("type") != "succeeded" or not message:
        return None
    return Result("anthropic.messages", "chat", text(document.get("custom_id")), None, message)


def _of_gemini(document: dict[str, Any]) -> Result | None:
    answer = mapping(document.get("response"))
    if "usageMetadata" not in answer and "candidates" not in answer:
        return None
    name = document.get("key") or mapping(document.get("metadata")).get("key")
    return Result("google.generateContent", "generate_content", text(name), None, answer)
