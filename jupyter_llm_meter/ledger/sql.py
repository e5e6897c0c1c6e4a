"""SQL that every call needs, given to the database's driver as it is.

SQLAlchemy puts a statement together and reads its rows in several times the time that SQLite needs to run it.
Statements that are seldom needed stay with SQLAlchemy.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table

_SLOT = re.compile(r"\?\*?")

Values = tuple[Any, ...]


class Sql:
    """A statement whose text is made once for each database and length of its lists.

    Args:
        text: The statement, with ``?`` for a value and ``?*`` for the values of a list with at least one.
            The text has no other question marks and no percent signs.
    """

    def __init__(self, text: str) -> None:
        self._words = _SLOT.split(text)
        self._is_list = [slot == "?*" for slot in _SLOT.findall(text)]
        self._has_lists = any(self._is_list)
        self._texts: dict[tuple[bool, tuple[int, ...]], str] = {}

    def all(self, connection: Connection, *values: Any) -> list[Values]:
        """Run the statement and return its rows."""
        found: list[Values] = self._execute(connection, values).fetchall()
        return found

    def run(self, connection: Connection, *values: Any) -> int:
        """Run the statement; returns how many rows changed."""
        changed: int = self._execute(connection, values).rowcount
        return changed

    def _execute(self, connection: Connection, values: Sequence[Any]) -> Any:
        cursor = _cursor(connection)
        if not self._has_lists:
            cursor.execute(self._text(connection, ()), values)
            return cursor
        flat: list[Any] = []
        sizes = []
        for is_list, value in zip(self._is_list, values, strict=True):
            if is_list:
                # A power of two: few lengths make few texts, which the driver keeps prepared.
                size = 1 << (len(value) - 1).bit_length()
                flat += value
                flat += value[-1:] * (size - len(value))
                sizes.append(size)
            else:
                flat.append(value)
        cursor.execute(self._text(connection, tuple(sizes)), flat)
        return cursor

    def _text(self, connection: Connection, sizes: tuple[int, ...]) -> str:
        key = is_postgresql(connection), sizes
        text = self._texts.get(key)
        if text is None:
            slot, left = "%s" if key[0] else "?", iter(sizes)
            slots = [", ".join([slot] * next(left)) if is_list else slot for is_list in self._is_list]
            pairs = zip(self._words, [*slots, ""], strict=True)
            text = self._texts[key] = "".join(word + each for word, each in pairs)
        return text


class Insert:
    """Inserts rows into a table: PostgreSQL takes all of them at once, as one JSON document.

    Args:
        table: The table.
        columns: Those that rows have values for, in this order.
        then: What becomes of rows that are there already: the statement's ``ON CONFLICT``.
    """

    def __init__(self, table: Table, columns: Sequence[str], then: str = "") -> None:
        head = f"INSERT INTO {table.name} ({', '.join(columns)})"
        self._by_row = f"{head} VALUES ({', '.join('?' * len(columns))}) {then}"
        self.columns = columns
        self.all_at_once = (
            f"{head} SELECT {', '.join(columns)}"
            f" FROM json_populate_recordset(NULL::{table.name}, %s::json) {then}"
        )

    def run(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Insert rows, in their order."""
        if is_postgresql(connection):
            _cursor(connection).execute(self.all_at_once, [self.document(rows)])
        else:
            _cursor(connection).executemany(self._by_row, rows)

    def document(self, rows: Sequence[Values]) -> str:
        """Rows as PostgreSQL takes them."""
        return json.dumps([dict(zip(self.columns, row, strict=True)) for row in rows])


class Update:
    """Changes rows of a table, found by their key: PostgreSQL takes all at once, as one JSON document.

    Args:
        table: The table.
        columns: Those that change.
        key: The column by which rows are found.
    """

    def __init__(self, table: Table, columns: Sequence[str], key: str) -> None:
        head = f"UPDATE {table.name} SET"
        self._by_row = f"{head} {', '.join(f'{name} = ?' for name in columns)} WHERE {key} = ?"
        self._all_at_once = (
            f"{head} {', '.join(f'{name} = given.{name}' for name in columns)}"
            f" FROM json_populate_recordset(NULL::{table.name}, %s::json) given"
            f" WHERE {table.name}.{key} = given.{key}"
        )
        self._names = (*columns, key)

    def run(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Change rows.

        Args:
            connection: A writing transaction.
            rows: The new values of the columns, and the key behind them.
        """
        if is_postgresql(connection):
            document = json.dumps([dict(zip(self._names, row, strict=True)) for row in rows])
            _cursor(connection).execute(self._all_at_once, [document])
        else:
            _cursor(connection).executemany(self._by_row, rows)


class Inserts:
    """Rows of several tables that are inserted together: PostgreSQL takes all of them with one statement."""

    def __init__(self) -> None:
        self._parts: list[tuple[Insert, Sequence[Values]]] = []

    def add(self, insert: Insert, rows: Sequence[Values]) -> None:
        """Add rows of one table; no other rows of it are inserted."""
        if rows:
            self._parts.append((insert, rows))

    def run(self, connection: Connection, returning: str = "") -> list[Values] | None:
        """Insert all rows.

        Args:
            connection: A writing transaction.
            returning: Columns of the table that was added last.

        Returns:
            These columns as they are now; None where the database does not say.
        """
        parts, self._parts = self._parts, []
        if not is_postgresql(connection):
            for insert, rows in parts:
                insert.run(connection, rows)
            return None
        if not parts:
            return []
        cursor = _cursor(connection)
        text = _together(tuple(insert for insert, _rows in parts), returning)
        cursor.execute(text, [insert.document(rows) for insert, rows in parts])
        found: list[Values] = cursor.fetchall() if returning else []
        return found


@functools.cache
def _together(inserts: tuple[Insert, ...], returning: str) -> str:
    """One statement of PostgreSQL's for several inserts, of which the last may return columns."""
    parts = [f"part{number} AS ({insert.all_at_once})" for number, insert in enumerate(inserts[:-1])]
    head = f"WITH {', '.join(parts)} " if parts else ""
    return head + inserts[-1].all_at_once + (f" RETURNING {returning}" if returning else "")


def run_script(connection: Connection, *statements: str) -> list[Values]:
    """Send statements without values to PostgreSQL as one message; returns the rows of the last one.

    Each of them sees what was committed before it began.
    """
    cursor = _cursor(connection)
    cursor.execute("; ".join(statements), prepare=False)
    while cursor.nextset():
        pass
    found: list[Values] = cursor.fetchall()
    return found


def is_postgresql(connection: Connection) -> bool:
    """Whether a connection is to PostgreSQL; else it is to SQLite."""
    return connection.dialect.name == "postgresql"


def _cursor(connection: Connection) -> Any:
    return connection.connection.cursor()
