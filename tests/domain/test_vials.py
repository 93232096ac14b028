"""A vial's life: every act of the table, and what is kept of acts that do not fit."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Line, LotNumber, RecallId, Slug
from qc_service.domain.quantities import Quantity
from qc_service.domain.recalls import RecallTerminated
from qc_service.domain.shipments import (
    Arrival,
    Condition,
    grouped,
    one_by_one,
)
from qc_service.domain.vial_acts import (
    Clock,
    UndoStatement,
    VialActUndone,
    VialDestroyed,
    VialLost,
    VialPutBack,
    VialRef,
    VialReissued,
    VialReturned,
    VialSetAside,
    VialStolen,
    VialWasted,
)
from qc_service.domain.vial_changes import touched
from qc_service.domain.vial_states import FATES, TRANSITIONS, VialAct, VialState, moved
from qc_service.domain.vials import Doubt
from tests.domain.vial_stories import (
    CLINIC,
    LOT,
    ONE,
    OWNER,
    REF,
    SERIAL,
    SERIALS,
    T0,
    after,
    arrived,
    checked,
    given,
    preparation,
    received,
    sent,
    told,
    vial,
)


@pytest.mark.parametrize("fate", FATES)
def test_p11_a_vial_begins_as_its_fill_made_it(fate: str) -> None:
    expected = VialState.IN_STOCK if fate == "stock" else VialState(fate)
    made = vial(fate)
    assert (made.state, made.custody, made.consigned_to, made.version) == (expected, OWNER, None, 0)


def test_every_state_can_be_reached_and_every_act_ends_somewhere() -> None:
    assert set(TRANSITIONS.values()) == set(VialState) - {VialState.MINTED}
    assert {act for _, act in TRANSITIONS} == set(VialAct)


def test_nothing_leads_out_of_administered_but_administration() -> None:
    leaving = [act for state, act in TRANSITIONS if state is VialState.ADMINISTERED]
    assert leaving == [VialAct.ADMINISTER]
    assert moved(VialState.ADMINISTERED, VialAct.PUT_BACK) is None


def test_v4_preparation_claims_and_starts_the_clocks() -> None:
    body = preparation(Clock.THAW, Clock.RECONSTITUTION, Clock.PUNCTURE)
    prepared = after(received(), told(body, hours=25))
    assert (prepared.state, prepared.claimed_by) == (VialState.IN_PREPARATION, CLINIC)
    assert prepared.use_before == body.use_before
    assert prepared.in_use is not None
    started = prepared.in_use.prepared_at
    assert {prepared.in_use.thawed_at, prepared.in_use.reconstituted_at, prepared.in_use.punctured_at} == {
        started
    }
    quiet = after(received(), told(preparation(), hours=25)).in_use
    assert quiet is not None
    assert (quiet.thawed_at, quiet.reconstituted_at, quiet.punctured_at) == (None, None, None)


def test_p12_a_vial_of_several_doses_is_partly_used_until_the_last() -> None:
    first = after(received(), told(preparation(Clock.THAW), hours=25), told(given(left=1), hours=25.5))
    assert (first.state, first.doses_left) == (VialState.PARTLY_USED, 1)
    assert first.in_use is not None
    assert first.in_use.punctured_at is not None
    last = after(first, told(given(use_before=T0), hours=26))
    assert (last.state, last.doses_left, last.use_before) == (VialState.ADMINISTERED, 0, T0)


def test_v4_a_dose_given_without_a_clear_answer_ends_the_vial() -> None:
    there = after(received(), told(given(left=1, clear=False), hours=25))
    assert (there.state, there.claimed_by, there.doses_left) == (VialState.ADMINISTERED, CLINIC, 1)


@pytest.mark.parametrize("fate", FATES)
def test_v4_an_administration_is_kept_from_wherever_the_vial_was_thought_to_be(fate: str) -> None:
    there = after(vial(fate), told(given(clear=False)))
    assert there.state is VialState.ADMINISTERED


def test_v6_undo_restores_what_was_before() -> None:
    before = received()
    undo = VialActUndone(**ONE, act=Slug("prepare"), statement=UndoStatement.NOTHING_GIVEN, right_vial=None)
    prepared = after(before, told(preparation(Clock.THAW), hours=25))
    back = after(prepared, told(undo, hours=26))
    assert replace(back, version=0, seen=None, acted_at=None) == replace(
        before, version=0, seen=None, acted_at=None
    )
    assert after(back, told(undo, hours=27)).doubts == (Doubt.CONTRADICTED,)


@pytest.mark.parametrize(
    ("body", "state"),
    [
        (VialWasted(**ONE, amount=Quantity(amount=Decimal(1), unit=Line("mL"))), VialState.WASTED),
        (VialDestroyed(**ONE), VialState.DESTROYED),
        (VialStolen(**ONE), VialState.STOLEN),
        (VialLost(**ONE), VialState.LOST),
        (VialSetAside(**ONE), VialState.SET_ASIDE),
    ],
)
def test_what_became_of_a_vial_is_its_state(body: VialWasted, state: VialState) -> None:
    assert after(received(), told(body, hours=25)).state is state


@pytest.mark.parametrize("body", [VialWasted(**ONE, amount=None), VialDestroyed(**ONE), VialStolen(**ONE)])
def test_what_is_left_of_an_administered_vial_stays_administered(body: VialWasted) -> None:
    used = after(received(), told(given(), hours=25))
    there = after(used, told(body, hours=26))
    assert (there.state, there.doubts) == (VialState.ADMINISTERED, ())


def test_r5_a_returned_vial_is_reissued_clean() -> None:
    back = after(received(), told(VialReturned(**ONE, to=OWNER), hours=25))
    assert (back.state, back.custody) == (VialState.RETURNED, OWNER)
    again = after(back, told(VialReissued(**ONE, cold_chain_evidence=Line("Log 7")), hours=26))
    assert (again.state, again.shipment, again.doubts) == (VialState.IN_STOCK, None, ())
    assert again.consignees == (CLINIC,)


def test_a_return_that_cannot_be_moves_nothing() -> None:
    travelling = after(vial(), told(sent(), by=OWNER))
    there = after(travelling, told(VialReturned(**ONE, to=OWNER)))
    assert (there.state, there.custody, there.doubts) == (VialState.IN_TRANSIT, None, (Doubt.CONTRADICTED,))


def test_a_vial_is_put_back_where_it_was() -> None:
    aside = after(received(), told(VialSetAside(**ONE)))
    there = after(aside, told(VialPutBack(**ONE, settles_doubts=False)))
    assert (there.state, there.custody) == (VialState.RECEIVED, CLINIC)
    home = after(vial(), told(VialSetAside(**ONE)), told(VialPutBack(**ONE, settles_doubts=False)))
    assert home.state is VialState.IN_STOCK


def test_a_lost_vial_that_is_found_waits_for_quality() -> None:
    found = after(received(), told(VialLost(**ONE)), told(VialSetAside(**ONE)))
    assert (found.state, found.doubts) == (VialState.SET_ASIDE, (Doubt.WAS_LOST,))
    assert after(found, told(VialPutBack(**ONE, settles_doubts=True))).doubts == ()


def test_touched_names_the_vials_of_a_record() -> None:
    other = VialRef(lot=LOT, serial=SERIALS[1])
    receipt = arrived(ok=(), exceptions=(Arrival(**ONE, condition=Condition.MISSING),), unexpected=(other,))
    assert touched(checked()) == touched(sent()) == touched(arrived()) == (REF,)
    assert touched(receipt) == (REF, other)
    assert touched(RecallTerminated(recall=RecallId("RCL-1"), excused=())) == ()
    assert receipt.condition_of(VialRef(lot=LotNumber("EX9"), serial=SERIAL)) is None


def test_vials_are_grouped_by_lot_and_told_apart_again() -> None:
    refs = {VialRef(lot=lot, serial=serial) for lot in (LOT, LotNumber("EX9")) for serial in SERIALS}
    assert set(one_by_one(grouped(refs))) == refs
    assert [vials.lot for vials in grouped(refs)] == [LOT, "EX9"]


def test_vial_records_stand_on_their_lot() -> None:
    assert checked().cites() == (f"lot/{LOT}",)
    assert REF.name == f"{LOT}/{SERIAL}"
    assert VialState.IN_STOCK.spoken == "in stock"


def test_a_serial_that_is_wrong_never_becomes_a_vial() -> None:
    with pytest.raises(Malformed):
        VialRef(lot=LotNumber("x"), serial=SERIAL)
