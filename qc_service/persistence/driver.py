"""The driver itself: statements of SQLAlchemy Core that are compiled once and run on the driver's own cursor.

To build, look up and wrap a statement costs ten times what SQLite takes to answer it. So what is asked with every
request and written with every record goes this way; everything else through the engine's connections.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from weakref import WeakSet

import orjson
from sqlalchemy import ClauseElement, Connection, Dialect, Engine, PoolProxiedConnection, text
from sqlalchemy.exc import SQLAlchemyError

from qc_service.application.ports import Unavailable

Clause = ClauseElement | Callable[[str], ClauseElement]
_EACH = {"sqlite": "json_each(:keys)", "postgresql": "json_array_elements(CAST(:keys AS json))"}


class Statement:
    """One statement, or a function from the dialect's name to it; every parameter is a named ``bindparam``."""

    def __init__(self, clause: Clause) -> None:
        self._clause = clause
        self._compiled: dict[str, tuple[str, tuple[str, ...] | None]] = {}

    def on(self, dialect: Dialect) -> tuple[str, tuple[str, ...] | None]:
        """The driver's text, and the order of its parameters where it takes them by place."""
        known = self._compiled.get(dialect.name)
        if known is None:
            clause = self._clause if isinstance(self._clause, ClauseElement) else self._clause(dialect.name)
            compiled: Any = clause.compile(dialect=dialect)
            known = str(compiled), tuple(compiled.positiontup) if compiled.positional else None
            self._compiled[dialect.name] = known
        return known


class Driver:
    """A driver's cursor that runs statements; rows are plain tuples. For one thread."""

    __slots__ = ("_cursor", "_dialect")

    def __init__(self, cursor: Any, dialect: Dialect) -> None:
        self._cursor = cursor
        self._dialect = dialect

    @classmethod
    def of(cls, connection: Connection) -> Driver:
        """The driver below a connection, inside whatever transaction it is in."""
        return cls(connection.connection.cursor(), connection.dialect)

    def all(self, statement: Statement, **values: object) -> list[Any]:
        """Every row of the answer."""
        spoken, order = statement.on(self._dialect)
        self._cursor.execute(spoken, values if order is None else [values[name] for name in order])
        found: list[Any] = self._cursor.fetchall()
        return found

    def write(self, statement: Statement, rows: Sequence[Mapping[str, object]]) -> None:
        """Run the statement for each of the rows."""
        spoken, order = statement.on(self._dialect)
        given = rows if order is None else [[row[name] for name in order] for row in rows]
        self._cursor.executemany(spoken, given)


class KeptDrivers:
    """For each thread a driver on a connection that the thread keeps: reads of one statement, no transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._errors = (engine.dialect.loaded_dbapi.Error, SQLAlchemyError)
        self._threads = threading.local()
        self._open: WeakSet[PoolProxiedConnection] = WeakSet()

    def close(self) -> None:
        """Give back every thread's connection; a thread that asks again takes another."""
        for connection in tuple(self._open):
            connection.close()
        self._threads = threading.local()

    def all(self, statement: Statement, **values: object) -> list[Any]:
        """Every row of the answer. Raises ``Unavailable`` where the database cannot be read."""
        try:
            return self._driver().all(statement, **values)
        except self._errors:
            # The server may have closed the kept connection; a second failure is the database's own.
            self._drop()
        try:
            return self._driver().all(statement, **values)
        except self._errors as error:
            raise Unavailable("The store cannot be read now. Try again.") from error

    def _drop(self) -> None:
        if getattr(self._threads, "driver", None) is not None:
            self._threads.connection.invalidate()
            self._threads.driver = None

    def _driver(self) -> Driver:
        driver: Driver | None = getattr(self._threads, "driver", None)
        if driver is None:
            self._threads.connection = self._engine.raw_connection()
            self._open.add(self._threads.connection)
            driver = Driver(self._threads.connection.cursor(), self._engine.dialect)
            self._threads.driver = driver
        return driver


def for_each(query: str) -> Statement:
    """A query that reads ``{each} AS w``: one row for each of ``listed`` keys, in the parameter ``keys``.

    Any number of keys is one prepared statement. What is looked up is joined to the left, so that no planner begins
    with the whole table; a key that finds nothing has its row, too.
    """
    return Statement(lambda dialect: text(query.format(each=_EACH[dialect])))


def listed(keys: Iterable[object]) -> str:
    """Keys, each a list of texts and numbers, as the one parameter that ``for_each`` takes apart."""
    return orjson.dumps(list(keys)).decode()
