"""What was given from vials that are not on record: the clinic's own stream keeps it (V4)."""

from __future__ import annotations

from dataclasses import dataclass

from qc_service.domain.identifiers import Line, LotNumber, PatientCode, Sha256, Slug
from qc_service.domain.parties import ORGANISATION, Organisation
from qc_service.domain.quantities import Quantity
from qc_service.domain.records import Body, Recorded, record
from qc_service.domain.vocabulary import AdministrationRoute


@record("organisation")
@dataclass(frozen=True, kw_only=True)
class UnknownVialAdministered(Body):
    """A patient was given from a vial that is not on record; quality is asked to look at every one (V4).

    ``lot_as_read`` and ``serial_as_read`` are what its label said, as far as it could be read; ``lot`` is the lot
    meant, where that one is on record. ``reasons`` are the codes that stood against it.
    """

    lot: LotNumber | None
    lot_as_read: Line | None
    serial_as_read: Line | None
    patient: PatientCode
    route: AdministrationRoute
    site: Line
    session: int
    given: Quantity
    wasted: Quantity | None
    device: Line | None
    reasons: tuple[Slug, ...]
    alert: bool
    answer: Sha256

    def cites(self) -> tuple[str, ...]:
        """The lot, where it is on record: whoever traces it must find the patient."""
        return (f"lot/{self.lot}",) if self.lot else ()


@ORGANISATION.on(UnknownVialAdministered)
def _unchanged(
    organisation: Organisation, _recorded: Recorded, _body: UnknownVialAdministered
) -> Organisation:
    return organisation
