"""When sightings of one serial cannot all be of one vial (V10): each rule alone, and what honestly looks like it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from qc_service.domain.copies import contradictions, course_of, on_arrival
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Line, OrganisationId, ShipmentId, Slug
from qc_service.domain.policies import (
    BOUNDS,
    DEFAULTS,
    MOST_PAIRS,
    POLICY,
    Apart,
    CopyPolicySet,
    CopyThresholds,
    Policy,
)
from qc_service.domain.records import Body, Recorded
from qc_service.domain.shipments import Arrival, Condition, ShipmentDispatched, ShipmentReceived
from qc_service.domain.suspicions import (
    Act,
    Contradiction,
    CopyRule,
    CopySuspected,
    CopySuspicionSettled,
    Observation,
    SuspicionOutcome,
    settles,
)
from qc_service.domain.vial_acts import (
    UndoStatement,
    VialActUndone,
    VialDestroyed,
    VialLost,
    VialPutBack,
    VialReissued,
    VialReturned,
    VialWasted,
)
from qc_service.domain.vial_states import VialAct
from qc_service.domain.vials import Doubt, Vial
from tests.domain.vial_stories import (
    CLINIC,
    LOT,
    ONE,
    OTHER,
    OWNER,
    REF,
    T0,
    after,
    arrived,
    checked,
    given,
    preparation,
    sent,
    told,
    vial,
)

THIRD = OrganisationId("lake-clinic")
SECOND = ShipmentId("SHP-2")
HERE = (told(sent(), by=OWNER), told(arrived(), hours=24))
"""A vial that left its maker at 0 and arrived at the clinic at 24 hours."""
FALSE_ALARM = CopySuspicionSettled(**ONE, outcome=SuspicionOutcome.FALSE_ALARM)
COPY = CopySuspicionSettled(**ONE, outcome=SuspicionOutcome.COPY)


def seen(by: str, hours: float, act: Act = Act.CHECKED) -> Observation:
    """Somebody sees the vial so many hours after the story begins."""
    return Observation(act=act, organisation=OrganisationId(by), at=T0 + timedelta(hours=hours))


def stands(*story: Recorded) -> Vial:
    """The vial as this story leaves it."""
    return after(vial(), *story)


def own(*story: Recorded) -> tuple[Recorded, ...]:
    """The records of the vial's own stream, each with a digest of its own."""
    shipped = (ShipmentDispatched, ShipmentReceived)
    kept = [one for one in story if not isinstance(one.body, shipped)]
    return tuple(replace(one, digest=f"{place:064x}") for place, one in enumerate(kept, 1))


def found(*story: Recorded, now: Observation, **changes: Any) -> dict[str, list[tuple[str, str]]]:
    """Every rule that a sighting breaks after this story, with what it goes against."""
    limits = replace(DEFAULTS, **changes)
    broken = contradictions(stands(*story), course_of(own(*story)), now, limits)
    return {each.rule.value: [(one.act.value, one.organisation) for one in each.against] for each in broken}


def suspected(by: str, hours: float, *against: Observation, rule: CopyRule = CopyRule.AFTER_USE) -> Recorded:
    """A copy was suspected."""
    contradiction = Contradiction(rule=rule, against=against)
    return told(
        CopySuspected(**ONE, seen=seen(by, hours), contradictions=(contradiction,)), by=by, hours=hours
    )


def undone(
    act: VialAct, hours: float, statement: UndoStatement = UndoStatement.NOTHING_GIVEN, by: str = CLINIC
) -> Recorded:
    """The last act is taken back."""
    right = REF if statement is UndoStatement.WRONG_VIAL else None
    return told(
        VialActUndone(**ONE, act=Slug(act.value), statement=statement, right_vial=right), by=by, hours=hours
    )


def test_two_clinics_within_less_than_the_way_between_them() -> None:
    story = (*HERE, told(checked(), hours=30))
    assert found(*story, now=seen(CLINIC, 31)) == {}
    for hours in (28.2, 31.8):
        assert found(*story, now=seen(OTHER, hours)) == {"two_places": [("checked", CLINIC)]}
    for hours in (31.9, 33):  # clocks may differ by ten minutes
        assert found(*story, now=seen(OTHER, hours)) == {}
    assert set(found(*story, now=seen(OTHER, 28))) == {"unrecorded_moves"}
    assert found(*HERE, now=seen(OTHER, 25)) == {"two_places": [("received", CLINIC)]}


def test_the_way_between_two_clinics_is_what_was_laid_down_for_them() -> None:
    story = (*HERE, told(checked(), hours=30))
    far = (Apart(one=OTHER, other=CLINIC, minutes=600),)
    near = (Apart(one=CLINIC, other=OTHER, minutes=0),)
    assert found(*story, now=seen(OTHER, 39), apart=far) == {
        "two_places": [("checked", CLINIC)],
    }
    assert found(*story, now=seen(OTHER, 30.1), apart=near) == {}
    assert found(*story, now=seen(THIRD, 30.1), apart=near) != {}


def test_a_shipment_between_explains_two_places() -> None:
    story = (
        *HERE, told(checked(), hours=30),
        told(replace(sent(OTHER, SECOND), sender=CLINIC), hours=30.5),
    )  # fmt: skip
    there = told(arrived(shipment=SECOND, recipient=OTHER), by=OTHER, hours=31)
    assert found(*story, now=seen(OTHER, 31)) == {}
    assert found(*story, there, now=seen(OTHER, 31)) == {}
    assert found(*story, now=seen(CLINIC, 30.6)) == {}
    assert set(found(*story, now=seen(THIRD, 31))) == {"while_in_transit", "two_places"}


def test_there_and_back_without_a_shipment() -> None:
    story = (*HERE, told(checked(), by=OTHER, hours=40))
    assert found(*story, now=seen(OTHER, 50)) == {}
    assert found(*story, now=seen(CLINIC, 50)) == {
        "unrecorded_moves": [("received", CLINIC), ("checked", OTHER)]
    }
    assert found(*story, now=seen(CLINIC, 50), unrecorded_moves=3) == {}
    assert set(found(*HERE, now=seen(OTHER, 40), unrecorded_moves=1)) == {"unrecorded_moves"}


def test_late_entries_are_judged_by_when_it_was() -> None:
    moved_on = (
        *HERE,
        told(replace(sent(OTHER, SECOND), sender=CLINIC), hours=48),
        told(arrived(shipment=SECOND, recipient=OTHER), by=OTHER, hours=72),
        told(checked(), by=OTHER, hours=73),
    )
    assert found(*moved_on, now=seen(CLINIC, 47)) == {}
    assert found(*moved_on, now=seen(CLINIC, 49)) == {}
    assert found(*moved_on, now=seen(OTHER, 71)) == {}
    assert found(*moved_on, now=seen(THIRD, 60)) == {"while_in_transit": [("sent", CLINIC)]}
    back = (*moved_on, told(checked(), hours=80))
    assert found(*back, now=seen(OTHER, 76)) == {}
    assert found(*back, now=seen(OTHER, 90)) == {
        "unrecorded_moves": [("checked", OTHER), ("checked", CLINIC)],
    }


def test_a_clinic_scans_what_its_maker_still_holds() -> None:
    assert found(now=seen(CLINIC, 1)) == {"before_shipment": []}
    assert found(told(sent(), by=OWNER, hours=5), now=seen(CLINIC, 1)) == {"before_shipment": []}
    assert found(now=seen(OWNER, 1)) == {}
    for fate in ("qc_sample", "retention", "rejected_at_inspection"):
        assert contradictions(vial(fate), course_of(()), seen(CLINIC, 1), DEFAULTS)


def test_on_its_way_it_may_be_scanned_by_who_sent_it_and_who_waits_for_it() -> None:
    way = told(sent(), by=OWNER)
    assert found(way, now=seen(CLINIC, 5)) == {}
    assert found(way, now=seen(OWNER, 5)) == {}
    assert found(way, now=seen(OTHER, 5)) == {"while_in_transit": [("sent", OWNER)]}
    missing = told(arrived(ok=(), exceptions=(Arrival(**ONE, condition=Condition.MISSING),)), hours=24)
    assert found(way, missing, now=seen(OTHER, 30)) == {}


def test_what_came_back_to_its_maker_is_scanned_by_nobody_new() -> None:
    back = (*HERE, told(VialReturned(**ONE, to=OWNER), hours=30))
    second = told(replace(sent(OTHER, SECOND), sender=CLINIC), hours=28)
    there = told(arrived(shipment=SECOND, recipient=OTHER), by=OTHER, hours=29)
    twice = (*HERE, second, there, told(VialReturned(**ONE, to=OWNER), by=OTHER, hours=40))
    assert found(*back, now=seen(CLINIC, 31)) == {}
    assert found(*back, now=seen(OTHER, 40)) == {"before_shipment": []}
    assert "before_shipment" not in found(*twice, now=seen(CLINIC, 50))
    reissued = told(VialReissued(**ONE, cold_chain_evidence=Line("LOG-1")), by=OWNER, hours=60)
    assert found(*back, reissued, now=seen(OTHER, 70)) == {"before_shipment": []}


def test_a_used_vial_is_scanned_again_where_it_was_used_and_nowhere_else() -> None:
    used = (*HERE, told(preparation(), hours=30), told(given(), hours=30.5))
    assert found(*used, now=seen(CLINIC, 31)) == {}
    assert found(*used, now=seen(CLINIC, 102)) == {}
    assert found(*used, now=seen(CLINIC, 103)) == {"after_use": [("administered", CLINIC)]}
    assert found(*used, now=seen(CLINIC, 103), rescan_hours=100) == {}
    assert found(*used, now=seen(OTHER, 40)) == {"after_use": [("prepared", CLINIC)]}
    assert "after_use" not in found(*used, now=seen(OTHER, 27))
    assert found(*used, now=seen(OWNER, 40)) == {}
    discarded = (*used, told(VialWasted(**ONE, amount=None), hours=100))
    assert found(*discarded, now=seen(CLINIC, 150)) == {}


def test_what_is_left_of_an_opened_vial_is_still_in_use() -> None:
    opened = (*HERE, told(preparation(), hours=30), told(given(left=1), hours=30.5))
    assert found(*opened, now=seen(CLINIC, 200)) == {}
    assert found(*opened, now=seen(OTHER, 40)) == {"after_use": [("prepared", CLINIC)]}


def test_a_discarded_vial_is_gone() -> None:
    for body in (VialWasted(**ONE, amount=None), VialDestroyed(**ONE)):
        gone = (*HERE, told(body, hours=30))
        assert found(*gone, now=seen(OTHER, 40)) == {"after_use": [("discarded", CLINIC)]}
        assert found(*gone, now=seen(CLINIC, 200)) == {"after_use": [("discarded", CLINIC)]}


def test_a_use_entered_late_shows_the_scans_that_came_after_it() -> None:
    scanned = (*HERE, told(checked(), by=OTHER, hours=40))
    assert found(*scanned, now=seen(CLINIC, 30, Act.ADMINISTERED)) == {"after_use": [("checked", OTHER)]}
    assert found(*scanned, now=seen(CLINIC, 30)) == {}
    assert "after_use" not in found(*scanned, now=seen(CLINIC, 50, Act.ADMINISTERED))


def test_a_use_taken_back_is_none_and_a_wrong_vial_was_not_seen() -> None:
    prepared = (*HERE, told(preparation(), hours=30))
    back = (*prepared, undone(VialAct.PREPARE, 30.2))
    assert found(*back, now=seen(OTHER, 40)) == {}
    assert found(*back, now=seen(OTHER, 31)) == {"two_places": [("prepared", CLINIC)]}
    wrong = (*prepared, undone(VialAct.PREPARE, 30.2, UndoStatement.WRONG_VIAL))
    assert found(*wrong, now=seen(OTHER, 31)) == {}
    both = (*prepared, told(given(), hours=30.4), undone(VialAct.ADMINISTER, 30.5))
    assert found(*both, now=seen(OTHER, 40)) == {"after_use": [("prepared", CLINIC)]}
    lost = (*HERE, told(VialLost(**ONE), hours=30), undone(VialAct.REPORT_LOST, 31))
    assert found(*lost, now=seen(CLINIC, 40)) == {}


def test_what_is_suspected_already_is_not_said_again() -> None:
    used = (*HERE, told(given(), hours=30))
    told_once = (
        *used, told(checked(), by=OTHER, hours=40), suspected(OTHER, 40, seen(CLINIC, 30, Act.ADMINISTERED)),
    )  # fmt: skip
    assert found(*told_once, now=seen(OTHER, 41)) == {}
    assert found(*told_once, now=seen(THIRD, 43)) == {"after_use": [("administered", CLINIC)]}


def test_what_quality_settled_is_not_raised_by_the_same_evidence() -> None:
    odd = (
        *HERE, told(checked(), by=OTHER, hours=24.5),
        suspected(OTHER, 24.5, seen(CLINIC, 24), rule=CopyRule.TWO_PLACES),
    )  # fmt: skip
    settlements = (
        told(FALSE_ALARM, by=OWNER, hours=24.6),
        told(VialPutBack(**ONE, settles_doubts=True), by=OWNER, hours=24.6),
    )
    for settlement in settlements:
        assert found(*odd, settlement, now=seen(CLINIC, 24.9)) == {}
        assert found(*odd, settlement, told(checked(), hours=24.9), now=seen(OTHER, 25)) == {
            "two_places": [("checked", CLINIC)]
        }
    for no_settlement in (
        told(COPY, by=OWNER, hours=24.6),
        told(VialPutBack(**ONE, settles_doubts=False), hours=24.6),
    ):
        assert not settles(no_settlement.body)
        again = found(*odd, no_settlement, told(checked(), hours=24.9), now=seen(OTHER, 25))
        assert again == {}


def test_the_doubt_follows_from_the_record_and_from_its_settlement() -> None:
    doubted = stands(*HERE, suspected(OTHER, 25))
    assert doubted.doubts == (Doubt.SUSPECTED_COPY,)
    assert after(doubted, told(COPY, by=OWNER, hours=26)).doubts == (Doubt.SUSPECTED_COPY,)
    damaged = replace(doubted, doubts=(Doubt.CONTRADICTED, Doubt.DAMAGED, Doubt.SUSPECTED_COPY))
    assert after(damaged, told(FALSE_ALARM, by=OWNER, hours=26)).doubts == (Doubt.DAMAGED,)


def test_evidence_names_its_record_or_its_shipment() -> None:
    story = (*HERE, told(checked(), hours=30))
    (found_,) = contradictions(stands(*story), course_of(own(*story)), seen(OTHER, 30.5), DEFAULTS)
    (one,) = found_.against
    assert (one.record, one.shipment) == ("0" * 63 + "1", None)
    (found_,) = contradictions(stands(*HERE), course_of(()), seen(OTHER, 25), DEFAULTS)
    body = CopySuspected(**ONE, seen=seen(OTHER, 25), contradictions=(found_,))
    assert body.cites() == (f"lot/{LOT}", "shipment/SHP-1")
    assert {rule.in_words[-1] for rule in CopyRule} == {"."}


def test_a_vial_arrives_that_was_used_or_that_another_holds() -> None:
    def on(*story: Recorded, hours: float, listed: bool, by: str = OTHER) -> list[str]:
        now = seen(by, hours, Act.RECEIVED)
        broken = on_arrival(stands(*story), course_of(own(*story)), now, DEFAULTS, listed=listed)
        return [one.rule.value for one in broken]

    used = (*HERE, told(given(), hours=30))
    assert on(*used, hours=48, listed=True) == ["after_use"]
    assert on(*used, hours=48, listed=False) == ["after_use", "held_elsewhere"]
    assert on(*HERE, hours=48, listed=False) == ["held_elsewhere"]
    assert on(*HERE, hours=48, listed=False, by=CLINIC) == []
    assert on(hours=48, listed=False) == []
    assert on(*used, suspected(OTHER, 47, seen(CLINIC, 30)), hours=48, listed=True) == []


def test_an_unlisted_vial_may_be_scanned_where_it_came() -> None:
    unlisted = told(arrived(ok=(), unexpected=(REF,)), hours=24)
    assert found(unlisted, now=seen(CLINIC, 25)) == {}


def limit(name: str, bound: int) -> dict[str, Any]:
    """One threshold."""
    return {name: bound}


@pytest.mark.parametrize("name", BOUNDS)
def test_a_threshold_keeps_within_its_bounds(name: str) -> None:
    least, most = BOUNDS[name]
    for bound in (least, most):
        assert getattr(replace(DEFAULTS, **limit(name, bound)), name) == bound
    for beyond in (least - 1, most + 1):
        with pytest.raises(Malformed, match=f"from {least} to {most}") as refused:
            replace(DEFAULTS, **limit(name, beyond))
        assert refused.value.field == name


def test_two_organisations_are_named_once_and_are_two() -> None:
    pair = Apart(one=CLINIC, other=OTHER, minutes=5)
    with pytest.raises(Malformed, match="twice"):
        CopyThresholds(apart=(pair, Apart(one=OTHER, other=CLINIC, minutes=6)))
    with pytest.raises(Malformed, match="two organisations"):
        Apart(one=CLINIC, other=CLINIC, minutes=5)
    for minutes in (-1, 10_081):
        with pytest.raises(Malformed, match="0 to 10080"):
            Apart(one=CLINIC, other=OTHER, minutes=minutes)
    many = tuple(
        Apart(one=CLINIC, other=OrganisationId(f"clinic-{place}"), minutes=5)
        for place in range(MOST_PAIRS + 1)
    )
    with pytest.raises(Malformed, match="at most"):
        CopyThresholds(apart=many)


def test_the_last_thresholds_laid_down_are_in_force() -> None:
    def laid_down(body: Body) -> Recorded:
        return replace(told(body, by=OWNER), stream=f"policy/{OWNER}")

    first, second = CopyPolicySet(minutes_between=30), CopyPolicySet(rescan_hours=5)
    state = POLICY.replay([laid_down(first), laid_down(second)])
    assert state == Policy(organisation=OWNER, copies=CopyThresholds(rescan_hours=5))
