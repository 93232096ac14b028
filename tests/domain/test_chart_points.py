"""The points that a lot's results are on control charts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from qc_service.domain.chart_points import ChartPoint, assays_changed, chart_points
from qc_service.domain.conversion import Conversion
from qc_service.domain.identifiers import Line, Text
from qc_service.domain.lots import Lot
from qc_service.domain.measurements import Comparator, Unit
from qc_service.domain.results import ResultInvalidated, ResultVerified
from qc_service.domain.specifications import Judgement
from tests.domain.quality_stories import ANALYST, QUALITY, assessed, passing, result, story


def standings(lot: Lot) -> list[str]:
    return [point.standing.value for point in chart_points(lot)]


def test_numbers_are_points_and_findings_are_none() -> None:
    points = chart_points(story(*passing()))
    assert [(one.assay, one.figure, one.unit) for one in points] == [
        ("endotoxin", Decimal("0.21"), "EU/mL"), ("size_mode", Decimal("95.3"), "nm"),
    ]  # fmt: skip
    assert [one.outcome for one in points] == [None, None]
    assert [one.outcome for one in chart_points(story(*assessed(*passing())))] == [
        Judgement.PASS,
        Judgement.PASS,
    ]


def test_one_result_counts_and_it_is_the_first_that_is_valid() -> None:
    twice = ((result(1), ANALYST), (result(2, value="0.3"), ANALYST))
    assert standings(story(*twice)) == ["counted", "repeated"]
    invalid = (ResultInvalidated(result=1, investigation=1, cause=Text("A wrong vial.")), QUALITY)
    assert standings(story(*twice, invalid)) == ["invalidated", "counted"]
    corrected = (replace(result(3, value="0.22"), corrects=1), ANALYST)
    assert standings(story(twice[0], twice[1], corrected)) == ["superseded", "counted", "repeated"]


def test_a_bound_and_a_converted_value_are_told_as_they_are() -> None:
    below = result(1, comparator="below_lod", value=None, lod="0.05")
    conversion = Conversion(
        unit=Unit.NANOGRAM_PER_ML, factor=Decimal("0.001"), how=Line("÷ 1000"), value=Decimal("0.12")
    )
    other = replace(result(2, "purity_albumin", value="120", unit="pg/mL"), conversion=conversion)
    points = chart_points(story((below, ANALYST), (other, ANALYST)))
    assert (points[0].censored, points[0].comparator, points[0].figure) == (
        True, Comparator.BELOW_LOD, Decimal("0.05"),
    )  # fmt: skip
    assert (points[1].censored, points[1].figure, points[1].unit) == (False, Decimal("0.12"), "ng/mL")


def changed(before: Lot | None, after: Lot) -> set[str]:
    """The assays whose points changed, which are said to change."""
    said = assays_changed(before.quality if before else None, after.quality)
    known = {point.digest: point for point in chart_points(before)} if before else {}
    moved: list[ChartPoint] = [point for point in chart_points(after) if known.get(point.digest) != point]
    assert {point.assay for point in moved} <= said
    return set(said)


def test_only_what_may_have_changed_is_worked_out_again() -> None:
    told = passing()
    empty, whole = story(), story(*told)
    assert changed(None, empty) == changed(empty, empty) == changed(whole, whole) == set()
    assert changed(empty, whole) == {"endotoxin", "sterility", "identity_transmembrane", "size_mode"}
    assert changed(story(*told[:1]), story(*told[:1], (ResultVerified(result=1), QUALITY))) == {"endotoxin"}
    assert changed(whole, story(*assessed(*told))) == {
        "endotoxin",
        "sterility",
        "identity_transmembrane",
        "size_mode",
    }
