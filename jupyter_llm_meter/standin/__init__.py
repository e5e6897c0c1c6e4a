"""A stand-in LLM provider on loopback, for the demo and the tests: no key, no network, no bill.

It offers the APIs of OpenAI, Azure OpenAI, Anthropic and Gemini. It is not a model: a hash of the question
picks the answer from a short list, so that the same call always gets the same answer. The figures are real:
the usage it reports is the tokenizer's count of the text that was exchanged. It needs no key, stores nothing
and logs no text.

Run it with ``python -m jupyter_llm_meter.standin``.
"""

from __future__ import annotations

from jupyter_llm_meter.standin.app import make_app

__all__ = ["make_app"]
