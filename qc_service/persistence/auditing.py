"""The store as an audit reads it: in one snapshot, streamed, and beside it a scratch index that is thrown away."""

from __future__ import annotations

import sqlite3
from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    LargeBinary,
    Table,
    Text,
    create_engine,
    delete,
    func,
    insert,
    or_,
    select,
    text,
)

from qc_service.application.audit.ports import Auditable, IndexTable, IndexTables, Link, Place, Row, Scratch
from qc_service.application.ports import IndexRows, Moved, StoredRecord
from qc_service.domain.vial_acts import VialRef
from qc_service.domain.vials import Vial
from qc_service.persistence import rows, tables
from qc_service.persistence.driver import Driver, Statement
from qc_service.persistence.engine import writing
from qc_service.persistence.store import RECORDS, SqlStore
from qc_service.persistence.writing import read_head, write_index

BATCH = 1000
_BEGIN = {"sqlite": "BEGIN", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"}
_EACH = {"sqlite": "json_each(:places)", "postgresql": "json_array_elements(CAST(:places AS json))"}
_LINKS = (
    "SELECT r.stream, r.seq, r.log_index, r.digest, r.tag FROM {each} AS w JOIN ledger_records r "
    "ON r.stream = w.value ->> 0 AND r.seq = CAST(w.value ->> 1 AS BIGINT)"
)
_VIALS = (
    "SELECT v.lot, v.serial, v.ordinal, v.state, v.custody, v.facts, v.version FROM json_each(:places) AS w "
    "JOIN vials v ON v.lot = w.value ->> 0 AND v.serial = w.value ->> 1"
)


def _streamed(connection: Connection, chosen: Any) -> Iterator[Any]:
    with connection.execute(chosen, execution_options={"yield_per": BATCH}) as found:
        yield from found


def _misfits(connection: Connection, table: Table) -> Iterator[tuple[str, str]]:
    """The rows that hold another kind of value than was declared, since SQLite keeps any kind in any column."""
    declared = {
        column.name: (_kind(column), "null" if column.nullable else _kind(column)) for column in table.columns
    }
    kinds = {column.name: func.typeof(column) for column in table.columns}
    another = or_(*(kinds[name].not_in(meant) for name, meant in declared.items()))
    key = tuple(table.primary_key)
    for row in connection.execute(select(*key, *kinds.values()).where(another)):
        found = zip(declared.items(), row[len(key) :], strict=True)
        what = [f"{name} holds {kind}, not {meant[0]}" for (name, meant), kind in found if kind not in meant]
        yield " ".join([table.name, *map(str, row[: len(key)])]), "; ".join(what)


def _kind(column: Column[Any]) -> str:
    if isinstance(column.type, LargeBinary):
        return "blob"
    return "text" if isinstance(column.type, Text) else "integer"


@contextmanager
def _reading_any_text(connection: Connection) -> Iterator[None]:
    """Read text that is not UTF-8 with a replacement, so that the comparison can name the row; SQLite keeps any."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.text_factory = partial(str, encoding="utf-8", errors="replace")
    try:
        yield
    finally:
        driver.text_factory = str


class _SqlTables(IndexTables):
    """The index tables over whatever connection ``reading`` gives."""

    def index_tables(self) -> tuple[IndexTable, ...]:
        return tuple(
            IndexTable(name=one.name, columns=tuple(one.columns.keys()), key=len(one.primary_key.columns))
            for one in tables.tables_of("index")
        )

    def index_rows(self, table: str) -> Iterator[Row]:
        chosen = tables.metadata.tables[table]
        with self.reading() as connection:
            yield from map(tuple, _streamed(connection, select(chosen).order_by(*chosen.primary_key)))

    @abstractmethod
    def reading(self) -> AbstractContextManager[Connection]:
        """A connection to read with."""


class SqlAuditable(SqlStore, _SqlTables, Auditable):
    """The store of records with all that it keeps laid open."""

    @contextmanager
    def snapshot(self) -> Iterator[Auditable]:
        with self.engine.connect() as connection:
            connection.exec_driver_sql(_BEGIN[self.engine.dialect.name])
            try:
                # A transaction sees the database as it was at its first read.
                connection.execute(select(tables.ledger_head.c.size))
                with _reading_any_text(connection):
                    yield _Snapshot(self, connection)
            finally:
                connection.exec_driver_sql("ROLLBACK")

    def misfits(self) -> Iterator[tuple[str, str]]:
        with self.reading() as connection:
            heads = connection.execute(select(func.count()).select_from(tables.ledger_head)).scalar_one()
            if heads != 1:
                yield "the head", f"is kept in {heads} rows, not in one"
            if connection.dialect.name == "sqlite":
                for table in (*tables.tables_of("ledger"), *tables.tables_of("index")):
                    yield from _misfits(connection, table)

    def entries(self) -> Iterator[tuple[int, bytes, bytes]]:
        records = tables.ledger_records.c
        chosen = select(records.log_index, records.entry, records.leaf).order_by(records.log_index)
        with self.reading() as connection:
            yield from map(tuple, _streamed(connection, chosen))

    def node_count(self) -> int:
        with self.reading() as connection:
            return connection.execute(select(func.count()).select_from(tables.ledger_nodes)).scalar_one()

    def by_stream(self, room: str = "") -> Iterator[StoredRecord]:
        records = tables.ledger_records.c
        chosen = select(*RECORDS).order_by(records.stream, records.seq)
        if room:
            chosen = chosen.where(records.stream > f"{room}/", records.stream < f"{room}0")
        with self.reading() as connection:
            yield from map(rows.record_of, _streamed(connection, chosen))

    def of_kinds(self, kinds: Collection[str]) -> Iterator[StoredRecord]:
        records = tables.ledger_records.c
        chosen = select(*RECORDS).where(records.kind.in_(sorted(kinds))).order_by(records.log_index)
        with self.reading() as connection:
            yield from map(rows.record_of, _streamed(connection, chosen))

    def links(self, places: Collection[Place]) -> Mapping[Place, Link]:
        query = text(_LINKS.format(each=_EACH[self.engine.dialect.name]))
        with self.reading() as connection:
            found = connection.execute(query, {"places": _listed(places)})
            return {(s, seq): Link(index=at, digest=one, tag=tag) for s, seq, at, one, tag in found}

    def replace_index(self, source: IndexTables, size: int) -> None:
        with writing(self.engine) as connection:
            if read_head(connection, lock=True).size != size:
                raise Moved("the log grew while its index was replayed")
            for table in tables.tables_of("index"):
                connection.execute(delete(table))
                names = table.columns.keys()
                for batch in _batches(source.index_rows(table.name)):
                    connection.execute(insert(table), [dict(zip(names, row, strict=True)) for row in batch])


class _Snapshot(SqlAuditable):
    """The same within one read transaction; for one thread."""

    def __init__(self, store: SqlAuditable, connection: Connection) -> None:
        super().__init__(store.engine, store.row_key)
        self._connection = connection

    def reading(self) -> AbstractContextManager[Connection]:
        return nullcontext(self._connection)

    def asked(self, statement: Statement, **values: object) -> Sequence[Any]:
        return Driver.of(self._connection).all(statement, **values)


class SqlScratch(_SqlTables, Scratch):
    """An index in a private temporary SQLite database, which lives as long as its one connection."""

    def __init__(self, connection: Connection, row_key: bytes) -> None:
        self._connection = connection
        self._sealer = rows.Sealer(row_key)

    def reading(self) -> AbstractContextManager[Connection]:
        return nullcontext(self._connection)

    def write(self, index: IndexRows) -> None:
        write_index(self._connection, index, self._sealer, lambda place: place)

    def vials(self, refs: Sequence[VialRef]) -> tuple[Vial, ...]:
        places = _listed({(ref.lot, ref.serial) for ref in refs})
        return tuple(map(rows.vial_of, self._connection.execute(text(_VIALS), {"places": places})))


@contextmanager
def open_scratch(row_key: bytes) -> Iterator[SqlScratch]:
    """An empty scratch index; nothing of it remains afterwards."""
    engine: Engine = create_engine("sqlite://", creator=lambda: sqlite3.connect("", isolation_level=None))
    try:
        with engine.connect() as connection:
            for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-65536"):
                connection.exec_driver_sql(f"PRAGMA {pragma}")
            tables.metadata.create_all(connection, tables=tables.tables_of("index"))
            connection.exec_driver_sql("BEGIN")
            yield SqlScratch(connection, row_key)
    finally:
        engine.dispose()


def _listed(places: Collection[tuple[str, object]]) -> str:
    return orjson.dumps(list(places)).decode()


def _batches(found: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(found, BATCH)):
        yield batch
