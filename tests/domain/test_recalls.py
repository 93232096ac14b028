"""Rule R4: what a recall names, who answered, how it ends, and who may take it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from qc_service.domain.disposition import RecallKind
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import (
    Din,
    EquipmentId,
    FacilityId,
    Line,
    LotNumber,
    PersonId,
    ReagentId,
    RecallId,
    Text,
)
from qc_service.domain.recall_decisions import proposal_reasons, rescission_reasons, termination_reasons
from qc_service.domain.recalls import (
    RECALL,
    Consignee,
    FacilityScope,
    Recall,
    RecallAcknowledged,
    RecallClass,
    RecallClassified,
    RecallDepth,
    RecallInitiated,
    RecallRescinded,
    RecallRescissionProposed,
    RecallScope,
    RecallStatus,
    RecallTerminated,
)
from qc_service.domain.records import Body
from tests.domain.vial_stories import CLINIC, LOT, OTHER, OWNER, told

ID = RecallId("RCL-1")
SCOPE = RecallScope(lots=(LOT,))
INITIATED = RecallInitiated(
    recall=ID,
    kind=RecallKind.RECALL,
    depth=RecallDepth.CLINIC,
    explanation=Text("Growth in a retained sample."),
    scope=SCOPE,
    lots=(LOT,),
    consignees=(Consignee(organisation=CLINIC, vials=3), Consignee(organisation=OTHER, vials=1)),
)
ANSWER = RecallAcknowledged(recall=ID, organisation=CLINIC, set_aside=2, used=1, missing=0, note=None)
PROPOSED = RecallRescissionProposed(recall=ID)


def recall(*later: Body, initiated: RecallInitiated = INITIATED) -> Recall:
    folded = RECALL.replay([told(initiated, by=OWNER), *(told(body, by=OWNER) for body in later)])
    assert folded is not None
    return folded


def test_r4_a_scope_names_its_streams_once() -> None:
    scope = RecallScope(
        lots=(LOT, LotNumber("EX9")),
        donations=(Din("A999026000001"),),
        facilities=tuple(
            FacilityScope(facility=FacilityId("north"), since=day, until=day)
            for day in (date(2026, 1, 1), date(2026, 2, 1))
        ),
        reagents=(ReagentId("MEDIUM-1"),),
        equipment=(EquipmentId("TFF-01"),),
    )
    assert replace(INITIATED, scope=scope).cites() == (
        f"lot/{LOT}", "lot/EX9", "donation/A999026000001", "facility/north", "reagent/MEDIUM-1", "equipment/TFF-01",
    )  # fmt: skip


def test_r4_a_scope_names_something_and_days_in_order() -> None:
    with pytest.raises(Malformed, match="at least one"):
        RecallScope()
    with pytest.raises(Malformed, match="last day"):
        FacilityScope(facility=FacilityId("north"), since=date(2026, 2, 1), until=date(2026, 1, 1))


def test_r4_the_class_is_set_later_by_the_authority() -> None:
    classified = RecallClassified(
        recall=ID, recall_class=RecallClass.II, authority=Line("FDA"), classified_on=date(2026, 12, 1)
    )
    assert recall().classified is None
    assert recall(classified).classified == classified


def test_r4_effectiveness_is_the_share_of_consignees_that_answered() -> None:
    assert recall().effectiveness() == Decimal("0.0")
    assert recall(ANSWER).effectiveness() == Decimal("50.0")
    assert recall(ANSWER).unanswered() == (OTHER,)
    assert recall(initiated=replace(INITIATED, consignees=())).effectiveness() is None


def test_r4_a_later_answer_takes_the_place_of_the_earlier() -> None:
    later = replace(ANSWER, used=0, set_aside=3)
    assert recall(ANSWER, later).acknowledgements == (later,)
    with pytest.raises(Malformed, match="negative"):
        replace(ANSWER, used=-1)


def test_r4_a_recall_reaches_its_consignees() -> None:
    assert recall().reaches(CLINIC)
    assert not recall().reaches(OWNER)


def test_r4_it_ends_when_all_answered_or_are_excused() -> None:
    (missing,) = termination_reasons(recall(ANSWER), ())
    assert missing.code == "not_acknowledged"
    assert termination_reasons(recall(ANSWER), (OTHER,)) == ()
    ended = recall(RecallTerminated(recall=ID, excused=(CLINIC, OTHER)))
    assert ended.status is RecallStatus.TERMINATED
    assert [reason.code for reason in termination_reasons(ended, (CLINIC, OTHER))] == ["not_open"]


def test_r4_two_people_take_a_recall_back() -> None:
    proposer, second = PersonId("t.test"), PersonId("q.second")
    assert proposal_reasons(recall()) == ()
    assert [reason.code for reason in rescission_reasons(recall(), second)] == ["not_proposed"]
    proposed = recall(PROPOSED)
    assert [reason.code for reason in proposal_reasons(proposed)] == ["proposed"]
    assert [reason.code for reason in rescission_reasons(proposed, proposer)] == ["same_person"]
    assert rescission_reasons(proposed, second) == ()
    back = recall(PROPOSED, RecallRescinded(recall=ID))
    assert back.status is RecallStatus.RESCINDED
    assert [reason.code for reason in proposal_reasons(back)] == ["rescinded", "proposed"]
    assert [reason.code for reason in rescission_reasons(back, second)] == ["rescinded"]
