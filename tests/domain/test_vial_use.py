"""Who may claim, give, undo, put back and reissue, with every reason at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Line, OrganisationId, Slug
from qc_service.domain.quantities import Quantity
from qc_service.domain.use import (
    Undoing,
    administration_reasons,
    administrations,
    claimed_here,
    end_of_day,
    put_back_reasons,
    reissue_reasons,
    time_is_up,
    undo_reasons,
    use_before,
    volume_reasons,
)
from qc_service.domain.vial_acts import (
    Clock,
    UndoStatement,
    VialActUndone,
    VialLost,
    VialRef,
    VialReturned,
    VialSetAside,
)
from qc_service.domain.vial_clocks import VialClockStarted, VialRefrozen
from qc_service.domain.vials import Doubt, Vial
from tests.domain.lot_stories import ml
from tests.domain.vial_stories import (
    CLINIC,
    LOT,
    ONE,
    OTHER,
    OWNER,
    REF,
    SERIALS,
    T0,
    after,
    given,
    preparation,
    product,
    received,
    told,
    vial,
)

EXPIRES = date(2027, 10, 31)


def hours(count: float) -> datetime:
    return T0 + timedelta(hours=count)


def codes(vial: Vial, doses: int, at: datetime, clinic: str = CLINIC) -> list[str]:
    return [
        reason.code
        for reason in administration_reasons(
            vial, product(), CLINIC if clinic == CLINIC else OTHER, doses, at
        )
    ]


def test_v8_a_vial_is_usable_through_the_printed_day_where_it_is_asked() -> None:
    assert end_of_day(EXPIRES, "Europe/Berlin") == datetime(2027, 10, 31, 22, 59, 59, tzinfo=UTC)
    assert end_of_day(EXPIRES, "America/New_York") == datetime(2027, 11, 1, 3, 59, 59, tzinfo=UTC)


def test_v4_use_before_is_the_earliest_of_expiry_and_every_window() -> None:
    made = product(hours_after_reconstitution=None)
    end = end_of_day(EXPIRES, "UTC")
    assert use_before(made, EXPIRES, "UTC", (Clock.RECONSTITUTION,), T0) == end
    assert use_before(made, EXPIRES, "UTC", (Clock.THAW, Clock.PUNCTURE), T0) == hours(6)
    assert use_before(made, EXPIRES, "UTC", (Clock.THAW,), end - timedelta(hours=1)) == end


def test_v4_a_prepared_vial_is_given_within_its_window() -> None:
    prepared = after(received(), told(preparation(Clock.THAW), hours=25))
    assert claimed_here(prepared, CLINIC)
    assert codes(prepared, 1, hours(26)) == []
    assert codes(prepared, 1, hours(26.1)) == ["in_use_time_exceeded"]


def test_v4_what_was_not_prepared_here_is_said() -> None:
    prepared = after(received(), told(preparation(Clock.THAW), hours=25))
    assert codes(received(), 1, hours(25)) == ["not_prepared"]
    assert codes(prepared, 1, hours(25), OTHER) == ["not_prepared"]
    assert codes(replace(prepared, in_use=None), 1, hours(25)) == ["not_prepared"]


def test_p12_later_doses_follow_the_vials_own_time_and_no_more_than_it_holds() -> None:
    opened = after(received(), told(preparation(Clock.THAW), hours=25), told(given(left=1), hours=25.5))
    assert codes(opened, 1, hours(29)) == []
    assert codes(opened, 2, hours(31)) == ["in_use_time_exceeded", "too_many_doses"]


def undoing(statement: UndoStatement = UndoStatement.NOTHING_GIVEN, **changes: object) -> Undoing:
    right = VialRef(lot=LOT, serial=SERIALS[1]) if statement is UndoStatement.WRONG_VIAL else None
    usual = {"organisation": CLINIC, "at": hours(30), "statement": statement, "right_vial": right}
    return Undoing(**(usual | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("statement", UndoStatement)
def test_v6_the_same_clinic_undoes_within_ten_days(statement: UndoStatement) -> None:
    prepared = after(received(), told(preparation(Clock.THAW), hours=25))
    assert undo_reasons(prepared, undoing(statement), expired=False, recalled=False) == ()


def test_v6_every_reason_against_an_undo_is_said() -> None:
    prepared = after(received(), told(preparation(Clock.THAW), hours=25))
    asked = undoing(UndoStatement.WRONG_VIAL, organisation=OTHER, at=hours(25 + 241), right_vial=REF)
    reasons = undo_reasons(prepared, asked, expired=True, recalled=True, right_known=False)
    assert [reason.code for reason in reasons] == [
        "other_organisation", "too_late_to_undo", "expired", "recalled", "right_vial_is_this", "right_vial_unknown",
    ]  # fmt: skip


def test_v6_nothing_is_left_to_undo() -> None:
    (reason,) = undo_reasons(received(), undoing(), expired=False, recalled=False)
    assert reason.code == "nothing_to_undo"


def test_v6_only_a_wrong_vial_names_the_right_one() -> None:
    with pytest.raises(Malformed, match="right vial"):
        undoing(UndoStatement.WRONG_VIAL, right_vial=None)
    with pytest.raises(Malformed, match="right vial"):
        undoing(right_vial=REF)


def test_a_vial_set_aside_goes_back_unless_it_was_opened_or_is_doubtful() -> None:
    aside = after(received(), told(VialSetAside(**ONE)))
    assert put_back_reasons(aside, by_owners_quality=False) == ()
    opened = after(received(), told(preparation(Clock.THAW), hours=25), told(VialSetAside(**ONE), hours=26))
    found = after(opened, told(VialLost(**ONE), hours=27), told(VialSetAside(**ONE), hours=28))
    reasons = put_back_reasons(found, by_owners_quality=False)
    assert [reason.code for reason in reasons] == ["opened", "doubtful"]
    doubtful = replace(found, in_use=None)
    assert put_back_reasons(doubtful, by_owners_quality=True) == ()


def test_a_vial_that_was_not_set_aside_is_not_put_back() -> None:
    for standing in (vial(), received(), after(received(), told(given(), hours=25))):
        reasons = put_back_reasons(standing, by_owners_quality=True)
        assert reasons[0].code == "not_set_aside"


def test_r5_only_a_returned_vial_that_was_not_opened_is_reissued() -> None:
    back = after(received(), told(VialReturned(**ONE, to=OWNER)))
    assert reissue_reasons(back) == ()
    prepared = after(received(), told(preparation(Clock.THAW), hours=25))
    assert [reason.code for reason in reissue_reasons(prepared)] == ["not_returned", "opened"]


def later(*starts: Clock, clinic: OrganisationId = CLINIC, until: float | None = 29) -> VialClockStarted:
    """Clocks that start after the preparation, and until when the vial may be given then."""
    ends = None if until is None else hours(until)
    return VialClockStarted(**ONE, clinic=clinic, starts=starts, use_before=ends)


def test_v4_a_clock_starts_once_and_the_window_runs_from_the_last_step() -> None:
    prepared = after(received(), told(preparation(Clock.THAW), hours=25))
    opened = after(prepared, told(later(Clock.THAW, Clock.PUNCTURE), hours=27))
    in_use = opened.in_use
    assert in_use is not None
    assert (in_use.thawed_at, in_use.punctured_at, in_use.use_before) == (hours(25), hours(27), hours(29))
    assert (in_use.ready_at, opened.state, opened.undoable) == (hours(27), prepared.state, prepared.undoable)
    assert codes(prepared, 1, hours(27.5)) == ["in_use_time_exceeded"]
    assert codes(opened, 1, hours(27.5)) == []
    assert after(opened, told(later(Clock.THAW), hours=24)).in_use == replace(in_use, thawed_at=hours(24))


@pytest.mark.parametrize("clinic", [CLINIC, OTHER])
def test_v4_what_was_opened_without_a_claim_is_doubted(clinic: OrganisationId) -> None:
    start = received() if clinic == CLINIC else after(received(), told(preparation(Clock.THAW), hours=25))
    opened = after(start, told(later(Clock.PUNCTURE, clinic=clinic, until=None), hours=26))
    assert (opened.doubts, opened.in_use) == ((Doubt.OPENED_UNCLAIMED,), start.in_use)


@pytest.mark.parametrize(("forbidden", "doubts"), [(True, (Doubt.REFROZEN,)), (False, ())])
def test_p12_freezing_again_leaves_a_doubt_where_it_is_forbidden(
    forbidden: bool, doubts: tuple[Doubt, ...]
) -> None:
    assert after(received(), told(VialRefrozen(**ONE, forbidden=forbidden))).doubts == doubts


def test_p12_more_than_was_filled_is_said_whatever_unit_it_is_told_in() -> None:
    taken = [ml("0.6"), Quantity(amount=Decimal(400), unit=Line("µL"))]
    assert not tuple(volume_reasons(ml("1.0"), taken))
    assert [reason.code for reason in volume_reasons(ml("0.9"), taken)] == ["more_than_filled"]
    assert not tuple(volume_reasons(Quantity(amount=Decimal(1), unit=Line("mg")), taken))


def test_v6_what_is_taken_back_is_the_last_administration_that_stands() -> None:
    def undo(act: str) -> VialActUndone:
        return VialActUndone(**ONE, act=Slug(act), statement=UndoStatement.NOTHING_GIVEN, right_vial=None)

    story = [given(left=1), given(), undo("administer"), undo("administer_part"), undo("prepare"), given()]
    told_of = administrations([told(body) for body in story])
    assert [one.undone for one in told_of] == [True, True, False]
    assert administrations([told(undo("administer"))]) == ()


def test_v6_acts_are_taken_back_one_by_one_and_nothing_beyond_another_act() -> None:
    def undo(act: str) -> VialActUndone:
        return VialActUndone(**ONE, act=Slug(act), statement=UndoStatement.NOTHING_GIVEN, right_vial=None)

    prepared = after(received(), told(preparation(Clock.THAW), hours=25))
    once, twice = after(prepared, told(given(left=1))), after(prepared, told(given(left=1)), told(given()))
    assert replace(after(twice, told(undo("administer"))), version=0) == replace(once, version=0)
    back = after(twice, *(told(undo(act)) for act in ("administer", "administer_part", "prepare")))
    assert (back.state, back.in_use, back.doses_left, back.undoable) == (received().state, None, None, None)
    aside = after(once, told(VialSetAside(**ONE), hours=26))
    assert after(aside, told(undo("administer_part"))).state is aside.state


def test_nothing_has_run_out_for_a_vial_that_is_not_in_use() -> None:
    assert not time_is_up(received(), 60, hours(1000))
