"""Whether a lot may be released for a purpose: every reason against it at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from qc_service.domain.assessment import IN_WORDS, Outcome, failed, judge, product_day
from qc_service.domain.capas import Capa
from qc_service.domain.departures import steps_missing
from qc_service.domain.donations import Donation
from qc_service.domain.errors import Reason, Refused
from qc_service.domain.identifiers import PersonId
from qc_service.domain.investigations import Conclusion
from qc_service.domain.lots import Lot
from qc_service.domain.products import Product
from qc_service.domain.regulatory import RegulatoryBasis
from qc_service.domain.vocabulary import AdministrationRoute, BasisKind, LotKind, Purpose

Reasons = Iterator[Reason]


class ReleaseRefused(Refused):
    """The lot may not be released for this purpose (rules R1 and R2; 21 CFR 1271.265(c), 610.1)."""


@dataclass(frozen=True, kw_only=True)
class ReleaseCase:
    """What the decision stands on: the lot, its product, every donation behind it, the lots it comes from.

    ``missing`` names what the lot stands on and is not on record.
    """

    lot: Lot
    product: Product
    donations: tuple[Donation, ...]
    ancestors: tuple[Lot, ...]
    missing: tuple[str, ...]
    purpose: Purpose
    releaser: PersonId
    at: datetime
    capas: tuple[Capa, ...] = ()

    @property
    def stands_on(self) -> tuple[str, ...]:
        """The streams whose heads the signed release cites: an auditor can replay it on these very records."""
        return (
            f"product/{self.product.code}",
            *(f"donation/{donation.din}" for donation in self.donations),
            *(f"lot/{ancestor.number}" for ancestor in self.ancestors),
            *(f"capa/{capa.id}" for capa in self.capas if capa.concerning(self.lot.number)),
        )


def release_reasons(case: ReleaseCase) -> tuple[Reason, ...]:
    """Every reason against releasing the lot for the purpose; none means that quality may sign.

    Sources: rules R1 and R2; 21 CFR 1271.265(c), release and departures; 610.1, no release before the tests.
    """
    return (
        *_signer(case),
        *_lineage(case),
        *(reason for donation in case.donations for reason in donation.decision_reasons(case.purpose)),
        *_assays(case),
        *_investigations(case),
        *_actions(case),
        *_processing(case),
        *_filling(case),
        *_footing(case),
        *_decided(case),
    )


def _signer(case: ReleaseCase) -> Reasons:
    """Rule R1: never the lot's registrant or analyst; whoever verified the results may."""
    parts = (
        ("releaser_registered_lot", "registered this lot", case.releaser == case.lot.registered_by),
        ("releaser_is_analyst", "recorded results of this lot", case.releaser in case.lot.quality.analysts()),
    )
    for code, did, true in parts:
        if true:
            yield Reason(code=code, detail=f"You {did}; someone else in quality releases it.", source="R1")


def _lineage(case: ReleaseCase) -> Reasons:
    """Rules R2 and P2: an unbroken chain of lots, each of them released to be made into the next."""
    for missing in case.missing:
        detail = f"The lot stands on {missing}, which is not on record: its history has a gap."
        yield Reason(code="chain_broken", detail=detail, source="R2")
    for lot in case.ancestors:
        if lot.unmet:
            detail = f"Lot {lot.number}, which it was made from, does not meet its specification"
            yield Reason(code="parent_not_met", detail=f"{detail} ({', '.join(lot.unmet)}).", source="P2")
        elif not lot.usable_for(Purpose.FURTHER_PROCESSING):
            detail = f"Lot {lot.number}, which it was made from, is not released for further processing"
            yield Reason(code="parent_not_released", detail=f"{detail} ({lot.status}).", source="P2")


_WANTED = {
    Outcome.MISSING: "assay_missing",
    Outcome.FAIL: "assay_failing",
    Outcome.UNVERIFIED: "assay_unverified",
    Outcome.TOO_FEW_REPLICATES: "replicates_too_few",
    Outcome.SPREAD_TOO_WIDE: "spread_too_wide",
    Outcome.OTHER_METHOD: "other_method",
}


def _assays(case: ReleaseCase) -> Reasons:
    """Rule Q3 and 21 CFR 610.1: every required assay passes, verified, by the results as they stand now."""
    quality = case.lot.quality
    specification = quality.specification(case.product, case.at)
    if specification is None:
        detail = f"{case.product.name} has no specification in force; approve one and assess the lot."
        yield Reason(code="no_specification", detail=detail, source="Q2")
        return
    if quality.assessment is None:
        yield Reason(
            code="not_assessed", detail="The lot is not assessed against its specification.", source="Q2"
        )
    elif quality.assessment.outdated:
        detail = "Results changed after the assessment; assess the lot again."
        yield Reason(code="assessment_outdated", detail=detail, source="Q2")
    for judged in judge(specification, quality.results):
        if judged.criterion.required and judged.outcome in _WANTED:
            said = (judged.criterion.assay, judged.in_words, IN_WORDS[judged.outcome])
            remedy = "; record one" if judged.outcome is Outcome.MISSING else ""
            detail = f"{' '.join(filter(None, said))}{remedy}."
            yield Reason(code=_WANTED[judged.outcome], detail=detail, source="21 CFR 610.1")
    failing = {criterion.assay for criterion in failed(specification, quality.results)}
    for result in quality.failed_before(case.product):
        if result.recorded.assay not in failing:
            detail = (
                f"{result.recorded.assay} {result.recorded.in_words} (result {result.number}) was out of the "
                "specification in force when it was recorded; a later version does not let it pass."
            )
            yield Reason(code="assay_failing", detail=detail, source="21 CFR 610.1")


def _investigations(case: ReleaseCase) -> Reasons:
    for investigation in case.lot.quality.investigations:
        if investigation.is_open:
            detail = f"Investigation {investigation.number} is open: {investigation.description}"
            yield Reason(code="investigation_open", detail=detail, source="R2")
        elif investigation.conclusion is Conclusion.PRODUCT_FAILURE:
            detail = f"Investigation {investigation.number} concluded that the product failed."
            yield Reason(code="product_failure", detail=detail, source="21 CFR 610.1")


def _actions(case: ReleaseCase) -> Reasons:
    """A CAPA is about the way of working; only an action that quality wants done first holds the lot up."""
    for capa in case.capas:
        for action in capa.blocking(case.lot.number):
            detail = f"Action {action.number} of CAPA {capa.id} is wanted first: {action.planned.description}"
            yield Reason(code="capa_action_open", detail=detail, source="21 CFR 820.100")


def _processing(case: ReleaseCase) -> Reasons:
    """21 CFR 1271.265(c)(3): no release under an open or unjustified departure, nor half-way (rule P3)."""
    for kind in steps_missing(case.product.process, case.lot.processing.kinds_performed()):
        detail = f"The step {kind.replace('_', ' ')} of the process definition is not recorded."
        yield Reason(code="process_unfinished", detail=detail, source="P3")
    yield from departure_reasons(case.lot)


def departure_reasons(lot: Lot) -> Reasons:
    """What speaks against a lot's use in how it was made and tested, until quality justified it."""
    for deviation in lot.processing.open_deviations():
        detail = f"Deviation {deviation.number} is open: {deviation.description}"
        yield Reason(code="deviation_open", detail=detail, source="21 CFR 1271.265(c)(3)")
    for deviation in lot.processing.unjustified_deviations():
        detail = f"Deviation {deviation.number} was found to add risk: {deviation.description}"
        yield Reason(code="deviation_unjustified", detail=detail, source="21 CFR 1271.265(c)(3)")


def _filling(case: ReleaseCase) -> Reasons:
    filling = case.lot.filling
    if filling.fill is None:
        if case.purpose is Purpose.CLINICAL:
            yield Reason(
                code="not_filled", detail="No fill is recorded: there are no vials to release.", source="P11"
            )
        return
    if not filling.reconciled:
        detail = "Vials or labels of the fill are not reconciled; count and record them."
        yield Reason(code="fill_unreconciled", detail=detail, source="21 CFR 211.125(c)")
    if filling.fill.expires_on < product_day(case.product, case.at):
        yield Reason(code="expired", detail=f"The lot expired on {filling.fill.expires_on}.", source="R2")


def _footing(case: ReleaseCase) -> Reasons:
    """What the product legally is: for patients a finished lot, a route and a basis for it on record."""
    if case.purpose is not Purpose.CLINICAL:
        return
    if case.lot.kind is not LotKind.FINISHED:
        detail = f"A {case.lot.kind} lot is never used on a patient; release it for further_processing."
        yield Reason(code="not_finished", detail=detail, source="P2")
    routes = {route for route in case.product.routes_allowed if route is not AdministrationRoute.NONE}
    if not any(basis.route in routes and _carries(basis) for basis in case.product.bases):
        detail = "No FDA approval and no IND on file, nor another basis for a route the product allows."
        yield Reason(code="no_regulatory_basis", detail=detail, source="FDA safety notification, 6 Dec 2019")


def _carries(basis: RegulatoryBasis) -> bool:
    """Whether a basis carries its route: a cosmetic is never injected."""
    if basis.kind is BasisKind.COSMETIC:
        return basis.route is AdministrationRoute.TOPICAL
    return basis.kind is not BasisKind.NONE


def _decided(case: ReleaseCase) -> Reasons:
    disposition = case.lot.disposition
    if disposition.rejected:
        yield Reason(code="rejected", detail="The lot was rejected; there is no way back.", source="R2")
    for hold in disposition.open_holds():
        detail = f"Hold {hold.number} is in force: {hold.explanation}"
        yield Reason(code="on_hold", detail=detail, source="R4")
    for recall in disposition.recalls:
        yield Reason(
            code="recalled", detail=f"{recall.kind.capitalize()} {recall.recall} stands.", source="R4"
        )
    if disposition.release_for(case.purpose):
        detail = f"The lot is released for {case.purpose} already."
        yield Reason(code="released_before", detail=detail, source="R1")
