"""The tokens that a provider adds around the text of a call, by family of models.

The numbers are OpenAI's where it publishes them, and fitted to recorded traffic elsewhere
(docs/explanation/counting.md says how, and how exact they are). They are estimates that a provider may make
wrong any day, so usage counted with them is never `reported`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from llm_meter_tap.formats.openai import RESPONSES


class Overhead(NamedTuple):
    """Tokens around the text of a call.

    Attributes:
        base: once a request: the reply's opening, and a provider's own system prompt.
        message: for each message, its role included.
        system: for a system prompt that stands beside the messages.
        name: for a participant's name.
        tools: once, when tools are defined.
        tool: for each of them.
        property: for each property of their schemas.
        required: once, when a tool must be called.
        instructed: once, when tools are defined and a system prompt is among the messages.
        call: for each call of a tool, together with its result, among the messages.
        schema: once, when the answer is to fit a schema; None where the model is not shown it.
        reads_barred: whether a model reads the tools that it may not call (`tool_choice` none).
        answer: for the answer.
        called: for each call of a tool in the answer.
        ratio: this family's tokens to one of the encoding that stands in for its vocabulary.
        calls: how many recorded calls the figures were fitted to; 0: none, they are published.
    """

    base: int = 3
    message: int = 4
    system: int = 4
    name: int = 1
    tools: int = 9
    tool: int = 0
    property: int = 0
    required: int = 0
    call: int = 7
    schema: int | None = None
    reads_barred: bool = True
    answer: int = 1
    called: int = 7
    ratio: float = 1.0
    calls: int = 0
    instructed: int = 0

    def around_input(self, counts: Mapping[str, int]) -> int:
        """The tokens around what a model reads.

        Args:
            counts: how many there are of what, by the tap's names (`llm_meter_tap/formats/framing.py`).
        """
        has_tools = bool(counts.get("tools")) and (self.reads_barred or not counts.get("barred"))
        tokens = self.base + sum(
            figure * counts.get(name, 0)
            for name, figure in (
                ("messages", self.message),
                ("systems", self.system),
                ("names", self.name),
                ("calls", self.call),
                ("schemas", self.schema or 0),
            )
        )
        if has_tools:
            tokens += self.tools + self.tool * counts["tools"] + self.property * counts.get("properties", 0)
            tokens += self.required if counts.get("required") else 0
            tokens += self.instructed if counts.get("instructions") else 0
        return max(tokens, 0)

    def around_output(self, counts: Mapping[str, int]) -> int:
        """The tokens around what a model wrote."""
        return self.answer + self.called * counts.get("calls", 0)


class _Row(NamedTuple):
    """Whose the figures are.

    Attributes:
        model: searched for in the model's name, in lower case.
        at: the format or the provider that they hold for; "" for all.
    """

    model: str
    at: str
    figures: Overhead


PLAIN = Overhead(0, 0, 0, 0, 0, call=0, answer=0, called=0)
"""A text that stands alone: embeddings, completions."""

# OpenAI's cookbook, "How to count tokens with tiktoken": 3 a message and the role, 1 a name, 3 for the reply.
# It says nothing of schemas, of calls of tools and of answers: these are fitted for its models too.
# Tools: 9, or 5 beside a system prompt, around the types that they are written as; with them the cookbook's
# example of a tool comes out at its published 101 (gpt-4o) and 105 (gpt-4).
_OPENAI = Overhead(instructed=-4)

# The first that fits decides.
_ROWS = (
    _Row(r"gpt-3|gpt-4(?![o.])", "", _OPENAI._replace(answer=0, called=6, calls=113)),
    _Row(
        r"gpt-4|chatgpt",
        RESPONSES.name,
        _OPENAI._replace(tools=3, call=6, schema=12, instructed=0, calls=132),
    ),
    _Row(r"gpt-4|chatgpt", "", _OPENAI._replace(schema=16, calls=197)),
    _Row(
        r"gpt-[5-9]|\bo[1-9]\b",
        RESPONSES.name,
        Overhead(base=2, tools=9, call=14, schema=-2, answer=3, called=8, calls=295),
    ),
    _Row(
        r"gpt-[5-9]|\bo[1-9]\b",
        "",
        Overhead(base=2, tools=91, call=12, schema=2, answer=3, called=8, calls=114),
    ),
    _Row(r"gpt-oss", "", Overhead(base=63, tools=25, call=18, answer=10, calls=175)),
    _Row(
        r"claude.*(opus-4-[7-9]|(opus|sonnet|haiku)-[5-9])",
        "",
        Overhead(6, 2, 2, 0, 366, 29, 35, 100, 24, 200, answer=3, called=32, ratio=1.27, calls=86),
    ),
    _Row(
        r"claude.*(opus|sonnet|haiku)-4",
        "",
        Overhead(4, 2, 1, 0, 503, 0, 10, 112, 48, 165, answer=3, called=29, ratio=1.16, calls=112),
    ),
    _Row(
        r"claude", "", Overhead(4, 2, 0, 0, 342, 0, 0, 0, 39, 366, answer=3, called=38, ratio=1.16, calls=79)
    ),
    _Row(r"gemini", "", Overhead(0, 1, 1, 0, 7, 0, 8, 29, 12, answer=0, called=1, calls=163)),
    _Row(r"(mi|mini|code|magi|dev)stral|(mix|vox)tral", "", Overhead(2, 1, 1, 0, 66, called=3, calls=292)),
    _Row(r"deepseek-r1-distill", "", Overhead(6, 1, 1, 0, 0, answer=1, calls=14)),
    _Row(
        r"deepseek",
        "together",
        Overhead(79, 4, 4, 0, 272, call=44, reads_barred=False, answer=3, called=28, calls=26),
    ),
    _Row(
        r"deepseek",
        "",
        Overhead(1, 2, 2, 0, 241, 0, 27, 7, 44, reads_barred=False, called=28, calls=146),
    ),
    _Row(
        r"qwen-?3\.8",
        "",
        Overhead(44, 5, 5, 0, 257, call=45, reads_barred=False, answer=4, called=33, calls=50),
    ),
    _Row(
        r"qwen-?3\.[5-9]",
        "",
        Overhead(5, 5, 5, 0, 261, call=45, reads_barred=False, answer=4, called=25, calls=125),
    ),
    _Row(r"qwen", "", Overhead(3, 5, 5, 0, 141, call=10, reads_barred=False, called=12, calls=88)),
    _Row(r"llama-?4", "", Overhead(69, 9, 9, 0, 188, call=0, called=9, calls=22)),
    _Row(r"llama-?3\.2", "cloudflare", Overhead(3, 9, 9, 0, 128, call=0, called=9, calls=36)),
    _Row(r"llama-?3\.[1-9]", "", Overhead(30, 5, 5, 0, 128, call=10, called=9, calls=71)),
    _Row(r"llama-?3", "", Overhead(5, 5, 5, 0, 128, call=10, called=9, calls=21)),
    _Row(r"gemma", "", Overhead(5, 5, 5, 0, 27, call=10, reads_barred=False, called=6, calls=84)),
    _Row(r"mimo", "", Overhead(245, 5, 5, 0, 242, call=30, answer=1, called=14, calls=82)),
    _Row(r"command-r7b", "", Overhead(448, 47, 47, 0, 914, 0, 15, 27, 0, answer=2, called=14, calls=28)),
    _Row(r"command-a-reasoning", "", Overhead(1330, 55, 55, 0, 77, call=0, answer=2, called=14, calls=21)),
    _Row(r"command-a", "", Overhead(515, 15, 15, 0, 852, 0, 39, call=0, answer=2, called=29, calls=9)),
    _Row(r"command-r-08", "", Overhead(166, 34, 34, 0, 771, 15, 5, call=0, answer=2, called=29, calls=9)),
    _Row(r"command-r", "", Overhead(32, 34, 34, 0, 771, 15, 5, call=0, answer=2, called=29, calls=20)),
    _Row(r"sonar", "", Overhead(0, 0, 0, 0, 0, call=0, answer=0, calls=66)),
    _Row(r"glm", "", Overhead(12, 1, 1, 0, 141, call=15, reads_barred=False, answer=4, called=3, calls=22)),
    _Row(r"palmyra", "", Overhead(16, 16, 16, 0, 116, calls=9)),
)


def overhead_of(model: str | None, provider: str | None, api: str) -> Overhead:
    """The figures of a model's family; OpenAI's, as the commonest format, for one that is not known.

    Args:
        model: the model's name, with or without a gateway's prefix.
        provider: `gen_ai.provider.name`.
        api: the name of the request's format, see `llm_meter_tap/formats/`.
    """
    name = (model or "").lower()
    for row in _ROWS:
        if row.at in ("", provider, api) and re.search(row.model, name):
            return row.figures
    return _OPENAI
