"""What stands in the way of approving a specification."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from qc_service.domain.errors import Reason, Refused
from qc_service.domain.specifications import ASSAYS, Specification
from qc_service.domain.vocabulary import AdministrationRoute

_INJECTABLE = {"sterility": "21 CFR 610.12", "endotoxin": "USP <85>"}
"""What every injectable is tested for, and who says so."""
_SOUND = "21 CFR 211.160(b)"
"""Specifications are scientifically sound and appropriate."""


class ApprovalRefused(Refused):
    """A specification may not be approved as it is."""


def approval_reasons(
    proposed: Specification, *, routes: tuple[AdministrationRoute, ...], today: date
) -> tuple[Reason, ...]:
    """Why a specification may not be approved, every reason at once.

    Each assay stands once, and one that products share is judged in its usual way: sterility by growth
    (USP <71>). An endotoxin limit states its basis (USP <85>). An injectable must pass both (21 CFR 610.12). The
    first version may look back; a later one never changes the limits of days that are over, so that nobody sets
    a limit knowing the results it judges.
    """
    return (*_list_reasons(proposed), *_safety_reasons(proposed, routes), *_day_reasons(proposed, today))


def _list_reasons(proposed: Specification) -> Iterator[Reason]:
    assays = [criterion.assay for criterion in proposed.criteria]
    if not assays:
        yield Reason(code="criteria_missing", detail="State at least one criterion.", source=_SOUND)
    for assay in sorted({assay for assay in assays if assays.count(assay) > 1}):
        yield Reason(
            code="assay_repeated",
            detail=f"State one criterion for {assay}, not several.",
            source=_SOUND,
        )
    for criterion in proposed.criteria:
        usual = ASSAYS.get(criterion.assay, criterion.kind)
        if criterion.kind is not usual:
            detail = f"{criterion.assay} is judged as {usual}: give what is judged as {criterion.kind} its own name."
            yield Reason(code="assay_judged_otherwise", detail=detail, source=_SOUND)


def _safety_reasons(proposed: Specification, routes: tuple[AdministrationRoute, ...]) -> Iterator[Reason]:
    endotoxin = proposed.criterion("endotoxin")
    if endotoxin and endotoxin.basis is None:
        yield Reason(
            code="endotoxin_basis_missing",
            detail="State the basis of the endotoxin limit: K/M, with its K.",
            source="USP <85>",
        )
    if AdministrationRoute.INJECTION in routes:
        required = {criterion.assay for criterion in proposed.criteria if criterion.required}
        for assay in sorted(_INJECTABLE.keys() - required):
            yield Reason(
                code=f"{assay}_missing",
                detail=f"An injectable must pass {assay}: add it as a required assay.",
                source=_INJECTABLE[assay],
            )


def _day_reasons(proposed: Specification, today: date) -> Iterator[Reason]:
    if proposed.version > 1 and proposed.effective_from < today:
        yield Reason(
            code="looks_back",
            detail=f"Let version {proposed.version} take effect today or later.",
            source=_SOUND,
        )
