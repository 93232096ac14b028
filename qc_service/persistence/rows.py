"""Row ↔ value, visibly: for each index table one function that writes a row and one that reads it, with its HMAC."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import Any

import orjson

from qc_service.application.ports import (
    CatalogueRow,
    CitationRow,
    ConsignmentRow,
    LotAnswerRow,
    StoredRecord,
    Tampered,
)
from qc_service.domain.chart_points import ChartPoint, PointStanding
from qc_service.domain.codec import from_plain, to_plain
from qc_service.domain.identifiers import VialSerial
from qc_service.domain.measurements import Comparator
from qc_service.domain.moments import instant_text
from qc_service.domain.specifications import Judgement
from qc_service.domain.vials import Vial

Values = dict[str, Any]
RECORD_COLUMNS = (
    "log_index", "stream", "seq", "kind", "digest", "payload", "keyid", "signature", "tag", "entry", "leaf",
)  # fmt: skip


def octets(value: object) -> bytes:
    """The bytes of a column that holds bytes. Raises ``Tampered`` where it holds anything else, as SQLite lets it."""
    if not isinstance(value, bytes):
        raise Tampered(f"a column of bytes holds something else: {value!r:.40}")
    return value


def record_of(row: Sequence[Any]) -> StoredRecord:
    """A ledger row in the order of ``RECORD_COLUMNS``."""
    return StoredRecord(
        index=row[0], stream=row[1], seq=row[2], kind=row[3], digest=row[4], payload=octets(row[5]), keyid=row[6],
        signature=octets(row[7]), tag=row[8], entry=octets(row[9]), leaf=octets(row[10]),
    )  # fmt: skip


def record_values(record: StoredRecord, index: int) -> Values:
    """A record as the ledger table keeps it, at its place in the log."""
    return {
        "log_index": index, "stream": record.stream, "seq": record.seq, "kind": record.kind, "digest": record.digest,
        "payload": record.payload, "keyid": record.keyid, "signature": record.signature, "tag": record.tag,
        "entry": record.entry, "leaf": record.leaf,
    }  # fmt: skip


@dataclass(frozen=True)
class Sealer:
    """Seals index rows with an HMAC under a key that the database does not hold, and checks the seal on reading."""

    key: bytes

    def seal(self, table: str, values: Values) -> Values:
        """The same values with ``mac`` over the table's name and every column, in the order given."""
        return {**values, "mac": self._mac(table, list(values.values()))}

    def check(self, table: str, values: Sequence[Any], mac: object) -> None:
        """Raise ``Tampered`` unless the seal fits; the comparison takes constant time."""
        if not hmac.compare_digest(self._mac(table, values), octets(mac)):
            raise Tampered(f"a row of {table} was edited: {values[0]}")

    def _mac(self, table: str, values: Sequence[Any]) -> bytes:
        blobs = [value for value in values if type(value) is bytes]
        lengths = [len(value) if type(value) is bytes else value for value in values] if blobs else values
        framed = orjson.dumps([table, *lengths])
        seal = self._begun.copy()
        for part in (framed, *blobs):
            seal.update(part)
        return seal.digest()[:16]

    @cached_property
    def _begun(self) -> hmac.HMAC:
        """The HMAC of nothing, to be copied. ``hmac.digest`` would let go of the interpreter, which another thread
        then takes: for a short row that is most of the cost."""
        return hmac.new(self.key, digestmod="sha256")


def catalogue_values(row: CatalogueRow) -> Values:
    """A catalogue row's columns without the seal."""
    room = row.stream.partition("/")[0]
    summary = orjson.dumps(dict(row.summary), option=orjson.OPT_SORT_KEYS).decode()
    return {
        "stream": row.stream, "room": room, "organisation": row.organisation, "status": row.status,
        "title": row.title, "seq": row.seq, "summary": summary,
    }  # fmt: skip


def catalogue_of(row: Sequence[Any]) -> CatalogueRow:
    """A catalogue row read back."""
    stream, _, organisation, status, title, seq, summary = row[:7]
    return CatalogueRow(
        stream=stream,
        organisation=organisation,
        status=status,
        title=title,
        seq=seq,
        summary=orjson.loads(summary),
    )


def citation_values(row: CitationRow, at: Callable[[int], int]) -> Values:
    """A citation row's columns without the seal."""
    return {
        "cited": row.cited,
        "citing": row.citing,
        "room": row.citing.partition("/")[0],
        "log_index": at(row.index),
    }


def consignment_values(row: ConsignmentRow) -> Values:
    """A consignment row's columns without the seal."""
    return {"organisation": row.organisation, "stream": row.stream}


def vial_values(vial: Vial) -> Values:
    """A vial row's columns without the seal; ``facts`` holds what is not a column, as JSON without empty members."""
    return {
        "lot": vial.lot, "serial": vial.serial, "ordinal": vial.ordinal, "state": vial.state.value,
        "custody": vial.custody or "", "facts": _facts(_beside_columns(vial)), "version": vial.version,
    }  # fmt: skip


_VIAL_COLUMNS = {"lot", "serial", "ordinal", "state", "custody", "version"}
_FACTS = tuple(field.name for field in fields(Vial) if field.name not in _VIAL_COLUMNS)
_beside_columns = attrgetter(*_FACTS)


@lru_cache(maxsize=4096)
def _facts(values: tuple[object, ...]) -> str:
    """Written once for vials that differ in name alone, as those of one fill do."""
    plain = {name: to_plain(value) for name, value in zip(_FACTS, values, strict=True) if value is not None}
    return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS).decode()


def vial_of(row: Sequence[Any]) -> Vial:
    """A vial read back from its columns in the table's order."""
    lot, serial, ordinal, state, custody, facts, version = row
    like = _vial_like(lot, serial, state, custody, facts)
    vial: Vial = object.__new__(Vial)  # as dataclasses.replace would, which takes ten times as long
    vars(vial).update(vars(like), serial=VialSerial(serial), ordinal=ordinal, version=version)
    return vial


def _vial_like(lot: str, serial: str, state: str, custody: str, facts: str) -> Vial:
    try:
        return _VIALS_ALIKE[lot, state, custody, facts]
    except KeyError:
        columns = {"lot": lot, "serial": serial, "ordinal": 0, "state": state, "custody": custody or None}
        like = from_plain(Vial, {**columns, **orjson.loads(facts)})
        if len(_VIALS_ALIKE) >= MOST_ALIKE:
            _VIALS_ALIKE.clear()
        return _VIALS_ALIKE.setdefault((lot, state, custody, facts), like)


MOST_ALIKE = 4096
_VIALS_ALIKE: dict[tuple[str, str, str, str], Vial] = {}
"""Vials that differ in serial and ordinal alone, as those of one shipment do, are read once."""


def point_values(point: ChartPoint) -> Values:
    """A chart point's columns without the seal."""
    return {
        "digest": point.digest, "lot": point.lot, "product": point.product, "assay": point.assay,
        "read_at": instant_text(point.read_at), "comparator": point.comparator.value, "figure": str(point.figure),
        "unit": point.unit, "outcome": point.outcome.value if point.outcome else "", "standing": point.standing.value,
        "result": point.result,
    }  # fmt: skip


def point_of(row: Sequence[Any]) -> ChartPoint:
    """A chart point read back from its columns in the table's order."""
    digest, lot, product, assay, read_at, comparator, figure, unit, outcome, standing, result = row
    point: ChartPoint = object.__new__(ChartPoint)  # there are ten thousand of them on a chart
    vars(point).update(
        digest=digest, lot=lot, product=product, assay=assay, unit=unit, result=result, figure=Decimal(figure),
        read_at=datetime.fromisoformat(read_at), comparator=Comparator(comparator),
        outcome=Judgement(outcome) if outcome else None, standing=PointStanding(standing),
    )  # fmt: skip
    return point


def answer_values(row: LotAnswerRow, at: Callable[[int], int]) -> Values:
    """A lot answer row's columns without the seal."""
    return {
        "lot": row.lot, "gtin": row.gtin, "expires_on": row.expires_on, "zone": row.zone, "facts": row.facts,
        "stable": row.stable, "release_index": at(row.release_index),
    }  # fmt: skip


def answer_of(row: Sequence[Any]) -> LotAnswerRow:
    """A lot answer row read back."""
    lot, gtin, expires_on, zone, facts, stable, release_index = row[:7]
    return LotAnswerRow(
        lot=lot, gtin=gtin, expires_on=expires_on, zone=zone, facts=bytes(facts), stable=bytes(stable),
        release_index=release_index,
    )  # fmt: skip
