"""Whatever is edited in the index by hand, the audit names the table and the row; a rebuild mends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, LargeBinary, Table, delete, insert, select, update

from qc_service.application.audit.whole import rebuild
from qc_service.application.ports import Moved, Query, Tampered
from qc_service.domain.chart_points import PointQuery
from qc_service.domain.identifiers import Line, LotNumber
from qc_service.persistence.auditing import SqlAuditable, open_scratch
from qc_service.persistence.tables import tables_of
from tests.application.lot_world import LOT_A
from tests.application.use_world import CLINIC
from tests.persistence.desk import Desk, busy, reagent
from tests.persistence.forgery import audited, found

INDEX_TABLES = tables_of("index")


@pytest.fixture
def kept(sql_store: SqlAuditable) -> SqlAuditable:
    """A store with a busy lot."""
    busy(sql_store)
    return sql_store


def test_an_untouched_index_agrees_with_the_records(kept: SqlAuditable) -> None:
    report = audited(kept)
    assert report.clean
    assert report.entries == kept.head().size
    assert report.root == kept.head().frontier.root().hex()
    assert set(report.rows) == {table.name for table in INDEX_TABLES}
    assert all(report.rows.values())


@pytest.mark.parametrize("table", INDEX_TABLES, ids=lambda table: str(table.name))
def test_an_edited_column_of_any_row_is_named(kept: SqlAuditable, table: Table) -> None:
    rows = _rows(kept.engine, table)
    for column in table.columns:
        for row in (rows[0], rows[len(rows) // 2], rows[-1]):
            chosen = _chosen(table, row)
            edited = _other(row[column.name], binary=isinstance(column.type, LargeBinary))
            _execute(kept.engine, update(table).where(*chosen).values({column.name: edited}))
            (first, *_) = found(kept)
            changed = row | {column.name: edited}
            named = {
                f"{table.name} {' '.join(str(one[c.name]) for c in table.primary_key)}"
                for one in (row, changed)
            }
            assert first.partition(": ")[0] in named
            assert column.primary_key or f"differs from the records in {column.name};" in first
            _execute(kept.engine, update(table).where(*_chosen(table, changed)).values(row))
    assert found(kept) == []


@pytest.mark.parametrize("table", INDEX_TABLES, ids=lambda table: str(table.name))
def test_a_row_that_is_missing_or_that_no_record_made_is_named(kept: SqlAuditable, table: Table) -> None:
    rows = _rows(kept.engine, table)
    for row in (rows[0], rows[-1]):
        key = " ".join(str(row[column.name]) for column in table.primary_key)
        _execute(kept.engine, delete(table).where(*_chosen(table, row)))
        assert found(kept) == [f"{table.name} {key}: the row is missing: the records make it"]
        _execute(kept.engine, insert(table).values(row))
    for name in ("!", "~"):
        invented = rows[0] | {column.name: name for column in table.primary_key}
        _execute(kept.engine, insert(table).values(invented))
        key = " ".join(name for _ in table.primary_key)
        assert found(kept) == [f"{table.name} {key}: the row stands on no record"]
        _execute(kept.engine, delete(table).where(*_chosen(table, invented)))
    assert found(kept) == []


def test_a_rebuild_writes_the_index_as_the_commits_did(kept: SqlAuditable) -> None:
    before = {table.name: _rows(kept.engine, table) for table in INDEX_TABLES}
    for table in INDEX_TABLES:
        _execute(kept.engine, delete(table))
    assert len(found(kept)) == len(INDEX_TABLES)
    told: list[str] = []
    assert rebuild(kept, partial(open_scratch, kept.row_key), told.append) == kept.head().size
    assert told == [f"{kept.head().size} records replayed"]
    assert found(kept) == []
    assert {table.name: _rows(kept.engine, table) for table in INDEX_TABLES} == before


def test_a_rebuild_gives_way_to_whoever_writes_meanwhile(kept: SqlAuditable) -> None:
    before = {table.name: _rows(kept.engine, table) for table in INDEX_TABLES}
    with open_scratch(kept.row_key) as scratch, pytest.raises(Moved):
        kept.replace_index(scratch, kept.head().size - 1)
    assert {table.name: _rows(kept.engine, table) for table in INDEX_TABLES} == before


def test_a_long_index_is_replaced_in_batches(kept: SqlAuditable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qc_service.persistence.auditing.BATCH", 4)
    monkeypatch.setattr("qc_service.application.audit.replay.STREAMS_IN_MEMORY", 3)
    monkeypatch.setattr("qc_service.application.audit.replay.ROWS_IN_MEMORY", 2)
    monkeypatch.setattr("qc_service.application.audit.tree.BATCH", 5)
    monkeypatch.setattr("qc_service.application.audit.signatures.SLICE", 2)
    monkeypatch.setattr("qc_service.application.audit.signatures.MOST_WAITING", 1)
    monkeypatch.setattr("qc_service.application.audit.records.BATCH", 7)
    monkeypatch.setattr("qc_service.application.audit.records.TOLD_EVERY", 14)
    rebuild(kept, partial(open_scratch, kept.row_key))
    assert found(kept) == []


def test_an_audit_sees_one_moment_while_others_write(kept: SqlAuditable) -> None:
    size = kept.head().size
    with kept.snapshot() as then:
        Desk(kept).lay("R-1", reagent())
        assert then.head().size == size
        assert len(list(then.entries())) == size
        assert then.stream("reagent/R-1") == ()
        assert then.catalogue(Query(room="reagent", search="R-1")) == ((), "")
    assert kept.head().size == size + 1
    assert found(kept) == []


def test_an_alert_about_a_lot_that_was_registered_later_stays_whose_it_was(sql_store: SqlAuditable) -> None:
    world = busy(sql_store)
    later = LotNumber("EX261102B")
    world.check(clinic=CLINIC, lot=Line(later))
    ((alert,), _) = sql_store.catalogue(Query(room="alert", filters={"organisation": CLINIC}))
    assert alert.summary["about"] == f"organisation/{CLINIC}"
    world.register(number=later)
    assert found(sql_store) == []


@pytest.mark.parametrize("name", ["vials", "lot_answers", "catalogue"])
def test_an_edited_row_is_not_read_as_if_it_were_sound(kept: SqlAuditable, name: str) -> None:
    serial = kept.vials(LOT_A)[0].serial
    reads: dict[str, tuple[Callable[[], object], ...]] = {
        "vials": (
            lambda: kept.vials(LOT_A),
            lambda: kept.vials(LOT_A, [serial]),
            lambda: kept.hot(LOT_A, serial),
        ),
        "lot_answers": (lambda: kept.lot_answer(LOT_A), lambda: kept.hot(LOT_A, serial)),
        "catalogue": (lambda: kept.catalogue(Query(room="lot")),),
    }
    table = next(one for one in INDEX_TABLES if one.name == name)
    row = next(
        one
        for one in _rows(kept.engine, table)
        if {serial, f"lot/{LOT_A}"} & set(one.values()) or "gtin" in one
    )
    for column in table.columns:
        if column.primary_key or column.name == "room":  # such a row is not found, and the audit misses it
            continue
        changed = {column.name: _other(row[column.name], binary=isinstance(column.type, LargeBinary))}
        _execute(kept.engine, update(table).where(*_chosen(table, row)).values(changed))
        for read in reads[name]:
            with pytest.raises(Tampered):
                read()
        _execute(kept.engine, update(table).where(*_chosen(table, row)).values(row))
        for read in reads[name]:
            read()


@pytest.mark.parametrize("column", ["lot", "result", "comparator", "figure", "unit", "outcome"])
def test_an_edited_point_is_on_no_chart(kept: SqlAuditable, column: str) -> None:
    table = next(one for one in INDEX_TABLES if one.name == "result_points")
    row = next(one for one in _rows(kept.engine, table) if one["assay"] == "endotoxin")
    asked = PointQuery(product=row["product"], assay="endotoxin", most=9)
    assert len(kept.points(asked)) == 1
    changed = {column: _other(row[column], binary=False)}
    _execute(kept.engine, update(table).where(*_chosen(table, row)).values(changed))
    with pytest.raises(Tampered):
        kept.points(asked)


def _other(value: Any, *, binary: bool) -> Any:
    """Another value of the same type that sorts apart."""
    if binary:
        return bytes([value[0] ^ 1]) + value[1:]
    return value + 1 if isinstance(value, int) else f"{value}!"


def _rows(engine: Engine, table: Table) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        found_rows = connection.execute(select(table).order_by(*table.primary_key))
        return [dict(row._mapping) for row in found_rows]


def _chosen(table: Table, row: dict[str, Any]) -> Iterator[Any]:
    return (column == row[column.name] for column in table.primary_key)


def _execute(engine: Engine, statement: Any) -> None:
    with engine.connect() as connection:
        connection.execute(statement)
