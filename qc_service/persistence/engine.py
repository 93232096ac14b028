"""Engines: SQLite with write-ahead log and full synchronisation by default, PostgreSQL by ``postgresql://`` address.

Connections autocommit, so that a read costs no BEGIN and ROLLBACK; the one writer says BEGIN and COMMIT itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url

BUSY_SECONDS = 30
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
        cursor.execute("BEGIN IMMEDIATE" if engine.dialect.name == "sqlite" else "BEGIN")
        try:
            yield connection
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        cursor.execute("COMMIT")
