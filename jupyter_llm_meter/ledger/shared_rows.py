"""Rows that many calls refer to: series, kinds, places, shapes of raw usage.

Each is written once and found by a digest of what it holds. They are remembered, as every call needs some.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Table

from jupyter_llm_meter.ledger.memory import recall_of
from jupyter_llm_meter.ledger.schema import (
    KIND_COLUMNS,
    PLACE_COLUMNS,
    SERIES_COLUMNS,
    kinds,
    places,
    series,
    shapes,
)
from jupyter_llm_meter.ledger.sql import Insert, Sql, Values

_MOST_AT_ONCE = 500


class SharedRows:
    """The rows of one such table.

    Args:
        table: The table.
        columns: What its rows hold.
    """

    def __init__(self, table: Table, columns: Sequence[str]) -> None:
        self._name = table.name
        self._find = Sql(f"SELECT digest, id FROM {table.name} WHERE digest IN (?*)")
        self._insert = Insert(table, ("digest", *columns), "ON CONFLICT (digest) DO NOTHING")

    def ids(self, connection: Connection, wanted: Collection[Values]) -> dict[Values, int]:
        """The ids of rows that hold some values; those that are not there yet are written."""
        recall = recall_of(connection)
        known: dict[Values, int] = recall.known.ids.get(self._name, {})
        ids = {values: known[values] for values in wanted if values in known}
        digests = {digest_of(values): values for values in wanted if values not in ids}
        if digests:
            found = self._stored(connection, digests)
            new = sorted((digest, *values) for digest, values in digests.items() if digest not in found)
            if new:
                self._insert.run(connection, new)
                found = self._stored(connection, digests)
            learned = {digests[digest]: number for digest, number in found.items()}
            recall.learned.ids.setdefault(self._name, {}).update(learned)
            ids.update(learned)
        return ids

    def _stored(self, connection: Connection, digests: Collection[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        wanted = sorted(digests)
        for first in range(0, len(wanted), _MOST_AT_ONCE):
            found.update(self._find.all(connection, wanted[first : first + _MOST_AT_ONCE]))
        return found


SERIES = SharedRows(series, SERIES_COLUMNS)
KINDS = SharedRows(kinds, KIND_COLUMNS)
PLACES = SharedRows(places, PLACE_COLUMNS)
SHAPES = SharedRows(shapes, ("shape",))


def digest_of(values: Sequence[Any]) -> str:
    """A short, fixed name for some values; absent and empty differ."""
    return hashlib.blake2b(json.dumps(values).encode(), digest_size=16).hexdigest()
