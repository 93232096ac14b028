"""Every record held against its entry, its stream and what it cites, and its signature against the keys of its time."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from qc_service.application.audit.findings import Findings
from qc_service.application.audit.ports import Auditable, Link, Place
from qc_service.application.audit.signatures import Bad, SignatureChecks
from qc_service.application.audit.tree import Tree
from qc_service.application.decoding import typed
from qc_service.application.ports import StoredRecord
from qc_service.domain.errors import DomainError
from qc_service.domain.moments import instant_text
from qc_service.domain.records import Recorded
from qc_service.ledger.canonical import digest
from qc_service.ledger.entry import LogEntry, tag_for
from qc_service.ledger.keys import SignatureVerdict
from qc_service.ledger.shape import Malformed
from qc_service.ledger.statement import Statement

BATCH = 512
TOLD_EVERY = 20 * BATCH
Progress = Callable[[str], None]
"""Is told in words how far the audit is."""
_SPOKEN = {
    SignatureVerdict.BAD_SIGNATURE: "its signature is not by the key it names",
    SignatureVerdict.UNKNOWN_KEY: "its key was not authorised to sign records at this point of the log",
    SignatureVerdict.SUSPECT_AFTER_COMPROMISE: "its key is on record as compromised before this point of the log",
}


@dataclass(frozen=True, kw_only=True)
class _Stream:
    """The stream that is being read: its tag by its first record, and its last record so far."""

    name: str
    tag: str
    last: StoredRecord


class RecordsAudit:
    """Reads all records stream by stream; ``readable`` is false once one of them is not a record."""

    def __init__(self, store: Auditable, issuer: str, tree: Tree, findings: Findings) -> None:
        self.readable = True
        self._store = store
        self._issuer = issuer
        self._head = tree.head
        self._findings = findings
        self._times = array("q", bytes(8 * tree.frontier.size))
        self._stream: _Stream | None = None

    def run(self, signatures: SignatureChecks, progress: Progress) -> Iterator[Recorded]:
        """Check everything; yields each record that can be read, stream by stream."""
        done = 0
        stored = self._store.by_stream()
        while batch := list(islice(stored, BATCH)):
            self._refuse(signatures.add(batch))
            yield from self._read(batch)
            done += len(batch)
            if done % TOLD_EVERY == 0:
                progress(f"{done} of {len(self._times)} records checked")
        self._refuse(signatures.finish())
        self._in_order_of_time()

    def _read(self, batch: Sequence[StoredRecord]) -> Iterator[Recorded]:
        read = [(record, self._statement(record)) for record in batch]
        cited = {(c.stream, c.seq) for _, statement in read if statement for c in statement.cites}
        links = self._store.links(cited) if cited else {}
        for record, statement in read:
            if statement is None:
                continue
            for fault in self._faults(record, statement, links):
                self._findings.add(_name(record), fault)
            known = self._typed(record, statement)
            if known:
                yield known

    def _statement(self, record: StoredRecord) -> Statement | None:
        try:
            return Statement.parse(record.payload)
        except ValueError as error:
            self._unreadable(record, error)
            return None

    def _typed(self, record: StoredRecord, statement: Statement) -> Recorded | None:
        try:
            known = typed(statement, record.digest, record.index)
        except (DomainError, ValueError) as error:
            self._unreadable(record, error)
            return None
        if 0 <= record.index < len(self._times):
            self._times[record.index] = int(known.recorded_at.timestamp())
        return known

    def _unreadable(self, record: StoredRecord, error: Exception) -> None:
        self.readable = False
        self._findings.add(_name(record), f"its payload is not a record: {error}")

    def _faults(
        self, record: StoredRecord, statement: Statement, links: Mapping[Place, Link]
    ) -> Iterator[str]:
        yield from _entry_faults(record)
        if digest(record.payload) != record.digest:
            yield "its payload is not what the entry's digest says"
        if statement.issuer != self._issuer:
            yield f"it was issued by {statement.issuer}"
        said = (statement.stream, statement.seq, statement.kind)
        if said != (record.stream, record.seq, record.kind):
            yield f"it says it is record {statement.seq} of {statement.stream}, a {statement.kind}"
        yield from self._chain_faults(record, statement)
        yield from _citation_faults(record, statement, links)
        yield from self._file_faults(statement)

    def _chain_faults(self, record: StoredRecord, statement: Statement) -> Iterator[str]:
        known = self._stream
        if known is None or known.name != record.stream:
            tag = tag_for(self._issuer, record.stream, bytes.fromhex(statement.salt))
            known = _Stream(name=record.stream, tag=tag, last=record)
            if record.seq != 0:
                yield f"the stream's records before {record.seq} are missing"
        elif record.seq != known.last.seq + 1:
            yield f"it follows record {known.last.seq} of its stream"
        elif statement.prev != known.last.digest:
            yield "it does not name the stream's previous record"
        elif record.index <= known.last.index:
            yield "it stands in the log before the stream's previous record"
        if record.tag != known.tag:
            yield "its tag is not the stream's"
        self._stream = _Stream(name=known.name, tag=known.tag, last=record)

    def _file_faults(self, statement: Statement) -> Iterator[str]:
        for file in statement.files:
            kept = self._store.file(file.sha256)
            if kept is None:
                yield f"its file {file.sha256} is not kept"
            elif kept.file.sha256 != file.sha256:
                yield f"its file {file.sha256} was changed"

    def _refuse(self, bad: Iterable[Bad]) -> None:
        for record, verdict in bad:
            self._findings.add(_name(record), _SPOKEN[verdict])

    def _in_order_of_time(self) -> None:
        latest = 0
        for index, at in enumerate(self._times):
            if at and at < latest:
                self._findings.add(f"entry {index}", "was recorded before the entry ahead of it")
            latest = max(latest, at)
        said = self._head and self._head.recorded_at
        if said and said.timestamp() != latest:
            self._findings.add(
                "the head", f"says the last record is of {instant_text(said)}, which it is not"
            )


def _entry_faults(record: StoredRecord) -> Iterator[str]:
    try:
        entry = LogEntry.from_bytes(record.entry)
    except Malformed as error:
        yield f"its log entry cannot be read: {error}"
        return
    said = (entry.tag, entry.seq, entry.statement, entry.keyid, entry.sig)
    kept = (record.tag, record.seq, record.digest, record.keyid, record.signature)
    for name, one, other in zip(("tag", "seq", "statement", "keyid", "sig"), said, kept, strict=True):
        if one != other:
            yield f"its log entry has another {name}"


def _citation_faults(
    record: StoredRecord, statement: Statement, links: Mapping[Place, Link]
) -> Iterator[str]:
    for cited in statement.cites:
        link = links.get((cited.stream, cited.seq))
        if link is None or link.index >= record.index:
            yield f"it cites record {cited.seq} of {cited.stream}, which did not exist"
        elif (link.digest, link.tag) != (cited.digest, cited.tag):
            yield f"it cites another record {cited.seq} of {cited.stream} than is kept"


def _name(record: StoredRecord) -> str:
    return f"entry {record.index} (record {record.seq} of {record.stream})"
