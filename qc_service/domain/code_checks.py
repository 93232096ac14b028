"""Checks of codes that name no vial on record: the clinic's own stream keeps them (V2)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qc_service.domain.identifiers import Code, Line, LotNumber, Sha256, Slug
from qc_service.domain.parties import ORGANISATION, Organisation
from qc_service.domain.records import Body, Recorded, record
from qc_service.domain.vial_acts import Asked


class RawScan(Code):
    """What a scanner sent or a person typed, as it came; what a device added or changed is part of it."""

    GRAMMAR = re.compile(r"[^\ud800-\udfff]{1,2048}", re.DOTALL)
    EXAMPLE = "]d2010950600013435217271031..."


@record("organisation")
@dataclass(frozen=True, kw_only=True)
class CodeChecked(Body):
    """A clinic asked about a code and was answered so; ``lot`` is the lot meant, where that one is on
    record.
    """

    lot: LotNumber | None
    lot_as_read: Line | None
    serial_as_read: Line | None
    decision: Slug
    reasons: tuple[Slug, ...]
    alert: bool
    answer: Sha256
    asked: Asked

    def cites(self) -> tuple[str, ...]:
        """The lot, where it is on record: its owner may want to know of serials that are not."""
        return (f"lot/{self.lot}",) if self.lot else ()


@ORGANISATION.on(CodeChecked)
def _unchanged(organisation: Organisation, _recorded: Recorded, _body: CodeChecked) -> Organisation:
    return organisation
