"""Preparations and decisions that were written down without a network, and come in late (V4, V11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from qc_service.application.late_use import prepare_late
from qc_service.application.preparation import PrepareVial
from qc_service.application.vials import read_vial
from qc_service.domain.disposition import LotRecalled, RecallKind
from qc_service.domain.errors import Forbidden, Malformed
from qc_service.domain.identifiers import LotNumber, RecallId, Text, VialSerial
from qc_service.domain.moments import ZonedTime, instant_text
from qc_service.domain.permissions import Role
from qc_service.domain.records import Body
from qc_service.domain.suspicions import CopySuspected
from qc_service.domain.use import ActOvertaken
from qc_service.domain.vial_acts import (
    Clock,
    UndoStatement,
    VialAdministered,
    VialPrepared,
    VialPreparedUncleared,
)
from qc_service.domain.vial_states import VialState
from tests.application.lot_world import LOT_A
from tests.application.use_world import CLINIC, INJECTION, OTHER, UseWorld
from tests.fakes import actor

RECALLED = LotRecalled(recall=RecallId("RCL-1"), kind=RecallKind.RECALL)


@pytest.fixture
def use() -> UseWorld:
    """With four vials at the clinic, which has them for a day."""
    world = UseWorld()
    world.stock_clinic()
    world.world.clock.tick(days=1)
    return world


def ago(use: UseWorld, **passed: float) -> ZonedTime:
    return ZonedTime(instant_text(use.world.clock() - timedelta(**passed)))


def prepare(use: UseWorld, place: int = 0, clinic: str = CLINIC, **changes: Any) -> Sequence[Body]:
    """A preparation of two hours ago that comes in now."""
    intent = PrepareVial(
        lot=LOT_A,
        serial=use.serials()[place],
        starts=(Clock.THAW,),
        route=INJECTION,
        prepared_at=ago(use, hours=2),
    )
    return use.by(clinic, prepare_late, replace(intent, **changes), Role.CLINICIAN)


def test_v11_a_late_preparation_that_the_records_clear_is_the_claim(use: UseWorld) -> None:
    (body,) = prepare(use)
    assert isinstance(body, VialPrepared)
    vial = use.vial()
    assert vial.in_use is not None
    assert (vial.state, vial.in_use.prepared_at) == (
        VialState.IN_PREPARATION,
        use.world.clock() - timedelta(hours=2),
    )


def test_v4_a_late_preparation_that_the_records_do_not_clear_is_on_record_and_alerts(use: UseWorld) -> None:
    use.lay(LOT_A, RECALLED)
    (body,) = prepare(use)
    assert isinstance(body, VialPreparedUncleared)
    assert (body.clinic, body.reasons, body.alert) == (CLINIC, ("recalled",), True)
    assert body.use_before is not None
    assert use.vial().state is VialState.IN_PREPARATION
    owner = actor(Role.QUALITY, organisation=use.vial().organisation)
    told = read_vial(use.world.view, owner, LOT_A, use.serials()[0])
    assert "The records did not clear it" in told["history"][-1]["in_words"]  # type: ignore[index]
    alerts = [row for name, row in use.world.store.rows.items() if name.startswith("alert/")]
    assert [(row.summary["record"], row.title) for row in alerts] == [
        ("VialPreparedUncleared", f"recalled at {CLINIC}")
    ]


def test_v4_what_is_given_from_it_is_recorded_as_without_a_clear_answer(use: UseWorld) -> None:
    use.lay(LOT_A, RECALLED)
    prepare(use, prepared_at=ago(use, minutes=10))
    (body,) = use.give(reason=Text("There was no network."))
    assert isinstance(body, VialAdministered)
    assert body.reasons == ("recalled",)


def test_v5_two_clinics_that_prepared_one_vial_leave_the_first_claim_and_a_doubt(use: UseWorld) -> None:
    use.prepare()
    body, suspected = prepare(use, clinic=OTHER)
    assert isinstance(body, VialPreparedUncleared)
    assert {"used_elsewhere", "suspected_copy"} <= set(body.reasons)
    assert isinstance(suspected, CopySuspected)
    assert (use.vial().claimed_by, use.vial().state) == (CLINIC, VialState.IN_PREPARATION)
    assert "contradicted" in use.vial().doubts


def test_v5_a_second_preparation_here_says_so(use: UseWorld) -> None:
    use.prepare()
    (body,) = prepare(use)
    assert isinstance(body, VialPreparedUncleared)
    assert body.reasons == ("already_used",)
    assert use.vial().doubts == ()


def test_v4_a_preparation_of_a_vial_nobody_knows_is_a_fact_as_well(use: UseWorld) -> None:
    (body,) = prepare(use, serial=VialSerial.minted(b"nobody"))
    assert isinstance(body, VialPreparedUncleared)
    assert (body.reasons, body.use_before) == (("unknown_serial",), None)
    (body,) = prepare(use, lot=LotNumber("EX-NEVER"))
    assert isinstance(body, VialPreparedUncleared)
    assert body.reasons == ("lot_mismatch",)


def test_v8_a_vial_that_was_in_date_when_it_was_prepared_is_not_called_expired(use: UseWorld) -> None:
    use.world.clock.now = datetime(2027, 10, 31, 12, tzinfo=UTC)
    then = ZonedTime(instant_text(use.world.clock()))
    use.world.clock.tick(days=2)
    (body,) = prepare(use, prepared_at=then)
    assert isinstance(body, VialPrepared)


def test_v11_a_preparation_without_a_time_is_of_now_and_one_to_come_is_no_fact(use: UseWorld) -> None:
    (body,) = prepare(use, prepared_at=None)
    assert isinstance(body, VialPrepared)
    with pytest.raises(Malformed, match="not come"):
        prepare(use, 1, prepared_at=ago(use, hours=-1))


def test_a_late_preparation_wants_the_same_permission(use: UseWorld) -> None:
    intent = PrepareVial(lot=LOT_A, serial=use.serials()[0], starts=(Clock.THAW,), route=INJECTION)
    with pytest.raises(Forbidden):
        use.by(CLINIC, prepare_late, intent, Role.LOGISTICS)


def test_v11_a_decision_older_than_the_last_act_decides_nothing(use: UseWorld) -> None:
    use.dispose("set_aside", happened_at=ago(use, hours=1))
    with pytest.raises(ActOvertaken, match="older") as refused:
        use.dispose("put_back", happened_at=ago(use, hours=3))
    assert [reason.code for reason in refused.value.reasons] == ["overtaken"]
    assert use.vial().state is VialState.SET_ASIDE
    use.dispose("put_back", happened_at=ago(use, minutes=5))
    assert use.vial().state is VialState.RECEIVED


def test_v11_a_late_undo_takes_back_nothing_newer(use: UseWorld) -> None:
    use.prepare()
    with pytest.raises(ActOvertaken):
        use.dispose("undo", statement=UndoStatement.NOTHING_GIVEN, happened_at=ago(use, hours=3))
    use.dispose("undo", statement=UndoStatement.NOTHING_GIVEN)
    assert use.vial().state is VialState.RECEIVED


def test_v11_a_late_set_aside_does_not_undo_a_newer_put_back(use: UseWorld) -> None:
    use.dispose("set_aside", happened_at=ago(use, hours=5))
    use.dispose("put_back", happened_at=ago(use, hours=1))
    use.dispose("set_aside", happened_at=ago(use, hours=2))
    assert use.vial().state is VialState.RECEIVED
    assert [type(body).__name__ for body in _history(use)][-1] == "VialSetAside"


def _history(use: UseWorld) -> list[Body]:
    return [one.body for one in use.world.view.history(f"vial/{LOT_A}/{use.serials()[0]}")]
