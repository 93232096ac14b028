"""Adverse reactions through the doorway: reported, followed up, submitted (R6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from qc_service.application.naming import NameTaken
from qc_service.application.reactions import (
    FollowUpReaction,
    ReportReaction,
    SubmitReaction,
    follow_up_reaction,
    read_reaction,
    report_reaction,
    submit_reaction,
    summary,
)
from qc_service.domain.errors import Malformed, NotFound
from qc_service.domain.identifiers import CountryCode, Line, LotNumber, ReactionId, Text
from qc_service.domain.moments import ZonedTime
from qc_service.domain.permissions import Role
from qc_service.domain.products import RegulatoryBasisRecorded
from qc_service.domain.reactions import (
    REACTION,
    Criterion,
    ReactionOutcome,
    ReactionReported,
    ReactionSeverity,
    Relatedness,
    ReportingBasis,
)
from qc_service.domain.regulatory import RegulatoryBasis
from qc_service.domain.vial_acts import VialRef
from qc_service.domain.vocabulary import BasisKind
from schemas.reactions import ReactionSchema
from tests.application.lot_world import LOT_A, OWNER
from tests.application.use_world import CLINIC, INJECTION, OTHER, PATIENT, UseWorld
from tests.fakes import actor

ID = ReactionId("ADR-1")


@pytest.fixture
def use() -> UseWorld:
    """With four vials at the clinic."""
    world = UseWorld()
    world.stock_clinic()
    return world


def report(use: UseWorld, **changes: object) -> ReactionReported:
    intent = ReportReaction(
        reaction=ID,
        vials=(VialRef(lot=LOT_A, serial=use.serials()[0]),),
        first_received=date(2026, 11, 1),
        patient=PATIENT,
        onset=ZonedTime("2026-11-01T07:00:00Z"),
        outcome=ReactionOutcome.RECOVERING,
        severity=ReactionSeverity.SEVERE,
        criteria=(Criterion.LIFE_THREATENING,),
        expected=False,
        relatedness=Relatedness.POSSIBLE,
        narrative=Text("Short of breath within an hour."),
    )
    (body,) = use.by(CLINIC, report_reaction, replace(intent, **changes), Role.CLINICIAN)  # type: ignore[arg-type]
    assert isinstance(body, ReactionReported)
    return body


def test_r6_a_report_starts_the_clock_of_the_products_footing(use: UseWorld) -> None:
    body = report(use)
    assert (body.basis, body.due_on, body.manufacturer) == (ReportingBasis.IND, date(2026, 11, 8), OWNER)


@pytest.mark.parametrize(
    ("kind", "basis"), [(BasisKind.NONE, ReportingBasis.HCTP_361), (BasisKind.COSMETIC, ReportingBasis.OTHER)]
)
def test_r6_another_footing_has_another_clock(use: UseWorld, kind: BasisKind, basis: ReportingBasis) -> None:
    stated = RegulatoryBasis(
        country=CountryCode("US"), route=INJECTION, kind=kind, reference=None, since=date(2026, 1, 1)
    )
    use.lay("EXO-INJ-1", RegulatoryBasisRecorded(basis=stated))
    assert report(use).basis is basis


def test_r6_a_report_has_a_number_a_vial_and_a_past(use: UseWorld) -> None:
    report(use)
    with pytest.raises(NameTaken):
        report(use)
    with pytest.raises(Malformed, match="vials"):
        report(use, reaction=ReactionId("ADR-2"), vials=())
    with pytest.raises(Malformed, match="not come"):
        report(use, first_received=date(2026, 12, 1))
    with pytest.raises(Malformed, match="not come"):
        report(use, onset=ZonedTime("2026-12-01T07:00:00Z"))


def test_r6_a_reaction_after_vials_that_went_elsewhere_or_are_unknown_is_recorded_as_well(
    use: UseWorld,
) -> None:
    elsewhere = report(
        use, reaction=ReactionId("ADR-3"), vials=(VialRef(lot=LOT_A, serial=use.serials()[6]),)
    )
    assert (elsewhere.manufacturer, elsewhere.basis) == (OWNER, ReportingBasis.IND)
    unknown = VialRef(lot=LotNumber("EX-NEVER"), serial=use.serials()[6])
    copied = report(use, reaction=ReactionId("ADR-4"), vials=(unknown,))
    assert (copied.manufacturer, copied.basis, copied.due_on) == (CLINIC, ReportingBasis.OTHER, None)


def test_r6_a_follow_up_moves_the_clock_and_a_submission_stops_it(use: UseWorld) -> None:
    reported = report(use).clinical
    calmer = FollowUpReaction(reaction=ID, **vars(replace(reported, criteria=(Criterion.HOSPITALISATION,))))
    use.by(OWNER, follow_up_reaction, calmer, Role.QUALITY)
    assert use.world.view.get(REACTION, ID).due_on == date(2026, 11, 16)
    submitted = SubmitReaction(reaction=ID, authority=Line("FDA"), submitted_on=date(2026, 11, 1))
    use.by(OWNER, submit_reaction, submitted, Role.QUALITY)
    assert summary(use.world.view.get(REACTION, ID)) == {
        "status": "submitted", "title": "Reaction ADR-1", "serious": True, "due_on": "2026-11-16",
    }  # fmt: skip
    with pytest.raises(NotFound):
        use.by(OTHER, submit_reaction, submitted, Role.CLINICIAN)


def test_r6_the_manufacturer_reads_it_without_the_patients_code(use: UseWorld) -> None:
    report(use)
    view = use.world.view
    told = {name: read_reaction(view, actor(Role.CLINICIAN, name), ID) for name in (CLINIC, OWNER)}
    for plain in told.values():
        assert plain.keys() == ReactionSchema().fields.keys()
        assert ReactionSchema().validate(plain) == {}
    assert (told[CLINIC]["patient"], told[OWNER]["patient"]) == (PATIENT, None)
    with pytest.raises(NotFound):
        read_reaction(view, actor(Role.CLINICIAN, OTHER), ID)
