"""A stand-in LLM provider on loopback, for the demo and the tests: no key, no network, no bill.

Owns the wire shapes of the APIs that the meter recognises (OpenAI, Azure OpenAI, Anthropic, Gemini) and
canned answers to them. It is no model and pretends to be none: the answer is drawn from a short list by a
hash of the question, so that the same call always gives the same answer. What is real are the figures: each
usage it reports is the count, by tokenizer, of the very text that was exchanged. It asks for no key, stores
nothing and logs no text.

Run it with ``python -m jupyter_llm_meter.standin``.
"""

from __future__ import annotations

from jupyter_llm_meter.standin.app import make_app

__all__ = ["make_app"]
