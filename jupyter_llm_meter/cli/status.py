"""``jupyter llm-meter status``: where every limit is now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from rich.text import Text

from jupyter_llm_meter.cli.command import Command
from jupyter_llm_meter.cli.tables import Cell, Column, print_table
from jupyter_llm_meter.core.currency import Currency
from jupyter_llm_meter.core.format import (
    format_amount,
    format_count,
    format_money,
    format_percent,
    format_rate,
)
from jupyter_llm_meter.core.limit_names import limit_title
from jupyter_llm_meter.core.limits import Limit, notebooks_of
from jupyter_llm_meter.core.standing import Standing, format_time
from jupyter_llm_meter.core.windows import window_bounds
from jupyter_llm_meter.ledger import Ledger
from jupyter_llm_meter.service.notebook_limits import placed_limits

_COLOURS = {"ok": "green", "warning": "yellow", "exceeded": "red", "blocked": "red"}
_NOTHING = {"calls": 0, "input_tokens": 0, "output_tokens": 0, "unpriced_calls": 0, "missing_calls": 0}
_LIMITS = (
    Column("Limit"),
    Column("Used", "figure"),
    Column("Of", "figure"),
    Column("Share", "figure"),
    Column("Resets", "text"),
)
_USAGE = (
    Column("", "text"),
    *(
        Column(heading, "figure")
        for heading in ("Calls", "Input", "Output", "Cost", "Unpriced", "Without usage")
    ),
)
_CSV = (
    "limit.id",
    "limit.scope",
    "limit.window",
    "limit.unit",
    "limit.on_exceed",
    "subject",
    "window_start",
    "resets_at",
    "amount",
    "raised",
    "used",
    "reserved",
    "soft_by",
    "unpriced_calls",
    "remaining",
    "ratio",
    "level",
)


class StatusApp(Command):
    """Show what was used of every limit, and the usage of today and of this month."""

    name = "jupyter-llm-meter-status"
    description = __doc__

    def answer(self, ledger: Ledger) -> None:
        """Show the ledger's standings."""
        now = datetime.now(timezone.utc)
        config = self.service_config()
        limits: Sequence[Limit] = self.limits().current()
        limits = placed_limits(limits, ledger.places_now(config.owner.user, notebooks_of(limits), now))
        standings = ledger.standings(limits, now, {"user": config.owner.user})
        zone = limits[0].time_zone if limits else config.time_zone
        today = ledger.summary(*window_bounds("day", now, zone))
        month = ledger.summary(*window_bounds("month", now, zone))
        if self.json:
            self.print_json(_document(now, standings, today, month))
            return
        if self.csv:
            self.print_csv(_CSV, [standing.to_dict() for standing in standings])
            return
        console, currency = self.console(), config.currency
        print_table(
            console, _LIMITS, [_standing_cells(standing, currency) for standing in standings], "Limits"
        )
        rows = [_usage_cells("Today", today, currency), _usage_cells("This month", month, currency)]
        print_table(console, _USAGE, rows, "Usage")
        if currency is not None:
            console.print(format_rate(currency), soft_wrap=True)

    def answer_without_ledger(self, url: str) -> None:
        """Show that nothing was used."""
        if self.json:
            self.print_json(_document(datetime.now(timezone.utc), [], _NOTHING, _NOTHING))
        elif self.csv:
            self.print_csv(_CSV, [])
        else:
            self.say_nothing_yet(url)


def _document(
    now: datetime, standings: list[Standing], today: dict[str, Any], month: dict[str, Any]
) -> dict[str, Any]:
    return {
        "as_of": format_time(now),
        "standings": [standing.to_dict() for standing in standings],
        "today": today,
        "month": month,
    }


def _standing_cells(standing: Standing, currency: Currency | None) -> list[Cell]:
    unit = standing.limit.unit
    return [
        limit_title(standing.limit, standing.subject),
        format_amount(standing.used, unit, currency),
        format_amount(standing.amount, unit, currency),
        Text(format_percent(standing.ratio), _COLOURS[standing.level]),
        _reset(standing),
    ]


def _reset(standing: Standing) -> str:
    if standing.resets_at is None:
        return "never"
    local = standing.resets_at.astimezone(ZoneInfo(standing.limit.time_zone))
    return f"{local:%Y-%m-%d %H:%M} {standing.limit.time_zone}"


def _usage_cells(name: str, figures: dict[str, Any], currency: Currency | None) -> list[Cell]:
    return [
        name,
        format_count(figures["calls"]),
        format_count(figures["input_tokens"]),
        format_count(figures["output_tokens"]),
        format_money(Decimal(figures["cost"]), currency) if "cost" in figures else "unknown",
        format_count(figures["unpriced_calls"]),
        format_count(figures["missing_calls"]),
    ]
