"""From stored bytes to typed records: the one place where a ledger statement becomes a domain record."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import lru_cache

from qc_service.application.ports import StoredRecord
from qc_service.domain.codec import from_plain
from qc_service.domain.identifiers import Line, Sha256, Text
from qc_service.domain.kinds import KINDS
from qc_service.domain.moments import ZonedTime, parse_instant
from qc_service.domain.records import File, Meaning, Recorded, Signer
from qc_service.ledger.canonical import digest
from qc_service.ledger.statement import Statement


def recorded(stored: StoredRecord) -> Recorded:
    """Return the typed record. Raises ``Malformed`` or ``ValueError`` where the payload is not one of ours.

    Records never change, so each is read once and remembered by its payload.
    """
    return replace(_decoded(stored.payload)[0], index=stored.index)


def previous(stored: StoredRecord) -> str | None:
    """The digest of the record that this one says it follows in its stream. Raises as ``recorded`` does."""
    return _decoded(stored.payload)[1]


@lru_cache(maxsize=32_768)
def _decoded(payload: bytes) -> tuple[Recorded, str | None]:
    """Read one payload strictly: a canonical statement, a known kind and its body; and what it follows."""
    statement = Statement.parse(payload)
    return typed(statement, digest(payload), 0), statement.prev


_SIGNER = tuple(field.name for field in fields(Signer))


@lru_cache(maxsize=4096)
def _signer(*members: str) -> Signer:
    return from_plain(Signer, dict(zip(_SIGNER, members, strict=True)), complete=True)


def typed(statement: Statement, payload_digest: str, index: int) -> Recorded:
    """The typed record of a statement that was read already. Raises as ``recorded`` does.

    A member that a kind gained after the record was signed stands for its default, so that old records stay readable.
    """
    kind = KINDS.get(statement.kind)
    if kind is None:
        raise ValueError(f"no record kind is named {statement.kind}")
    return Recorded(
        stream=statement.stream,
        seq=statement.seq,
        body=from_plain(kind, statement.body),
        signer=_signer(*map(statement.signer.__getitem__, _SIGNER)),
        meaning=Meaning(statement.meaning),
        reason=None if statement.reason is None else Text(statement.reason),
        occurred_at=ZonedTime(statement.occurred_at),
        recorded_at=parse_instant(statement.recorded_at),
        files=tuple(File(name=Line(file.name), sha256=Sha256(file.sha256)) for file in statement.files),
        digest=payload_digest,
        index=index,
    )
