"""What a reviewer must see of a lot before release: what is missing, what is out, and who must do what next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from qc_service.domain.assessment import IN_WORDS, CriterionJudged, Outcome, judge
from qc_service.domain.comparison import compare
from qc_service.domain.departures import steps_missing
from qc_service.domain.identifiers import FacilityId, PersonId
from qc_service.domain.lots import Lot
from qc_service.domain.permissions import ROLE_PERMISSIONS, Permission, Role
from qc_service.domain.products import Product
from qc_service.domain.quality import Quality
from qc_service.domain.results import Result
from qc_service.domain.specifications import Criterion, Judgement, Specification
from qc_service.domain.vocabulary import LotKind


@dataclass(frozen=True, kw_only=True)
class Missing:
    """Something that is not on record; ``required`` where the lot is not released without it.

    What several results lack alike is said once, with the number of each in ``results``.
    """

    code: str
    detail: str
    required: bool = True
    assay: str | None = None
    results: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Failing:
    """A result beyond its limits, and the investigations of it."""

    criterion: Criterion
    result: Result
    investigations: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """What somebody must do: by which roles, and by whom not."""

    permission: Permission
    detail: str
    not_by: tuple[str, ...] = ()
    results: tuple[int, ...] = ()

    @property
    def roles(self) -> tuple[Role, ...]:
        """Who may do it."""
        return tuple(role for role, may in ROLE_PERMISSIONS.items() if self.permission in may)


def missing(lot: Lot, product: Product, at: datetime) -> tuple[Missing, ...]:
    """Everything that is not on record yet: assays, verifications, certifications, steps, counts and the assessment."""
    quality = lot.quality
    specification = quality.specification(product, at)
    return (
        *_assays(specification, quality),
        *_verifications(quality),
        *_certifications(quality),
        *_steps(lot, product),
        *_counts(lot),
        *_assessment(specification, quality),
    )


def _assays(specification: Specification | None, quality: Quality) -> Iterator[Missing]:
    if specification is None:
        detail = "The product has no specification in force: nothing says what to test."
        yield Missing(code="no_specification", detail=detail)
        return
    for judged in judge(specification, quality.results):
        if judged.outcome not in {Outcome.PASS, Outcome.FAIL, Outcome.UNVERIFIED}:
            yield _assay(judged, quality)


def _assay(judged: CriterionJudged, quality: Quality) -> Missing:
    criterion = judged.criterion
    informative = "" if criterion.required else ", which is informative"
    undecided = _undecided(criterion, quality) if judged.outcome is Outcome.MISSING else None
    said = IN_WORDS[judged.outcome]
    if undecided is not None:
        said += f": result {undecided.number}, {undecided.recorded.in_words}, {_why(undecided)}"
    result = judged.result if undecided is None else undecided.number
    return Missing(
        code=f"assay_{judged.outcome}",
        detail=f"{criterion.assay}{informative} ({criterion.in_words}) {said}.",
        required=criterion.required,
        assay=str(criterion.assay),
        results=() if result is None else (result,),
    )


def _undecided(criterion: Criterion, quality: Quality) -> Result | None:
    """The newest valid result of an assay for which none decides."""
    of = [one for one in quality.results if one.valid and one.recorded.assay == criterion.assay]
    return of[-1] if of else None


def _why(result: Result) -> str:
    """Why a valid result does not decide, though nothing falls short of what is asked of it."""
    if not result.recorded.final:
        return "may still change"
    if result.beyond_plan:
        return "is beyond the plan of an investigation"
    return "does not show on which side of a limit it is"


def unverified(quality: Quality) -> tuple[Result, ...]:
    """The valid results that no second person verified."""
    return tuple(result for result in quality.results if result.valid and result.verified_by is None)


def _verifications(quality: Quality) -> Iterator[Missing]:
    found = unverified(quality)
    if found:
        verb = "is" if len(found) == 1 else "are"
        yield Missing(
            code="result_unverified",
            detail=f"{numbered(found).capitalize()} {verb} not verified by a second person.",
            results=tuple(result.number for result in found),
        )


def numbered(results: Sequence[Result]) -> str:
    """Results by their numbers and assays: ``results 1 (ph), 2 (endotoxin)``."""
    named = ", ".join(f"{result.number} ({result.recorded.assay})" for result in results)
    return f"result{'' if len(results) == 1 else 's'} {named}"


def _certifications(quality: Quality) -> Iterator[Missing]:
    """Rule P7: nothing in force covered the laboratory on that day."""
    uncovered: dict[FacilityId, list[Result]] = {}
    for result in quality.results:
        if result.valid and result.recorded.covered_by is None:
            uncovered.setdefault(result.recorded.facility, []).append(result)
    for laboratory, found in uncovered.items():
        yield Missing(
            code="certification_missing",
            detail=f"Nothing on record certified {laboratory} for {numbered(found)}.",
            required=False,
            results=tuple(result.number for result in found),
        )


def _steps(lot: Lot, product: Product) -> Iterator[Missing]:
    for kind in steps_missing(product.process, lot.processing.kinds_performed()):
        yield Missing(code="step_missing", detail=f"The step {kind.replace('_', ' ')} is not recorded.")


def _counts(lot: Lot) -> Iterator[Missing]:
    if lot.filling.fill is None:
        if lot.kind is LotKind.FINISHED:
            yield Missing(code="not_filled", detail="No fill is recorded: there are no vials to release.")
    elif not lot.filling.reconciled:
        yield Missing(code="fill_unreconciled", detail="Vials or labels of the fill are not reconciled.")


def _assessment(specification: Specification | None, quality: Quality) -> Iterator[Missing]:
    if specification is not None and quality.assessment is None:
        yield Missing(code="not_assessed", detail="The lot is not assessed against its specification.")
    elif quality.assessment is not None and quality.assessment.outdated:
        yield Missing(code="assessment_outdated", detail="Results changed after the assessment.")


def out(lot: Lot, specification: Specification | None) -> tuple[Failing, ...]:
    """Every valid result that fails its criterion, required or informative, in the order they were recorded."""
    criteria = {one.assay: one for one in specification.criteria} if specification else {}
    found = (
        (criteria[result.recorded.assay], result)
        for result in lot.quality.results
        if result.valid and result.recorded.assay in criteria
    )
    return tuple(
        Failing(
            criterion=criterion,
            result=result,
            investigations=tuple(
                one.number for one in lot.quality.investigations if one.result == result.number
            ),
        )
        for criterion, result in found
        if compare(criterion, result.recorded) is Judgement.FAIL
    )


def next_steps(lot: Lot, lacking: Iterable[Missing]) -> tuple[NextStep, ...]:
    """Who must do what about everything that is missing, in the order in which it is done."""
    codes: dict[str, list[Missing]] = {}
    for one in lacking:
        codes.setdefault(one.code, []).append(one)
    return (
        *_of(codes, ("no_specification",), Permission.APPROVE_SPECIFICATION, "Approve a specification"),
        *_of(codes, ("step_missing",), Permission.RECORD_STEP, "Record the steps that are left"),
        *_of(codes, ("not_filled", "fill_unreconciled"), Permission.RECORD_FILL, "Record the fill and its counts"),
        *_results(codes),
        *_verifying(lot.quality),
        *_of(codes, ("not_assessed", "assessment_outdated"), Permission.ASSESS_LOT, "Assess the lot"),
    )  # fmt: skip


def _of(
    codes: dict[str, list[Missing]], wanted: tuple[str, ...], permission: Permission, detail: str
) -> Iterator[NextStep]:
    found = [one for code in wanted for one in codes.get(code, ())]
    if found:
        yield NextStep(permission=permission, detail=f"{detail}: {' '.join(one.detail for one in found)}")


def _results(codes: dict[str, list[Missing]]) -> Iterator[NextStep]:
    assays = [str(one.assay) for code, found in codes.items() if code.startswith("assay_") for one in found]
    if assays:
        detail = f"Record a result of {', '.join(assays)}."
        yield NextStep(permission=Permission.RECORD_RESULT, detail=detail)


def _verifying(quality: Quality) -> Iterator[NextStep]:
    """One step for all results that the same people may not verify (rule Q5)."""
    together: dict[frozenset[PersonId], list[int]] = {}
    for result in unverified(quality):
        together.setdefault(quality.barred_from_verifying(result), []).append(result.number)
    names = {result.analyst.id: str(result.analyst.printed_name) for result in quality.results}
    for barred, numbers in together.items():
        not_by = tuple(sorted(names[person] for person in barred))
        which = f"result{'' if len(numbers) == 1 else 's'} {', '.join(map(str, numbers))}"
        yield NextStep(
            permission=Permission.VERIFY_RESULT,
            detail=f"Verify {which}, as a second person: not {', '.join(not_by)}.",
            not_by=not_by,
            results=tuple(numbers),
        )
