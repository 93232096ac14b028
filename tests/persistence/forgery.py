"""Records that the service would never make, and hands that reach past it into the tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from qc_service.application.audit.findings import AuditReport
from qc_service.application.audit.whole import audit
from qc_service.application.ports import IndexRows, Prepared, ReadSet, StoredRecord
from qc_service.application.publishing import Publisher
from qc_service.domain.codec import to_plain
from qc_service.domain.moments import instant_text, parse_instant
from qc_service.domain.permissions import Role
from qc_service.ledger.canonical import digest
from qc_service.ledger.dsse import PAYLOAD_TYPE, pae
from qc_service.ledger.entry import LogEntry, tag_for
from qc_service.ledger.forkfile import ForkFile
from qc_service.ledger.keys import Signer
from qc_service.ledger.merkle import leaf_hash
from qc_service.ledger.note import NoteVerifier, verifier_key
from qc_service.ledger.statement import Statement
from qc_service.ledger.trust import TrustRoot, make_root
from qc_service.persistence.auditing import SqlAuditable, open_scratch
from tests.fakes import ISSUER, START, actor, signer
from tests.persistence.desk import reagent

LOG_KEY = signer(2)
ROOT: TrustRoot = make_root(
    issuer=ISSUER,
    log=NoteVerifier.parse(verifier_key(ISSUER, LOG_KEY.public)),
    record_keys=[signer().public],
    signers=[signer()],
)


def audited(store: SqlAuditable, signed: bytes | None = None) -> AuditReport:
    """The audit of a store whose log begins with the fakes' record key."""
    return audit(store, partial(open_scratch, store.row_key), root=ROOT, signed=signed)


def found(store: SqlAuditable, signed: bytes | None = None) -> list[str]:
    """What the audit finds, one sentence each."""
    return [f"{finding.where}: {finding.what}" for finding in audited(store, signed).findings]


def publisher(store: SqlAuditable, folder: Path) -> Publisher:
    """Signs the store's heads, beside the database."""
    return Publisher(store, ISSUER, LOG_KEY, ForkFile(folder / "checkpoint"))


@contextmanager
def reaching_in(engine: Engine) -> Iterator[Connection]:
    """A connection for which no trigger speaks: what somebody with the database's own rights can do."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            kept = connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            ).all()
            for name, _ in kept:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            yield connection
            for _, made in kept:
                connection.exec_driver_sql(made)
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
            yield connection
            connection.exec_driver_sql("SET session_replication_role = DEFAULT")


def reach_in(engine: Engine, statement: str, **values: Any) -> None:
    """One statement past the triggers."""
    with reaching_in(engine) as connection:
        connection.execute(text(statement), values)


@dataclass
class Forger:
    """Appends a statement with any member as wanted, signed by any key, straight through the commit."""

    store: SqlAuditable
    signer: Signer = field(default_factory=signer)

    def append(
        self, *, tag: str | None = None, stored: dict[str, Any] | None = None, **members: Any
    ) -> StoredRecord:
        """Append the first record of ``reagent/R-9`` unless members say otherwise; ``stored`` are columns that lie."""
        head = self.store.head()
        said: dict[str, Any] = {
            "issuer": ISSUER, "stream": "reagent/R-9", "seq": 0, "prev": None, "kind": "ReagentRegistered",
            "occurred_at": instant_text(START), "recorded_at": instant_text(head.recorded_at or START),
            "signer": to_plain(actor(Role.QUALITY).signer()), "meaning": "authorship", "reason": None,
            "salt": "5a" * 16, "cites": (), "body": to_plain(reagent()), "files": (),
        }  # fmt: skip
        statement = Statement(**said | members)
        payload = statement.payload()
        entry = LogEntry(
            tag=tag or tag_for(ISSUER, statement.stream, bytes.fromhex(statement.salt)),
            seq=statement.seq,
            statement=digest(payload),
            keyid=self.signer.public.keyid,
            sig=self.signer.sign(pae(PAYLOAD_TYPE, payload)),
        )
        columns: dict[str, Any] = {
            "index": -1, "stream": statement.stream, "seq": statement.seq, "kind": statement.kind,
            "digest": entry.statement, "payload": payload, "keyid": entry.keyid, "signature": entry.sig,
            "tag": entry.tag, "entry": entry.to_bytes(), "leaf": leaf_hash(entry.to_bytes()),
        }  # fmt: skip
        record = StoredRecord(**columns | (stored or {}))
        at = parse_instant(statement.recorded_at)
        prepared = Prepared(
            records=(record,), recorded_at=max(at, head.recorded_at or at), enclosures=(),
            reads=ReadSet(streams={}, sets={}, vials={}), rows=IndexRows(),
        )  # fmt: skip
        self.store.commit(prepared)
        return record
