"""What an audit found: where, and what is wrong there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MOST = 100


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is not as it was recorded: where (an entry, a row, the head) and what is wrong."""

    where: str
    what: str


@dataclass
class Findings:
    """A growing list of findings: the first hundred are kept, the rest is counted."""

    listed: list[Finding] = field(default_factory=list)
    unlisted: int = 0

    def add(self, where: str, what: str) -> None:
        """Note a finding."""
        if len(self.listed) < MOST:
            self.listed.append(Finding(where=where, what=what))
        else:
            self.unlisted += 1


@dataclass(frozen=True, kw_only=True)
class AuditReport:
    """The whole audit. ``rows`` counts the index rows compared, by table; it is empty where records cannot be read.

    ``signed`` is the size of the last signed head, ``None`` where none was signed yet.
    """

    entries: int
    root: str
    signed: int | None
    rows: Mapping[str, int]
    findings: tuple[Finding, ...]
    unlisted: int = 0

    @property
    def clean(self) -> bool:
        """Whether everything is as it was recorded."""
        return not self.findings
