"""Trends: which results a chart shows, where its limits come from, and what a reader is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from qc_service.application.trend_reading import lot_path, read_trend, read_trends, trend_shown
from qc_service.application.trends import Span, TrendAsked, trend
from qc_service.domain.assessment import assess
from qc_service.domain.errors import NotFound
from qc_service.domain.identifiers import Text
from qc_service.domain.permissions import Role
from qc_service.domain.results import ResultInvalidated
from qc_service.domain.specifications import Judgement, Specification
from qc_service.domain.trend_rules import SETS, TrendRule
from qc_service.exchange.control_plot import ControlChart, control_plot
from qc_service.exchange.plots.vector import svg
from schemas.trends import TrendSchema, TrendsSchema
from tests.application.trend_world import FIRST_DAY, PRODUCT, USUAL, TrendWorld
from tests.domain.quality_stories import ENDOTOXIN
from tests.fakes import actor


@pytest.fixture
def world() -> TrendWorld:
    """A world with ten lots."""
    made = TrendWorld()
    made.measured_lots(USUAL)
    return made


def lots(found: Any) -> list[str]:
    return [point.lot for point in found.points]


def test_lots_come_in_the_order_in_which_they_were_read(world: TrendWorld) -> None:
    found = world.trend()
    assert lots(found) == world.made
    assert (found.unit, found.earlier, found.beside) == ("EU/mL", False, ())
    assert found.limits is not None
    assert (found.limits.centre, found.limits.count) == (Decimal("0.205"), 10)
    assert found.criterion == ENDOTOXIN
    assert found.violations == ()


def test_a_value_far_from_the_others_breaks_a_rule_though_it_is_within_its_limit(world: TrendWorld) -> None:
    far = world.measured_lot("0.49")
    found = world.trend(baseline=Span(until=date(2026, 9, 10)))
    assert found.outcome(found.points[-1]) is Judgement.PASS
    assert found.broken_now == (TrendRule.WESTERN_ELECTRIC_1,)
    assert found.points[found.violations[0].points[0]].lot == far
    assert world.trend(baseline=Span(until=date(2026, 9, 10)), rules=SETS["nelson"]).broken_now == (
        TrendRule.NELSON_1,
    )


def test_limits_come_from_the_baseline_that_is_stated(world: TrendWorld) -> None:
    world.measured_lots(["0.31", "0.30", "0.32"])
    found = world.trend(last=3, baseline=Span(since=FIRST_DAY, until=FIRST_DAY + timedelta(days=10)))
    assert found.limits is not None
    assert (found.limits.count, found.limits.centre) == (10, Decimal("0.205"))
    assert found.earlier
    none = world.trend(baseline=Span(since=date(2027, 1, 1)))
    assert (none.limits, none.violations) == (None, ())


def test_a_page_ends_where_the_one_before_begins(world: TrendWorld) -> None:
    same = "2026-09-10T09:00:00Z"
    world.measured_lot("0.2", started=same, read=same)
    last = world.trend(last=4)
    assert lots(last) == [world.made[at] for at in (7, 8, 9, 10)]
    assert last.earlier
    before = world.trend(last=4, span=Span(until=last.points[0].read_at))
    assert lots(before) == world.made[3:7]
    rest = world.trend(last=4, span=Span(until=before.points[0].read_at))
    assert (lots(rest), rest.earlier) == (world.made[:3], False)
    assert lots(world.trend(last=1)) == [world.made[10]], "one of two read at once is better than none"
    assert lots(world.trend(last=2)) == [world.made[9], world.made[10]]


def test_days_are_those_of_the_product(world: TrendWorld) -> None:
    late = world.measured_lot("0.2", started="2026-09-12T02:00:00Z", read="2026-09-12T03:30:00Z")
    assert late in lots(world.trend(span=Span(since=date(2026, 9, 11), until=date(2026, 9, 11))))
    assert late not in lots(world.trend(span=Span(since=date(2026, 9, 12))))
    assert lots(world.trend(span=Span(until=date(2026, 8, 31)))) == []


def test_bounds_and_other_units_have_no_place_and_are_never_judged(world: TrendWorld) -> None:
    world.measured_lot("0.05", comparator="<")
    world.measured_lot("210", unit="EU/vial")
    found = world.trend()
    assert found.places == tuple(range(10))
    assert len(found.points) == 12
    assert found.limits == world.trend(last=10, span=Span(until=date(2026, 9, 10))).limits
    shown = trend_shown(found)
    assert [point["judged"] for point in shown["points"][-3:]] == [True, False, False]
    assert shown["points"][-2]["comparator"] == "<"
    assert shown["points"][-1]["outcome"] == "not_shown"
    apart = "12 lots, 1 with a bound alone, 1 in another unit than EU/mL and left out; "
    assert shown["in_words"].startswith(apart)


def test_bounds_alone_make_a_chart_without_limits() -> None:
    world = TrendWorld()
    for _ in range(3):
        world.measured_lot("0.05", comparator="<")
    found = trend_shown(world.trend())
    assert (found["limits"], found["broken_now"], len(found["points"])) == (None, [], 3)
    assert found["in_words"] == "3 lots, 3 with bounds alone; too few to compare: limits take 2 values."


def test_of_each_lot_one_result_counts_and_the_others_stand_beside_it(world: TrendWorld) -> None:
    number = world.measured_lot("0.90", "0.21", "0.22")
    found = world.trend()
    assert found.points[-1].result == 1
    assert [(one.result, one.standing.value) for one in found.beside] == [(2, "repeated"), (3, "repeated")]
    world.lay(number, ResultInvalidated(result=1, investigation=1, cause=Text("Wrong vial.")))
    found = world.trend()
    assert (found.points[-1].result, found.points[-1].figure) == (2, Decimal("0.21"))
    assert [(one.result, one.standing.value) for one in found.beside] == [(1, "invalidated"), (3, "repeated")]


def test_a_lot_keeps_the_outcome_by_the_limits_that_were_frozen_for_it(world: TrendWorld) -> None:
    assert world.trend().points[-1].outcome is None
    tighter = Specification(
        version=1, effective_from=date(2026, 1, 1), criteria=(replace(ENDOTOXIN, high=Decimal("0.10")),)
    )
    lot = world.lot(world.made[-1])
    world.lay(lot.number, assess(lot.product, tighter, lot.quality.results))
    found = world.trend()
    assert [found.outcome(point) for point in found.points[-2:]] == [Judgement.PASS, Judgement.FAIL]


def test_an_assay_that_nobody_asked_for_is_charted_without_limits_of_its_own(world: TrendWorld) -> None:
    world.measured_lot("7.4", assay="ph", unit="pH")
    found = trend_shown(world.trend("ph"))
    assert (found["unit"], found["specification"], found["points"][0]["outcome"]) == ("pH", None, None)


def test_what_was_never_measured_nor_asked_for_is_not_found(world: TrendWorld) -> None:
    with pytest.raises(NotFound, match="No lot of product EXO-QC-1 has a number for the assay potency"):
        world.trend("potency")
    assert world.trend("size_mode").points == ()
    with pytest.raises(NotFound, match="No product"):
        trend(
            world.world.view,
            actor(Role.QUALITY, "far-clinic"),
            PRODUCT,
            "endotoxin",
            TrendAsked(),
            at=FIRST_DAY,
        )


def test_what_is_told_has_every_member_that_is_described(world: TrendWorld) -> None:
    world.measured_lot("0.49", "0.21")
    asked = TrendAsked(baseline=Span(since=date(2026, 9, 1), until=date(2026, 9, 10)))
    told = read_trend(world.world.view, actor(Role.ANALYST), PRODUCT, "endotoxin", asked, at=FIRST_DAY)
    assert TrendSchema().dump(told) == told
    assert TrendSchema().fields.keys() == told.keys()
    assert TrendSchema().fields["points"].inner.schema.fields.keys() == told["points"][0].keys()  # type: ignore[attr-defined]
    assert told["in_words"] == (
        "11 lots; 1 pattern unlikely to be chance, the newest value among them. "
        "Limits are provisional below 20 values."
    )
    (broken,) = told["violations"]
    assert broken["completed_by"] == broken["points"] == [{"lot": "EX26T010", "result": 1}]
    assert told["limits"]["baseline"] == {"since": "2026-09-01", "until": "2026-09-10"}


def test_a_product_lists_its_charts_and_what_they_show_now(world: TrendWorld) -> None:
    world.measured_lots(["0.21", "0.22", "0.23", "0.24", "0.25", "0.26"])
    told = read_trends(
        world.world.view, actor(Role.QUALITY), PRODUCT, at=datetime.fromisoformat("2026-11-20T12:00:00Z")
    )
    assert TrendsSchema().dump(told) == told
    by_assay = {one["assay"]: one for one in told["items"]}
    assert by_assay.keys() == {"endotoxin", "size_mode"}
    assert (by_assay["size_mode"]["lots"], by_assay["size_mode"]["in_words"]) == (
        0,
        "No lot has a value yet.",
    )
    assert by_assay["endotoxin"]["newest"]["lot"] == "EX26T015"
    assert "nelson_3" in {one["rule"] for one in by_assay["endotoxin"]["broken_now"]}
    assert told["broken_now"] == ["endotoxin"]


def test_a_value_too_large_for_paper_is_told_and_not_drawn(world: TrendWorld) -> None:
    world.measured_lot("9.9E+999")
    found = world.trend()
    assert trend_shown(found)["points"][-1]["value"] == "9.9E+999"
    chart = ControlChart(
        title="endotoxin", description="", unit="EU/mL", points=found.points, judged=found.places,
        limits=found.limits, criterion=found.criterion, broken_by=found.broken_by, path=lot_path,
    )  # fmt: skip
    drawn = svg(control_plot(chart)).decode()
    assert {lot for lot in world.made if f"/lots/{lot}/results" in drawn} == set(world.made[:-1])
