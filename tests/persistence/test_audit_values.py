"""Values that no column was made for, as SQLite keeps them: named by the audit, and never believed on the way."""

from __future__ import annotations

import pytest

from qc_service.application.ports import Query, Tampered
from qc_service.domain.identifiers import Line
from qc_service.domain.records import Enclosure
from qc_service.persistence.auditing import SqlAuditable
from tests.persistence.desk import Desk, accepted, organisation, reagent
from tests.persistence.forgery import found, reach_in

NOT_LOOKED_AT = "everything else: was not looked at: put these values right first"
FILE = Enclosure(name=Line("a.csv"), media_type=Line("text/csv"), content=b"1,2\n")


@pytest.fixture
def kept(sql_store: SqlAuditable) -> SqlAuditable:
    """Seven entries: R-1 to R-3 with two records each, and an organisation with a file."""
    desk = Desk(sql_store)
    for number in range(1, 4):
        desk.lay(f"R-{number}", reagent(), accepted())
    desk.lay("first-works", organisation(), enclosed=[FILE])
    assert found(sql_store) == []
    return sql_store


@pytest.fixture
def lenient(kept: SqlAuditable) -> SqlAuditable:
    """The same on SQLite, which keeps any kind of value in any column, and text that is not its own."""
    if kept.engine.dialect.name != "sqlite":
        pytest.skip("only SQLite takes such values")
    return kept


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        ("DELETE FROM ledger_head", 0),
        ("INSERT INTO ledger_head SELECT id + 1, size, frontier, recorded_at FROM ledger_head", 2),
    ],
)
def test_a_head_that_is_not_one_row_is_named(kept: SqlAuditable, statement: str, rows: int) -> None:
    reach_in(kept.engine, statement)
    assert found(kept) == [f"the head: is kept in {rows} rows, not in one", NOT_LOOKED_AT]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "UPDATE ledger_records SET payload = CAST(payload AS TEXT) WHERE log_index = 3",
            "ledger_records 3: payload holds text, not blob",
        ),
        (
            "UPDATE ledger_records SET leaf = 5, seq = 'x' WHERE log_index = 3",
            "ledger_records 3: seq holds text, not integer; leaf holds integer, not blob",
        ),
        ("UPDATE ledger_files SET content = '1,2'", "content holds text, not blob"),
        (
            "UPDATE ledger_head SET size = 'many', recorded_at = NULL",
            "ledger_head 1: size holds text, not integer",
        ),
        (
            "UPDATE ledger_nodes SET hash = 'x' WHERE level = 1 AND idx = 2",
            "ledger_nodes 1 2: hash holds text, not blob",
        ),
        (
            "UPDATE catalogue SET mac = 'x', title = x'00' WHERE stream = 'reagent/R-2'",
            "catalogue reagent/R-2: title holds blob, not text; mac holds text, not blob",
        ),
    ],
)
def test_a_value_of_another_kind_than_its_column_is_named(
    lenient: SqlAuditable, statement: str, expected: str
) -> None:
    reach_in(lenient.engine, statement)
    first, last = found(lenient)
    assert (first.endswith(expected), last) == (True, NOT_LOOKED_AT), first


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "UPDATE catalogue SET title = CAST(x'ff' AS TEXT) WHERE stream = 'reagent/R-2'",
            "catalogue reagent/R-2: the row differs from the records in title",
        ),
        ("UPDATE ledger_records SET kind = CAST(x'ff' AS TEXT) WHERE log_index = 3", "entry 3"),
    ],
)
def test_a_text_that_no_program_can_read_is_named(
    lenient: SqlAuditable, statement: str, expected: str
) -> None:
    reach_in(lenient.engine, statement)
    assert found(lenient)[0].startswith(expected)


@pytest.mark.parametrize(
    "statement", ["UPDATE ledger_records SET payload = 'x'", "UPDATE catalogue SET mac = 'x'"]
)
def test_nothing_is_read_from_a_value_of_another_kind(lenient: SqlAuditable, statement: str) -> None:
    reach_in(lenient.engine, statement)
    with pytest.raises(Tampered):
        _ = lenient.stream("reagent/R-2"), lenient.catalogue(Query(room="reagent"))
