"""Several results verified in one act: a record for each, all of them or none, and every reason against any."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from qc_service.application.results import VerifyResults, verify_results
from qc_service.domain.errors import Forbidden, Malformed, NotFound
from qc_service.domain.identifiers import LotNumber, Text
from qc_service.domain.permissions import Role
from qc_service.domain.records import Body
from qc_service.domain.results import ResultVerified, VerificationRefused
from tests.application.lot_world import LOT_A
from tests.application.quality_world import QualityWorld


@pytest.fixture
def world() -> QualityWorld:
    made = QualityWorld()
    for assay in ("endotoxin", "size_mode", "sterility"):
        made.measure(assay)
    return made


def verified(world: QualityWorld, *numbers: int, role: Role = Role.QUALITY) -> Sequence[Body]:
    intent = VerifyResults(lot=LOT_A, results=numbers, remark=Text("Against the raw files."))
    return world.act(verify_results, intent, role)


def test_q5_each_result_gets_a_record_of_its_own(world: QualityWorld) -> None:
    bodies = verified(world, 3, 1)
    assert [body.result for body in bodies if isinstance(body, ResultVerified)] == [3, 1]
    assert [one.verified_by is not None for one in world.quality.results] == [True, False, True]


def test_q5_one_that_may_not_be_verified_keeps_all_from_it_and_every_reason_is_told(
    world: QualityWorld,
) -> None:
    world.verify(2)
    with pytest.raises(VerificationRefused) as refused:
        verified(world, 1, 2, 3, role=Role.ANALYST)
    assert [(one.code, one.detail[:9]) for one in refused.value.reasons] == [
        ("verifier_is_analyst", "Result 1:"),
        ("verified_before", "Result 2 "),
        ("verifier_is_analyst", "Result 2:"),
        ("verifier_is_analyst", "Result 3:"),
    ]
    assert world.quality.result(1).verified_by is None


def test_a_number_that_is_not_there_or_twice_is_pointed_at(world: QualityWorld) -> None:
    with pytest.raises(Malformed) as refused:
        verified(world, 1, 9, 1)
    assert [(fault.pointer, fault.detail) for fault in refused.value.faults] == [
        ("/results/1", "this lot has no result 9"),
        ("/results/2", "result 1 is named twice"),
    ]


def test_only_who_verifies_may_and_only_on_a_lot_of_theirs(world: QualityWorld) -> None:
    with pytest.raises(Forbidden):
        verified(world, 1, role=Role.TECHNICIAN)
    with pytest.raises(NotFound):
        world.act(verify_results, VerifyResults(lot=LotNumber("EX-NONE"), results=(1,)), Role.QUALITY)
