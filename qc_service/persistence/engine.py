"""Engines: SQLite with write-ahead log and full synchronisation by default, PostgreSQL by ``postgresql://`` address.

Connections autocommit, so that a read costs no BEGIN and ROLLBACK; the one writer says BEGIN and COMMIT itself.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url

BUSY_SECONDS = 30
"""How long one waits for whoever writes."""
GLANCE = 0.0005
"""How many seconds a writer sleeps before it looks again whether it is its turn."""
KEPT = 16
"""How many connections stay open while nobody needs them."""
UNBOUNDED = -1
"""Each thread of a server keeps one connection and borrows a second, so threads are what bounds their number."""


def open_engine(url: str) -> Engine:
    """Open an engine for ``sqlite:///path`` or ``postgresql://…``; nothing is read or written yet."""
    address = make_url(url)
    if address.get_backend_name() == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
        return create_engine(address, isolation_level="AUTOCOMMIT", pool_size=KEPT, max_overflow=UNBOUNDED)
    if address.get_backend_name() != "sqlite":
        raise ValueError(f"{address.drivername} is not kept here: use sqlite:///path or postgresql://…")
    engine = create_engine(
        address,
        isolation_level="AUTOCOMMIT",
        pool_size=KEPT,
        max_overflow=UNBOUNDED,
        connect_args={"timeout": BUSY_SECONDS},
    )
    event.listen(engine, "connect", _durable)
    return engine


def _durable(connection: Any, _record: object) -> None:
    for pragma in (
        "page_size=16384", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON",
        f"busy_timeout={BUSY_SECONDS * 1000}", "cache_size=-65536",
    ):  # fmt: skip
        connection.execute(f"PRAGMA {pragma}")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One short write transaction: committed at the end, rolled back on any exception."""
    with engine.connect() as connection:
        cursor = connection.connection.cursor()
        if engine.dialect.name == "sqlite":
            _begin_in_turn(cursor, engine.dialect.loaded_dbapi.OperationalError)
        else:
            cursor.execute("BEGIN")
        try:
            yield connection
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        cursor.execute("COMMIT")


def _begin_in_turn(cursor: Any, refusal: type[Exception]) -> None:
    """Begin once nobody else writes. Raises ``refusal`` where that takes too long, or the database cannot be had.

    SQLite by itself sleeps longer each time, up to a tenth of a second, while others write who came later. PostgreSQL
    wakes who waits for the lock of the head row.
    """
    until = time.monotonic() + BUSY_SECONDS
    cursor.execute("PRAGMA busy_timeout=0")
    try:
        while not _began(cursor, refusal, last=time.monotonic() >= until):
            time.sleep(GLANCE)
    finally:
        cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")


def _began(cursor: Any, refusal: type[Exception], *, last: bool) -> bool:
    try:
        cursor.execute("BEGIN IMMEDIATE")
    except refusal as error:
        if last or getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True
