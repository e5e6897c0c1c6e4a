"""Azure Cost Management: the CSV file of an export of actual or amortized cost.

Source: https://learn.microsoft.com/azure/cost-management-billing/automate/understand-usage-details-fields;
the names of meters are those of https://prices.azure.com/api/retail/prices, such as
``gpt 4o 1120 cached Inp glbl Tokens`` or ``GPT 5 outpt Glbl 1M Tokens``. ``Quantity`` counts units of
``UnitOfMeasure``, ``1K`` or ``1M``. ``Date`` is a UTC day, written as month/day/year in files of Enterprise
Agreements. Deployments have names of their own; a meter has the model, shortened.
"""

from __future__ import annotations

import re

from jupyter_llm_meter.reconcile.content import Content, Line
from jupyter_llm_meter.reconcile.export import ExportFormat, ExportRow, Reading, day_of, known
from jupyter_llm_meter.reconcile.line_items import figures_of, tokens_of, without

_SERVICES = ("openai", "cognitive services", "foundry", "azure ai", "ai services")
_NAMES_OF_SERVICE = ("consumed_service", "meter_category", "meter_sub_category", "product_name", "product")
_QUANTITY = ("quantity", "usage_quantity")
_INPUT = frozenset({"inp", "inpt", "input", "in"})
_OUTPUT = frozenset({"outp", "outpt", "output", "opt", "out"})
_CACHED = frozenset({"cached", "cachd", "cchd", "cd", "cache", "cach"})
_WRITE = frozenset({"write", "wr", "wrt"})
_PLACES = frozenset(
    {"glbl", "gl", "global", "regnl", "rgnl", "regional", "dzone", "dz", "dzn", "data", "zone"}
)
_TIERS = frozenset({"batch", "btch", "pp", "priority", "std", "flex"})
_UNITS = frozenset({"tokens", "token", "1k", "1m", "shortco", "longco"})
_NO_MODEL = _INPUT | _OUTPUT | _CACHED | _WRITE | _PLACES | _TIERS | _UNITS


def _words(meter: str) -> list[str]:
    return re.split(r"[\s-]+", meter.lower())


def _kind(meter: str) -> str | None:
    words = set(_words(meter))
    if words & _OUTPUT:
        return "output"
    if words & _CACHED:
        return "cache_write" if words & _WRITE else "cache_read"
    return "input" if words & _INPUT else None


def _model(meter: str) -> str:
    spaced = re.sub(r"-(?=(?:input|output|inp|outp)\b)", " ", meter, flags=re.IGNORECASE)
    return without(spaced, _NO_MODEL) or meter


def _is_of_models(line: Line) -> bool:
    named = " ".join(filter(None, map(line.text, _NAMES_OF_SERVICE))).lower()
    return any(service in named for service in _SERVICES)


def _row(line: Line) -> ExportRow:
    meter = line.text("meter_name", "meter") or ""
    unit = line.text("unit_of_measure")
    tokens = tokens_of(line.count(*_QUANTITY), unit) if unit and _counts_tokens(meter) else None
    return ExportRow(
        *day_of(line, "date", "usage_date", "usage_date_time"),
        _model(meter) if meter else None,
        {
            **figures_of(_kind(meter), tokens),
            **known({"cost": line.number("cost_in_billing_currency", "cost_in_usd", "pre_tax_cost", "cost")}),
        },
        line.text("billing_currency", "billing_currency_code", "currency") or "USD",
        tuple(filter(None, map(line.text, ("subscription_id", "subscription_guid", "billing_account_id")))),
        is_batch=bool({"batch", "btch"} & set(_words(meter))),
    )


def _counts_tokens(meter: str) -> bool:
    return "token" in meter.lower()


def _fits(content: Content) -> bool:
    return (
        bool(content.columns & {"meter_name", "meter"})
        and bool(content.columns & {"quantity", "usage_quantity"})
        and content.has("unit_of_measure")
    )


def _read(content: Content) -> Reading:
    lines = [line for line in content.lines if _is_of_models(line)]
    days = [day_of(line, "date", "usage_date", "usage_date_time") for line in content.lines]
    rows = tuple(map(_row, lines))
    unread = (
        f"{line.text('meter_name', 'meter')}: {line.text(*_QUANTITY)} x {line.text('unit_of_measure')}"
        for line, row in zip(lines, rows, strict=True)
        if _counts_tokens(line.text("meter_name", "meter") or "") and not row.figures.keys() - {"cost"}
    )
    return Reading(rows, tuple(dict.fromkeys(unread)), tuple(dict.fromkeys(days)))


FORMAT = ExportFormat(
    "azure-costs", "Azure Cost Management", ("azure.ai.openai", "azure.ai.inference"), _fits, _read
)
