"""Who may claim, give, undo, put back and reissue, with every reason at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from qc_service.domain.errors import Malformed
from qc_service.domain.use import (
    Undoing,
    administration_reasons,
    claimed_here,
    end_of_day,
    put_back_reasons,
    reissue_reasons,
    undo_reasons,
    use_before,
)
from qc_service.domain.vial_acts import (
    Clock,
    UndoStatement,
    VialLost,
    VialRef,
    VialReturned,
    VialSetAside,
)
from qc_service.domain.vials import Vial
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
    reasons = undo_reasons(prepared, asked, expired=True, recalled=True)
    assert [reason.code for reason in reasons] == [
        "other_organisation", "too_late_to_undo", "expired", "recalled", "right_vial_is_this",
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
