"""The audit from end to end, and the rebuild of the index from the records by the same replay."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial

from qc_service.application.audit.comparison import compare
from qc_service.application.audit.findings import AuditReport, Findings
from qc_service.application.audit.keyring import ring_of
from qc_service.application.audit.ports import Auditable, Scratch
from qc_service.application.audit.records import Progress, RecordsAudit
from qc_service.application.audit.replay import Replay, ReplayFailed, by_stream
from qc_service.application.audit.signatures import checking
from qc_service.application.audit.tree import Tree, TreeAudit
from qc_service.application.decoding import recorded
from qc_service.domain.keys import KEY
from qc_service.ledger.merkle import Frontier
from qc_service.ledger.trust import TrustRoot

NewScratch = Callable[[], AbstractContextManager[Scratch]]


def silent(_text: str) -> None:
    """Progress that nobody watches."""


def audit(
    store: Auditable, new_scratch: NewScratch, *, root: TrustRoot, signed: bytes | None, progress: Progress = silent
) -> AuditReport:  # fmt: skip
    """Check everything that is kept; writes nothing, and what others commit meanwhile is left for the next audit.

    (0) every value is of its column's kind: where one is not, it is named and nothing further is read;
    (1) every entry, leaf, node and the head, and ``signed`` (the last signed head, read beforehand) found in the tree;
    (2) every record: strict bytes, its entry, its signature by a key authorised at that point, its stream without a
    gap, what it cites, its files, and time that never runs back; (3) a replay of all records, compared with each index
    table up to the first row that differs. Where a record cannot be read or replayed, (3) is left out and said so.
    """
    findings = Findings()
    with store.snapshot() as kept, new_scratch() as scratch:
        for where, what in kept.misfits():
            findings.add(where, what)
        if findings.listed:
            findings.add("everything else", "was not looked at: put these values right first")
            return _report(findings, Tree(frontier=Frontier(), head=None, signed=None), {})
        tree = TreeAudit(kept, findings).run(signed, root.log)
        run = _Run(kept=kept, scratch=scratch, findings=findings, progress=progress)
        rows = run.compared() if run.replayed(root, tree) else {}
        return _report(findings, tree, rows)


def _report(findings: Findings, tree: Tree, rows: Mapping[str, int]) -> AuditReport:
    return AuditReport(
        entries=tree.frontier.size,
        root=tree.frontier.root().hex(),
        signed=tree.signed,
        rows=rows,
        findings=tuple(findings.listed),
        unlisted=findings.unlisted,
    )


def rebuild(store: Auditable, new_scratch: NewScratch, progress: Progress = silent) -> int:
    """Write the whole index anew from the records, in one transaction; returns the size of the log it stands for.

    Raises ``Moved`` where the log grew meanwhile and ``ReplayFailed`` where the records make no sense: audit first.
    """
    with new_scratch() as scratch:
        with store.snapshot() as kept:
            size = kept.head().size
            replay = Replay(kept, scratch)
            for records in by_stream(map(recorded, kept.by_stream())):
                replay.stream(records)
            replay.finish()
        progress(f"{size} records replayed")
        store.replace_index(scratch, size)
        return size


@dataclass(kw_only=True)
class _Run:
    """One audit of one snapshot; ``obstacle`` is why the index cannot be compared, once there is a reason."""

    kept: Auditable
    scratch: Scratch
    findings: Findings
    progress: Progress
    obstacle: str = ""

    def replayed(self, root: TrustRoot, tree: Tree) -> bool:
        """Check and replay every record; true where all could be read and replayed."""
        records = RecordsAudit(self.kept, root.issuer, tree, self.findings)
        replay = Replay(self.kept, self.scratch)
        with checking(ring_of(root, self.kept.by_stream(KEY.room))) as signatures:
            for stream in by_stream(records.run(signatures, self.progress)):
                self._attempt(records, partial(replay.stream, stream))
        self._attempt(records, replay.finish)
        if self.obstacle:
            self.findings.add("the index", f"was not compared: {self.obstacle}")
        return not self.obstacle

    def _attempt(self, records: RecordsAudit, step: Callable[[], None]) -> None:
        if not records.readable:
            self.obstacle = "some records cannot be read"
        if not self.obstacle:
            try:
                step()
            except ReplayFailed as error:
                self.obstacle = f"the records could not be replayed: {error}"

    def compared(self) -> dict[str, int]:
        """Compare every index table; the number of rows that agree, up to the first that does not."""
        agree = {}
        for table in self.kept.index_tables():
            agree[table.name], fault = compare(table, self.scratch, self.kept)
            if fault:
                self.findings.add(fault.where, fault.what)
            self.progress(f"{table.name}: {agree[table.name]} rows agree with the records")
        return agree
