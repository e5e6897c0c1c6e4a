"""The tables that Python and the page share: ``data/tables.json``.

The page's copy, ``src/core/record/tables.ts``, is generated from the same file.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

DATA = Path(__file__).with_name("data")
"""The folder of the tables that we ship."""

_TABLES = json.loads(DATA.joinpath("tables.json").read_text(encoding="utf-8"))

SUBJECT_FIELDS: dict[str, str] = _TABLES["subject_fields"]
"""The field of a call that names a limit's subject, by the limit's scope."""

PRICE_PROVIDER_IDS: dict[str, str] = _TABLES["price_provider_ids"]
"""genai-prices' provider ids where they differ from `gen_ai.provider.name`."""

CLOSED_MODELS = {provider: re.compile(names) for provider, names in _TABLES["closed_models"].items()}
"""Families that only their maker sells, by genai-prices' provider id.

Behind an unknown host they are still the maker's, at its price. Open weights behind an unknown host (a local
vLLM, a company's own machines) have no price that we could know. A pattern matches at the start of a name in
lower case."""

GUESSED_PROVIDERS: frozenset[str] = frozenset(_TABLES["guessed_providers"])
"""Providers whose protocol others use: their name says nothing about the provider of an unknown host."""
