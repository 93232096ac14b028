"""The ledger's tables refuse every change from inside the database; its head row only grows."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from qc_service.domain.identifiers import Line
from qc_service.domain.records import Enclosure
from qc_service.persistence.auditing import SqlAuditable
from tests.persistence.desk import Desk, accepted, organisation, reagent

KEYS = {"ledger_records": "log_index", "ledger_nodes": "idx", "ledger_files": "sha256"}
FILE = Enclosure(name=Line("a.csv"), media_type=Line("text/csv"), content=b"1,2\n")


@pytest.fixture
def kept(sql_store: SqlAuditable) -> Engine:
    """A database with three records, a node and a file."""
    Desk(sql_store).lay("R-1", reagent(), accepted())
    Desk(sql_store).lay("first-works", organisation(), enclosed=[FILE])
    return sql_store.engine


def refused(engine: Engine, statement: str) -> None:
    """The statement fails, and every ledger row is what it was."""
    before = _everything(engine)
    with engine.connect() as connection, pytest.raises(DBAPIError, match=r"append-only|only grows|one row"):
        connection.execute(text(statement))
    assert _everything(engine) == before


@pytest.mark.parametrize("table", KEYS)
def test_rows_cannot_be_updated_or_deleted(kept: Engine, table: str) -> None:
    key = KEYS[table]
    for statement in (
        f"UPDATE {table} SET {key} = {key}",  # noqa: S608  names of our own
        f"DELETE FROM {table}",  # noqa: S608
        f"DELETE FROM {table} WHERE {key} = (SELECT min({key}) FROM {table})",  # noqa: S608
    ):
        refused(kept, statement)


@pytest.mark.parametrize("table", [*KEYS, "ledger_head"])
def test_rows_cannot_be_replaced(kept: Engine, table: str) -> None:
    if kept.dialect.name == "sqlite":
        refused(kept, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")  # noqa: S608  names of our own
        refused(kept, f"REPLACE INTO {table} SELECT * FROM {table}")  # noqa: S608
        return
    refused(kept, f"TRUNCATE {table}")
    refused(kept, f"TRUNCATE {table} CASCADE")
    if table != "ledger_head":
        constraint = f"pk_{table}"
        key = KEYS[table]
        refused(
            kept,
            f"INSERT INTO {table} SELECT * FROM {table} "  # noqa: S608  names of our own
            f"ON CONFLICT ON CONSTRAINT {constraint} DO UPDATE SET {key} = EXCLUDED.{key}",
        )


def test_a_record_cannot_take_the_place_of_another_in_its_stream(kept: Engine) -> None:
    columns = "stream, seq, kind, digest, payload, keyid, signature, tag, entry, leaf"
    copied = f"INTO ledger_records (log_index, {columns}) SELECT 99, {columns} FROM ledger_records"  # noqa: S608  our own
    if kept.dialect.name == "sqlite":
        refused(kept, f"INSERT OR REPLACE {copied}")
        refused(kept, f"INSERT OR REPLACE {copied} WHERE seq = 1")
        return
    with kept.connect() as connection, pytest.raises(DBAPIError, match="uq_ledger_records_stream_seq"):
        connection.execute(text(f"INSERT {copied} WHERE seq = 1"))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM ledger_head",
        "INSERT INTO ledger_head SELECT 2, size, frontier, recorded_at FROM ledger_head",
        "UPDATE ledger_head SET id = 2",
        "UPDATE ledger_head SET id = 2, size = size + 1",
        "UPDATE ledger_head SET size = size - 1",
        "UPDATE ledger_head SET frontier = frontier",
        "UPDATE ledger_head SET recorded_at = NULL",
    ],
)
def test_the_head_can_only_grow(kept: Engine, statement: str) -> None:
    refused(kept, statement)


def _everything(engine: Engine) -> list[list[tuple[object, ...]]]:
    with engine.connect() as connection:
        return [
            sorted(map(tuple, connection.execute(text(f"SELECT * FROM {table}"))))  # noqa: S608  names of our own
            for table in (*KEYS, "ledger_head")
        ]
