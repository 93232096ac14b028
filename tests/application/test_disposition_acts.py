"""Quality's decisions through the doorway: release with everything it stands on, rejection, hold and lift."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from qc_service.application.disposition import (
    HoldLot,
    LiftHold,
    RejectLot,
    ReleaseLot,
    hold_lot,
    lift_hold,
    reject_lot,
    release_case,
    release_lot,
)
from qc_service.domain.disposition import HoldLiftedBefore, LotReleased, RejectionRefused
from qc_service.domain.errors import Forbidden
from qc_service.domain.identifiers import Din, Line, LotNumber, PersonId, Text
from qc_service.domain.lots import LOT, LotStatus, Parent
from qc_service.domain.permissions import Role
from qc_service.domain.records import Meaning
from qc_service.domain.release import ReleaseRefused
from qc_service.domain.vocabulary import LotKind, Purpose
from tests.application.lot_world import LOT_A
from tests.application.quality_world import QualityWorld
from tests.domain.lot_stories import recorded, registration
from tests.domain.quality_stories import AT

RELEASE = ReleaseLot(lot=LOT_A, purpose=Purpose.CLINICAL)
HOLD = HoldLot(lot=LOT_A, explanation=Text("A label was found torn."))
LIFT = LiftHold(lot=LOT_A, hold=1, explanation=Text("The label was replaced."))
REJECT = RejectLot(lot=LOT_A, explanation=Text("Growth on day 3."))


@pytest.fixture
def world() -> QualityWorld:
    return QualityWorld()


def test_r1_quality_releases_a_lot_that_nothing_stands_against(world: QualityWorld) -> None:
    world.pass_everything()
    world.act(release_lot, RELEASE, Role.QUALITY)
    assert world.lot().status is LotStatus.RELEASED
    release = world.lot().disposition.release_for(Purpose.CLINICAL)
    assert release is not None
    assert (release.meaning, release.signer.id) == (Meaning.QUALITY_RELEASE, "t.quality")


def test_r2_a_refusal_names_every_reason_at_once(world: QualityWorld) -> None:
    world.measure(value="0.9")
    world.act(hold_lot, HOLD, Role.QUALITY)
    with pytest.raises(ReleaseRefused) as refused:
        world.act(release_lot, RELEASE, Role.QUALITY)
    assert [reason.code for reason in refused.value.reasons] == [
        "not_assessed",
        "assay_failing",
        "assay_missing",
        "assay_missing",
        "investigation_open",
        "on_hold",
    ]


def test_r2_everything_behind_the_lot_is_looked_at(world: QualityWorld) -> None:
    """A parent that was never released, one that nothing is on record of, and such a donation."""
    parent = Parent(lot=LotNumber("BK261001A"), amount=Decimal(1), unit=Line("mL"))
    gone = replace(parent, lot=LotNumber("CB260101A"))
    unknown = Din("A999026000009")
    view = world.world.view.after((
        *recorded([registration(kind=LotKind.BULK, donations=(), parents=(gone,))], parent.lot),
        *recorded([registration(product="EXO-QC-1", donations=(unknown,), parents=(parent,))], "EX261101C"),
    ))  # fmt: skip
    lot = view.get(LOT, "EX261101C")
    case = release_case(view, lot, Purpose.CLINICAL, releaser=PersonId("q.quality"), at=AT)
    assert case.missing == ("lot CB260101A", f"donation {unknown}")
    assert [one.number for one in case.ancestors] == [parent.lot]


def test_a_lot_behind_two_parents_is_looked_at_once(world: QualityWorld) -> None:
    shared = Parent(lot=LotNumber("CB260101A"), amount=Decimal(1), unit=Line("mL"))
    world.lay(shared.lot, registration(kind=LotKind.CELL_BANK))
    for name in ("BK261001A", "BK261001B"):
        world.lay(name, registration(kind=LotKind.BULK, donations=(), parents=(shared,)))
    parents = tuple(replace(shared, lot=LotNumber(name)) for name in ("BK261001A", "BK261001B"))
    world.lay("EX261101C", registration(donations=(), parents=parents))
    lot = world.lot("EX261101C")
    case = release_case(world.world.view, lot, Purpose.CLINICAL, releaser=PersonId("q.quality"), at=AT)
    assert sorted(one.number for one in case.ancestors) == ["BK261001A", "BK261001B", "CB260101A"]
    assert len(case.donations) == 1


def test_r4_a_lot_is_held_in_any_state_and_each_hold_lifted_once(world: QualityWorld) -> None:
    world.act(reject_lot, REJECT, Role.QUALITY)
    world.act(hold_lot, HOLD, Role.QUALITY)
    world.act(hold_lot, HOLD, Role.QUALITY)
    world.act(lift_hold, LIFT, Role.QUALITY)
    assert [hold.number for hold in world.lot().disposition.open_holds()] == [2]
    with pytest.raises(HoldLiftedBefore):
        world.act(lift_hold, LIFT, Role.QUALITY)


def test_r4_a_lot_is_rejected_once_and_for_good(world: QualityWorld) -> None:
    world.pass_everything()
    world.act(release_lot, RELEASE, Role.QUALITY)
    world.act(reject_lot, REJECT, Role.QUALITY)
    assert world.lot().status is LotStatus.REJECTED
    with pytest.raises(RejectionRefused):
        world.act(reject_lot, REJECT, Role.QUALITY)


@pytest.mark.parametrize(
    ("use_case", "intent"),
    [(release_lot, RELEASE), (reject_lot, REJECT), (hold_lot, HOLD), (lift_hold, LIFT)],
)
def test_e4_only_quality_decides(world: QualityWorld, use_case: object, intent: object) -> None:
    with pytest.raises(Forbidden):
        world.act(use_case, intent, Role.ANALYST)


def test_r1_a_release_for_another_purpose_is_a_decision_of_its_own(world: QualityWorld) -> None:
    world.pass_everything()
    world.act(release_lot, RELEASE, Role.QUALITY)
    with pytest.raises(ReleaseRefused):
        world.act(release_lot, RELEASE, Role.QUALITY)
    (body,) = world.act(release_lot, replace(RELEASE, purpose=Purpose.FURTHER_PROCESSING), Role.QUALITY)
    assert body == LotReleased(purpose=Purpose.FURTHER_PROCESSING)
