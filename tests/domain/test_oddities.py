"""Whether a number is odd beside the lots before it, though it is within every limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from qc_service.domain.chart_points import ChartPoint, PointStanding
from qc_service.domain.measurements import Comparator
from qc_service.domain.oddities import FEWEST_LOTS, LOTS, compared_with
from qc_service.domain.specifications import Judgement

USUAL = ("0.20", "0.22", "0.21", "0.19", "0.20", "0.21", "0.23", "0.20", "0.18", "0.21") * 2


def point(value: str, day: int = 30) -> ChartPoint:
    return ChartPoint(
        digest="d", lot=f"EX26T{day:03}", result=1, product="EXO-1", assay="endotoxin",
        read_at=datetime(2026, 9, 1, tzinfo=UTC) + timedelta(days=day), comparator=Comparator.EQUAL,
        figure=Decimal(value), unit="EU/mL", outcome=Judgement.PASS, standing=PointStanding.COUNTED,
    )  # fmt: skip


def lots(values: Sequence[str] = USUAL) -> list[ChartPoint]:
    return [point(value, day) for day, value in enumerate(values)]


def bound(one: ChartPoint) -> ChartPoint:
    return replace(one, comparator=Comparator.BELOW_LOD)


def codes(before: Sequence[ChartPoint], one: ChartPoint) -> list[str]:
    return [found.code for found in compared_with(before, one).oddities]


def test_a_usual_value_is_not_odd() -> None:
    found = compared_with(lots(), point("0.21"))
    assert (found.lots, found.oddities, found.why_not) == (LOTS, (), "")
    assert found.limits is not None
    assert found.limits.count == LOTS


@pytest.mark.parametrize("value", ["0.35", "0.05"])
def test_a_value_far_off_is_odd_though_it_moves_no_limit(value: str) -> None:
    found = compared_with(lots(), point(value))
    assert [one.code for one in found.oddities] == ["western_electric_1"]
    assert found.oddities[0].words == "one value beyond three sigma"
    assert found.limits == compared_with(lots(), point("0.2")).limits


def test_a_value_that_goes_on_a_trend_is_odd_where_it_is() -> None:
    rising = [*USUAL[:-5], "0.17", "0.18", "0.19", "0.20", "0.21"]
    assert codes(lots(rising), point("0.22")) == ["nelson_3"]


def test_too_few_lots_are_said_to_be_too_few() -> None:
    few = compared_with(lots(USUAL[:1]), point("9"))
    assert (few.oddities, few.why_not) == ((), "1 lot before it in EU/mL; 8 are needed")
    other = [replace(one, unit="EU/vial") for one in lots()]
    assert compared_with(other, point("9")).why_not == "0 lots before it in EU/mL; 8 are needed"
    assert compared_with(lots(USUAL[:FEWEST_LOTS]), point("9")).oddities
    mostly = [*map(bound, lots()[:15]), *lots()[15:]]
    assert (
        compared_with(mostly, point("9")).why_not == "only 5 of 20 lots before it had a value; 8 are needed"
    )


def test_a_bound_is_odd_where_most_lots_had_a_value() -> None:
    assert codes(lots(), bound(point("0.05"))) == ["bound"]
    half = [*map(bound, lots()[:10]), *lots()[10:]]
    assert codes(half, bound(point("0.05"))) == []


def test_a_value_is_odd_where_all_lots_had_bounds() -> None:
    found = compared_with([bound(one) for one in lots()], point("0.06"))
    assert [one.words for one in found.oddities] == ["a value, where all 20 lots before it had bounds alone"]
