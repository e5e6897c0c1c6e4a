"""The prices of a service: the administrator's table takes precedence over the shipped one."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from jupyter_llm_meter.core.errors import PriceTableError
from jupyter_llm_meter.core.explanation import explain
from jupyter_llm_meter.core.price_overrides import bundled_overrides, read_overrides
from jupyter_llm_meter.core.price_terms import bundled_terms, read_terms
from jupyter_llm_meter.core.prices import price
from jupyter_llm_meter.ledger import Pricer
from jupyter_llm_meter.runtime.problems import Problems

PROBLEM = "price-table"


def pricer_with(path: str | None, problems: Problems) -> Pricer:
    """Return the function that finds the cost of a call.

    Args:
        path: The administrator's table, see `read_overrides`; None or empty: none is set.
        problems: Takes the problem of a table that cannot be used; the shipped prices are used then.
    """
    if not path:
        return price
    try:
        own, terms = read_overrides(Path(path).expanduser()), read_terms(Path(path).expanduser())
    except PriceTableError as error:
        problems.report(PROBLEM, explain("price-table", error=error.explanation))
        return price
    return partial(price, overrides=(*own, *bundled_overrides()), terms=terms + bundled_terms())
