"""Recalls through the doorway: what they reach, who answers, and how they end (R4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from qc_service.application.lots import register_lot
from qc_service.application.reach import preview_recall
from qc_service.application.recalls import (
    AcknowledgeRecall,
    ClassifyRecall,
    InitiateRecall,
    ProposeRescission,
    RescindRecall,
    TerminateRecall,
    acknowledge_recall,
    classify_recall,
    initiate_recall,
    propose_rescission,
    read_recall,
    rescind_recall,
    summary,
    terminate_recall,
)
from qc_service.application.verdict import answer
from qc_service.domain.disposition import LotRecalled, LotRecallRescinded, RecallKind
from qc_service.domain.errors import Forbidden, Malformed, NotFound
from qc_service.domain.identifiers import (
    Din,
    EquipmentId,
    FacilityId,
    Line,
    LotNumber,
    ReagentId,
    RecallId,
    Text,
)
from qc_service.domain.lots import LotStatus, Parent
from qc_service.domain.permissions import Role
from qc_service.domain.recall_decisions import (
    RecallExists,
    RecallReachesNothing,
    RescissionRefused,
    TerminationRefused,
)
from qc_service.domain.recalls import (
    RECALL,
    FacilityScope,
    RecallClass,
    RecallDepth,
    RecallInitiated,
    RecallScope,
    RecallStatus,
)
from qc_service.domain.verdict import ScannedCode
from schemas.recalls import RecallPreviewSchema, RecallSchema
from tests.application.lot_world import DIN, LOT_A, OTHER_DIN, OWNER, REGISTER
from tests.application.use_world import CLINIC, OTHER, WHY, UseWorld, reasons
from tests.fakes import actor

ID = RecallId("RCL-1")
CHILD = LotNumber("EX261101B")
NORTH = FacilityId("north-cleanroom")
RECALL_IT = InitiateRecall(
    recall=ID,
    kind=RecallKind.RECALL,
    depth=RecallDepth.CLINIC,
    explanation=WHY,
    scope=RecallScope(lots=(LOT_A,)),
)
RESCIND = RescindRecall(recall=ID, reason=Text("The wrong lot was named."))
PROPOSE = ProposeRescission(recall=ID, reason=Text("The wrong lot was named."))


@pytest.fixture
def use() -> UseWorld:
    """With four vials at one clinic, two on the way to another, and a lot made of the first."""
    world = UseWorld()
    world.stock_clinic()
    world.send(2, recipient=OTHER, shipment="SHP-2")
    parent = Parent(lot=LOT_A, amount=REGISTER.quantity.amount / 10, unit=REGISTER.quantity.unit)
    world.act(register_lot, replace(REGISTER, number=CHILD, donations=(), parents=(parent,)))
    return world


def initiate(use: UseWorld, **changes: object) -> list[object]:
    intent = replace(RECALL_IT, **changes)  # type: ignore[arg-type]
    return list(use.by(OWNER, initiate_recall, intent, Role.QUALITY))


@pytest.mark.parametrize(
    "scope",
    [
        RecallScope(lots=(LOT_A,)),
        RecallScope(donations=(DIN,)),
        RecallScope(reagents=(ReagentId("MEDIUM-2611"),)),
        RecallScope(equipment=(EquipmentId("TFF-01"),)),
        RecallScope(
            facilities=(FacilityScope(facility=NORTH, since=date(2026, 11, 1), until=date(2026, 11, 1)),)
        ),
        RecallScope(
            facilities=(
                FacilityScope(
                    facility=FacilityId("bayside-maternity"), since=date(2026, 1, 1), until=date(2026, 1, 31)
                ),
            )
        ),
    ],
)
def test_r4_one_act_reaches_every_descendant_of_the_scope(use: UseWorld, scope: RecallScope) -> None:
    use.maternity()
    first, *lots = initiate(use, scope=scope)
    assert isinstance(first, RecallInitiated)
    assert first.lots == (LOT_A, CHILD)
    assert [(each.organisation, each.vials) for each in first.consignees] == [(OTHER, 2), (CLINIC, 4)]
    assert all(isinstance(body, LotRecalled) for body in lots)
    assert {use.lot(name).status for name in (LOT_A, CHILD)} == {LotStatus.RECALLED}


def test_r4_answers_change_at_once(use: UseWorld) -> None:
    initiate(use)
    fields = ScannedCode(lot=LOT_A, serial=use.serials()[0])
    clinician = actor(Role.CLINICIAN, CLINIC)
    told = answer(
        use.world.view, asker=clinician, fields=fields, country=None, route=None, at=use.world.clock()
    )
    assert [reason.code for reason in told.reasons] == ["recalled"]


@pytest.mark.parametrize(
    "scope",
    [
        RecallScope(
            facilities=(FacilityScope(facility=NORTH, since=date(2026, 11, 2), until=date(2026, 11, 30)),)
        ),
        RecallScope(
            facilities=(
                FacilityScope(
                    facility=FacilityId("bayside-maternity"), since=date(2026, 2, 1), until=date(2026, 2, 28)
                ),
            )
        ),
        RecallScope(donations=(OTHER_DIN,)),
    ],
)
def test_r4_days_and_donations_that_nothing_came_of_reach_nothing(use: UseWorld, scope: RecallScope) -> None:
    use.maternity()
    with pytest.raises(RecallReachesNothing):
        initiate(use, scope=scope)


def test_r4_a_recall_has_a_number_of_its_own_and_is_qualitys(use: UseWorld) -> None:
    initiate(use)
    with pytest.raises(RecallExists):
        initiate(use)
    with pytest.raises(Forbidden):
        use.by(OWNER, initiate_recall, replace(RECALL_IT, recall=RecallId("RCL-2")), Role.LOGISTICS)
    with pytest.raises(NotFound):
        initiate(use, recall=RecallId("RCL-2"), scope=RecallScope(donations=(Din("A999026000009"),)))


def test_r4_the_preview_shows_exactly_what_will_be_reached(use: UseWorld) -> None:
    quality = actor(Role.QUALITY)
    plain = preview_recall(use.world.view, quality, lots=f"{LOT_A},{CHILD}")
    assert RecallPreviewSchema().validate(plain) == {}
    assert plain["vials"] == 15
    assert plain["vials_by_state"] == {
        "rejected_at_inspection": 1, "qc_sample": 2, "retention": 3, "stability": 1, "in_stock": 2,
        "in_transit": 2, "received": 4,
    }  # fmt: skip
    assert plain["consignees"] == [{"organisation": OTHER, "vials": 2}, {"organisation": CLINIC, "vials": 4}]
    days = {"since": "2026-11-01", "until": "2026-11-01"}
    assert preview_recall(use.world.view, quality, facility=str(NORTH), **days)["lots"] == plain["lots"]
    with pytest.raises(Malformed):
        preview_recall(use.world.view, quality)
    with pytest.raises(Forbidden):
        preview_recall(use.world.view, actor(Role.AUDITOR), lots=LOT_A)


def test_r4_consignees_answer_and_the_authority_classifies(use: UseWorld) -> None:
    initiate(use)
    answered = AcknowledgeRecall(recall=ID, set_aside=3, used=1, missing=0)
    use.by(CLINIC, acknowledge_recall, answered, Role.CLINICIAN)
    with pytest.raises(NotFound):
        use.by("far-clinic", acknowledge_recall, answered, Role.CLINICIAN)
    classify = ClassifyRecall(
        recall=ID, recall_class=RecallClass.II, authority=Line("FDA"), classified_on=date(2026, 11, 1)
    )
    use.by(OWNER, classify_recall, classify, Role.QUALITY)
    recall = use.world.view.get(RECALL, ID)
    assert (recall.unanswered(), str(recall.effectiveness())) == ((OTHER,), "50.0")
    assert recall.classified is not None
    with pytest.raises(Malformed, match="not come"):
        use.by(OWNER, classify_recall, replace(classify, classified_on=date(2027, 1, 1)), Role.QUALITY)


def test_r4_it_is_closed_when_everyone_answered_or_is_excused(use: UseWorld) -> None:
    initiate(use)
    close = TerminateRecall(recall=ID, reason=WHY, excused=(OTHER,))
    with pytest.raises(TerminationRefused) as refused:
        use.by(OWNER, terminate_recall, close, Role.QUALITY)
    assert reasons(refused) == ["not_acknowledged"]
    use.by(OWNER, terminate_recall, replace(close, excused=(OTHER, CLINIC)), Role.QUALITY)
    assert use.world.view.get(RECALL, ID).status is RecallStatus.TERMINATED
    assert use.lot().status is LotStatus.RECALLED


def test_r4_two_people_with_reason_take_it_back(use: UseWorld) -> None:
    initiate(use)
    use.by(OWNER, propose_rescission, PROPOSE, Role.QUALITY)
    with pytest.raises(RescissionRefused) as again:
        use.by(OWNER, propose_rescission, PROPOSE, Role.QUALITY)
    assert reasons(again) == ["proposed"]
    with pytest.raises(RescissionRefused) as same:
        use.by(OWNER, rescind_recall, RESCIND, Role.QUALITY)
    assert reasons(same) == ["same_person"]
    _, *lots = use.by(OWNER, rescind_recall, RESCIND, Role.QUALITY, "q.second")
    assert [type(body) for body in lots] == [LotRecallRescinded, LotRecallRescinded]
    assert use.lot().status is LotStatus.RELEASED


def test_r4_its_owner_reads_all_and_a_consignee_its_own_part(use: UseWorld) -> None:
    initiate(use)
    answered = AcknowledgeRecall(recall=ID, set_aside=4, used=0, missing=0, note=Text("All there."))
    for clinic in (CLINIC, OTHER):
        use.by(clinic, acknowledge_recall, answered, Role.CLINICIAN)
    view = use.world.view
    whole = read_recall(view, actor(Role.QUALITY), ID)
    part = read_recall(view, actor(Role.CLINICIAN, CLINIC), ID)
    for plain in (whole, part):
        assert plain.keys() == RecallSchema().fields.keys()
        assert RecallSchema().validate(plain) == {}
    assert [len(plain["acknowledgements"]) for plain in (whole, part)] == [2, 1]  # type: ignore[arg-type]
    assert part["consignees"] == [{"organisation": CLINIC, "vials": 4}]
    assert (whole["effectiveness_percent"], part["effectiveness_percent"]) == ("100.0", None)
    with pytest.raises(NotFound):
        read_recall(view, actor(Role.CLINICIAN, "far-clinic"), ID)
    assert summary(view.get(RECALL, ID)) == {
        "status": "open",
        "title": "Recall RCL-1",
        "kind": "recall",
        "lots": 2,
    }
