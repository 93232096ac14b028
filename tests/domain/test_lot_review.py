"""What a reviewer must see of a lot: what is missing, what is out, and who must do what next."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qc_service.domain.filling import LabelsReconciled
from qc_service.domain.identifiers import Line
from qc_service.domain.investigations import opened_for
from qc_service.domain.lot_review import Missing, missing, next_steps, out
from qc_service.domain.lots import Lot
from qc_service.domain.permissions import Role
from qc_service.domain.results import ResultRecorded, ResultVerified
from qc_service.domain.vocabulary import LotKind, StepKind
from tests.domain.lot_stories import fill
from tests.domain.quality_stories import (
    ANALYST,
    AT,
    ENDOTOXIN,
    QUALITY,
    SECOND_ANALYST,
    SPECIFICATION,
    assessed,
    passing,
    product,
    result,
    story,
)
from tests.domain.test_quality_results import concluded, invalidated

PRODUCT = product(process=())


def lacking(lot: Lot, **changes: object) -> tuple[Missing, ...]:
    return missing(lot, replace(PRODUCT, **changes), AT)  # type: ignore[arg-type]


def codes(lot: Lot, **changes: object) -> list[str]:
    return [one.code for one in lacking(lot, **changes)]


def test_an_empty_lot_lacks_everything_that_its_specification_asks_for() -> None:
    found = lacking(story())
    assert [one.assay for one in found if one.code == "assay_missing"] == [
        "endotoxin", "sterility", "identity_transmembrane", "size_mode",
    ]  # fmt: skip
    assert [one.code for one in found][4:] == ["not_filled", "not_assessed"]
    assert [one.required for one in found[:4]] == [True, True, True, False]
    assert (
        found[3].detail == "size_mode, which is informative (80 to 150.0 nm) has no final result that counts."
    )


def test_a_product_without_a_specification_says_so_and_no_more() -> None:
    assert codes(story(kind=LotKind.BULK), specifications=()) == ["no_specification"]


def test_steps_that_are_left_are_missing() -> None:
    assert "step_missing" in codes(story(), process=(StepKind.HARVEST,))


def test_every_valid_result_wants_a_second_person_and_a_certified_laboratory() -> None:
    found = lacking(
        story((result(1), ANALYST), (result(2, value="0.3"), ANALYST), (ResultVerified(result=2), QUALITY))
    )
    assert [(one.code, one.detail, one.results) for one in found if one.results] == [
        ("result_unverified", "Result 1 (endotoxin) is not verified by a second person.", (1,)),
        (
            "certification_missing",
            "Nothing on record certified east-laboratory for results 1 (endotoxin), 2 (endotoxin).",
            (1, 2),
        ),
    ]


@pytest.mark.parametrize(
    ("recorded", "said"),
    [
        (
            result(1, "sterility", read="2026-11-04T09:00:00Z"),
            "result 1, no_growth on day 2 (interim), may still change.",
        ),
        (
            result(1, comparator="below_lod", value=None, lod="9"),
            "result 1, below the limit of detection, 9 EU/mL, does not show on which side of a limit it is.",
        ),
    ],
)
def test_a_result_that_does_not_decide_is_named_with_why(recorded: ResultRecorded, said: str) -> None:
    (found,) = [
        one
        for one in lacking(story((recorded, ANALYST)))
        if (one.code, one.results) == ("assay_missing", (1,))
    ]
    assert found.detail.endswith(f"has no final result that counts: {said}")


def test_a_test_beyond_the_plan_is_named_as_what_does_not_decide() -> None:
    (opened,) = opened_for([result(1, value="0.9")], after=0)
    shown_invalid = ((opened, ANALYST), (result(2), ANALYST), concluded(), invalidated())
    lot = story((result(1, value="0.9"), ANALYST), *shown_invalid)
    (found,) = [one for one in lacking(lot) if (one.code, one.assay) == ("assay_missing", "endotoxin")]
    assert (found.results, found.detail.endswith(", is beyond the plan of an investigation.")) == ((2,), True)


def test_a_result_by_another_method_than_the_binding_one_is_said_in_words() -> None:
    binding = replace(ENDOTOXIN, method=Line("LAL"), method_binding=True)
    strict = replace(SPECIFICATION, criteria=(binding,))
    (found,) = [
        one
        for one in lacking(story((result(1), ANALYST)), specifications=(strict,))
        if one.code == "assay_other_method"
    ]
    assert found.detail.endswith(" is by another method or version than the one that binds.")


def test_a_fill_wants_its_counts() -> None:
    filled = (fill(), QUALITY)
    assert "fill_unreconciled" in codes(story(filled))
    counted = LabelsReconciled(issued=12, used=12, spoiled=0, returned=0, notes=None)
    assert not {"fill_unreconciled", "not_filled"} & set(codes(story(filled, (counted, QUALITY))))


def test_an_assessment_before_the_last_result_is_outdated() -> None:
    told = assessed(*passing())
    assert "not_assessed" not in codes(story(*told))
    assert "assessment_outdated" in codes(story(*told, (result(5), ANALYST)))


def test_results_beyond_their_limits_are_out_with_their_investigations() -> None:
    failing, informative = result(1, value="0.9"), result(2, "size_mode", value="20")
    (opened,) = opened_for([failing], after=0)
    lot = story(
        (failing, ANALYST),
        (informative, ANALYST),
        (result(3, "ph", value="1", unit="pH"), ANALYST),
        (opened, ANALYST),
    )
    found = out(lot, SPECIFICATION)
    assert [(one.result.number, one.investigations, one.criterion.required) for one in found] == [
        (1, (1,), True), (2, (), False),
    ]  # fmt: skip
    assert out(lot, None) == ()


def test_each_thing_that_is_missing_is_somebodys_next_step() -> None:
    lot = story(
        (result(1), ANALYST), (result(2, value="0.3"), ANALYST), (result(3, "sterility"), SECOND_ANALYST),
        (result(4, "sterility"), ANALYST),
    )  # fmt: skip
    steps = next_steps(lot, lacking(lot, process=(StepKind.HARVEST,)))
    assert [(step.detail.partition(":")[0], step.roles) for step in steps] == [
        ("Record the steps that are left", (Role.TECHNICIAN,)),
        ("Record the fill and its counts", (Role.TECHNICIAN,)),
        ("Record a result of identity_transmembrane, size_mode.", (Role.ANALYST,)),
        ("Verify results 1, 2, as a second person", (Role.ANALYST, Role.QUALITY)),
        ("Verify results 3, 4, as a second person", (Role.ANALYST, Role.QUALITY)),
        ("Assess the lot", (Role.QUALITY,)),
    ]
    names = str(ANALYST.printed_name), str(SECOND_ANALYST.printed_name)
    assert (steps[3].not_by, steps[3].results) == ((names[0],), (1, 2))
    assert steps[4].not_by == tuple(sorted(names)), "whoever analysed sterility verifies none of it"


def test_nothing_missing_asks_for_nothing() -> None:
    assert next_steps(story(), ()) == ()
    (step,) = next_steps(story(), lacking(story(kind=LotKind.BULK), specifications=()))
    assert step.detail.startswith("Approve a specification: ")
