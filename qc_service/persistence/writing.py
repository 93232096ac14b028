"""The one write of records: lock the head, recheck what was read, append, index, commit; or leave no trace.

Everything is in one transaction. SQLite takes the write lock with BEGIN IMMEDIATE, before anything is read;
PostgreSQL locks the head row, which always exists, so that there is never nothing to lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import ClauseElement, Connection, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from qc_service.application.ports import NEVER, IndexRows, LogHead, Moved, Prepared, ReadSet, Retry, Tampered
from qc_service.domain.errors import DomainError
from qc_service.domain.moments import instant_text, parse_instant
from qc_service.domain.records import Enclosure
from qc_service.ledger.merkle import HASH_SIZE, Frontier
from qc_service.persistence import rows, tables
from qc_service.persistence.driver import Driver, Statement, for_each, listed

Values = dict[str, Any]


_HEAD = select(*tables.ledger_head.c["size", "frontier", "recorded_at"])
HEAD = Statement(_HEAD)
_LOCKED_HEAD = Statement(_HEAD.with_for_update())
_GROWN_HEAD = Statement(
    update(tables.ledger_head).values({name: bindparam(name) for name in ("size", "frontier", "recorded_at")})
)
_RECORD = Statement(insert(tables.ledger_records))
_NODE = Statement(insert(tables.ledger_nodes))
_FILE = Statement(insert(tables.ledger_files))
_KNOWN_FILE = Statement(
    select(tables.ledger_files.c.sha256).where(tables.ledger_files.c.sha256 == bindparam("sha256"))
)
_DONE = Statement(insert(tables.idempotency))
RETRIED = Statement(
    select(*tables.idempotency.c["fingerprint", "first_index", "record_count"]).where(
        tables.idempotency.c.scope == bindparam("scope")
    )
)
"""The act that was committed under an idempotency scope."""
# What stands now at or after each version that was read: nothing but that version, unless something moved.
_STREAMS = for_each(
    "SELECT w.value ->> 0, r.seq FROM {each} AS w LEFT JOIN ledger_records r "
    "ON r.stream = w.value ->> 0 AND r.seq >= CAST(w.value ->> 1 AS BIGINT)"
)
_SETS = for_each(
    "SELECT w.value ->> 0, w.value ->> 1, c.log_index FROM {each} AS w LEFT JOIN citations c "
    "ON c.cited = w.value ->> 0 AND c.room = w.value ->> 1 AND c.log_index >= CAST(w.value ->> 2 AS BIGINT)"
)
_VIALS = for_each(
    "SELECT w.value ->> 0, w.value ->> 1, v.version FROM {each} AS w LEFT JOIN vials v "
    "ON v.lot = w.value ->> 0 AND v.serial = w.value ->> 1"
)


def head_of(row: Sequence[Any]) -> LogHead:
    """The head row read back. Raises ``Tampered`` where it cannot be that of a log."""
    size, frontier, recorded_at = row
    hashes = rows.octets(frontier)
    parts = tuple(hashes[start : start + HASH_SIZE] for start in range(0, len(hashes), HASH_SIZE))
    try:
        at = parse_instant(recorded_at) if recorded_at else None
        return LogHead(frontier=Frontier(size, parts), recorded_at=at)
    except (DomainError, ValueError) as error:
        raise Tampered(str(error)) from error


def read_head(connection: Connection, *, lock: bool = False) -> LogHead:
    """The head row; with ``lock`` no other writer passes until this transaction ends."""
    return head_of(Driver.of(connection).all(_LOCKED_HEAD if lock else HEAD)[0])


def append(connection: Connection, prepared: Prepared, sealer: rows.Sealer) -> int:
    """Do all of one commit inside the caller's transaction. Raises ``Moved`` before anything is written."""
    driver = Driver.of(connection)
    head = read_head(connection, lock=True)
    if head.recorded_at is not None and prepared.recorded_at < head.recorded_at:
        raise Moved("the head was recorded later than this act")
    if prepared.retry is not None and driver.all(RETRIED, scope=prepared.retry.scope):
        raise Moved("the same request was committed meanwhile")
    recheck(driver, prepared.reads)
    base = head.size
    _append_records(driver, prepared, head)
    _keep_files(driver, prepared.enclosures)
    write_index(connection, prepared.rows, sealer, lambda index: base - 1 - index if index < 0 else index)
    if prepared.retry is not None:
        driver.write(_DONE, [_done(prepared, prepared.retry, base)])
    return base


def _done(prepared: Prepared, retry: Retry, base: int) -> Values:
    return {
        "scope": retry.scope, "fingerprint": retry.fingerprint, "first_index": base,
        "record_count": len(prepared.records), "committed_at": instant_text(prepared.recorded_at),
    }  # fmt: skip


def recheck(driver: Driver, reads: ReadSet) -> None:
    """Compare everything the rule read with what stands now. Raises ``Moved`` where anything differs."""
    streams = ((stream, version) for stream, version in reads.streams.items())
    sets = ((cited, room, version) for (cited, room), version in reads.sets.items())
    vials = ((lot, serial, version) for (lot, serial), version in reads.vials.items())
    for statement, read in ((_STREAMS, streams), (_SETS, sets), (_VIALS, vials)):
        seen = set(read)
        stands = {
            (*row[:-1], NEVER if row[-1] is None else row[-1]) for row in _standing(driver, statement, seen)
        }
        if stands != seen:
            raise Moved(f"{min(stands ^ seen)[:-1]} moved")


def _standing(driver: Driver, statement: Statement, seen: set[Any]) -> Iterable[Any]:
    return driver.all(statement, keys=listed(seen)) if seen else ()


def _append_records(driver: Driver, prepared: Prepared, head: LogHead) -> None:
    frontier = head.frontier
    nodes: list[Values] = []
    for record in prepared.records:
        frontier, complete = frontier.append(record.leaf)
        nodes += [{"level": level, "idx": idx, "hash": one} for level, idx, one in complete if level]
    values = [rows.record_values(record, head.size + place) for place, record in enumerate(prepared.records)]
    driver.write(_RECORD, values)
    if nodes:
        driver.write(_NODE, nodes)
    grown = {
        "size": frontier.size, "frontier": b"".join(frontier.hashes), "recorded_at": instant_text(prepared.recorded_at),
    }  # fmt: skip
    driver.write(_GROWN_HEAD, [grown])


def _keep_files(driver: Driver, enclosures: Sequence[Enclosure]) -> None:
    for enclosure in enclosures:
        sha256 = str(enclosure.file.sha256)
        if not driver.all(_KNOWN_FILE, sha256=sha256):
            kept = {
                "name": str(enclosure.name), "media_type": str(enclosure.media_type), "content": enclosure.content,
            }  # fmt: skip
            driver.write(_FILE, [{"sha256": sha256, **kept}])


def write_index(
    connection: Connection, index: IndexRows, sealer: rows.Sealer, at: Callable[[int], int]
) -> None:
    """Write index rows: whole rows replace what stood under their key; a citation or consignment stays as it was."""
    driver = Driver.of(connection)
    for table, values in (
        ("catalogue", [rows.catalogue_values(row) for row in index.catalogue]),
        ("citations", [rows.citation_values(row, at) for row in index.citations]),
        ("consignments", [rows.consignment_values(row) for row in index.consignments]),
        ("vials", [rows.vial_values(vial) for vial in index.vials]),
        ("lot_answers", [rows.answer_values(row, at) for row in index.answers]),
        ("result_points", [rows.point_values(point) for point in index.points]),
    ):
        if values:
            driver.write(_UPSERTS[table], [sealer.seal(table, one) for one in values])


def _upsert(table: str, *, replacing: bool) -> Statement:
    columns = tables.metadata.tables[table].columns
    keys = [column.name for column in columns if column.primary_key]

    def built(dialect: str) -> ClauseElement:
        kind: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
        statement = kind(tables.metadata.tables[table]).values(
            {column.name: bindparam(column.name) for column in columns}
        )
        if not replacing:
            unchanged: ClauseElement = statement.on_conflict_do_nothing(index_elements=keys)
            return unchanged
        changes = {
            column.name: statement.excluded[column.name] for column in columns if not column.primary_key
        }
        changed: ClauseElement = statement.on_conflict_do_update(index_elements=keys, set_=changes)
        return changed

    return Statement(built)


_UPSERTS = {
    "catalogue": _upsert("catalogue", replacing=True),
    "citations": _upsert("citations", replacing=False),
    "consignments": _upsert("consignments", replacing=False),
    "vials": _upsert("vials", replacing=True),
    "lot_answers": _upsert("lot_answers", replacing=True),
    "result_points": _upsert("result_points", replacing=True),
}
