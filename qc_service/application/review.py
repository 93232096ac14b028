"""Review by exception: all that stands out of a lot on one screen, and by how much that was compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from qc_service.application.access import readable
from qc_service.application.actor import Actor
from qc_service.application.disposition import release_case
from qc_service.application.tasks import open_work_of
from qc_service.application.view import View
from qc_service.domain.assessment import product_day
from qc_service.domain.chart_points import ChartPoint, PointQuery, PointStanding, chart_points
from qc_service.domain.codec import to_plain
from qc_service.domain.control_charts import shown
from qc_service.domain.errors import Reason
from qc_service.domain.lot_review import Failing, Missing, NextStep, missing, next_steps, out
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.oddities import LOTS, Compared, compared_with
from qc_service.domain.open_work import OpenWork
from qc_service.domain.parties import PERSON
from qc_service.domain.permissions import Permission
from qc_service.domain.products import PRODUCT, Product
from qc_service.domain.release import release_reasons
from qc_service.domain.specifications import Specification
from qc_service.domain.vocabulary import LotKind, Purpose

Plain = dict[str, Any]
OF_READER = frozenset({"releaser_registered_lot", "releaser_is_analyst"})
"""Reasons against a release that are the reader's own, and no fault of the lot."""
NO_FAULT = OF_READER | {"released_before"}


@dataclass(frozen=True, kw_only=True)
class Review:
    """What stands out of a lot; ``against`` are the reasons against its release for each purpose, ``not_releasing``
    the names of those who may not sign one (rule R1)."""

    lot: Lot
    product: Product
    specification: Specification | None
    missing: tuple[Missing, ...]
    out: tuple[Failing, ...]
    compared: tuple[Compared, ...]
    open: tuple[OpenWork, ...]
    next: tuple[NextStep, ...]
    not_releasing: tuple[str, ...]
    against: dict[Purpose, tuple[Reason, ...]]
    at: datetime

    @property
    def odd(self) -> tuple[Compared, ...]:
        """The results that are odd beside the lots before."""
        return tuple(one for one in self.compared if one.oddities)

    @property
    def quiet(self) -> bool:
        """Whether nothing stands out: the lot is or may be released for a purpose, but perhaps not by this reader."""
        return not (self.missing or self.out or self.odd or self.open) and any(
            all(reason.code in NO_FAULT for reason in reasons) for reasons in self.against.values()
        )

    @property
    def releasable(self) -> Purpose | None:
        """For what a lot of its kind may be released now, by somebody who neither registered nor analysed it."""
        purpose = Purpose.CLINICAL if self.lot.kind is LotKind.FINISHED else Purpose.FURTHER_PROCESSING
        return purpose if all(reason.code in OF_READER for reason in self.against[purpose]) else None


def review(view: View, actor: Actor, lot: str, *, at: datetime) -> Review:
    """A lot of the reader's organisation as a reviewer must see it. Raises ``NotFound``."""
    actor.must(Permission.READ_RECORDS)
    state = readable(view, actor, LOT, lot)
    product = view.get(PRODUCT, state.product)
    specification = state.quality.specification(product, at)
    lacking = missing(state, product, at)
    case = release_case(view, state, Purpose.CLINICAL, releaser=actor.person, at=at)
    return Review(
        lot=state,
        product=product,
        specification=specification,
        missing=lacking,
        out=out(state, specification),
        compared=_compared(view, state),
        open=open_work_of(view, state),
        next=next_steps(state, lacking),
        not_releasing=_not_releasing(view, state),
        against={purpose: release_reasons(replace(case, purpose=purpose)) for purpose in Purpose},
        at=at,
    )


def _not_releasing(view: View, lot: Lot) -> tuple[str, ...]:
    people = {lot.registered_by, *lot.quality.analysts()}
    known = ((person, view.find(PERSON, person)) for person in people)
    return tuple(sorted({str(found.printed_name if found else person) for person, found in known}))


def _compared(view: View, lot: Lot) -> tuple[Compared, ...]:
    """Every valid number of the lot beside those of the lots that were read before the first of its assay."""
    assays: dict[str, list[ChartPoint]] = {}
    for point in chart_points(lot):
        if point.standing in {PointStanding.COUNTED, PointStanding.REPEATED}:
            assays.setdefault(point.assay, []).append(point)
    return tuple(
        compared_with(before, point)
        for points in assays.values()
        for before in (_before(view, lot, points),)
        for point in points
    )


def _before(view: View, lot: Lot, points: Sequence[ChartPoint]) -> tuple[ChartPoint, ...]:
    first = min(point.read_at for point in points)
    query = PointQuery(product=lot.product, assay=points[0].assay, most=LOTS + 1, until=first)
    return tuple(point for point in view.points(query) if point.lot != lot.number)[-LOTS:]


def read_review(view: View, actor: Actor, lot: str, *, at: datetime) -> Plain:
    """The review in plain values. Raises ``NotFound``."""
    found = review(view, actor, lot, at=at)
    today = product_day(found.product, at)
    return {
        "lot": str(found.lot.number),
        "product": str(found.lot.product),
        "status": found.lot.status.value,
        "in_words": _in_words(found),
        "nothing_stands_out": found.quiet,
        "checked": _checked(found),
        "missing": to_plain(found.missing),
        "out": [_out(one) for one in found.out],
        "odd": [_odd(one) for one in found.odd],
        "not_compared": [
            {"assay": one.point.assay, "result": one.point.result, "why": one.why_not}
            for one in found.compared
            if one.why_not
        ],
        "open": [{**to_plain(one), "overdue": one.overdue(today)} for one in found.open],
        "next": [*map(_next, found.next), *_of_work(found.open), *map(_next, _releases(found))],
        "ready": {purpose.value: not reasons for purpose, reasons in found.against.items()},
        "against_release": _against(found.against),
    }


def _releases(found: Review) -> Iterable[NextStep]:
    if found.releasable:
        yield NextStep(
            permission=Permission.RELEASE_LOT,
            detail=f"Release the lot for {found.releasable.spoken}: not {', '.join(found.not_releasing)}.",
            not_by=found.not_releasing,
        )


def _in_words(found: Review) -> str:
    counts = (("missing", len(found.missing)), ("out", len(found.out)), ("odd", len(found.odd)))
    said = [f"{count} {name}" for name, count in (*counts, ("open", len(found.open))) if count]
    if said:
        return f"{', '.join(said)}."
    return "Nothing stands out." if found.quiet else "Nothing stands out, but something is against a release."


def _checked(found: Review) -> Plain:
    quality = found.lot.quality
    return {
        "specification": found.specification.version if found.specification else None,
        "criteria": len(found.specification.criteria) if found.specification else 0,
        "results": len(quality.results),
        "compared": sum(not one.why_not for one in found.compared),
        "lots_before": max((one.lots for one in found.compared), default=0),
        "steps": len(found.lot.processing.steps),
        "deviations": len(found.lot.processing.deviations),
        "investigations": len(quality.investigations),
    }


def _out(one: Failing) -> Plain:
    return {
        "assay": str(one.criterion.assay),
        "result": one.result.number,
        "stated": one.result.recorded.in_words,
        "limit": one.criterion.in_words,
        "required": one.criterion.required,
        "verified": one.result.verified_by is not None,
        "investigations": list(one.investigations),
    }


def _odd(one: Compared) -> Plain:
    point, limits = one.point, one.limits
    return {
        "assay": point.assay,
        "result": point.result,
        "comparator": point.comparator.value,
        "value": str(point.figure),
        "unit": point.unit,
        "lots": one.lots,
        "centre": None if limits is None else shown(limits.centre),
        "lower": None if limits is None else shown(limits.lower),
        "upper": None if limits is None else shown(limits.upper),
        "why": to_plain(one.oddities),
        "trend": f"/api/v1/products/{point.product}/trends/{point.assay}",
    }


def _next(step: NextStep) -> Plain:
    return {
        "detail": step.detail,
        "act": step.permission.value,
        "roles": [role.value for role in step.roles],
        "not_by": list(step.not_by),
        "results": list(step.results),
        "who": None,
        "due_on": None,
    }


def _of_work(found: Iterable[OpenWork]) -> Iterable[Plain]:
    for one in found:
        person = one.who
        yield {
            "detail": f"{one.kind.replace('_', ' ').capitalize()} {one.number}: {one.what}",
            "act": None,
            "roles": [] if person else ["quality"],
            "not_by": [],
            "results": [],
            "who": person and str(person),
            "due_on": to_plain(one.due_on),
        }


def _against(against: dict[Purpose, tuple[Reason, ...]]) -> list[Plain]:
    """Every reason against a release, once, with the purposes that it is against."""
    purposes: dict[Reason, list[str]] = {}
    for purpose, reasons in against.items():
        for reason in reasons:
            purposes.setdefault(reason, []).append(purpose.value)
    return [
        {"code": reason.code, "detail": reason.detail, "source": reason.source, "purposes": for_}
        for reason, for_ in purposes.items()
    ]
