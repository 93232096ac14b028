"""Regression over time against formulas and tables of its own: closed forms in floats, and quantiles as printed."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qc_service.domain.expiry import Direction, Point, PoolModel, Regression, Series, Shortfall
from qc_service.domain.identifiers import LotNumber, Slug
from qc_service.exchange.statistics import fit, regress, software
from qc_service.exchange.statistics.regression import Fitted

MONTHS = (0, 3, 6, 9, 12, 18, 24)
DAYS = (0, 91, 183, 274, 365, 548, 731)
T_95 = {5: 2.015048, 17: 1.739607, 19: 1.729133, 15: 1.753050}
"""One-sided 95 % quantiles of Student's t, as tables print them."""
T_975_5 = 2.570582
LOW = Decimal("95.0")
STEADY = ("101.2", "100.4", "99.9", "99.1", "98.8", "97.3", "96.4")


def points(lot: str, values: Iterable[str], days: Sequence[int] = DAYS) -> list[Point]:
    """A lot's results at these days."""
    return [
        Point(lot=LotNumber(lot), days=day, value=Decimal(value))
        for day, value in zip(days, values, strict=False)
    ]


def series(*lots: list[Point], direction: Direction = Direction.DECREASES, low: Decimal | None = LOW,
           high: Decimal | None = None, log: bool = False) -> Series:  # fmt: skip
    """Results of one assay, to stay at or above 95 unless told otherwise."""
    return Series(
        assay=Slug("potency"), points=tuple(point for lot in lots for point in lot), direction=direction,
        low=low, high=high, log=log,
    )  # fmt: skip


def found(of: Series) -> Regression:
    """The regression, which must be there."""
    regression = regress(of)
    assert isinstance(regression, Regression), regression
    return regression


def sums(pairs: Sequence[tuple[float, float]]) -> tuple[int, float, float, float, float, float]:
    """Count, means and sums of squares, as a textbook writes them."""
    n = len(pairs)
    x, y = sum(a for a, _ in pairs) / n, sum(b for _, b in pairs) / n
    xx = sum((a - x) ** 2 for a, _ in pairs)
    xy = sum((a - x) * (b - y) for a, b in pairs)
    return n, x, y, xx, xy, sum((b - y) ** 2 for _, b in pairs)


def pairs(lot: Iterable[Point]) -> list[tuple[float, float]]:
    """Months and values."""
    return [(point.days / 30.4375, float(point.value)) for point in lot]


def met(intercept: float, slope: float, limit: float, width: Sequence[float]) -> float:
    """When the bound meets the limit, by halving: ``width`` is t times s, count, centre and spread."""
    scale, n, centre, spread = width

    def inside(t: float) -> bool:
        return intercept + slope * t - scale * math.sqrt(1 / n + (t - centre) ** 2 / spread) >= limit

    low, high = 0.0, 1000.0
    assert inside(low)
    assert not inside(high)
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if inside(middle) else (low, middle)
    return low


def near(figure: Decimal | None, expected: float) -> bool:
    """Equal to six significant digits, or to the hundredth for months."""
    return figure is not None and math.isclose(float(figure), expected, rel_tol=2e-6, abs_tol=0.0100001)


def test_one_lot_is_fitted_as_the_textbook_does() -> None:
    lot = points("LOT-A", STEADY)
    regression = found(series(lot))
    n, x, y, xx, xy, yy = sums(pairs(lot))
    slope = xy / xx
    variance = (yy - xy**2 / xx) / (n - 2)
    (line,) = regression.lines
    assert regression.model is PoolModel.SINGLE_LOT
    assert (regression.degrees, regression.sides, line.points) == (5, 1, 7)
    assert math.isclose(float(line.slope), slope, rel_tol=1e-5)
    assert math.isclose(float(line.intercept), y - slope * x, rel_tol=1e-5)
    assert math.isclose(float(regression.mean_square), variance, rel_tol=1e-5)
    assert math.isclose(float(regression.quantile), T_95[5], rel_tol=1e-5)
    scale = T_95[5] * math.sqrt(variance)
    assert near(line.crosses, met(y - slope * x, slope, 95, (scale, n, x, xx)))
    assert line.limit == "low"


def test_a_published_example_is_reached() -> None:
    """Intercept 102.273, slope -0.139, R² 0.6712 and 64.77 months to 90 % are what its author printed for ten results
    of one batch; the months are so many days here, so that they are those numbers exactly."""
    months, values = (
        (0, 1, 3, 6, 9, 12, 18, 24, 48, 54),
        ["103.5", "104", "102", "101.85", "100.25", "101", "95", "98.5", "97.25", "95"],
    )
    scaled = [
        Point(lot=LotNumber("LOT-A"), days=round(month * 487), value=Decimal(value))
        for month, value in zip(months, values, strict=True)
    ]
    regression = found(series(scaled, low=Decimal(90)))
    (line,) = regression.lines
    assert line.intercept == Decimal("102.273")
    assert math.isclose(float(line.slope) * 16, -0.139335, rel_tol=1e-5)
    assert line.crosses is not None
    assert math.isclose(float(line.crosses) / 16, 64.770, rel_tol=2e-5)


def three(second: str, third: str) -> list[list[Point]]:
    """Three lots: the second and third so much above the first at each time, ``a+bt`` by their months."""
    lots = [points("LOT-A", STEADY)]
    for name, shift in (("LOT-B", second), ("LOT-C", third)):
        start, _, slope = shift.partition("+")
        wiggle = ("0.05", "-0.1", "0.15", "-0.05", "0.1", "-0.15", "0.0")
        values = [
            str(Decimal(value) + Decimal(start) + Decimal(slope or 0) * month + Decimal(off))
            for value, month, off in zip(STEADY, MONTHS, wiggle, strict=True)
        ]
        lots.append(points(name, values))
    return lots


def squares(lots: list[list[Point]]) -> tuple[float, float, float, int]:
    """About separate lines, parallel lines and one line; and the number of results."""
    each = [sums(pairs(lot)) for lot in lots]
    apart = sum(yy - xy**2 / xx for _, _, _, xx, xy, yy in each)
    xx, xy, yy = (sum(one[at] for one in each) for at in (3, 4, 5))
    pooled = sums(pairs([point for lot in lots for point in lot]))
    return apart, yy - xy**2 / xx, pooled[5] - pooled[4] ** 2 / pooled[3], pooled[0]


def f_tail(ratio: float, below: int) -> float:
    """The probability that F with 2 and so many degrees of freedom exceeds the ratio, in closed form."""
    return math.pow(1 + 2 * ratio / below, -below / 2)


@pytest.mark.parametrize(
    ("second", "third", "model"),
    [
        ("0.05", "-0.05", PoolModel.ONE_LINE),
        ("1.0", "-0.6", PoolModel.PARALLEL_LINES),
        ("0.0+0.05", "0.5", PoolModel.SEPARATE_LINES),
    ],
)
def test_lots_are_pooled_by_slopes_and_then_intercepts(second: str, third: str, model: PoolModel) -> None:
    lots = three(second, third)
    regression = found(series(*lots))
    apart, parallel, one, count = squares(lots)
    below = count - 6
    slopes = f_tail((parallel - apart) / 2 / (apart / below), below)
    intercepts = f_tail((one - parallel) / 2 / (apart / below), below)
    assert regression.model is model
    assert regression.slopes_p is not None
    assert math.isclose(float(regression.slopes_p), slopes, rel_tol=1e-5)
    assert (slopes < 0.25) == (model is PoolModel.SEPARATE_LINES)
    if model is PoolModel.SEPARATE_LINES:
        assert regression.intercepts_p is None
    else:
        assert regression.intercepts_p is not None
        assert math.isclose(float(regression.intercepts_p), intercepts, rel_tol=1e-5)
        assert (intercepts < 0.25) == (model is PoolModel.PARALLEL_LINES)


def test_one_line_for_all_lots_uses_every_result() -> None:
    lots = three("0.05", "-0.05")
    regression = found(series(*lots))
    n, x, y, xx, xy, yy = sums(pairs([point for lot in lots for point in lot]))
    slope, variance = xy / xx, (yy - xy**2 / xx) / (n - 2)
    assert (regression.degrees, len(regression.lines), regression.lines[0].lot) == (19, 1, None)
    scale = T_95[19] * math.sqrt(variance)
    assert near(regression.crosses, met(y - slope * x, slope, 95, (scale, n, x, xx)))


def test_parallel_lines_share_slope_and_error_and_the_shortest_counts() -> None:
    lots = three("1.0", "-0.6")
    regression = found(series(*lots))
    each = [sums(pairs(lot)) for lot in lots]
    spread, slope = sum(one[3] for one in each), sum(one[4] for one in each) / sum(one[3] for one in each)
    variance = (sum(one[5] for one in each) - slope**2 * spread) / 17
    assert regression.degrees == 17
    for line, (n, x, y, *_) in zip(regression.lines, each, strict=True):
        scale = T_95[17] * math.sqrt(variance)
        assert near(line.crosses, met(y - slope * x, slope, 95, (scale, n, x, spread)))
    assert regression.crosses == regression.lines[2].crosses


def test_separate_lines_share_their_error_alone() -> None:
    """ICH Q1E B.2.2.1: individual intercepts and slopes, and the pooled mean square error of all batches."""
    lots = three("0.0+0.05", "0.5")
    regression = found(series(*lots))
    each = [sums(pairs(lot)) for lot in lots]
    variance = sum(yy - xy**2 / xx for _, _, _, xx, xy, yy in each) / 15
    assert regression.degrees == 15
    for line, (n, x, y, xx, xy, _) in zip(regression.lines, each, strict=True):
        scale, slope = T_95[15] * math.sqrt(variance), xy / xx
        assert near(line.crosses, met(y - slope * x, slope, 95, (scale, n, x, xx)))


def test_an_attribute_of_unknown_direction_has_two_sides() -> None:
    lot = points("LOT-A", STEADY)
    regression = found(series(lot, direction=Direction.EITHER, high=Decimal("105.0")))
    n, x, y, xx, xy, yy = sums(pairs(lot))
    slope, scale = xy / xx, T_975_5 * math.sqrt((yy - xy**2 / xx) / (n - 2))
    assert (regression.sides, regression.lines[0].limit) == (2, "low")
    assert math.isclose(float(regression.quantile), T_975_5, rel_tol=1e-5)
    assert near(regression.crosses, met(y - slope * x, slope, 95, (scale, n, x, xx)))


def test_what_rises_is_held_against_its_high_limit() -> None:
    lot = points("LOT-A", ("0.10", "0.13", "0.19", "0.20", "0.26", "0.35", "0.42"))
    regression = found(series(lot, direction=Direction.INCREASES, low=None, high=Decimal("0.50")))
    mirrored = points("LOT-A", ("-0.10", "-0.13", "-0.19", "-0.20", "-0.26", "-0.35", "-0.42"))
    other = found(series(mirrored, low=Decimal("-0.50")))
    assert regression.lines[0].limit == "high"
    assert regression.crosses == other.crosses


def test_logarithms_are_fitted_where_they_were_asked() -> None:
    values = [f"{math.exp(24 - 0.02 * month):.6E}" for month in MONTHS]
    lot = points("LOT-A", values)
    regression = found(series(lot, low=Decimal("1.0E+10"), log=True))
    (line,) = regression.lines
    assert math.isclose(float(line.intercept), 24, rel_tol=1e-4)
    assert math.isclose(float(line.slope), -0.02, rel_tol=1e-2)
    assert math.isclose(float(line.crosses or 0), (24 - math.log(1e10)) / 0.02, rel_tol=1e-2)


def test_what_does_not_change_never_meets_its_limit() -> None:
    regression = found(series(points("LOT-A", ["100.0"] * 7)))
    assert regression.crosses is None
    assert regression.mean_square == 0


def test_what_gains_on_its_limit_never_meets_it() -> None:
    regression = found(series(points("LOT-A", ("96", "97", "98.1", "98.9", "100", "102", "104"))))
    assert (regression.crosses, regression.lines[0].limit) == (None, None)


def test_what_is_beyond_its_limit_from_the_start_supports_nothing() -> None:
    regression = found(series(points("LOT-A", ("95.1", "94.0", "95.9", "94.2", "95.5", "94.0", "93.0"))))
    assert regression.crosses == 0


def test_a_line_without_scatter_is_its_own_bound() -> None:
    days = tuple(487 * step for step in range(4))
    regression = found(series(points("LOT-A", ("101", "99", "97", "96"), days)))
    straight = found(series(points("LOT-A", ("101", "99", "97", "95"), days), low=Decimal(90)))
    assert regression.crosses is not None
    assert straight.crosses == Decimal("88.00")


def test_lots_without_scatter_are_alike_or_not() -> None:
    straight = ["101", "100", "99"]
    days = (0, 487, 974)
    same = [points(name, straight, days) for name in ("LOT-A", "LOT-B")]
    apart = [points("LOT-A", straight, days), points("LOT-B", ["102", "101", "100"], days)]
    steeper = [points("LOT-A", straight, days), points("LOT-B", ["102", "100", "98"], days)]
    models = [found(series(*lots, low=Decimal(90))).model for lots in (same, apart, steeper)]
    assert models == [PoolModel.ONE_LINE, PoolModel.PARALLEL_LINES, PoolModel.SEPARATE_LINES]


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (series(), "no result"),
        (series(points("LOT-A", STEADY[:2])), "lot LOT-A has results of 2"),
        (series(points("LOT-A", STEADY), points("LOT-B", STEADY[:1])), "lot LOT-B has results of 1"),
        (series(points("LOT-A", ("1", "0", "2")), low=Decimal("0.5"), log=True), "above zero"),
        (series(points("LOT-A", ("1", "3", "2")), low=Decimal(0), log=True), "limit that is not above zero"),
        (series(points("LOT-A", ("1E+999", "3", "2"))), "too large"),
        (series(points("LOT-A", ("1E-200", "3", "2"))), "too small"),
    ],
)
def test_what_is_missing_is_said_rather_than_a_number(of: Series, said: str) -> None:
    regression = regress(of)
    assert isinstance(regression, Shortfall)
    assert said in regression.missing


def test_the_bound_that_is_drawn_meets_the_limit_where_it_is_said() -> None:
    of = series(points("LOT-A", STEADY))
    fitted, regression = fit(of), found(of)
    assert isinstance(fitted, Fitted)
    assert regression.crosses is not None
    (line,) = fitted.fits
    assert math.isclose(fitted.bound(line, Fraction(regression.crosses), below=True), 95, abs_tol=0.01)
    assert fitted.bound(line, Fraction(12), below=True) < float(line.mean(Fraction(12)))
    assert fitted.bound(line, Fraction(12), below=False) > float(line.mean(Fraction(12)))


VALUES = st.decimals(Decimal("90.0"), Decimal("110.0"), places=1).map(str)
LOTS = st.lists(st.lists(VALUES, min_size=3, max_size=7), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(LOTS, st.decimals(Decimal("50.0"), Decimal("89.0"), places=1))
def test_a_bound_meets_the_limit_no_later_than_its_line(lots: list[list[str]], low: Decimal) -> None:
    of = series(*(points(f"LOT-{number}", values) for number, values in enumerate(lots)), low=low)
    for line in found(of).lines:
        if line.slope < 0:
            assert line.crosses is not None or (line.intercept - low) / -line.slope > 1200
        if line.slope < 0 and line.crosses is not None:
            assert line.crosses <= (line.intercept - low) / -line.slope * Decimal("1.0001") + Decimal("0.01")


@settings(max_examples=60, deadline=None)
@given(LOTS, st.decimals(Decimal("50.0"), Decimal("89.0"), places=1))
def test_a_stricter_limit_never_lengthens(lots: list[list[str]], low: Decimal) -> None:
    of = [points(f"LOT-{number}", values) for number, values in enumerate(lots)]
    wide, narrow = found(series(*of, low=low)), found(series(*of, low=low + 1))
    assert narrow.model is wide.model
    if wide.crosses is not None:
        assert narrow.crosses is not None
        assert narrow.crosses <= wide.crosses


@settings(max_examples=60, deadline=None)
@given(LOTS, st.randoms(use_true_random=False))
def test_the_order_of_results_says_nothing(lots: list[list[str]], chance: object) -> None:
    every = [point for number, values in enumerate(lots) for point in points(f"LOT-{number}", values)]
    mixed = list(every)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert regress(series(every, low=Decimal(80))) == regress(series(mixed, low=Decimal(80)))


@settings(max_examples=40, deadline=None)
@given(LOTS, st.integers(-12, 12))
def test_a_unit_ten_times_as_large_changes_no_month(lots: list[list[str]], power: int) -> None:
    scale = Decimal(10) ** power
    every = [point for number, values in enumerate(lots) for point in points(f"LOT-{number}", values)]
    scaled = [Point(lot=point.lot, days=point.days, value=point.value * scale) for point in every]
    here, there = found(series(every)), found(series(scaled, low=LOW * scale))
    assert [line.crosses for line in here.lines] == [line.crosses for line in there.lines]
    assert (here.model, here.slopes_p, here.intercepts_p) == (there.model, there.slopes_p, there.intercepts_p)


def test_the_library_is_named_with_its_version_and_loaded_only_when_asked() -> None:
    (scipy,) = software()
    assert scipy.name == "scipy"
    asked = "import sys, qc_service.app, qc_service.exchange.statistics; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
