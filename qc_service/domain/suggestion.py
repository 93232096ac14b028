"""What the service suggests about a donor's eligibility, with every reason; it never signs (rule D6).

A result that does not count can never speak for a donor, but an adverse one always speaks against: a reactive
test on a late specimen is no reason to call a donor eligible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from qc_service.domain.donations import Donation
from qc_service.domain.eligibility import EligibilityStanding
from qc_service.domain.errors import Reason, Refused
from qc_service.domain.identifiers import FacilityId, Slug
from qc_service.domain.panel import Effect, Panel, RequiredAssay, panel_on
from qc_service.domain.screening import (
    DILUTING_ML,
    AssayResult,
    DonorScreened,
    DonorTested,
    Outcome,
    ScreeningFinding,
)

Certified = Callable[[FacilityId, date], bool]
"""Whether a laboratory held anything in force on a day that covers donor testing."""


class EligibilityRefused(Refused):
    """This donor cannot be determined eligible; every reason is given."""


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """The suggested determination; ``reasons`` stand against ``eligible``, ``notices`` do not."""

    standing: EligibilityStanding
    panel: Panel
    reasons: tuple[Reason, ...]
    notices: tuple[Reason, ...]

    def must_allow(self, standing: EligibilityStanding) -> None:
        """Raise ``EligibilityRefused`` where ``eligible`` has a reason against it (21 CFR 1271.50; rule D6).

        Ineligible and incomplete can always be determined.
        """
        if standing is EligibilityStanding.ELIGIBLE and self.reasons:
            raise EligibilityRefused("the donor cannot be determined eligible", self.reasons)


@dataclass
class _Weighing:
    """What has been found so far, while the rules look at one donation."""

    adverse: list[Reason] = field(default_factory=list)
    unfinished: list[Reason] = field(default_factory=list)
    notices: list[Reason] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class _Evidence:
    """One result within its report."""

    report: DonorTested
    result: AssayResult

    @property
    def spoken(self) -> str:
        return f"report {self.report.report}, {self.result.assay}"


def suggested_eligibility(donation: Donation, certified: Certified) -> Suggestion:
    """Weigh screening, tests and lookbacks by the recovery day's panel (21 CFR 1271.50, .75, .80, .85).

    Suggests ``ineligible`` where anything is adverse, ``incomplete`` where anything is missing or does not
    count, else ``eligible``; the reasons list the adverse ones first.
    """
    panel = panel_on(donation.collected_at.day)
    weighing = _Weighing()
    _weigh_screening(donation, weighing)
    _weigh_plasma_dilution(donation, weighing)
    _weigh_adverse_results(donation, panel, certified, weighing)
    _weigh_required_tests(donation, panel, certified, weighing)
    _weigh_lookbacks(donation, weighing)
    standing = EligibilityStanding.ELIGIBLE
    if weighing.adverse:
        standing = EligibilityStanding.INELIGIBLE
    elif weighing.unfinished:
        standing = EligibilityStanding.INCOMPLETE
    return Suggestion(
        standing=standing,
        panel=panel,
        reasons=(*weighing.adverse, *weighing.unfinished),
        notices=tuple(weighing.notices),
    )


def _weigh_screening(donation: Donation, weighing: _Weighing) -> None:
    """Interview, examination and records review are there and found no risk (21 CFR 1271.75; rule D2)."""
    source = "21 CFR 1271.75"
    for name in ("interview", "physical examination", "records review"):
        findings = [
            screening.parts[name].finding
            for screening in donation.standing_screenings
            if name in screening.parts
        ]
        if ScreeningFinding.RISK_FOUND in findings:
            detail = f"the {name} found a risk"
            weighing.adverse.append(Reason(code="risk_found", detail=detail, source=source))
        elif not findings:
            detail = f"the {name} is not on record"
            weighing.unfinished.append(Reason(code="screening_missing", detail=detail, source=source))
        elif findings[-1] is ScreeningFinding.NOT_FINISHED:
            detail = f"the {name} is not finished"
            weighing.unfinished.append(Reason(code="screening_incomplete", detail=detail, source=source))


def _weigh_plasma_dilution(donation: Donation, weighing: _Weighing) -> None:
    """Plasma dilution is assessed and not suspected (21 CFR 1271.80(d)(2); domain rule D2)."""
    source = "21 CFR 1271.80(d)(2)"
    assessed = [
        each.plasma_dilution for each in donation.standing_screenings if each.plasma_dilution is not None
    ]
    if not assessed:
        detail = "plasma dilution is not assessed"
        weighing.unfinished.append(Reason(code="plasma_dilution_not_assessed", detail=detail, source=source))
    elif assessed[-1].suspected(_diluting_ml(donation)):
        detail = "plasma dilution is suspected, so the tests may be falsely negative"
        weighing.adverse.append(Reason(code="plasma_dilution_suspected", detail=detail, source=source))


def _diluting_ml(donation: Donation) -> int:
    """Where a child's own specimen is tested, anything transfused or infused at all is too much."""
    return DILUTING_ML if donation.infant_age_days is None or donation.young_infant else 0


def _weigh_adverse_results(
    donation: Donation, panel: Panel, certified: Certified, weighing: _Weighing
) -> None:
    """Each adverse result has the effect that the panel gives it (21 CFR 1271.80(d)(1), .85(b); rule D3)."""
    for evidence in _results(donation):
        if not evidence.result.outcome.adverse:
            continue
        entry = panel.entry(evidence.result.assay)
        spoken = f"{evidence.spoken}: {evidence.result.outcome.replace('_', ' ')}"
        if entry.effect is Effect.INELIGIBLE:
            weighing.adverse.append(Reason(code="test_adverse", detail=spoken, source=entry.source))
        elif entry.effect is Effect.BY_SOP:
            detail = f"{spoken}; the establishment's procedure decides on its use"
            weighing.notices.append(Reason(code="by_sop", detail=detail, source=entry.source))
        elif _settled(donation, entry, certified):
            detail = f"{spoken}, with a negative specific test"
            weighing.notices.append(Reason(code="settled", detail=detail, source=entry.source))
        else:
            detail = f"{spoken}; only a negative specific test that counts settles it"
            weighing.unfinished.append(
                Reason(code="specific_test_needed", detail=detail, source=entry.source)
            )


def _settled(donation: Donation, entry: RequiredAssay, certified: Certified) -> bool:
    """A reactive non-treponemal with a negative treponemal test is eligible (21 CFR 1271.80(d)(1))."""
    return any(
        each.result.outcome.clear and not _shortcomings(donation, each, certified, screening=False)
        for each in _results(donation)
        if each.result.assay == entry.settled_by
    )


def _weigh_required_tests(
    donation: Donation, panel: Panel, certified: Certified, weighing: _Weighing
) -> None:
    """Each required test has a conclusive result that counts (21 CFR 1271.80(a)–(c), .85; rules D2 to D5)."""
    for entry in panel.required(donation.tissue, donation.country, donation.collected_at.day):
        reason = _why_unfinished(donation, entry, certified)
        if reason is not None:
            weighing.unfinished.append(reason)


def _why_unfinished(donation: Donation, entry: RequiredAssay, certified: Certified) -> Reason | None:
    done = [
        (each, _shortcomings(donation, each, certified, screening=True))
        for each in _results(donation)
        if each.result.assay in {entry.assay, entry.settled_by}
        and each.result.outcome is not Outcome.NOT_DONE
    ]
    counted = [each.result.outcome for each, shortcomings in done if not shortcomings]
    if any(outcome.conclusive for outcome in counted):
        return None
    if not done:
        detail = f"the {entry.name} test is missing"
        return Reason(code="test_missing", detail=detail, source=entry.source)
    if counted:
        detail = f"the {entry.name} test is inconclusive"
        return Reason(code="test_inconclusive", detail=detail, source=entry.source)
    why = "; ".join(f"{each.spoken}: {', '.join(shortcomings)}" for each, shortcomings in done)
    detail = f"the {entry.name} test does not count ({why})"
    return Reason(code="test_not_counted", detail=detail, source="21 CFR 1271.80(a)–(c)")


def _shortcomings(
    donation: Donation, evidence: _Evidence, certified: Certified, *, screening: bool
) -> tuple[str, ...]:
    """Why a result does not count: window, whose specimen, authorised use, laboratory (rules D2, D4, D5).

    With ``screening`` the assay must be authorised for donor screening; a specific test that settles one
    need not be.
    """
    report, result = evidence.report, evidence.result
    faults = []
    if not report.within_window(donation.collected_at.day):
        faults.append("the specimen was taken more than 7 days before or after recovery")
    if report.specimen_of not in donation.specimens_that_count:
        right = " or ".join(sorted(each.replace("_", " ") for each in donation.specimens_that_count))
        faults.append(f"the specimen must be that of the {right}")
    if screening and not result.status.screens_donors:
        faults.append("the assay is not authorised for donor screening")
    if not certified(report.laboratory, result.result_on):
        faults.append(f"{report.laboratory} was not certified for donor testing on {result.result_on}")
    return tuple(faults)


def _results(donation: Donation) -> Iterator[_Evidence]:
    """Every result in a report that no correction replaced."""
    for report in donation.standing_reports:
        for result in report.results:
            yield _Evidence(report=report, result=result)


def _weigh_lookbacks(donation: Donation, weighing: _Weighing) -> None:
    """A later result that is confirmed is adverse; one not concluded leaves the donor open (rule D10)."""
    for each in donation.lookbacks:
        number = each.reported.lookback
        if each.confirmed:
            detail = f"lookback {number} was confirmed"
            weighing.adverse.append(
                Reason(code="lookback_confirmed", detail=detail, source="21 CFR 1271.290")
            )
        elif each.open:
            detail = f"lookback {number} is open"
            weighing.unfinished.append(Reason(code="lookback_open", detail=detail, source="21 CFR 1271.290"))


def adverse_findings(donation: Donation, added: Iterable[DonorScreened | DonorTested]) -> tuple[Slug, ...]:
    """What in these new statements speaks against a donor who was relied upon (21 CFR 1271.290; rule D10)."""
    panel = panel_on(donation.collected_at.day)
    found: dict[Slug, None] = {}
    for body in added:
        if isinstance(body, DonorTested):
            adverse = (each.assay for each in body.results if each.outcome.adverse)
            found.update(dict.fromkeys(a for a in adverse if panel.entry(a).effect is not Effect.BY_SOP))
            continue
        risks = (name for name, part in body.parts.items() if part.finding is ScreeningFinding.RISK_FOUND)
        found.update(dict.fromkeys(Slug(name.replace(" ", "_")) for name in risks))
        if body.plasma_dilution is not None and body.plasma_dilution.suspected(_diluting_ml(donation)):
            found[Slug("plasma_dilution")] = None
    return tuple(found)
