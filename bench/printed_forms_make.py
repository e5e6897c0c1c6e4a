"""Print the usage objects of LLM libraries in IPython and keep what is shown.

`python bench/printed_forms_make.py OUT.json` makes rows for tests/vectors/printed-forms-libraries.json:
objects of
the libraries that are installed, with figures made up here, printed in the ways of a notebook; lines as users
format them; and look-alikes. No network. Libraries that are absent are named on stderr and their rows in
OUT.json
are kept, so that several environments fill one file.
"""

import contextlib
import dataclasses
import importlib.metadata
import io
import json
import logging
import pprint
import random
import sys
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell
from printed_forms_lines import LOOK_ALIKES, LOOPS, TEMPLATES

SHELL = InteractiveShell.instance()
PRODUCERS = []


@dataclasses.dataclass
class PrintedUsage:
    """What one call used; input has the cache in it, output the reasoning."""

    input: int
    output: int
    cached: int
    reasoning: int
    written: int
    id: str

    @property
    def total(self):
        return self.input + self.output


def figures_for(name):
    chance = random.Random(name)
    output = chance.randint(12, 4000)
    cached = chance.randint(3, 900)
    written = chance.randint(2, 700)
    return PrintedUsage(
        input=cached + written + chance.randint(5, 5000),
        output=output,
        cached=cached,
        reasoning=chance.randint(1, output - 5),
        written=written,
        id=f"{chance.randrange(16**12):012x}",
    )


def makes(library, shows, prints):
    """Register a function that makes an object of a library; `shows` names the figures that are in it."""

    def register(function):
        PRODUCERS.append((library, function, shows.split(), prints.split()))
        return function

    return register


# How things are printed


def printed(*values):
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream):
        print(*values)
    return "text/plain", stream.getvalue()


def plain(value):
    for method in ("model_dump", "to_dict", "dict", "as_dict", "__json__"):
        if callable(getattr(value, method, None)):
            made = getattr(value, method)()
            if isinstance(made, dict):
                return made
    if dataclasses.is_dataclass(value):
        return dataclasses.asdict(value)
    return dict(value) if isinstance(value, dict) else dict(vars(value))


def as_json(value, **options):
    if isinstance(value, list):
        return "\n".join(as_json(one, **options) for one in value)
    if hasattr(value, "model_dump_json"):
        return value.model_dump_json(**options)
    return json.dumps(plain(value), default=str, **options)


def rich_text(draw, colour):
    from rich.console import Console

    console = Console(file=io.StringIO(), width=110, force_terminal=colour)
    draw(console)
    return "text/plain", console.file.getvalue()


def rich_table(value):
    from rich.table import Table

    table = Table(title="Usage")
    table.add_column("name")
    table.add_column("value", justify="right")
    for key, figure in flat(value).items():
        table.add_row(key, str(figure))
    return rich_text(lambda console: console.print(table), False)


def flat(value):
    return {
        key: figure
        for key, figure in plain(value).items()
        if isinstance(figure, int | float) and not isinstance(figure, bool)
    }


def logged(value):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(asctime)s - %(name)s - %(levelname)s - %(message)s"))
    logger = logging.Logger("app", logging.INFO)
    logger.addHandler(handler)
    logger.info("LLM usage: %s", value)
    return "text/plain", stream.getvalue()


def logured(value):
    from loguru import logger

    stream = io.StringIO()
    logger.remove()
    logger.add(stream)
    logger.info(f"usage={value}")
    return "text/plain", stream.getvalue()


def frame(value, mime, many=False):
    import pandas

    row = flat(value)
    shown = pandas.DataFrame([{"model": "gpt-5-mini", **row}]) if many else pandas.Series(row)
    return bundle(shown, mime)


def bundle(value, mime):
    data, _ = SHELL.display_formatter.format(value)
    return mime, data[mime]


def rich_inspect(value):
    import rich

    return rich_text(lambda console: rich.inspect(value, console=console, docs=False, help=False), True)


PRINTS = {
    "repr": lambda value: bundle(value, "text/plain"),
    "str": lambda value: printed(*([value] if not isinstance(value, list) else value)),
    "each": lambda value: ("text/plain", "".join(printed(one)[1] for one in value)),
    "named": lambda value: printed("Usage:", value),
    "fstring": lambda value: printed(f"The call used {value}."),
    "dict": lambda value: printed(plain(value)),
    "vars": lambda value: printed(vars(value)),
    "items": lambda value: ("text/plain", "".join(printed(f"{k}: {v}")[1] for k, v in plain(value).items())),
    "items2": lambda value: ("text/plain", "".join(f"  - {k} = {v}\n" for k, v in flat(value).items())),
    "json": lambda value: printed(as_json(value)),
    "json2": lambda value: printed(as_json(value, indent=2)),
    "pprint": lambda value: ("text/plain", pprint.pformat(plain(value)) + "\n"),
    "rich": lambda value: rich_text(lambda console: console.print(value), True),
    "richdict": lambda value: rich_text(lambda console: console.print(plain(value)), False),
    "inspect": rich_inspect,
    "table": rich_table,
    "html": lambda value: bundle(value, "text/html"),
    "markdown": lambda value: bundle(value, "text/markdown"),
    "series": lambda value: frame(value, "text/plain"),
    "frame": lambda value: frame(value, "text/plain", many=True),
    "framehtml": lambda value: frame(value, "text/html", many=True),
    "log": logged,
    "loguru": logured,
    "jsonmime": lambda value: ("application/json", json.dumps(plain(value), default=str)),
    "block": lambda value: ("text/markdown", f"**Usage**\n\n```json\n{as_json(value, indent=2)}\n```\n"),
    "text": lambda value: ("text/plain", value),
    "md": lambda value: ("text/markdown", value),
}

# Objects of the libraries


def openai_usage(f):
    return {
        "prompt_tokens": f.input,
        "completion_tokens": f.output,
        "total_tokens": f.total,
        "prompt_tokens_details": {"cached_tokens": f.cached},
        "completion_tokens_details": {"reasoning_tokens": f.reasoning},
    }


def chat(f, **more):
    message = {"role": "assistant", "content": "Hi, it's me: 2 tokens (or so)."}
    return {
        "id": f"chatcmpl-{f.id}",
        "object": "chat.completion",
        "created": 1780000000,
        "model": "gpt-5-mini-2025-08-07",
        "choices": [{"index": 0, "finish_reason": "stop", "message": message, "logprobs": None}],
        "usage": openai_usage(f),
        **more,
    }


def responses_usage(f):
    return {
        "input_tokens": f.input,
        "input_tokens_details": {"cached_tokens": f.cached, "cache_write_tokens": 0},
        "output_tokens": f.output,
        "output_tokens_details": {"reasoning_tokens": f.reasoning},
        "total_tokens": f.total,
    }


ALL = "input output cached reasoning"


@makes("openai", ALL, "repr str dict json json2 pprint rich inspect items log")
def chat_completion(f):
    from openai.types.chat import ChatCompletion

    return ChatCompletion.model_validate(chat(f))


@makes("openai", ALL, "named fstring dict vars richdict items loguru block inspect")
def completion_usage(f):
    from openai.types import CompletionUsage

    return CompletionUsage.model_validate(openai_usage(f))


@makes("openai", "input output", "series frame framehtml table items2")
def completion_usage_table(f):
    return completion_usage(f)


@makes("openai", ALL, "repr json rich dict")
def response(f):
    from openai.types.responses import Response

    return Response.model_construct(
        id=f"resp_{f.id}",
        model="gpt-5",
        object="response",
        status="completed",
        output=[],
        usage=response_usage(f),
    )


@makes("openai", ALL, "str pprint inspect")
def response_usage(f):
    from openai.types.responses import ResponseUsage

    return ResponseUsage.model_validate(responses_usage(f))


@makes("openai", "input output", "table series")
def response_usage_table(f):
    return response_usage(f)


@makes("openai", ALL, "each json")
def response_events(f):
    from openai.types.responses import ResponseCompletedEvent, ResponseTextDeltaEvent

    delta = ResponseTextDeltaEvent.model_construct(
        delta="Hi", item_id="m", sequence_number=3, type="response.output_text.delta"
    )
    done = ResponseCompletedEvent.model_construct(
        response=response(f), sequence_number=9, type="response.completed"
    )
    return [delta, delta, done]


@makes("openai", ALL, "each json")
def chunks(f):
    from openai.types.chat import ChatCompletionChunk

    base = {
        "id": f"chatcmpl-{f.id}",
        "object": "chat.completion.chunk",
        "created": 1780000000,
        "model": "gpt-5",
    }
    choice = {"index": 0, "delta": {"content": "Hi"}, "finish_reason": None}
    return [
        ChatCompletionChunk.model_validate({**base, "choices": [choice], "usage": None}),
        ChatCompletionChunk.model_validate({**base, "choices": [], "usage": openai_usage(f)}),
    ]


@makes("openai", "input", "repr json")
def embeddings(f):
    from openai.types import CreateEmbeddingResponse

    data = [{"embedding": [0.1, -0.2], "index": 0, "object": "embedding"}]
    usage = {"prompt_tokens": f.input, "total_tokens": f.input}
    return CreateEmbeddingResponse.model_validate(
        {"data": data, "model": "text-embedding-3-small", "object": "list", "usage": usage}
    )


@makes("openai", "input output", "repr")
def transcription(f):
    from openai.types.audio import Transcription

    usage = {
        "type": "tokens",
        "input_tokens": f.input,
        "output_tokens": f.output,
        "total_tokens": f.total,
        "input_token_details": {"audio_tokens": f.input - 2, "text_tokens": 2},
    }
    return Transcription.model_validate({"text": "Hello", "usage": usage})


@makes("openai", "input output", "repr")
def image(f):
    from openai.types import ImagesResponse

    usage = {
        "input_tokens": f.input,
        "output_tokens": f.output,
        "total_tokens": f.total,
        "input_tokens_details": {"image_tokens": f.input - 9, "text_tokens": 9},
    }
    return ImagesResponse.model_validate(
        {"created": 1780000000, "data": [{"url": "https://example.org/a"}], "usage": usage}
    )


def anthropic_usage(f):
    return {
        "input_tokens": f.input - f.cached - f.written,
        "output_tokens": f.output,
        "cache_read_input_tokens": f.cached,
        "cache_creation_input_tokens": f.written,
        "cache_creation": {"ephemeral_5m_input_tokens": f.written, "ephemeral_1h_input_tokens": 0},
        "service_tier": "standard",
    }


def anthropic_message(f):
    return {
        "id": f"msg_{f.id}",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5",
        "content": [{"type": "text", "text": "It's sunny."}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": anthropic_usage(f),
    }


BESIDE = "input output cached written"


@makes("anthropic", BESIDE, "repr str dict json json2 pprint rich inspect items")
def message(f):
    from anthropic.types import Message

    return Message.model_validate(anthropic_message(f))


@makes("anthropic", BESIDE, "named fstring series framehtml table richdict items2 loguru")
def message_usage(f):
    from anthropic.types import Usage

    return Usage.model_validate(anthropic_usage(f))


@makes("anthropic", BESIDE, "each json")
def message_events(f):
    from anthropic.types import RawMessageDeltaEvent, RawMessageStartEvent, RawMessageStopEvent

    begun = anthropic_message(f)
    begun["usage"] = {**begun["usage"], "output_tokens": 1}
    delta = {"stop_reason": "end_turn", "stop_sequence": None}
    return [
        RawMessageStartEvent.model_validate({"type": "message_start", "message": begun}),
        RawMessageDeltaEvent.model_validate(
            {"type": "message_delta", "delta": delta, "usage": {"output_tokens": f.output}}
        ),
        RawMessageStopEvent.model_validate({"type": "message_stop"}),
    ]


@makes("google-genai", ALL, "repr str dict json json2 pprint rich inspect")
def gemini(f):
    from google.genai import types

    return types.GenerateContentResponse(
        response_id=f.id,
        model_version="gemini-2.5-flash",
        candidates=[types.Candidate(content=types.Content(role="model", parts=[types.Part(text="Hi")]))],
        usage_metadata=gemini_usage(f),
    )


@makes("google-genai", ALL, "named fstring vars items table series loguru")
def gemini_usage(f):
    from google.genai import types

    return types.GenerateContentResponseUsageMetadata(
        prompt_token_count=f.input,
        candidates_token_count=f.output - f.reasoning,
        thoughts_token_count=f.reasoning,
        cached_content_token_count=f.cached,
        total_token_count=f.total,
    )


@makes("google-genai", ALL, "repr json rich dict")
def interaction(f):
    try:
        from google.genai.interactions import Interaction, Usage
    except ImportError:
        from google.genai._interactions.types import Interaction, Usage
    usage = Usage.model_construct(
        total_input_tokens=f.input,
        total_output_tokens=f.output - f.reasoning,
        total_thought_tokens=f.reasoning,
        total_cached_tokens=f.cached,
        total_tool_use_tokens=0,
        total_tokens=f.total,
    )
    return Interaction.model_construct(id=f"v1_{f.id}", status="completed", model="gemini-3-pro", usage=usage)


@makes("mistralai", "input output", "repr json rich items")
def mistral(f):
    try:
        from mistralai.models import ChatCompletionResponse
    except ImportError:
        from mistralai.client.models import ChatCompletionResponse
    made = chat(f, id=f.id, model="mistral-large-latest", usage=openai_two(f))
    return ChatCompletionResponse.model_validate(made)


def openai_two(f):
    return {"prompt_tokens": f.input, "completion_tokens": f.output, "total_tokens": f.total}


@makes("cohere", "input output", "repr json dict rich")
def cohere_chat(f):
    from cohere.types import Usage, UsageBilledUnits, UsageTokens

    try:
        from cohere import V2ChatResponse
    except ImportError:
        from cohere.v2.types import V2ChatResponse
    billed = UsageBilledUnits(input_tokens=max(1, f.input - 60), output_tokens=f.output)
    tokens = UsageTokens(input_tokens=f.input, output_tokens=f.output)
    message = {"role": "assistant", "content": [{"type": "text", "text": "Hi"}]}
    return V2ChatResponse.model_construct(
        id=f.id, finish_reason="COMPLETE", message=message, usage=Usage(billed_units=billed, tokens=tokens)
    )


@makes("groq", "input output", "repr json pprint inspect log")
def groq_chat(f):
    from groq.types.chat import ChatCompletion

    times = {"queue_time": 0.04, "prompt_time": 0.003, "completion_time": 0.5, "total_time": 0.503}
    made = chat(f, model="llama-3.3-70b-versatile", usage={**openai_two(f), **times}, x_groq={"id": "req_01"})
    return ChatCompletion.model_validate(made)


@makes("groq", "input output", "named items series table fstring")
def groq_usage(f):
    return groq_chat(f).usage


@makes("ollama", "input output", "repr str json dict items rich")
def ollama_chat(f):
    from ollama import ChatResponse

    return ChatResponse(
        model="llama3.2",
        created_at="2026-01-01T00:00:00Z",
        done=True,
        done_reason="stop",
        total_duration=987654321,
        load_duration=12345,
        prompt_eval_count=f.input,
        prompt_eval_duration=2222222,
        eval_count=f.output,
        eval_duration=3333333,
        message={"role": "assistant", "content": "Hi"},
    )


@makes("ollama", "input output", "each json")
def ollama_stream(f):
    from ollama import GenerateResponse

    part = GenerateResponse(model="qwen3", created_at="2026-01-01T00:00:00Z", done=False, response="Hi")
    last = GenerateResponse(
        model="qwen3", done=True, response="", prompt_eval_count=f.input, eval_count=f.output, context=[1, 2]
    )
    return [part, last]


@makes("together", "input output", "repr json str")
def together_chat(f):
    from together.types.chat import ChatCompletion

    return ChatCompletion.model_construct(**chat(f, id=f"o{f.id}", usage=openai_two(f)))


@makes("fireworks-ai", "input output", "repr json str")
def fireworks_chat(f):
    try:
        from fireworks.client.api import ChatCompletionResponse as Chat
    except ImportError:
        from fireworks.types.shared import UsageInfo

        return UsageInfo.model_validate(openai_two(f))
    return Chat.model_validate(chat(f, usage=openai_two(f)))


@makes("pydantic-ai-slim", "input output cached written", "repr str fstring dict pprint rich inspect items2")
def run_usage(f):
    from pydantic_ai.usage import RunUsage

    return RunUsage(
        requests=1,
        input_tokens=f.input,
        output_tokens=f.output,
        cache_read_tokens=f.cached,
        cache_write_tokens=f.written,
    )


@makes("pydantic-ai-slim", ALL.replace("cached", "").replace("reasoning", ""), "repr rich pprint")
def model_response(f):
    from pydantic_ai.messages import ModelResponse, TextPart
    from pydantic_ai.usage import RequestUsage

    return ModelResponse(
        parts=[TextPart("Paris")],
        usage=RequestUsage(input_tokens=f.input, output_tokens=f.output),
        model_name="gpt-5",
        provider_response_id=f"resp_{f.id}",
    )


@makes("openai-agents", ALL, "repr str rich inspect pprint")
def agents_usage(f):
    from agents import Usage
    from openai.types.responses.response_usage import InputTokensDetails, OutputTokensDetails

    return Usage(
        requests=1,
        input_tokens=f.input,
        output_tokens=f.output,
        total_tokens=f.total,
        input_tokens_details=InputTokensDetails.model_construct(cached_tokens=f.cached, cache_write_tokens=0),
        output_tokens_details=OutputTokensDetails(reasoning_tokens=f.reasoning),
    )


@makes("openai-agents", "input output", "repr")
def agents_response(f):
    from agents import ModelResponse, Usage

    usage = Usage(requests=1, input_tokens=f.input, output_tokens=f.output, total_tokens=f.total)
    return ModelResponse(output=[], usage=usage, response_id=f"resp_{f.id}")


def lc_usage(f):
    return {
        "input_tokens": f.input,
        "output_tokens": f.output,
        "total_tokens": f.total,
        "input_token_details": {"cache_read": f.cached},
        "output_token_details": {"reasoning": f.reasoning},
    }


@makes("langchain-core", ALL, "repr str dict json json2 rich inspect pprint items")
def ai_message(f):
    from langchain_core.messages import AIMessage

    meta = {
        "token_usage": openai_usage(f),
        "model_name": "gpt-5-mini",
        "finish_reason": "stop",
        "id": f"chatcmpl-{f.id}",
    }
    return AIMessage(content="Hi", id=f"run--{f.id}", response_metadata=meta, usage_metadata=lc_usage(f))


@makes("langchain-core", ALL, "named repr")
def ai_usage(f):
    return ai_message(f).usage_metadata


@makes("langchain-core", "input output", "each")
def ai_chunks(f):
    from langchain_core.messages import AIMessageChunk

    usage = {"input_tokens": f.input, "output_tokens": f.output, "total_tokens": f.total}
    return [
        AIMessageChunk(content="Hi", id=f"run--{f.id}"),
        AIMessageChunk(content="", id=f"run--{f.id}", usage_metadata=usage),
    ]


@makes("langchain-core", ALL, "repr str")
def usage_callback(f):
    from langchain_core.callbacks import UsageMetadataCallbackHandler

    handler = UsageMetadataCallbackHandler()
    handler.usage_metadata = {"gpt-5-mini-2025-08-07": lc_usage(f)}
    return handler


@makes("langchain-core", "input output", "repr rich")
def llm_result(f):
    from langchain_core.outputs import Generation, LLMResult

    return LLMResult(
        generations=[[Generation(text="Hi")]],
        llm_output={"token_usage": openai_two(f), "model_name": "gpt-4o"},
    )


@makes("langchain-community", ALL, "repr str")
def openai_callback(f):
    from langchain_community.callbacks.openai_info import OpenAICallbackHandler

    handler = OpenAICallbackHandler()
    handler.total_tokens, handler.prompt_tokens, handler.completion_tokens = f.total, f.input, f.output
    handler.prompt_tokens_cached, handler.reasoning_tokens = f.cached, f.reasoning
    handler.successful_requests, handler.total_cost = 1, 0.0123
    return handler


@makes("haystack-ai", ALL, "repr str pprint rich dict")
def haystack_message(f):
    from haystack.dataclasses import ChatMessage

    meta = {"model": "gpt-4o-mini", "index": 0, "finish_reason": "stop", "usage": openai_usage(f)}
    return ChatMessage.from_assistant("Hi", meta=meta)


@makes("haystack-ai", ALL, "repr rich str")
def haystack_result(f):
    return [{"llm": {"replies": [haystack_message(f)]}}]


@makes("litellm", ALL, "repr str json dict pprint rich inspect log")
def litellm_response(f):
    from litellm import ModelResponse

    return ModelResponse(**{**chat(f), "usage": litellm_usage(f)})


@makes("litellm", ALL, "repr named json items")
def litellm_usage(f):
    from litellm import Usage

    return Usage(**openai_usage(f))


@makes("litellm", "input output", "series frame table items2")
def litellm_usage_table(f):
    return litellm_usage(f)


@makes("smolagents", "input output", "repr str dict rich fstring inspect json")
def smol_usage(f):
    from smolagents.monitoring import TokenUsage

    return TokenUsage(input_tokens=f.input, output_tokens=f.output)


@makes("smolagents", "input output", "repr rich")
def smol_message(f):
    from smolagents.models import ChatMessage

    return ChatMessage(role="assistant", content="Hi", token_usage=smol_usage(f), raw=None)


@makes("smolagents", "input output", "text")
def smol_monitor(f):
    from rich.console import Console
    from smolagents.memory import ActionStep
    from smolagents.monitoring import AgentLogger, Monitor, Timing

    stream = io.StringIO()
    monitor = Monitor(
        None, AgentLogger(level=2, console=Console(file=stream, width=110, force_terminal=True))
    )
    step = ActionStep(step_number=1, timing=Timing(0.0, 2.5), token_usage=smol_usage(f))
    monitor.update_metrics(step)
    return stream.getvalue()


@makes("smolagents", "input output", "repr")
def smol_run(f):
    from smolagents.agents import RunResult
    from smolagents.monitoring import Timing

    return RunResult(
        output="42", state="success", steps=[], token_usage=smol_usage(f), timing=Timing(0.0, 2.5)
    )


@makes("dspy", ALL, "repr rich pprint str")
def dspy_usage(f):
    from dspy.utils.usage_tracker import UsageTracker

    tracker = UsageTracker()
    tracker.add_usage("openai/gpt-5-mini", openai_usage(f))
    return tracker.get_total_tokens()


@makes("dspy", "input output", "repr rich")
def dspy_history(f):
    import dspy

    dspy.Prediction(answer="42")
    return [
        {
            "prompt": None,
            "messages": [],
            "usage": openai_two(f),
            "cost": 0.001,
            "model": "openai/gpt-5",
            "uuid": f.id,
        }
    ]


@makes("llama-index-core", "input output", "text")
def llama_index_counter(f):
    counter = token_counter(f)
    return (
        f"Embedding Tokens: {counter.total_embedding_token_count}\n"
        f"LLM Prompt Tokens: {counter.prompt_llm_token_count}\n"
        f"LLM Completion Tokens: {counter.completion_llm_token_count}\n"
        f"Total LLM Token Count: {counter.total_llm_token_count}\n"
    )


@makes("llama-index-core", "input output", "repr str rich")
def llama_index_events(f):
    return token_counter(f).llm_token_counts


def token_counter(f):
    from llama_index.core.callbacks.token_counting import TokenCountingEvent, TokenCountingHandler

    counter = TokenCountingHandler(tokenizer=str.split)
    counter.llm_token_counts.append(
        TokenCountingEvent(
            "p", "c", completion_token_count=f.output, prompt_token_count=f.input, event_id=f.id
        )
    )
    return counter


@makes("llama-index-core", "input output", "repr json dict")
def llama_index_chat(f):
    from llama_index.core.llms import ChatMessage, ChatResponse

    return ChatResponse(
        message=ChatMessage(role="assistant", content="Hi"),
        raw={"id": f"chatcmpl-{f.id}", "usage": openai_two(f)},
        additional_kwargs=openai_two(f),
    )


@makes("mirascope", "input output", "repr str rich dict")
def mirascope_usage(f):
    from mirascope.llm import Usage

    return Usage(input_tokens=f.input, output_tokens=f.output)


@makes("ell-ai", "input output", "repr json")
def ell_invocation(f):
    from ell.types.studio import Invocation

    return Invocation(
        id=f"invocation-{f.id}",
        lmp_id="lmp-1",
        latency_ms=12.0,
        prompt_tokens=f.input,
        completion_tokens=f.output,
    )


@makes("claudette", BESIDE, "repr str named")
def claudette_usage(f):
    from claudette import usage

    return usage(f.input - f.cached - f.written, f.output, f.written, f.cached)


@makes("claudette", BESIDE, "markdown repr str")
def claudette_message(f):
    import claudette  # noqa: F401
    from anthropic.types import Message

    return Message.model_validate(anthropic_message(f))


@makes("cosette", "input output", "repr str named")
def cosette_usage(f):
    from cosette import usage

    return usage(f.input, f.output)


@makes("cosette", ALL, "markdown repr html")
def cosette_message(f):
    import cosette  # noqa: F401

    made = response(f)
    return made


@makes("lisette", ALL, "markdown repr html")
def lisette_message(f):
    import lisette  # noqa: F401

    return litellm_response(f)


@makes("autogen-core", "input output", "repr str rich json")
def autogen_usage(f):
    from autogen_core.models import RequestUsage

    return RequestUsage(prompt_tokens=f.input, completion_tokens=f.output)


@makes("autogen-core", "input output", "repr json rich")
def autogen_result(f):
    from autogen_core.models import CreateResult

    return CreateResult(finish_reason="stop", content="Hi", usage=autogen_usage(f), cached=False)


@makes("autogen-agentchat", "input output", "repr json rich")
def autogen_task(f):
    from autogen_agentchat.base import TaskResult
    from autogen_agentchat.messages import TextMessage

    asked = TextMessage(source="user", content="Hello")
    return TaskResult(
        messages=[asked, TextMessage(source="agent", content="Hi", models_usage=autogen_usage(f))],
        stop_reason="done",
    )


@makes("semantic-kernel", ALL, "repr str json rich")
def kernel_usage(f):
    from openai.types import CompletionUsage as OpenAIUsage
    from semantic_kernel.connectors.ai.completion_usage import CompletionUsage

    return CompletionUsage.from_openai(OpenAIUsage.model_validate(openai_usage(f)))


@makes("semantic-kernel", "input output", "repr")
def kernel_message(f):
    from semantic_kernel.connectors.ai.completion_usage import CompletionUsage
    from semantic_kernel.contents import ChatMessageContent

    usage = CompletionUsage(prompt_tokens=f.input, completion_tokens=f.output)
    return ChatMessageContent(
        role="assistant",
        content="Hi",
        ai_model_id="gpt-4o",
        metadata={"id": f"chatcmpl-{f.id}", "usage": usage},
    )


@makes("agno", ALL, "repr str rich dict pprint")
def agno_metrics(f):
    try:
        from agno.models.metrics import Metrics
    except ImportError:
        from agno.metrics import RunMetrics as Metrics
    return Metrics(
        input_tokens=f.input,
        output_tokens=f.output,
        total_tokens=f.total,
        cache_read_tokens=f.cached,
        reasoning_tokens=f.reasoning,
        duration=1.25,
    )


@makes("agno", "input output", "repr dict json")
def agno_run(f):
    from agno.run.agent import RunOutput

    try:
        from agno.models.metrics import Metrics
    except ImportError:
        from agno.metrics import RunMetrics as Metrics
    metrics = Metrics(input_tokens=f.input, output_tokens=f.output, total_tokens=f.total)
    return RunOutput(run_id=f.id, content="Hi", model="gpt-5", metrics=metrics)


@makes("strands-agents", "input output", "repr pprint rich dict")
def strands_metrics(f):
    from strands.telemetry.metrics import EventLoopMetrics

    metrics = EventLoopMetrics()
    metrics.update_usage({"inputTokens": f.input, "outputTokens": f.output, "totalTokens": f.total})
    return metrics


@makes("strands-agents", "input output", "str pprint")
def strands_summary(f):
    return strands_metrics(f).get_summary()


@makes("llm", "input output", "repr str fstring")
def llm_usage(f):
    from llm.models import Usage

    return Usage(input=f.input, output=f.output, details={"prompt_tokens_details": {"audio_tokens": 0}})


@makes("llm", ALL, "text")
def llm_line(f):
    from llm.utils import token_usage_string

    details = {
        "prompt_tokens_details": {"cached_tokens": f.cached},
        "completion_tokens_details": {"reasoning_tokens": f.reasoning},
    }
    return f"Token usage: {token_usage_string(f.input, f.output, details)}\n"


@makes("dashscope", "input output", "repr str rich json")
def dashscope_response(f):
    from dashscope.api_entities.dashscope_response import GenerationResponse

    usage = {"input_tokens": f.input, "output_tokens": f.output, "total_tokens": f.total}
    return GenerationResponse(
        status_code=200,
        request_id=f.id,
        code="",
        message="",
        output={"text": None, "choices": []},
        usage=usage,
    )


@makes("zhipuai", "input output", "repr str json")
def zhipu_completion(f):
    from zhipuai.types.chat.chat_completion import Completion

    return Completion.model_validate(chat(f, model="glm-4-plus", request_id=f.id, usage=openai_two(f)))


@makes("huggingface_hub", "input output", "repr rich pprint json")
def hub_chat(f):
    from huggingface_hub import ChatCompletionOutput

    return ChatCompletionOutput.parse_obj_as_instance(chat(f, system_fingerprint="x", usage=openai_two(f)))


@makes("replicate", "input output", "repr json str")
def replicate_prediction(f):
    from replicate.prediction import Prediction

    metrics = {
        "input_token_count": f.input,
        "output_token_count": f.output,
        "predict_time": 1.5,
        "tokens_per_second": 31.2,
    }
    return Prediction(
        id=f.id,
        model="meta/llama-3",
        version="1",
        status="succeeded",
        input={},
        output="Hi",
        logs="",
        error=None,
        metrics=metrics,
        created_at="",
        started_at="",
        completed_at="",
        urls={},
    )


@makes("crewai", "input output cached", "repr str json rich")
def crew_metrics(f):
    from crewai.types.usage_metrics import UsageMetrics

    return UsageMetrics(
        total_tokens=f.total,
        prompt_tokens=f.input,
        cached_prompt_tokens=f.cached,
        completion_tokens=f.output,
        successful_requests=1,
    )


@makes("boto3", "input output", "repr json2 rich")
def bedrock(f):
    import boto3  # noqa: F401

    return {
        "ResponseMetadata": {"RequestId": f.id, "HTTPStatusCode": 200, "RetryAttempts": 0},
        "output": {"message": {"role": "assistant", "content": [{"text": "Hi"}]}},
        "stopReason": "end_turn",
        "usage": {"inputTokens": f.input, "outputTokens": f.output, "totalTokens": f.total},
        "metrics": {"latencyMs": 551},
    }


# The rows

NAMES = {
    "input": "inputTokens",
    "output": "outputTokens",
    "cached": "cacheReadInputTokens",
    "written": "cacheWriteInputTokens",
    "reasoning": "reasoningOutputTokens",
}


def usage_of(figures, shows):
    return {NAMES[name]: getattr(figures, name) for name in shows}


def library_rows():
    for library, make, shows, prints in PRODUCERS:
        for name in prints:
            form = f"{library} {make.__name__} {name}"
            figures = figures_for(form)
            try:
                version = importlib.metadata.version(library)
                mime, text = PRINTS[name](make(figures))
            except Exception as error:  # noqa: BLE001 - libraries fail in ways of their own; each is named
                print(f"{form}: {type(error).__name__}: {str(error)[:200]}", file=sys.stderr)
                continue
            yield row(form, f"{library} {version}", mime, text, [usage_of(figures, shows)])


def line_rows():
    for at, (shows, mime, template) in enumerate(TEMPLATES):
        figures = figures_for(f"line {at}")
        yield row(f"line {at}", "user", mime, template.format(f=figures), [usage_of(figures, shows.split())])
    for at, (shows, template) in enumerate(LOOPS):
        calls = [figures_for(f"loop {at}.{number}") for number in range(3)]
        text = "".join(template.format(f=call, n=number + 1) for number, call in enumerate(calls))
        yield row(f"loop {at}", "user", "text/plain", text, [usage_of(call, shows.split()) for call in calls])
    for at, (mime, text) in enumerate(LOOK_ALIKES):
        yield row(f"look-alike {at}", "none", mime, text, [])


def row(form, library, mime, text, usages):
    return {"form": form, "library": library, "mime": mime, "text": text, "usages": usages}


def main(path):
    kept = {one["form"]: one for one in json.loads(path.read_text("utf-8"))} if path.exists() else {}
    rows = kept | {one["form"]: one for one in [*library_rows(), *line_rows()]}
    path.write_text(
        "[\n" + ",\n".join(json.dumps(one, ensure_ascii=False) for one in rows.values()) + "\n]\n", "utf-8"
    )
    print(f"{len(rows)} forms in {path}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
