"""What stands in the way of approving a specification."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from qc_service.domain.criteria import Criterion, CriterionKind
from qc_service.domain.drafting import DraftStatus, SpecificationVersion
from qc_service.domain.errors import Reason, Refused
from qc_service.domain.identifiers import PersonId
from qc_service.domain.measurements import is_sterility
from qc_service.domain.products import Product
from qc_service.domain.specifications import ASSAYS, Specification
from qc_service.domain.vocabulary import AdministrationRoute

_INJECTABLE = {"sterility": "21 CFR 610.12", "endotoxin": "USP <85>"}
"""What every injectable is tested for, and who says so."""
_SOUND = "21 CFR 211.160(b)"
"""Specifications are scientifically sound and appropriate."""
_SECOND = "21 CFR 211.160(a)"
"""Specifications and every change of them are drafted by one unit, and reviewed and approved by quality."""


_ROUNDED = "USP General Notices 7.20"
"""A value is rounded to the limit's last place and then compared."""


class ApprovalRefused(Refused):
    """A specification may not be approved as it is."""


@dataclass(frozen=True, kw_only=True)
class ApprovalCase:
    """What the decision stands on: the version with its history, its product, who would sign and on which day."""

    version: SpecificationVersion
    product: Product
    approver: PersonId
    today: date

    @property
    def proposed(self) -> Specification:
        """The specification as it would be approved."""
        return self.version.stated


def approval_reasons(case: ApprovalCase) -> tuple[Reason, ...]:
    """Why a specification may not be approved, every reason at once.

    A second person approves what one person drafted (21 CFR 211.160(a)), and a change says why. Each assay stands
    once, and one that products share is judged in its usual way: sterility by growth (USP <71>). An endotoxin limit
    states its basis (USP <85>). An injectable must pass both (21 CFR 610.12). The first version may look back; a
    later one never changes the limits of days that are over, so that nobody sets a limit knowing the results it
    judges.
    """
    return (
        *_draft_reasons(case),
        *_list_reasons(case.proposed),
        *(reason for criterion in case.proposed.criteria for reason in _criterion_reasons(criterion)),
        *_safety_reasons(case.proposed, case.product.routes_allowed),
        *_day_reasons(case),
    )


_SETTLED = {
    DraftStatus.APPROVED: ("approved_before", "is approved already"),
    DraftStatus.WITHDRAWN: ("draft_withdrawn", "was withdrawn: draft the next version"),
    DraftStatus.RETURNED: ("draft_returned", "was returned with a remark: revise it first"),
}


def _draft_reasons(case: ApprovalCase) -> Iterator[Reason]:
    version = case.version
    if version.status in _SETTLED:
        code, words = _SETTLED[version.status]
        yield Reason(code=code, detail=f"Version {version.number} {words}.", source=_SECOND)
    if case.approver in version.authors:
        detail = f"You drafted version {version.number}; a second person in quality approves it."
        yield Reason(code="approver_is_drafter", detail=detail, source=_SECOND)
    later = [one.version for one in case.product.specifications if one.version > version.number]
    if later:
        detail = f"Version {max(later)} was approved meanwhile: draft the next version."
        yield Reason(code="overtaken", detail=detail, source=_SECOND)
    if version.number > 1 and case.proposed.change is None:
        detail = f"State the reason for the change that version {version.number} makes."
        yield Reason(code="reason_for_change_missing", detail=detail, source=_SECOND)


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


def _criterion_reasons(criterion: Criterion) -> Iterator[Reason]:
    """A shared assay is judged in its usual way, and a limit can be reached by what is compared with it."""
    usual = ASSAYS.get(criterion.assay, criterion.kind)
    if criterion.kind is not usual:
        detail = (
            f"{criterion.assay} is judged as {usual}: give what is judged as {criterion.kind} its own name."
        )
        yield Reason(code="assay_judged_otherwise", detail=detail, source=_SOUND)
    elif criterion.kind is CriterionKind.GROWTH and not is_sterility(criterion.assay):
        detail = (
            f"{criterion.assay} is no test for sterility, which alone is judged as {criterion.kind}, with interim "
            f"readings: name it sterility or sterility_…, or judge it as {CriterionKind.PRESENCE}."
        )
        yield Reason(code="assay_judged_otherwise", detail=detail, source=_SOUND)
    for limit in (criterion.low, criterion.high):
        if limit is not None and criterion.rounded(limit, limit) != limit:
            detail = (
                f"The limit {limit} of {criterion.assay} is finer than the values compared with it, which are "
                f"{criterion.rule.in_words}: state both to the same place."
            )
            yield Reason(code="limit_finer_than_rounding", detail=detail, source=_ROUNDED)


def _safety_reasons(proposed: Specification, routes: tuple[AdministrationRoute, ...]) -> Iterator[Reason]:
    endotoxin = proposed.criterion("endotoxin")
    if endotoxin and endotoxin.kind is CriterionKind.NUMERIC and endotoxin.high is None:
        detail = "State how much endotoxin there may be at most."
        yield Reason(code="endotoxin_unlimited", detail=detail, source="USP <85>")
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


def _day_reasons(case: ApprovalCase) -> Iterator[Reason]:
    earlier = any(one.version < case.proposed.version for one in case.product.specifications)
    if earlier and case.proposed.effective_from < case.today:
        yield Reason(
            code="looks_back",
            detail=f"Let version {case.proposed.version} take effect today or later.",
            source=_SOUND,
        )
