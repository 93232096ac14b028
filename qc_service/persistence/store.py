"""The store of records on SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Engine, func, or_, select, text
from sqlalchemy.exc import OperationalError

from qc_service.application.ports import (
    CatalogueRow,
    Done,
    LogHead,
    LotAnswerRow,
    Prepared,
    Query,
    Store,
    StoredRecord,
    Unavailable,
)
from qc_service.domain.records import Enclosure
from qc_service.domain.vials import Vial
from qc_service.persistence import rows, tables
from qc_service.persistence.engine import writing
from qc_service.persistence.hot import HotReader
from qc_service.persistence.writing import append, chunks, citing_version, read_head

RECORDS = [tables.ledger_records.c[name] for name in rows.RECORD_COLUMNS]
"""The columns of a record in the order that ``rows.record_of`` reads."""
_VIAL = tables.vials.c["lot", "serial", "ordinal", "state", "custody", "facts", "version", "mac"]


class SqlStore(Store):
    """Records and their index in one database; safe to share between threads."""

    def __init__(self, engine: Engine, row_key: bytes) -> None:
        self.engine = engine
        self.row_key = row_key
        self._sealer = rows.Sealer(row_key)
        self._hot = HotReader(engine, self._sealer)

    def head(self) -> LogHead:
        with self.reading() as connection:
            return read_head(connection)

    def stream(self, stream: str, first: int = 0) -> tuple[StoredRecord, ...]:
        place = tables.ledger_records.c
        chosen = select(*RECORDS).where(place.stream == stream, place.seq >= first).order_by(place.seq)
        return tuple(rows.record_of(row) for row in self._all(chosen))

    def records(self, first: int, count: int) -> tuple[StoredRecord, ...]:
        place = tables.ledger_records.c.log_index
        chosen = select(*RECORDS).where(place >= first, place < first + count).order_by(place)
        return tuple(rows.record_of(row) for row in self._all(chosen))

    def citing(self, cited: str, room: str) -> tuple[tuple[str, ...], int]:
        edges = tables.citations
        chosen = (
            select(edges.c.citing)
            .where(edges.c.cited == cited, edges.c.room == room)
            .order_by(edges.c.citing)
        )
        with self.reading() as connection:
            # The version is read first: a stream added in between makes the commit judge again, never pass unseen.
            version = citing_version(connection, cited, room)
            return tuple(connection.execute(chosen).scalars()), version

    def vials(self, lot: str, serials: Sequence[str] | None = None) -> tuple[Vial, ...]:
        chosen = select(*_VIAL).where(tables.vials.c.lot == lot)
        if serials is None:
            found = self._all(chosen.order_by(tables.vials.c.ordinal))
        else:
            found = [
                row for chunk in chunks(serials) for row in self._all(chosen.where(_VIAL.serial.in_(chunk)))
            ]
        return tuple(sorted((self._vial(row) for row in found), key=lambda vial: vial.ordinal))

    def _vial(self, row: Any) -> Vial:
        self._sealer.check("vials", row[:7], row[7])
        return rows.vial_of(row[:7])

    def lots_with_serial(self, serial: str) -> tuple[str, ...]:
        chosen = (
            select(tables.vials.c.lot).where(tables.vials.c.serial == serial).order_by(tables.vials.c.lot)
        )
        return tuple(row[0] for row in self._all(chosen))

    def lot_answer(self, lot: str) -> LotAnswerRow | None:
        found = self._all(select(tables.lot_answers).where(tables.lot_answers.c.lot == lot))
        if not found:
            return None
        self._sealer.check("lot_answers", found[0][:7], found[0][7])
        return rows.answer_of(found[0])

    def hot(self, lot: str, serial: str) -> tuple[LotAnswerRow | None, Vial | None, int]:
        return self._hot.read(lot, serial)

    def file(self, sha256: str) -> Enclosure | None:
        found = self._all(select(tables.ledger_files).where(tables.ledger_files.c.sha256 == sha256))
        if not found:
            return None
        return Enclosure(name=found[0].name, media_type=found[0].media_type, content=bytes(found[0].content))

    def nodes(self, wanted: Sequence[tuple[int, int]]) -> list[bytes]:
        """One query for all: a join with the wanted places, since IN over pairs scans the table on SQLite."""
        if not wanted:
            return []
        values = ", ".join(f"({place}, {level}, {idx})" for place, (level, idx) in enumerate(wanted))
        query = text(
            f"WITH wanted(place, level, idx) AS (VALUES {values}) "  # noqa: S608  integers of our own making
            "SELECT coalesce(n.hash, r.leaf) FROM wanted w "
            "LEFT JOIN ledger_nodes n ON w.level > 0 AND n.level = w.level AND n.idx = w.idx "
            "LEFT JOIN ledger_records r ON w.level = 0 AND r.log_index = w.idx ORDER BY w.place"
        )
        found = [row[0] for row in self._all(query)]
        if None in found:
            raise LookupError("a Merkle node is missing from the store")
        return [bytes(one) for one in found]

    def catalogue(self, query: Query) -> tuple[tuple[CatalogueRow, ...], str]:
        listed = tables.catalogue
        chosen = select(listed).where(
            listed.c.room == query.room, listed.c.stream > f"{query.room}/{query.after}"
        )
        if query.seen_by is not None:
            consigned = select(tables.consignments.c.stream).where(
                tables.consignments.c.organisation == query.seen_by
            )
            chosen = chosen.where(or_(listed.c.organisation == query.seen_by, listed.c.stream.in_(consigned)))
        for condition in _conditions(query):
            chosen = chosen.where(condition)
        found = self._all(chosen.order_by(listed.c.stream).limit(query.size + 1))
        page = tuple(self._catalogue_row(row) for row in found[: query.size])
        return page, page[-1].stream.partition("/")[2] if len(found) > query.size else ""

    def _catalogue_row(self, row: Any) -> CatalogueRow:
        self._sealer.check("catalogue", row[:7], row[7])
        return rows.catalogue_of(row)

    def consigned(self, organisation: str, stream: str) -> bool:
        given = tables.consignments
        chosen = select(given.c.stream).where(given.c.organisation == organisation, given.c.stream == stream)
        return bool(self._all(chosen))

    def done(self, scope: str) -> Done | None:
        found = self._all(select(tables.idempotency).where(tables.idempotency.c.scope == scope))
        if not found:
            return None
        return Done(fingerprint=found[0].fingerprint, first=found[0].first_index, count=found[0].record_count)

    def commit(self, prepared: Prepared) -> int:
        try:
            with writing(self.engine) as connection:
                return append(connection, prepared, self._sealer)
        except OperationalError as error:
            raise Unavailable(
                "The store is busy or cannot be reached; nothing was recorded. Try again."
            ) from error

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection to read with."""
        return self.engine.connect()

    def _all(self, statement: Any) -> Sequence[Any]:
        with self.reading() as connection:
            return connection.execute(statement).all()


def _conditions(query: Query) -> Iterator[ColumnElement[bool]]:
    listed = tables.catalogue
    for name, value in query.filters.items():
        if name in ("status", "organisation"):
            yield listed.c[name] == value
        else:
            # LIKE would not tell case apart on SQLite; a text that loses something by this replacement contains it.
            member = f"{_json(name)}:{_json(value)}"
            yield func.replace(listed.c.summary, member, "") != listed.c.summary
    if query.search:
        sought = query.search.casefold()
        yield or_(
            listed.c.title.icontains(sought, autoescape=True),
            listed.c.stream.icontains(sought, autoescape=True),
        )


def _json(text_: str) -> str:
    return orjson.dumps(text_).decode()
