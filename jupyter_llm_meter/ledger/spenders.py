"""Which notebooks used most of a limit, and which of their cells; reads only, when an alert is raised."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.standing import TopNotebook
from jupyter_llm_meter.ledger.counters import Window, used_amount
from jupyter_llm_meter.ledger.filters import Filter, conditions
from jupyter_llm_meter.ledger.history import sums_by
from jupyter_llm_meter.ledger.reach import reach
from jupyter_llm_meter.ledger.schema import NO_END, SUBJECT_COLUMNS, SUMS, UNIT_SUMS, calls

MOST_NOTEBOOKS = 3
"""Notebooks that an alert names to channels."""

MOST_CALLS = 20_000
"""Newest calls of a notebook in which the cell is looked for."""


def top_notebooks(connection: Connection, limit: Limit, window: Window, subject: str) -> list[TopNotebook]:
    """The notebooks in which a subject used most of a limit's unit in a window, most first.

    Args:
        connection: A transaction on the ledger.
        limit: The limit.
        window: Its window.
        subject: The user, model, ... that the limit counts.
    """
    end = None if window.end == NO_END else window.end
    where = [(SUBJECT_COLUMNS[limit.scope], subject)]
    position = SUMS.index(UNIT_SUMS[limit.unit])
    by_notebook = sums_by(connection, "notebook_path", window.start, end, where)
    used = {path: figures[position] for path, figures in by_notebook.items() if path is not None}
    top = sorted(used, key=lambda path: (-used[path], path))[:MOST_NOTEBOOKS]
    return [
        TopNotebook(
            path, used_amount(limit.unit, used[path]), _top_cell(connection, limit, window, subject, path)
        )
        for path in top
    ]


def _top_cell(connection: Connection, limit: Limit, window: Window, subject: str, path: str) -> str | None:
    """The cell that used most; of cells that used the same, the one whose call began last."""
    which = Filter(
        start=window.first_instant,
        end=window.resets_at,
        values={"notebook": path, limit.scope: subject},
    )
    newest = (
        select(calls.c.cell_id, calls.c.started_at, calls.c[UNIT_SUMS[limit.unit]].label("used"))
        .where(*conditions(connection, which), *reach(connection, which, MOST_CALLS))
        .order_by(calls.c.started_at.desc())
        .limit(MOST_CALLS)
        .subquery("newest")
    )
    used, last = func.sum(newest.c.used), func.max(newest.c.started_at)
    query = select(newest.c.cell_id).where(newest.c.cell_id.is_not(None)).group_by(newest.c.cell_id)
    cell_id: str | None = connection.scalar(
        query.order_by(used.desc(), last.desc(), newest.c.cell_id).limit(1)
    )
    return cell_id
