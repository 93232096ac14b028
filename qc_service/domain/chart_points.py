"""What a control chart shows of a lot's results: each number with its place in time and how it stands."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from qc_service.domain.comparison import compare
from qc_service.domain.lots import Lot
from qc_service.domain.measurements import Comparator
from qc_service.domain.quality import Quality
from qc_service.domain.results import Result
from qc_service.domain.specifications import Judgement, Specification


class PointStanding(StrEnum):
    """What a result is to the chart of its assay."""

    COUNTED = "counted"
    REPEATED = "repeated"
    INVALIDATED = "invalidated"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, kw_only=True)
class ChartPoint:
    """One result that is a number. ``digest`` names its record.

    Of each lot the first valid result of an assay is ``counted``; a retest or a repetition stands beside it, so that a
    lot that was measured often does not weigh more than another. ``figure`` is the value, or the limit it fell below,
    in ``unit``, which is that of its limit where it was converted. ``outcome`` is by the limits that the lot's
    assessment froze, and ``None`` before there is one.
    """

    digest: str
    lot: str
    result: int
    product: str
    assay: str
    read_at: datetime
    comparator: Comparator
    figure: Decimal
    unit: str
    outcome: Judgement | None
    standing: PointStanding

    @property
    def censored(self) -> bool:
        """Whether only a bound of the value is known, so that it has no place of its own."""
        return self.comparator is not Comparator.EQUAL


@dataclass(frozen=True, kw_only=True)
class PointQuery:
    """The newest points of an assay of a product, ``most`` of them, read from ``since`` on and before ``until``.

    ``counted`` are those that count, else those that stand beside them.
    """

    product: str
    assay: str
    most: int
    counted: bool = True
    since: datetime | None = None
    until: datetime | None = None


def chart_points(lot: Lot, assays: Collection[str] | None = None) -> tuple[ChartPoint, ...]:
    """Every point of a lot, or those of some assays, in the order in which the results were recorded."""
    frozen = lot.quality.assessment.specification if lot.quality.assessment else None
    return tuple(_points(lot, frozen, assays))


def _points(lot: Lot, frozen: Specification | None, assays: Collection[str] | None) -> Iterator[ChartPoint]:
    counted: set[str] = set()
    for result in lot.quality.results:
        recorded = result.recorded
        if recorded.finding is not None or (assays is not None and recorded.assay not in assays):
            continue
        standing = _standing(result, recorded.assay in counted)
        if standing is PointStanding.COUNTED:
            counted.add(recorded.assay)
        criterion = frozen.criterion(recorded.assay) if frozen else None
        figure, unit = recorded.figure_for(recorded.conversion.unit if recorded.conversion else None)
        yield ChartPoint(
            digest=result.digest,
            lot=str(lot.number),
            result=result.number,
            product=str(lot.product),
            assay=str(recorded.assay),
            read_at=recorded.read.instant,
            comparator=recorded.comparator,
            figure=figure,
            unit=unit,
            outcome=compare(criterion, recorded) if criterion else None,
            standing=standing,
        )


def _standing(result: Result, another_counts: bool) -> PointStanding:
    if result.superseded_by is not None:
        return PointStanding.SUPERSEDED
    if not result.valid:
        return PointStanding.INVALIDATED
    return PointStanding.REPEATED if another_counts else PointStanding.COUNTED


def assays_changed(before: Quality | None, after: Quality) -> frozenset[str]:
    """The assays whose points may differ between two states of one lot's quality control, the first of them empty
    where there was none."""
    known = before.results if before else ()
    frozen, froze = (one.assessment.stated if one and one.assessment else None for one in (before, after))
    if frozen is not froze:
        return frozenset(str(result.recorded.assay) for result in after.results)
    return frozenset(
        str(result.recorded.assay)
        for place, result in enumerate(after.results)
        if place >= len(known) or result is not known[place]
    )
