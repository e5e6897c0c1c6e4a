"""The override table: prices that genai-prices lacks, and those that an administrator sets.

A table is a JSON file. Every entry says whose model it is, what it costs, from when, and who says so. A table
that cannot be read is refused whole: a mistyped price is worse than none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from jupyter_llm_meter.core.errors import PriceTableError
from jupyter_llm_meter.core.explanation import Explanation, explain
from jupyter_llm_meter.core.tables import DATA
from llm_meter_tap.wire.shape import finite_decimal

_MILLION = Decimal(1_000_000)
BUNDLED = DATA / "price_overrides.json"
"""The table that we ship."""

_FIELDS = (
    "provider", "host", "model", "since", "source",
    "input_mtok", "output_mtok", "cache_read_mtok", "cache_write_mtok",
)  # fmt: skip


@dataclass(frozen=True)
class Override:
    """The price of one model at one provider from a date on.

    Attributes:
        provider: ``gen_ai.provider.name`` of who sells it.
        host: The host it holds for, or None for every host of the provider.
        model: The model's name, exact but for case.
        since: First day, UTC, on which it holds.
        source: Who says so, with a date.
        input_mtok: Dollars for a million input tokens.
        output_mtok: Dollars for a million output tokens.
        cache_read_mtok: Dollars for a million tokens read from the cache; None: as input.
        cache_write_mtok: Dollars for a million tokens written to the cache; None: as input.
    """

    provider: str
    host: str | None
    model: str
    since: date
    source: str
    input_mtok: Decimal
    output_mtok: Decimal
    cache_read_mtok: Decimal | None = None
    cache_write_mtok: Decimal | None = None

    def cost(self, buckets: Mapping[str, int]) -> Decimal:
        """Dollars for a call's disjoint buckets; all output costs the same, and so does all other input."""
        total = Decimal(0)
        for bucket, tokens in buckets.items():
            total += self._rate(bucket) * tokens
        return total / _MILLION

    def _rate(self, bucket: str) -> Decimal:
        if bucket.endswith("output_tokens"):
            return self.output_mtok
        special = {
            "cache_read_input_tokens": self.cache_read_mtok,
            "cache_write_input_tokens": self.cache_write_mtok,
        }.get(bucket)
        return self.input_mtok if special is None else special


def find_override(
    overrides: Sequence[Override], provider: str | None, host: str | None, model: str, at: datetime
) -> Override | None:
    """The entry for a call: the newest that has begun; one for the call's host before one for all hosts."""
    day = at.astimezone(timezone.utc).date()
    fitting = [
        entry
        for entry in overrides
        if entry.provider == provider
        and entry.model.lower() == model.lower()
        and entry.host in (None, host)
        and entry.since <= day
    ]
    return max(fitting, key=lambda entry: (entry.host is not None, entry.since), default=None)


@cache
def bundled_overrides() -> tuple[Override, ...]:
    """The table that we ship."""
    return read_overrides(BUNDLED)


def read_overrides(path: Path) -> tuple[Override, ...]:
    """Read a table of prices.

    Args:
        path: A JSON file ``{"prices": [{"provider": ..., "model": ..., "since": "2026-07-02", "source": ...,
            "input_mtok": "0.6", "output_mtok": "2.2"}]}``; prices are decimal strings in dollars.

    Raises:
        PriceTableError: The file cannot be read, or an entry is not valid.
    """
    entries = entries_in(path, "prices")
    return tuple(_entry(entry, entry_in(path, "prices", n)) for n, entry in enumerate(entries, start=1))


def entries_in(path: Path, name: str, is_required: bool = True) -> list[Any]:
    """One list of a table.

    Raises:
        PriceTableError: The file cannot be read, or a required list is missing.
    """
    try:
        table = json.loads(path.read_text("utf-8"))
        entries = table[name] if is_required else table.get(name, [])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PriceTableError("prices-unreadable", path=str(path), error=str(error)) from None
    if not isinstance(entries, list):
        raise PriceTableError("prices-no-list", path=str(path), field=name, given=repr(entries))
    return entries


def _entry(entry: Any, where: Explanation) -> Override:
    if not isinstance(entry, dict):
        raise PriceTableError("prices-no-object", where=where, given=repr(entry))
    for name in entry:
        if name not in _FIELDS:
            raise PriceTableError(
                "prices-unknown-field", where=where, field=repr(name), allowed=", ".join(_FIELDS)
            )
    return Override(
        provider=text_in(entry, "provider", where),
        host=text_in(entry, "host", where) if "host" in entry else None,
        model=text_in(entry, "model", where),
        since=since_in(entry, where),
        source=text_in(entry, "source", where),
        input_mtok=price_in(entry, "input_mtok", where),
        output_mtok=price_in(entry, "output_mtok", where),
        cache_read_mtok=price_in(entry, "cache_read_mtok", where) if "cache_read_mtok" in entry else None,
        cache_write_mtok=price_in(entry, "cache_write_mtok", where) if "cache_write_mtok" in entry else None,
    )


def entry_in(path: Path, name: str, number: int) -> Explanation:
    """Name an entry of a list of a table, for errors; the first has the number 1."""
    return explain("prices-entry", path=str(path), list=name, number=number)


def text_in(entry: Mapping[str, Any], name: str, where: Explanation) -> str:
    """A field that must be a text; raises `PriceTableError`."""
    value = entry.get(name)
    if not isinstance(value, str) or not value:
        raise PriceTableError("prices-text", where=where, field=name, given=repr(value))
    return value


def since_in(entry: Mapping[str, Any], where: Explanation) -> date:
    """The field `since`, which must be a date; raises `PriceTableError`."""
    try:
        return date.fromisoformat(text_in(entry, "since", where))
    except ValueError:
        raise PriceTableError("prices-date", where=where, given=repr(entry.get("since"))) from None


def price_in(entry: Mapping[str, Any], name: str, where: Explanation) -> Decimal:
    """A field that must be an amount; raises `PriceTableError`."""
    value = entry.get(name)
    amount = finite_decimal(value) if isinstance(value, str) else None
    if amount is None or amount < 0:
        raise PriceTableError("prices-decimal", where=where, field=name, given=repr(value))
    return amount
