"""Starting a stability study with the limits that its results will be held against, and amending its plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from qc_service.application.access import own
from qc_service.application.actor import Occasion
from qc_service.application.days import must_have_come
from qc_service.application.naming import must_be_free
from qc_service.application.references import known, ours
from qc_service.application.view import View
from qc_service.domain.errors import Fault, Malformed, Reason, Refused
from qc_service.domain.expiry import Direction
from qc_service.domain.facilities import FACILITY
from qc_service.domain.identifiers import FacilityId, Line, ProductCode, Slug, StudyId, Text
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.permissions import Permission
from qc_service.domain.products import PRODUCT, Product
from qc_service.domain.records import New
from qc_service.domain.specifications import Specification
from qc_service.domain.stability import (
    STABILITY,
    KeptAt,
    StabilityPlanAmended,
    StabilityStudyStarted,
    StudyAssay,
    StudyKind,
    StudyLot,
    TimePoint,
)
from qc_service.domain.stability.plans import usual_direction
from qc_service.domain.vial_states import VialState


class StudyRefused(Refused):
    """A stability study may not be started, or its plan not amended, like this."""


@dataclass(frozen=True, kw_only=True)
class PlannedAssay:
    """An assay to put under study; without a ``direction`` the one that its limits suggest."""

    assay: Slug
    direction: Direction | None = None
    log: bool = False


@dataclass(frozen=True, kw_only=True)
class StartStudy:
    """A study as quality lays it down; its limits come from the lots' specification."""

    study: StudyId
    product: ProductCode
    kind: StudyKind
    condition: KeptAt
    container: Line
    facility: FacilityId
    lots: tuple[StudyLot, ...]
    time_points: tuple[TimePoint, ...]
    assays: tuple[PlannedAssay, ...]
    protocol: Line
    location: Line | None = None
    supporting: Text | None = None


@dataclass(frozen=True, kw_only=True)
class AmendPlan:
    """Other time points, or other supporting data, from now on; the ``reason`` says why."""

    study: StudyId
    time_points: tuple[TimePoint, ...]
    reason: Text
    supporting: Text | None = None


def start_study(view: View, occasion: Occasion, intent: StartStudy) -> tuple[New, ...]:
    """Start a study (ICH Q1A(R2)); the criteria are frozen as the lots are judged by them (rule Q2).

    Raises ``NameTaken``, ``Malformed``, and ``StudyRefused`` where a lot has no limits yet, or where vials are to be
    placed that were not kept for stability.
    """
    actor = occasion.actor
    actor.must(Permission.DIRECT_STABILITY)
    must_be_free(view, STABILITY, intent.study)
    product = ours(view, actor, PRODUCT, intent.product, "/product")
    known(view, FACILITY, intent.facility, "/facility")
    lots = tuple(
        ours(view, actor, LOT, placed.lot, f"/lots/{place}/lot") for place, placed in enumerate(intent.lots)
    )
    for place, (placed, lot) in enumerate(zip(intent.lots, lots, strict=True)):
        must_have_come(placed.placed_on, occasion.at, f"/lots/{place}/placed_on")
        if lot.product != product.code:
            raise Malformed(f"lot {lot.number} is of product {lot.product}", field=f"lots/{place}/lot")
    specifications = _specifications(product, lots, occasion)
    reasons = tuple(_vial_reasons(view, intent.lots, lots))
    if reasons:
        raise StudyRefused(f"Study {intent.study} may not be started like this.", reasons)
    body = StabilityStudyStarted(
        product=intent.product,
        kind=intent.kind,
        condition=intent.condition,
        container=intent.container,
        facility=intent.facility,
        location=intent.location,
        lots=intent.lots,
        time_points=intent.time_points,
        assays=tuple(
            _frozen(specifications, planned, f"assays/{place}") for place, planned in enumerate(intent.assays)
        ),
        specification=specifications[0].version if specifications else 0,
        protocol=intent.protocol,
        supporting=intent.supporting,
    )
    return (New(name=intent.study, body=body),)


def amend_plan(view: View, occasion: Occasion, intent: AmendPlan) -> tuple[New, ...]:
    """Change the time points still to come; raises ``StudyRefused`` for one of which vials were pulled."""
    occasion.actor.must(Permission.DIRECT_STABILITY)
    study = own(view, occasion.actor, STABILITY, intent.study)
    body = StabilityPlanAmended(time_points=intent.time_points, supporting=intent.supporting)
    kept = max((pull.point for pull in study.pulls), default=0)
    if body.time_points[:kept] != study.plan.time_points[:kept]:
        detail = f"Vials were pulled for time point {kept}: leave the first {kept} time points as they are."
        reason = Reason(code="time_point_pulled", detail=detail, source="ICH Q1A(R2) 2.2.6")
        raise StudyRefused("The plan may not be amended like this.", (reason,))
    return (New(name=study.id, body=body, reason=intent.reason),)


def _specifications(product: Product, lots: tuple[Lot, ...], occasion: Occasion) -> tuple[Specification, ...]:
    found = [lot.quality.specification(product, occasion.at) for lot in lots]
    reasons = tuple(
        Reason(
            code="no_specification",
            detail=f"Lot {lot.number} has no limits: approve a specification.",
            source="Q2",
        )
        for lot, specification in zip(lots, found, strict=True)
        if specification is None
    )
    if reasons:
        raise StudyRefused("There is nothing to hold the results against.", reasons)
    return tuple(specification for specification in found if specification is not None)


def _frozen(specifications: tuple[Specification, ...], planned: PlannedAssay, pointer: str) -> StudyAssay:
    """The assay with the criterion that all lots are judged by."""
    found = [specification.criterion(planned.assay) for specification in specifications]
    criterion = found[0] if found else None
    if criterion is None or None in found:
        raise Malformed(
            f"the lots' specification has no assay named {planned.assay}", field=f"{pointer}/assay"
        )
    if any(other != criterion for other in found):
        detail = "the lots are judged by different limits: start a study for each"
        raise Malformed(detail, field=f"{pointer}/assay")
    try:
        direction = planned.direction or usual_direction(criterion)
        return StudyAssay(criterion=criterion, direction=direction, log=planned.log)
    except Malformed as error:
        faults = tuple(
            Fault(pointer=f"/{pointer}{fault.pointer}", detail=fault.detail) for fault in error.faults
        )
        raise Malformed(error.detail, faults=faults) from error


def _vial_reasons(view: View, placed: tuple[StudyLot, ...], lots: tuple[Lot, ...]) -> Iterator[Reason]:
    for wanted, lot in zip(placed, lots, strict=True):
        fill = lot.filling.fill
        if fill is not None and wanted.vials > fill.counts.stability:
            kept = fill.counts.stability
            detail = f"The fill of lot {lot.number} kept {kept} vials for stability, not {wanted.vials}."
            yield Reason(code="vials_not_kept", detail=detail, source="21 CFR 211.166")
        states = {vial.serial: vial.state for vial in view.vials(lot.number, wanted.serials)}
        for serial in wanted.serials:
            state = states.get(serial)
            if state is not VialState.STABILITY:
                stands = f"is {state.spoken}" if state else "is not on record"
                detail = f"Vial {lot.number}/{serial} {stands}: place vials that were kept for stability."
                yield Reason(code="not_a_stability_vial", detail=detail, source="21 CFR 211.166")
