"""Which series and places archived calls belong to now: their notebook may have moved since.

A move renames a series or place, or joins it with the one that the new path has already. Files name them by
their numbers, so a new name needs nothing, and a join is noted here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, Table, delete, insert, select, update

from jupyter_llm_meter.ledger.counters import upsert_sums
from jupyter_llm_meter.ledger.schema import archive_unpriced, joined_owners, series
from jupyter_llm_meter.ledger.sql import Values


def join_archived(connection: Connection, table: Table, old_id: int, kept_id: int) -> None:
    """Note that the archived calls of one series or place belong to another one."""
    of_table = joined_owners.c.owner == table.name
    connection.execute(
        update(joined_owners).where(of_table, joined_owners.c.kept_id == old_id).values(kept_id=kept_id)
    )
    # A number may come again.
    connection.execute(delete(joined_owners).where(of_table, joined_owners.c.old_id == old_id))
    connection.execute(insert(joined_owners).values(owner=table.name, old_id=old_id, kept_id=kept_id))
    if table is series:
        is_old = archive_unpriced.c.series_id == old_id
        rows = connection.execute(select(archive_unpriced).where(is_old)).mappings()
        joined = [{**row, "series_id": kept_id} for row in rows]
        if joined:
            upsert_sums(connection, archive_unpriced, ("tokens",), joined)
            connection.execute(delete(archive_unpriced).where(is_old))


def joined_now(connection: Connection) -> Mapping[str, Mapping[int, int]]:
    """By the table, the numbers that became another one, each with that."""
    found: dict[str, dict[int, int]] = {"series": {}, "places": {}}
    for owner, old_id, kept_id in connection.execute(select(joined_owners)):
        found[owner][old_id] = kept_id
    return found


def with_owners(calls: Iterable[Values], joined: Mapping[str, Mapping[int, int]]) -> Iterable[Values]:
    """Calls as files have them, each with the series and place that it belongs to now."""
    of_series, of_places = joined["series"], joined["places"]
    for call_id, series_id, kind_id, place_id, *rest in calls:
        now = of_series.get(series_id, series_id), kind_id, of_places.get(place_id, place_id)
        yield call_id, *now, *rest
