"""AWS Data Exports: the Cost and Usage Report as CSV, version 2.0 and the one before.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/cost-mgmt-understanding-cur-data.html and
https://docs.aws.amazon.com/cur/latest/userguide/Lineitem-columns.html. A usage type names region, model and
kind, as in ``USE1-Claude4.6Sonnet-cache-read-input-token-count``, with what follows for cross-region
inference, batches and service tiers. ``line_item_usage_amount`` counts units of ``pricing_unit``, such as
``1K tokens``. Times are UTC.
"""

from __future__ import annotations

import re

from jupyter_llm_meter.reconcile.content import Content, Line
from jupyter_llm_meter.reconcile.export import ExportFormat, ExportRow, Reading, day_of, known
from jupyter_llm_meter.reconcile.line_items import figures_of, tokens_of

_PRODUCTS = ("amazonbedrock", "bedrock")
_REGION = re.compile(r"^[A-Z]{2,4}\d?-(?=.)")
_KIND = re.compile(
    r"-(?:mantle-)?(?P<kind>cache-read-input|cache-write-input|cache-read|cache-write|input|output)-token(?:s|-count)",
    re.IGNORECASE,
)


def _kind(usage_type: str) -> str | None:
    found = _KIND.search(usage_type)
    return None if found is None else found["kind"].lower().removesuffix("-input").replace("-", "_")


def _model(usage_type: str) -> str:
    named = _REGION.sub("", usage_type)
    found = _KIND.search(named)
    return named if found is None else named[: found.start()]


def _is_of_models(line: Line) -> bool:
    named = (line.text("line_item_product_code") or "").lower()
    # Models of other companies are sold on the marketplace, whose product code is no word.
    usage_type = line.text("line_item_usage_type") or ""
    return named in _PRODUCTS or _KIND.search(usage_type) is not None


def _row(line: Line) -> ExportRow:
    usage_type = line.text("line_item_usage_type") or ""
    is_usage = (line.text("line_item_line_item_type") or "Usage") in ("Usage", "DiscountedUsage")
    tokens = tokens_of(line.count("line_item_usage_amount"), line.text("pricing_unit")) if is_usage else None
    return ExportRow(
        *day_of(line, "line_item_usage_start_date"),
        _model(usage_type) if usage_type else None,
        {
            **figures_of(_kind(usage_type), tokens),
            **known({"cost": line.number("line_item_unblended_cost", "line_item_net_unblended_cost")}),
        },
        line.text("line_item_currency_code") or "USD",
        tuple(filter(None, map(line.text, ("line_item_usage_account_id", "bill_payer_account_id")))),
        is_batch="batch" in usage_type.lower(),
    )


def _fits(content: Content) -> bool:
    return content.has("line_item_usage_type", "line_item_usage_amount", "line_item_product_code")


def _read(content: Content) -> Reading:
    lines = [line for line in content.lines if _is_of_models(line)]
    rows = tuple(map(_row, lines))
    unread = (
        f"{line.text('line_item_usage_type')}: {line.text('line_item_usage_amount')} x "
        f"{line.text('pricing_unit') or 'a unit that the export does not name (column pricing_unit)'}"
        for line, row in zip(lines, rows, strict=True)
        if "token" in (line.text("line_item_usage_type") or "") and not row.figures.keys() - {"cost"}
    )
    days = (day_of(line, "line_item_usage_start_date") for line in content.lines)
    return Reading(rows, tuple(dict.fromkeys(unread)), tuple(dict.fromkeys(days)))


FORMAT = ExportFormat("aws-cur", "AWS Cost and Usage Report", ("aws.bedrock",), _fits, _read)
