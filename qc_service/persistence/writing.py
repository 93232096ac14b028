"""The one write of records: lock the head, recheck what was read, append, index, commit; or leave no trace.

Everything is in one transaction. SQLite takes the write lock with BEGIN IMMEDIATE, before anything is read;
PostgreSQL locks the head row, which always exists, so that there is never nothing to lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from qc_service.application.ports import NEVER, IndexRows, LogHead, Moved, Prepared, ReadSet
from qc_service.domain.moments import instant_text, parse_instant
from qc_service.domain.records import Enclosure
from qc_service.ledger.merkle import HASH_SIZE, Frontier
from qc_service.persistence import rows, tables

Values = dict[str, Any]
CHUNK = 500


def read_head(connection: Connection, *, lock: bool = False) -> LogHead:
    """The head row; with ``lock`` no other writer passes until this transaction ends."""
    head = select(*tables.ledger_head.c["size", "frontier", "recorded_at"])
    row = connection.execute(head.with_for_update() if lock else head).one()
    hashes = bytes(row.frontier)
    parts = tuple(hashes[start : start + HASH_SIZE] for start in range(0, len(hashes), HASH_SIZE))
    recorded_at = parse_instant(row.recorded_at) if row.recorded_at else None
    return LogHead(frontier=Frontier(row.size, parts), recorded_at=recorded_at)


def append(connection: Connection, prepared: Prepared, sealer: rows.Sealer) -> int:
    """Do all of one commit inside the caller's transaction. Raises ``Moved`` before anything is written."""
    head = read_head(connection, lock=True)
    if head.recorded_at is not None and prepared.recorded_at < head.recorded_at:
        raise Moved("the head was recorded later than this act")
    recheck(connection, prepared.reads)
    base = head.size
    _append_records(connection, prepared, head)
    _keep_files(connection, prepared.enclosures)
    write_index(connection, prepared.rows, sealer, lambda index: base - 1 - index if index < 0 else index)
    if prepared.retry is not None:
        values = {
            "scope": prepared.retry.scope, "fingerprint": prepared.retry.fingerprint, "first_index": base,
            "record_count": len(prepared.records), "committed_at": instant_text(prepared.recorded_at),
        }  # fmt: skip
        connection.execute(insert(tables.idempotency).values(values))
    return base


def recheck(connection: Connection, reads: ReadSet) -> None:
    """Compare everything the rule read with what stands now. Raises ``Moved`` on the first difference."""
    if _newest(connection, tuple(reads.streams)) != {
        s: seq for s, seq in reads.streams.items() if seq != NEVER
    }:
        raise Moved("a stream moved")
    for (cited, room), version in reads.sets.items():
        if citing_version(connection, cited, room) != version:
            raise Moved(f"what stands on {cited} moved")
    by_lot: dict[str, dict[str, int]] = {}
    for (lot, serial), version in reads.vials.items():
        by_lot.setdefault(lot, {})[serial] = version
    for lot, wanted in by_lot.items():
        if vial_versions(connection, lot, tuple(wanted)) != {s: v for s, v in wanted.items() if v != NEVER}:
            raise Moved(f"vials of {lot} moved")


def _newest(connection: Connection, streams: Sequence[str]) -> dict[str, int]:
    records = tables.ledger_records.c
    found: dict[str, int] = {}
    for chunk in chunks(streams):
        newest = select(records.stream, func.max(records.seq)).where(records.stream.in_(chunk))
        found.update((row[0], row[1]) for row in connection.execute(newest.group_by(records.stream)))
    return found


def citing_version(connection: Connection, cited: str, room: str) -> int:
    """The version of a set of citing streams: the place of the last record that added to it."""
    edges = tables.citations
    chosen = (edges.c.cited == cited) & (edges.c.room == room)
    newest = connection.execute(select(func.max(edges.c.log_index)).where(chosen)).scalar()
    return NEVER if newest is None else int(newest)


def vial_versions(connection: Connection, lot: str, serials: Sequence[str]) -> dict[str, int]:
    """The versions of these vials as they stand; one that does not exist is left out."""
    found: dict[str, int] = {}
    for chunk in chunks(serials):
        chosen = (tables.vials.c.lot == lot) & tables.vials.c.serial.in_(chunk)
        found.update(
            (row.serial, row.version)
            for row in connection.execute(select(*tables.vials.c["serial", "version"]).where(chosen))
        )
    return found


def chunks(items: Sequence[str]) -> Iterable[Sequence[str]]:
    """The items in pieces that a statement's parameters can hold."""
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


def _append_records(connection: Connection, prepared: Prepared, head: LogHead) -> None:
    frontier = head.frontier
    nodes: list[Values] = []
    for record in prepared.records:
        frontier, complete = frontier.append(record.leaf)
        nodes += [{"level": level, "idx": idx, "hash": one} for level, idx, one in complete if level]
    values = [rows.record_values(record, head.size + place) for place, record in enumerate(prepared.records)]
    connection.execute(insert(tables.ledger_records), values)
    if nodes:
        connection.execute(insert(tables.ledger_nodes), nodes)
    changed = {
        "size": frontier.size, "frontier": b"".join(frontier.hashes), "recorded_at": instant_text(prepared.recorded_at),
    }  # fmt: skip
    connection.execute(update(tables.ledger_head).values(changed))


def _keep_files(connection: Connection, enclosures: Sequence[Enclosure]) -> None:
    for enclosure in enclosures:
        sha256 = enclosure.file.sha256
        known = select(tables.ledger_files.c.sha256).where(tables.ledger_files.c.sha256 == sha256)
        if connection.execute(known).first() is None:
            kept = {"name": enclosure.name, "media_type": enclosure.media_type, "content": enclosure.content}
            connection.execute(insert(tables.ledger_files).values({"sha256": sha256, **kept}))


def write_index(
    connection: Connection, index: IndexRows, sealer: rows.Sealer, at: Callable[[int], int]
) -> None:
    """Write index rows: whole rows replace what stood under their key; a citation or consignment stays as it was."""
    for table, values, replacing in (
        (tables.catalogue, [rows.catalogue_values(row) for row in index.catalogue], True),
        (tables.citations, [rows.citation_values(row, at) for row in index.citations], False),
        (tables.consignments, [rows.consignment_values(row) for row in index.consignments], False),
        (tables.vials, [rows.vial_values(vial) for vial in index.vials], True),
        (tables.lot_answers, [rows.answer_values(row, at) for row in index.answers], True),
    ):
        if values:
            sealed = [sealer.seal(table.name, one) for one in values]
            connection.execute(_upsert(connection, table, replacing=replacing), sealed)


def _upsert(connection: Connection, table: Table, *, replacing: bool) -> Any:
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    keys = [column.name for column in table.primary_key]
    statement = dialect.insert(table).values(
        {column.name: bindparam(column.name) for column in table.columns}
    )
    if not replacing:
        return statement.on_conflict_do_nothing(index_elements=keys)
    changed = {
        column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys
    }
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)
