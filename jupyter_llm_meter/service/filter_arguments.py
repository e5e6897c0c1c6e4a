"""The arguments that say which calls a request is about; the same for sums, pages and exports."""

from __future__ import annotations

from tornado.web import RequestHandler

from jupyter_llm_meter.ledger import FILTER_COLUMNS, Filter
from jupyter_llm_meter.service.arguments import choice, instant
from jupyter_llm_meter.service.errors import ArgumentError

LONGEST_SEARCH = 200
FILTER_ARGUMENTS = ("from", "to", *FILTER_COLUMNS)
SEARCH_ARGUMENTS = (*FILTER_ARGUMENTS, "search")


def read_archived(request: RequestHandler) -> bool:
    """Whether archived calls are meant too.

    Raises:
        ArgumentError: The argument is neither true nor false.
    """
    return choice("archived", request.get_query_argument("archived", "false"), ("true", "false")) == "true"


def read_filter(request: RequestHandler, is_searched: bool = False) -> Filter:
    """Read a filter; an argument without a value means the calls that have none.

    Args:
        request: The request.
        is_searched: Whether `search` is an argument too.

    Raises:
        ArgumentError: A time cannot be read, the range ends before it begins, or the search is too long.
    """
    start, end = (instant(name, request.get_query_argument(name, None)) for name in ("from", "to"))
    if start and end and start > end:
        raise ArgumentError("from is later than to; swap them.")
    # A name may begin or end with a blank.
    given = {name: request.get_query_argument(name, None, strip=False) for name in FILTER_COLUMNS}
    values = {name: value or None for name, value in given.items() if value is not None}
    search = request.get_query_argument("search", "") if is_searched else ""
    if len(search) > LONGEST_SEARCH:
        raise ArgumentError(f"search has {len(search)} characters; allowed are {LONGEST_SEARCH}.")
    return Filter(start, end, values, search)
