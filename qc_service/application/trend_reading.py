"""What a reader is told of a trend: each point with its lot, the limits, and every rule that is broken."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from qc_service.application.actor import Actor
from qc_service.application.trends import Span, Trend, TrendAsked, trend, trends_of
from qc_service.application.view import View
from qc_service.domain.chart_points import ChartPoint
from qc_service.domain.codec import to_plain
from qc_service.domain.control_charts import FEWEST, RELIABLE, ControlLimits, shown
from qc_service.domain.moments import instant_text
from qc_service.domain.trend_rules import RULES, TrendRule, Violation

Plain = dict[str, Any]


def read_trend(
    view: View, actor: Actor, product: str, assay: str, asked: TrendAsked, *, at: datetime
) -> Plain:
    """One chart in plain values. Raises ``NotFound``."""
    return trend_shown(trend(view, actor, product, assay, asked, at=at))


def trend_shown(found: Trend) -> Plain:
    """A chart in plain values."""
    broken, judged = found.broken_by, set(found.places)
    return {
        "product": str(found.product.code),
        "assay": found.assay,
        "unit": found.unit,
        "in_words": in_words(found),
        "specification": _specification(found),
        "limits": None if found.limits is None else _limits(found.limits, found.baseline),
        "rules": [_rule(rule) for rule in TrendRule if rule in found.rules],
        "points": [
            {
                **_point(found, point),
                "judged": place in judged,
                "breaks": [rule.value for rule in broken.get(place, ())],
            }
            for place, point in enumerate(found.points)
        ],
        "beside": [{**_point(found, point), "standing": point.standing.value} for point in found.beside],
        "violations": [_violation(found, one) for one in found.violations],
        "broken_now": [rule.value for rule in found.broken_now],
        "earlier_before": instant_text(found.points[0].read_at) if found.earlier else None,
    }


def read_trends(view: View, actor: Actor, product: str, *, at: datetime) -> Plain:
    """Every assay of a product with how many lots its chart shows, the newest value, and what it breaks now."""
    found = trends_of(view, actor, product, at=at)
    return {
        "items": [_listed(one) for one in found],
        "broken_now": [one.assay for one in found if one.broken_now],
    }


def in_words(found: Trend) -> str:
    """What there is to see, in one or two sentences."""
    lots = f"{len(found.points)} {'lot' if len(found.points) == 1 else 'lots'}"
    if not found.points:
        return "No lot has a value yet."
    lots += _set_apart(found)
    if found.limits is None:
        return f"{lots}; too few to compare: limits take {FEWEST} values."
    if not found.violations:
        said = "no rule is broken"
    else:
        count = len(found.violations)
        said = f"{count} {'pattern' if count == 1 else 'patterns'} unlikely to be chance"
        said += ", the newest value among them" if found.broken_now else ""
    provisional = f" Limits are provisional below {RELIABLE} values." if found.limits.provisional else ""
    return f"{lots}; {said}.{provisional}"


def _set_apart(found: Trend) -> str:
    """How many lots no rule looks at, since theirs is a bound or in another unit."""
    elsewhere = sum(point.unit != found.unit for point in found.points)
    bounds = sum(point.unit == found.unit and point.censored for point in found.points)
    said = (
        f", {bounds} with {'a bound' if bounds == 1 else 'bounds'} alone" if bounds else "",
        f", {elsewhere} in another unit than {found.unit} and left out" if elsewhere else "",
    )
    return "".join(said)


def _specification(found: Trend) -> Plain | None:
    if found.specification is None or found.criterion is None:
        return None
    return {
        "version": found.specification.version,
        "low": to_plain(found.criterion.low),
        "high": to_plain(found.criterion.high),
        "in_words": found.criterion.in_words,
        "required": found.criterion.required,
    }


def _limits(limits: ControlLimits, baseline: Span | None) -> Plain:
    return {
        "centre": shown(limits.centre),
        "sigma": shown(limits.sigma),
        "lower": shown(limits.lower),
        "upper": shown(limits.upper),
        "values": limits.count,
        "provisional": limits.provisional,
        "baseline": None
        if baseline is None
        else {"since": to_plain(baseline.since), "until": to_plain(baseline.until)},
    }


def _rule(rule: TrendRule) -> Plain:
    return {"rule": rule.value, "words": RULES[rule].words, "source": RULES[rule].source}


def _point(found: Trend, point: ChartPoint) -> Plain:
    outcome = found.outcome(point)
    return {
        "lot": point.lot,
        "result": point.result,
        "href": lot_path(point),
        "read_at": instant_text(point.read_at),
        "comparator": point.comparator.value,
        "value": str(point.figure),
        "unit": point.unit,
        "outcome": outcome.value if outcome else None,
    }


def lot_path(point: ChartPoint) -> str:
    """Where the results of a point's lot are."""
    return f"/api/v1/lots/{point.lot}/results"


def _violation(found: Trend, violation: Violation) -> Plain:
    def named(places: tuple[int, ...]) -> list[Plain]:
        return [{"lot": found.points[at].lot, "result": found.points[at].result} for at in places]

    return {
        "rule": violation.rule.value,
        "words": violation.words,
        "points": named(violation.points),
        "completed_by": named(violation.signals),
    }


def _listed(found: Trend) -> Plain:
    newest = found.points[-1] if found.points else None
    return {
        "assay": found.assay,
        "unit": found.unit,
        "lots": len(found.points),
        "more": found.earlier,
        "newest": _point(found, newest) if newest else None,
        "broken_now": [_rule(rule) for rule in found.broken_now],
        "in_words": in_words(found),
        "href": f"/api/v1/products/{found.product.code}/trends/{found.assay}",
    }
