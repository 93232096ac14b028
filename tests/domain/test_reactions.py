"""Rule R6: when an authority must hear of an adverse reaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from qc_service.domain.code_checks import CodeChecked
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import CountryCode, Line, ReactionId, Slug, Text
from qc_service.domain.moments import ZonedTime
from qc_service.domain.parties import ORGANISATION, OrganisationKind, OrganisationRegistered
from qc_service.domain.reactions import (
    REACTION,
    Clinical,
    Criterion,
    Reaction,
    ReactionFollowedUp,
    ReactionOutcome,
    ReactionReported,
    ReactionSeverity,
    ReactionSubmitted,
    Relatedness,
    ReportingBasis,
    due_on,
)
from qc_service.domain.records import Body
from qc_service.domain.vial_acts import Asked
from tests.domain.vial_stories import DIGEST, LOT, OWNER, REF, told

ID = ReactionId("ADR-1")
HEARD = date(2026, 11, 12)
SERIOUS = Clinical(
    onset=ZonedTime("2026-11-11T10:00:00Z"),
    outcome=ReactionOutcome.RECOVERING,
    severity=ReactionSeverity.SEVERE,
    criteria=(Criterion.HOSPITALISATION,),
    expected=False,
    relatedness=Relatedness.POSSIBLE,
    narrative=Text("Fever the day after."),
)
REPORTED = ReactionReported(
    reaction=ID,
    vials=(REF,),
    manufacturer=OWNER,
    patient=None,
    first_received=HEARD,
    basis=ReportingBasis.IND,
    due_on=date(2026, 11, 27),
    clinical=SERIOUS,
)


@pytest.mark.parametrize(
    ("basis", "changes", "due"),
    [
        (ReportingBasis.IND, {}, date(2026, 11, 27)),
        (ReportingBasis.IND, {"criteria": (Criterion.LIFE_THREATENING,)}, date(2026, 11, 19)),
        (ReportingBasis.IND, {"criteria": (Criterion.DEATH,)}, date(2026, 11, 19)),
        (ReportingBasis.IND, {"criteria": (), "outcome": ReactionOutcome.FATAL}, date(2026, 11, 19)),
        (ReportingBasis.IND, {"expected": True}, None),
        (ReportingBasis.IND, {"criteria": ()}, None),
        (ReportingBasis.IND, {"relatedness": Relatedness.UNLIKELY}, None),
        (ReportingBasis.IND, {"relatedness": Relatedness.NOT_ASSESSED}, date(2026, 11, 27)),
        (ReportingBasis.HCTP_361, {}, date(2026, 11, 27)),
        (ReportingBasis.HCTP_361, {"expected": True}, date(2026, 11, 27)),
        (ReportingBasis.OTHER, {}, None),
    ],
)
def test_r6_the_clock_runs_by_basis(
    basis: ReportingBasis, changes: dict[str, object], due: date | None
) -> None:
    assert due_on(basis, replace(SERIOUS, **changes), HEARD) == due  # type: ignore[arg-type]


def reaction(*later: Body) -> Reaction:
    folded = REACTION.replay([told(REPORTED), *(told(body) for body in later)])
    assert folded is not None
    return folded


def test_r6_a_reaction_is_due_until_it_is_submitted() -> None:
    calmer = ReactionFollowedUp(reaction=ID, due_on=None, clinical=replace(SERIOUS, criteria=()))
    submitted = ReactionSubmitted(reaction=ID, authority=Line("FDA"), reference=None, submitted_on=HEARD)
    assert reaction().status == "due"
    assert reaction(calmer).status == "recorded"
    assert not reaction(calmer).clinical.serious
    assert reaction(submitted).status == "submitted"


def test_r6_a_reaction_names_its_vials_and_stands_on_them() -> None:
    assert REPORTED.cites() == (f"lot/{LOT}", f"vial/{REF.name}")
    with pytest.raises(Malformed, match="vials"):
        replace(REPORTED, vials=())


def test_v2_a_check_of_an_unknown_code_stays_with_the_clinic() -> None:
    body = CodeChecked(
        lot=LOT,
        lot_as_read=Line(LOT),
        serial_as_read=Line("?"),
        decision=Slug("do_not_use"),
        reasons=(Slug("unknown_serial"),),
        alert=True,
        answer=DIGEST,
        asked=Asked(),
    )
    assert body.cites() == (f"lot/{LOT}",)
    assert replace(body, lot=None).cites() == ()
    clinic = OrganisationRegistered(
        name=Line("River Clinic"), kind=OrganisationKind.CLINIC, country=CountryCode("US"), zone=Line("UTC")
    )
    once, again = (
        ORGANISATION.replay([told(one) for one in records]) for records in ([clinic], [clinic, body])
    )
    assert once == again
