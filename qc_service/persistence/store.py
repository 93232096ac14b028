"""The store of records on SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Engine, bindparam, func, literal_column, or_, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from qc_service.application.ports import (
    NEVER,
    Arrival,
    CatalogueRow,
    Done,
    LogHead,
    LotAnswerRow,
    Moved,
    Prepared,
    Query,
    Store,
    StoredRecord,
    Unavailable,
)
from qc_service.domain.chart_points import ChartPoint, PointQuery, PointStanding
from qc_service.domain.moments import instant_text
from qc_service.domain.records import Enclosure
from qc_service.domain.vials import Vial
from qc_service.persistence import rows, tables
from qc_service.persistence.driver import KeptDrivers, Statement, for_each, listed
from qc_service.persistence.engine import writing
from qc_service.persistence.hot import HotReader
from qc_service.persistence.together import Together
from qc_service.persistence.writing import HEAD, RETRIED, append, head_of

RECORDS = [tables.ledger_records.c[name] for name in rows.RECORD_COLUMNS]
"""The columns of a record in the order that ``rows.record_of`` reads."""
_PLACE, _EDGE, _VIAL = tables.ledger_records.c, tables.citations.c, tables.vials.c
_VIAL_ROW = _VIAL["lot", "serial", "ordinal", "state", "custody", "facts", "version", "mac"]
_STREAM = Statement(
    select(*RECORDS)
    .where(_PLACE.stream == bindparam("stream"), _PLACE.seq >= bindparam("first"))
    .order_by(_PLACE.seq)
)
_LOG = Statement(
    select(*RECORDS)
    .where(_PLACE.log_index >= bindparam("first"), _PLACE.log_index < bindparam("last"))
    .order_by(_PLACE.log_index)
)
_ARRIVALS = Statement(
    select(_PLACE.log_index, _PLACE.stream, _PLACE.digest)
    .where(_PLACE.log_index >= bindparam("first"), _PLACE.log_index < bindparam("last"))
    .order_by(_PLACE.log_index)
)
_KEYS = Statement(
    select(_PLACE.stream)
    .where(
        _PLACE.stream > bindparam("after"),
        _PLACE.stream < bindparam("before"),
        _PLACE.seq == bindparam("seq"),
    )
    .order_by(_PLACE.stream)
)
_SIGNED_SINCE = Statement(
    select(_PLACE.stream)
    .distinct()
    .where(_PLACE.log_index >= bindparam("first"), _PLACE.keyid == bindparam("keyid"))
)
_CITING = Statement(
    select(_EDGE.citing, _EDGE.log_index)
    .where(_EDGE.cited == bindparam("cited"), _EDGE.room == bindparam("room"))
    .order_by(_EDGE.citing)
)
_VIALS = Statement(select(*_VIAL_ROW).where(_VIAL.lot == bindparam("lot")).order_by(_VIAL.ordinal))
_HELD = Statement(
    select(*_VIAL_ROW)
    .where(_VIAL.custody == bindparam("custody"))
    .order_by(_VIAL.lot, _VIAL.ordinal)
    .limit(bindparam("most"))
    .offset(literal_column("0"))
)
_NAMED_VIALS = for_each(
    "SELECT v.lot, v.serial, v.ordinal, v.state, v.custody, v.facts, v.version, v.mac FROM {each} AS w "
    "LEFT JOIN vials v ON v.lot = w.value ->> 0 AND v.serial = w.value ->> 1"
)
_NODES = for_each(
    "SELECT n.level, n.idx, n.hash FROM {each} AS w LEFT JOIN ledger_nodes n "
    "ON n.level = CAST(w.value ->> 0 AS BIGINT) AND n.idx = CAST(w.value ->> 1 AS BIGINT)"
)
_FILE = Statement(
    select(*tables.ledger_files.c["name", "media_type", "content"]).where(
        tables.ledger_files.c.sha256 == bindparam("sha256")
    )
)
_GIVEN = tables.consignments.c
_CONSIGNED = Statement(
    select(_GIVEN.stream).where(
        _GIVEN.organisation == bindparam("organisation"), _GIVEN.stream == bindparam("stream")
    )
)
_LEAVES = for_each(
    "SELECT 0, r.log_index, r.leaf FROM {each} AS w LEFT JOIN ledger_records r "
    "ON r.log_index = CAST(w.value ->> 1 AS BIGINT)"
)


_POINT = tables.result_points.c
_POINTS = Statement(
    select(*_POINT)
    .where(
        _POINT.product == bindparam("product"),
        _POINT.assay == bindparam("assay"),
        _POINT.standing == bindparam("standing"),
        _POINT.read_at >= bindparam("since"),
        _POINT.read_at < bindparam("until"),
    )
    .order_by(_POINT.read_at.desc(), _POINT.lot.desc(), _POINT.result.desc())
    .limit(bindparam("most"))
    .offset(literal_column("0"))
)
_ASSAYS = Statement(
    select(_POINT.assay, func.count())
    .where(_POINT.product == bindparam("product"), _POINT.standing == bindparam("standing"))
    .group_by(_POINT.assay)
    .order_by(_POINT.assay)
)


class SqlStore(Store):
    """Records and their index in one database; safe to share between threads."""

    def __init__(
        self, engine: Engine, row_key: bytes, least: int = 0, trusts: Callable[[str], bool] | None = None
    ) -> None:
        self.engine = engine
        self.row_key = row_key
        self.least = least
        self.trusts = trusts
        self._sealer = rows.Sealer(row_key)
        self._kept = KeptDrivers(engine)
        self._hot = HotReader(self._kept, self._sealer)
        self._together = Together(self._commit_all)

    def head(self) -> LogHead:
        return head_of(self.asked(HEAD)[0])

    def stream(self, stream: str, first: int = 0) -> tuple[StoredRecord, ...]:
        return tuple(map(rows.record_of, self.asked(_STREAM, stream=stream, first=first)))

    def records(self, first: int, count: int) -> tuple[StoredRecord, ...]:
        return tuple(map(rows.record_of, self.asked(_LOG, first=first, last=first + count)))

    def arrivals(self, first: int, most: int) -> tuple[Arrival, ...]:
        found = self.asked(_ARRIVALS, first=first, last=first + most)
        return tuple(Arrival(index=index, stream=stream, digest=digest) for index, stream, digest in found)

    def citing(self, cited: str, room: str) -> tuple[tuple[str, ...], int]:
        found = self.asked(_CITING, cited=cited, room=room)
        return tuple(row[0] for row in found), max((row[1] for row in found), default=NEVER)

    def vials(self, lot: str, serials: Sequence[str] | None = None) -> tuple[Vial, ...]:
        if serials is None:
            return tuple(map(self._vial, self.asked(_VIALS, lot=lot)))
        found = self._each(_NAMED_VIALS, {(lot, serial) for serial in serials})
        return tuple(sorted(map(self._vial, found), key=lambda vial: vial.ordinal))

    def _vial(self, row: Any) -> Vial:
        self._sealer.check("vials", row[:7], row[7])
        return rows.vial_of(row[:7])

    def held(self, organisation: str, most: int) -> tuple[Vial, ...]:
        return tuple(map(self._vial, self.asked(_HELD, custody=organisation, most=most)))

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

    def keys(self) -> tuple[str, ...]:
        return tuple(
            row[0].partition("/")[2] for row in self.asked(_KEYS, after="key/", before="key0", seq=0)
        )

    def signed_since(self, keyid: str, first: int) -> tuple[str, ...]:
        return tuple(sorted(row[0] for row in self.asked(_SIGNED_SINCE, keyid=keyid, first=first)))

    def file(self, sha256: str) -> Enclosure | None:
        for name, media_type, content in self.asked(_FILE, sha256=sha256):
            return Enclosure(name=name, media_type=media_type, content=rows.octets(content))
        return None

    def nodes(self, wanted: Sequence[tuple[int, int]]) -> list[bytes]:
        above, leaves = [at for at in wanted if at[0]], [at for at in wanted if not at[0]]
        rows_found = (*self._each(_NODES, above), *self._each(_LEAVES, leaves))
        found = {(level, idx): bytes(one) for level, idx, one in rows_found if one is not None}
        if not found.keys() >= set(wanted):
            raise LookupError("a Merkle node is missing from the store")
        return [found[at] for at in wanted]

    def _each(self, statement: Statement, keys: Collection[object]) -> Iterator[Any]:
        """What is found of these keys; one that is not there is left out."""
        found = self.asked(statement, keys=listed(keys)) if keys else ()
        return (row for row in found if row[1] is not None)

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

    def points(self, query: PointQuery) -> tuple[ChartPoint, ...]:
        since = instant_text(query.since) if query.since else ""
        until = instant_text(query.until) if query.until else "~"
        asked = {
            "product": query.product,
            "assay": query.assay,
            "since": since,
            "until": until,
            "most": query.most,
        }
        standings = (
            (PointStanding.COUNTED,) if query.counted else set(PointStanding) - {PointStanding.COUNTED}
        )
        found = [row for one in standings for row in self.asked(_POINTS, standing=one.value, **asked)]
        for row in found:
            self._sealer.check("result_points", row[:11], row[11])
        newest = sorted(found, key=itemgetter(4, 1, 10))[-query.most :]
        return tuple(map(rows.point_of, (row[:11] for row in newest)))

    def assays_charted(self, product: str) -> Mapping[str, int]:
        return dict(self.asked(_ASSAYS, product=product, standing=PointStanding.COUNTED.value))

    def consigned(self, organisation: str, stream: str) -> bool:
        return bool(self.asked(_CONSIGNED, organisation=organisation, stream=stream))

    def done(self, scope: str) -> Done | None:
        found = self.asked(RETRIED, scope=scope)
        if not found:
            return None
        fingerprint, first, count = found[0]
        return Done(fingerprint=fingerprint, first=first, count=count)

    def underway(self, *, alone: bool = False) -> AbstractContextManager[None]:
        return self._together.underway(alone=alone)

    def commit(self, prepared: Prepared) -> int:
        return self._together.commit(prepared)

    def _commit_all(self, acts: Sequence[Prepared]) -> Sequence[int | Moved]:
        try:
            with writing(self.engine) as connection:
                return [self._appended(connection, one) for one in acts]
        except (OperationalError, self.engine.dialect.loaded_dbapi.OperationalError) as error:
            raise Unavailable(
                "The store is busy or cannot be reached; nothing was recorded. Try again."
            ) from error

    def _appended(self, connection: Connection, prepared: Prepared) -> int | Moved:
        try:
            return append(connection, prepared, self._sealer)
        except Moved as moved:  # which is raised before anything is written
            return moved

    def close(self) -> None:
        """Close every connection; the next read opens another."""
        self._kept.close()
        self.engine.dispose()

    def asked(self, statement: Statement, **values: object) -> Sequence[Any]:
        """The rows of a statement that is asked all day."""
        return self._kept.all(statement, **values)

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection to read with."""
        return self.engine.connect()

    def _all(self, statement: Any) -> Sequence[Any]:
        try:
            with self.reading() as connection:
                return connection.execute(statement).all()
        except SQLAlchemyError as error:
            raise Unavailable("The store cannot be read now. Try again.") from error


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
