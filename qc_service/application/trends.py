"""Trends: the results of one assay over the lots of a product on a control chart, and what on it is unlikely chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from qc_service.application.access import readable
from qc_service.application.actor import Actor
from qc_service.application.view import View
from qc_service.domain.assessment import product_day
from qc_service.domain.chart_points import ChartPoint, PointQuery
from qc_service.domain.control_charts import ControlLimits, control_limits
from qc_service.domain.errors import NotFound
from qc_service.domain.measurements import Comparator
from qc_service.domain.permissions import Permission
from qc_service.domain.products import PRODUCT, Product
from qc_service.domain.specifications import Criterion, CriterionKind, Judgement, Specification
from qc_service.domain.trend_rules import DEFAULT, TrendRule, Violation, violations

MOST = 10_000
"""Lots that one chart may show, and that limits may come from."""
MOST_BESIDE = 1000
"""Retests and invalid results that are shown beside the points that count."""
LISTED = 100
"""Lots that the overview of a product looks at."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """A time from ``since`` on and before ``until``; without one it is open to that side.

    A day begins and ends in the zone of the product, and is within its span wholly.
    """

    since: date | datetime | None = None
    until: date | datetime | None = None

    def moments(self, product: Product) -> tuple[datetime | None, datetime | None]:
        """The moments at which it begins and ends."""
        return _begins(self.since, product), _begins(self.until, product, after=1)


def _begins(said: date | datetime | None, product: Product, *, after: int = 0) -> datetime | None:
    if said is None or isinstance(said, datetime):
        return said
    midnight = datetime.combine(said + timedelta(days=after), time(), ZoneInfo(product.zone))
    return midnight.astimezone(UTC)


@dataclass(frozen=True, kw_only=True)
class TrendAsked:
    """What of a trend is wanted: the newest lots of a time, limits from another, and the rules to look for."""

    last: int = LISTED
    span: Span = Span()
    baseline: Span | None = None
    rules: frozenset[TrendRule] = DEFAULT


@dataclass(frozen=True, kw_only=True)
class Trend:
    """A control chart: ``points`` are one for each lot, oldest first; ``places`` are those of them that are judged.

    A point is not judged where only a bound of it is known (``< 0.05``) or its unit is not the chart's. ``beside`` are
    retests and invalid results of the same time. ``earlier`` says that there were more points before. The places in
    ``violations`` are places in ``points``.
    """

    product: Product
    assay: str
    unit: str | None
    specification: Specification | None
    criterion: Criterion | None
    points: tuple[ChartPoint, ...]
    beside: tuple[ChartPoint, ...]
    earlier: bool
    places: tuple[int, ...]
    limits: ControlLimits | None
    baseline: Span | None
    rules: frozenset[TrendRule]
    violations: tuple[Violation, ...]
    _judged: dict[tuple[Comparator, Decimal, str], Judgement] = field(default_factory=dict, repr=False)
    """What was judged already: on a long chart values come again."""

    @property
    def broken_by(self) -> Mapping[int, tuple[TrendRule, ...]]:
        """For each place that completes a pattern, the rules that it breaks."""
        found: dict[int, tuple[TrendRule, ...]] = {}
        for violation in self.violations:
            for place in violation.signals:
                found[place] = (*found.get(place, ()), violation.rule)
        return found

    @property
    def broken_now(self) -> tuple[TrendRule, ...]:
        """The rules that the newest judged point breaks."""
        return self.broken_by.get(self.places[-1], ()) if self.places else ()

    def outcome(self, point: ChartPoint) -> Judgement | None:
        """How a point stands to the limits frozen for its lot, else to those in force; ``None`` without either."""
        if point.outcome is not None or self.criterion is None:
            return point.outcome
        said = (point.comparator, point.figure, point.unit)
        if said not in self._judged:
            self._judged[said] = self.criterion.judge(*said)
        return self._judged[said]


def trend(view: View, actor: Actor, product: str, assay: str, asked: TrendAsked, *, at: datetime) -> Trend:
    """One assay of a product of the reader's organisation. Raises ``NotFound`` where nobody measured it."""
    actor.must(Permission.READ_RECORDS)
    state = readable(view, actor, PRODUCT, product)
    specification = state.specification_on(product_day(state, at))
    criterion = specification.criterion(assay) if specification else None
    points, earlier = _page(view, state, assay, asked)
    if not points and criterion is None and assay not in view.assays_charted(product):
        raise NotFound(f"No lot of product {product} has a number for the assay {assay}.")
    unit = criterion.unit if criterion and criterion.unit else points[-1].unit if points else None
    places = tuple(place for place, point in enumerate(points) if _judged(point, unit))
    judged = tuple(points[place].figure for place in places)
    baseline = _baseline(view, state, assay, asked.baseline, unit)
    limits = control_limits(judged if baseline is None else baseline)
    found = violations(judged, limits, asked.rules) if limits else ()
    return Trend(
        product=state,
        assay=assay,
        unit=unit,
        specification=specification,
        criterion=criterion,
        points=points,
        beside=_beside(view, product, assay, points),
        earlier=earlier,
        places=places,
        limits=limits,
        baseline=asked.baseline,
        rules=asked.rules,
        violations=tuple(_placed(one, places) for one in found),
    )


def _page(view: View, product: Product, assay: str, asked: TrendAsked) -> tuple[tuple[ChartPoint, ...], bool]:
    """The newest points of the time asked for, and whether there were more before.

    The page begins with a moment's first point, so that the page before can end with that moment.
    """
    since, until = asked.span.moments(product)
    found = view.points(
        PointQuery(product=product.code, assay=assay, most=asked.last + 1, since=since, until=until)
    )
    if len(found) <= asked.last:
        return found, False
    whole = tuple(point for point in found[1:] if point.read_at > found[0].read_at)
    return whole or found[1:], True


def _baseline(
    view: View, product: Product, assay: str, span: Span | None, unit: str | None
) -> tuple[Decimal, ...] | None:
    """The values that the limits are said to come from; ``None`` where nothing is said."""
    if span is None:
        return None
    since, until = span.moments(product)
    query = PointQuery(product=product.code, assay=assay, most=MOST, since=since, until=until)
    return tuple(point.figure for point in view.points(query) if _judged(point, unit))


def _judged(point: ChartPoint, unit: str | None) -> bool:
    return not point.censored and point.unit == unit


def _beside(view: View, product: str, assay: str, points: Sequence[ChartPoint]) -> tuple[ChartPoint, ...]:
    """What does not count, from the time of the points that do to now."""
    since = points[0].read_at if points else None
    return view.points(PointQuery(product=product, assay=assay, most=MOST_BESIDE, counted=False, since=since))


def _placed(violation: Violation, places: Sequence[int]) -> Violation:
    """The same with places among all points, not among those that are judged."""
    return replace(
        violation,
        signals=tuple(places[at] for at in violation.signals),
        points=tuple(places[at] for at in violation.points),
    )


def trends_of(view: View, actor: Actor, product: str, *, at: datetime) -> tuple[Trend, ...]:
    """The trend of every assay of a product that is a number: those measured, and those the specification asks for."""
    actor.must(Permission.READ_RECORDS)
    state = readable(view, actor, PRODUCT, product)
    specification = state.specification_on(product_day(state, at))
    asked = specification.criteria if specification else ()
    wanted = (str(one.assay) for one in asked if one.kind is CriterionKind.NUMERIC)
    assays = dict.fromkeys((*wanted, *view.assays_charted(product)))
    return tuple(trend(view, actor, product, assay, TrendAsked(), at=at) for assay in assays)
