"""Two indexes held against each other row by row; where they differ, the record is right and the row is named."""

from __future__ import annotations

from itertools import zip_longest

from qc_service.application.audit.findings import Finding
from qc_service.application.audit.ports import IndexTable, IndexTables, Row


def compare(table: IndexTable, replayed: IndexTables, kept: IndexTables) -> tuple[int, Finding | None]:
    """How many rows agree, and the first row that is missing, that no record made, or that differs."""
    agree = 0
    for right, found in zip_longest(replayed.index_rows(table.name), kept.index_rows(table.name)):
        if right != found:
            return agree, _fault(table, right, found)
        agree += 1
    return agree, None


def _fault(table: IndexTable, right: Row | None, found: Row | None) -> Finding:
    if found is None or (right is not None and _key(table, right) < _key(table, found)):
        return Finding(where=_name(table, right or ()), what="the row is missing: the records make it")
    if right is None or _key(table, right) > _key(table, found):
        return Finding(where=_name(table, found), what="the row stands on no record")
    differing = [name for name, one, other in zip(table.columns, right, found, strict=True) if one != other]
    return Finding(
        where=_name(table, right),
        what=f"the row differs from the records in {', '.join(differing)}; the records are right",
    )


def _key(table: IndexTable, row: Row) -> tuple[str, ...]:
    return tuple(map(str, row[: table.key]))


def _name(table: IndexTable, row: Row) -> str:
    return f"{table.name} {' '.join(_key(table, row))}"
