"""Whose history a notebook without one may have: that of the paths at which its cells made calls."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from jupyter_llm_meter.ledger.call_rows import LEVEL_NUMBERS
from jupyter_llm_meter.ledger.schema import cell_rollups, places

MOST_CELLS = 500
"""Cells of a notebook that are looked for; the first ones say enough."""


class Alike(NamedTuple):
    """A path whose history is that of mostly the same cells.

    Attributes:
        path: The path.
        cells: How many of the notebook's cells made calls there.
    """

    path: str
    cells: int


def alike(connection: Connection, user_id: str, path: str, cell_ids: Collection[str]) -> list[Alike]:
    """The paths of which at least half of the cells with calls are in a notebook, most cells first.

    A cell that was copied into another notebook does not make that notebook the other one.

    Args:
        connection: A transaction on the ledger.
        user_id: The user of the lab.
        path: Where the notebook is; not one of the answers.
        cell_ids: Its cells.
    """
    number = func.count(places.c.cell_id.distinct())
    has_calls = (
        select(cell_rollups.c.calls)
        .where(cell_rollups.c.level == LEVEL_NUMBERS["ever"], cell_rollups.c.start == 0)
        .where(cell_rollups.c.place_id == places.c.id, cell_rollups.c.calls > 0)
        .exists()
    )
    own = (places.c.user_id == user_id, places.c.notebook_path.is_not(None), places.c.notebook_path != path)
    shared = (
        select(places.c.notebook_path, number)
        .where(places.c.cell_id.in_(sorted(cell_ids)[:MOST_CELLS]), *own, has_calls)
        .group_by(places.c.notebook_path)
    )
    found = [Alike(*row) for row in connection.execute(shared)]
    meant = []
    for each in found:
        of_path = select(number).where(places.c.notebook_path == each.path, places.c.user_id == user_id)
        of_path = of_path.where(has_calls)
        if 2 * each.cells >= (connection.scalar(of_path) or 0):
            meant.append(each)
    return sorted(meant, key=lambda each: (-each.cells, each.path))
