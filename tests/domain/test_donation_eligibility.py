"""The rules D2 to D6: what the panel asks for, what counts, and what the service suggests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.domain.collection import DonationCollected
from qc_service.domain.donations import Donation
from qc_service.domain.eligibility import EligibilityStanding
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import CountryCode, FacilityId, Line, Slug, Text
from qc_service.domain.lookback import LookbackConcluded, LookbackConclusion, LookbackReported
from qc_service.domain.moments import ZonedTime
from qc_service.domain.panel import PANELS, panel_on
from qc_service.domain.records import Body
from qc_service.domain.screening import (
    AssayResult,
    AssayStatus,
    DilutionConclusion,
    DonorScreened,
    LaboratoryNumber,
    Outcome,
    PlasmaDilution,
    Screening,
    ScreeningFinding,
    SpecimenOf,
)
from qc_service.domain.suggestion import (
    EligibilityRefused,
    Suggestion,
    adverse_findings,
    suggested_eligibility,
)
from qc_service.domain.vocabulary import Tissue
from tests.domain.donors import (
    COLLECTED,
    LABORATORY,
    RECOVERED,
    SCREENED,
    clear_results,
    donation,
    report,
    result,
    with_outcome,
)

US = CountryCode("US")
CLEAR = report(*clear_results())


def certified(_laboratory: FacilityId, _day: date) -> bool:
    return True


def suggested(*bodies: Body, collected: DonationCollected = COLLECTED) -> Suggestion:
    return suggested_eligibility(donation(*bodies, collected=collected), certified)


def codes(suggestion: Suggestion) -> list[str]:
    return [reason.code for reason in suggestion.reasons]


def after_tests(*results: AssayResult) -> Suggestion:
    return suggested(SCREENED, report(*results))


def assays(tissue: Tissue, country: str, recovered: date) -> set[str]:
    required = panel_on(recovered).required(tissue, CountryCode(country), recovered)
    return {str(entry.assay) for entry in required}


def test_d6_a_complete_and_clear_donation_is_suggested_as_eligible() -> None:
    suggestion = suggested(SCREENED, CLEAR)
    assert suggestion.standing is EligibilityStanding.ELIGIBLE
    assert suggestion.reasons == suggestion.notices == ()
    suggestion.must_allow(EligibilityStanding.ELIGIBLE)


def test_d6_eligible_is_refused_with_every_reason_at_once() -> None:
    suggestion = suggested()
    assert suggestion.standing is EligibilityStanding.INCOMPLETE
    with pytest.raises(EligibilityRefused) as refused:
        suggestion.must_allow(EligibilityStanding.ELIGIBLE)
    expected = ["screening_missing"] * 3 + ["plasma_dilution_not_assessed"] + ["test_missing"] * 9
    assert [reason.code for reason in refused.value.reasons] == expected
    assert all(reason.source for reason in refused.value.reasons)


@pytest.mark.parametrize("standing", [EligibilityStanding.INELIGIBLE, EligibilityStanding.INCOMPLETE])
def test_d6_ineligible_and_incomplete_can_always_be_determined(standing: EligibilityStanding) -> None:
    suggested().must_allow(standing)
    suggested(SCREENED, CLEAR).must_allow(standing)


def test_d2_the_panel_asks_for_each_agent() -> None:
    assert assays(Tissue.PLACENTA, "US", date(2026, 1, 10)) == {
        "hiv_1_antibody", "hiv_1_nat", "hiv_2_antibody", "hbv_surface_antigen", "hbv_core_antibody",
        "hbv_nat", "hcv_antibody", "hcv_nat", "syphilis_non_treponemal",
    }  # fmt: skip


def test_d3_cord_blood_is_leukocyte_rich() -> None:
    added = assays(Tissue.CORD_BLOOD, "US", RECOVERED) - assays(Tissue.UMBILICAL_CORD, "US", RECOVERED)
    assert added == {"htlv_antibody", "cmv_antibody"}


@pytest.mark.parametrize(
    ("country", "recovered", "needed"),
    [
        ("US", date(2026, 5, 31), False),
        ("US", date(2026, 6, 1), True),
        ("US", date(2026, 10, 31), True),
        ("US", date(2026, 11, 1), False),
        ("DE", date(2026, 1, 10), True),
        ("US", date(2016, 7, 1), False),
    ],
)
def test_d3_west_nile_virus_by_season_and_date(country: str, recovered: date, needed: bool) -> None:
    assert ("wnv_nat" in assays(Tissue.PLACENTA, country, recovered)) is needed


def test_d3_the_panel_is_that_of_the_day_of_recovery() -> None:
    assert panel_on(date(1999, 1, 1)) is PANELS[0]
    assert panel_on(date(2017, 3, 11)) is PANELS[0]
    assert panel_on(date(2017, 3, 12)) is PANELS[1]
    assert [panel.since for panel in PANELS] == sorted(panel.since for panel in PANELS)


@pytest.mark.parametrize("assay", ["hiv_1_nat", "unlisted_agent"])
def test_d3_an_adverse_result_makes_ineligible(assay: str) -> None:
    suggestion = after_tests(*clear_results(), result(assay, Outcome.POSITIVE))
    assert suggestion.standing is EligibilityStanding.INELIGIBLE
    assert codes(suggestion) == ["test_adverse"]


def test_d3_reactive_cytomegalovirus_is_for_the_procedure_to_decide() -> None:
    collected = replace(COLLECTED, tissue=Tissue.CORD_BLOOD)
    results = tuple(
        replace(each, outcome=Outcome.REACTIVE) if each.assay == "cmv_antibody" else each
        for each in clear_results(Tissue.CORD_BLOOD)
    )
    suggestion = suggested(SCREENED, report(*results), collected=collected)
    assert suggestion.standing is EligibilityStanding.ELIGIBLE
    assert [notice.code for notice in suggestion.notices] == ["by_sop"]


def test_d3_reactive_non_treponemal_with_negative_treponemal_is_eligible() -> None:
    reactive = with_outcome("syphilis_non_treponemal", Outcome.REACTIVE)
    specific = replace(result("syphilis_treponemal", Outcome.NEGATIVE), status=AssayStatus.DIAGNOSTIC)
    assert codes(after_tests(*reactive)) == ["specific_test_needed"]
    suggestion = after_tests(*reactive, specific)
    assert suggestion.standing is EligibilityStanding.ELIGIBLE
    assert [notice.code for notice in suggestion.notices] == ["settled"]


def test_d3_a_reactive_treponemal_test_makes_ineligible() -> None:
    reactive = with_outcome("syphilis_non_treponemal", Outcome.REACTIVE)
    suggestion = after_tests(*reactive, result("syphilis_treponemal", Outcome.REACTIVE))
    assert codes(suggestion) == ["test_adverse", "specific_test_needed"]


def test_d3_a_treponemal_screening_test_stands_in() -> None:
    others = tuple(each for each in clear_results() if each.assay != "syphilis_non_treponemal")
    assert codes(after_tests(*others)) == ["test_missing"]
    assert codes(after_tests(*others, result("syphilis_treponemal"))) == []


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome.NOT_DONE, "test_missing"),
        (Outcome.INDETERMINATE, "test_inconclusive"),
        (Outcome.INVALID, "test_inconclusive"),
    ],
)
def test_d6_an_inconclusive_test_leaves_the_donor_incomplete(outcome: Outcome, code: str) -> None:
    suggestion = after_tests(*with_outcome("hcv_nat", outcome))
    assert suggestion.standing is EligibilityStanding.INCOMPLETE
    assert codes(suggestion) == [code]


def test_d2_only_an_assay_authorised_for_donor_screening_counts() -> None:
    results = tuple(replace(each, status=AssayStatus.DIAGNOSTIC) for each in clear_results()[:1])
    suggestion = after_tests(*results, *clear_results()[1:])
    assert codes(suggestion) == ["test_not_counted"]
    assert "not authorised for donor screening" in suggestion.reasons[0].detail


def test_d2_the_laboratory_must_be_certified_for_donor_testing_on_that_day() -> None:
    asked = []

    def lapsed(laboratory: FacilityId, day: date) -> bool:
        asked.append((laboratory, day))
        return False

    suggestion = suggested_eligibility(donation(SCREENED, CLEAR), lapsed)
    assert codes(suggestion) == ["test_not_counted"] * 9
    assert "not certified for donor testing on 2026-01-13" in suggestion.reasons[0].detail
    assert set(asked) == {(LABORATORY, date(2026, 1, 13))}


@pytest.mark.parametrize(
    ("number", "country", "fits"),
    [("99D9999999", "US", True), ("LAB-7", "DE", True), ("LAB-7", "US", False)],
)
def test_d2_a_laboratory_in_the_united_states_has_a_clia_number(
    number: str, country: str, fits: bool
) -> None:
    if fits:
        LaboratoryNumber(number).must_fit(CountryCode(country), "/laboratory_number")
    else:
        with pytest.raises(Malformed):
            LaboratoryNumber(number).must_fit(CountryCode(country), "/laboratory_number")


@pytest.mark.parametrize(("age", "fits"), [(0, False), (31, False), (32, True), (None, True)])
def test_d4_a_young_infants_specimen_is_the_birth_mothers(age: int | None, fits: bool) -> None:
    collected = replace(COLLECTED, infant_age_days=age)
    screened = replace(SCREENED, plasma_dilution=PlasmaDilution(conclusion=DilutionConclusion.ACCEPTABLE))
    own = replace(CLEAR, specimen_of=SpecimenOf.DONOR)
    suggestion = suggested(screened, own, collected=collected)
    assert codes(suggestion) == ([] if fits else ["test_not_counted"] * 9)
    if not fits:
        assert "must be that of the birth mother" in suggestion.reasons[0].detail
        assert codes(suggested(screened, CLEAR, collected=collected)) == []


def test_d4_an_older_infants_specimen_is_its_own() -> None:
    screened = replace(SCREENED, plasma_dilution=PlasmaDilution(blood_and_colloids_ml=0, crystalloids_ml=0))
    suggestion = suggested(screened, CLEAR, collected=replace(COLLECTED, infant_age_days=40))
    assert codes(suggestion) == ["test_not_counted"] * 9


@given(days=st.integers(min_value=-60, max_value=60))
def test_d5_a_specimen_counts_within_seven_days_of_recovery(days: int) -> None:
    taken = RECOVERED + timedelta(days=days)
    results = tuple(replace(each, result_on=taken) for each in clear_results())
    suggestion = suggested(SCREENED, replace(CLEAR, specimen_on=taken, results=results))
    assert codes(suggestion) == ([] if abs(days) <= 7 else ["test_not_counted"] * 9)


def test_d5_recovery_is_judged_by_the_day_where_it_was() -> None:
    collected = replace(COLLECTED, collected_at=ZonedTime("2026-01-10T23:30:00-05:00"))
    assert collected.collected_at.instant.day == 11
    late = replace(CLEAR, specimen_on=date(2026, 1, 17), results=_reported_on(date(2026, 1, 18)))
    assert codes(suggested(SCREENED, late, collected=collected)) == []


def _reported_on(day: date) -> tuple[AssayResult, ...]:
    return tuple(replace(each, result_on=day) for each in clear_results())


def test_d5_an_adverse_result_on_a_late_specimen_still_speaks_against() -> None:
    late = replace(
        report(result("hiv_1_nat", Outcome.REACTIVE), number=2), specimen_on=RECOVERED + timedelta(days=3)
    )
    later = replace(late, specimen_on=date(2026, 2, 1), results=(_late_reactive(),))
    suggestion = suggested(SCREENED, CLEAR, later)
    assert suggestion.standing is EligibilityStanding.INELIGIBLE


def _late_reactive() -> AssayResult:
    return replace(result("hiv_1_nat", Outcome.REACTIVE), result_on=date(2026, 2, 2))


def _found(finding: ScreeningFinding) -> DonorScreened:
    assert SCREENED.interview is not None
    return replace(SCREENED, interview=replace(SCREENED.interview, finding=finding))


def test_d2_a_risk_found_makes_ineligible() -> None:
    suggestion = suggested(_found(ScreeningFinding.RISK_FOUND), CLEAR)
    assert suggestion.standing is EligibilityStanding.INELIGIBLE
    assert codes(suggestion) == ["risk_found"]


def test_d2_screening_that_is_not_finished_leaves_the_donor_incomplete() -> None:
    unfinished = _found(ScreeningFinding.NOT_FINISHED)
    assert codes(suggested(unfinished, CLEAR)) == ["screening_incomplete"]
    finished = DonorScreened(screening=2, interview=SCREENED.interview)
    assert codes(suggested(unfinished, finished, CLEAR)) == []


@pytest.mark.parametrize(
    ("blood", "crystalloids", "conclusion", "suspected"),
    [
        (2000, 0, None, False),
        (1500, 501, None, True),
        (5000, 0, DilutionConclusion.ACCEPTABLE, False),
        (0, 0, DilutionConclusion.SUSPECTED, True),
        (None, None, DilutionConclusion.ACCEPTABLE, False),
    ],
)
def test_d2_plasma_dilution_is_assessed(
    blood: int | None, crystalloids: int | None, conclusion: DilutionConclusion | None, suspected: bool
) -> None:
    dilution = PlasmaDilution(
        blood_and_colloids_ml=blood, crystalloids_ml=crystalloids, conclusion=conclusion
    )
    suggestion = suggested(replace(SCREENED, plasma_dilution=dilution), CLEAR)
    assert codes(suggestion) == (["plasma_dilution_suspected"] if suspected else [])


def test_d2_anything_infused_dilutes_a_childs_own_specimen() -> None:
    own = replace(CLEAR, specimen_of=SpecimenOf.DONOR)
    suggestion = suggested(SCREENED, own, collected=replace(COLLECTED, infant_age_days=60))
    assert codes(suggestion) == ["plasma_dilution_suspected"]


@pytest.mark.parametrize(("blood", "crystalloids"), [(None, None), (0, None), (None, 0), (-1, 0)])
def test_d2_plasma_dilution_states_both_volumes_or_a_conclusion(
    blood: int | None, crystalloids: int | None
) -> None:
    with pytest.raises(Malformed):
        PlasmaDilution(blood_and_colloids_ml=blood, crystalloids_ml=crystalloids)


def test_d2_a_screening_or_report_that_states_nothing_is_malformed() -> None:
    with pytest.raises(Malformed):
        Screening()
    with pytest.raises(Malformed):
        report()
    dilution = DonorScreened(screening=1, plasma_dilution=SCREENED.plasma_dilution)
    assert dilution.parts == {}


def test_d2_a_result_is_not_older_than_its_specimen() -> None:
    with pytest.raises(Malformed):
        report(replace(result("hiv_1_nat"), result_on=RECOVERED - timedelta(days=1)))


def test_d2_a_report_stands_on_its_laboratory() -> None:
    assert CLEAR.cites() == ("facility/east-donor-laboratory",)


@pytest.mark.parametrize(
    ("conclusion", "expected"),
    [
        (None, ["lookback_open"]),
        (LookbackConclusion.CONFIRMED, ["lookback_confirmed"]),
        (LookbackConclusion.NOT_CONFIRMED, []),
    ],
)
def test_d10_a_lookback_stands_against_eligible(
    conclusion: LookbackConclusion | None, expected: list[str]
) -> None:
    reported = LookbackReported(
        lookback=1,
        findings=(Slug("hcv_nat"),),
        reported_by=Line("East donor laboratory"),
        received_on=date(2026, 3, 1),
        explanation=Text("A later specimen was reactive."),
    )
    bodies: tuple[Body, ...] = (SCREENED, CLEAR, reported)
    if conclusion is not None:
        text = Text("Looked into with the laboratory.")
        bodies += (LookbackConcluded(lookback=1, conclusion=conclusion, explanation=text),)
    assert codes(suggested(*bodies)) == expected


def test_a_superseded_report_no_longer_speaks() -> None:
    mistyped = report(*with_outcome("hiv_1_nat", Outcome.REACTIVE))
    state: Donation = donation(SCREENED, mistyped, replace(CLEAR, report=2, supersedes=1))
    assert suggested_eligibility(state, certified).standing is EligibilityStanding.ELIGIBLE


def test_d10_what_speaks_against_a_donor_who_was_relied_upon() -> None:
    diluted = replace(SCREENED, plasma_dilution=PlasmaDilution(conclusion=DilutionConclusion.SUSPECTED))
    reactive = report(result("hcv_nat", Outcome.REACTIVE), result("cmv_antibody", Outcome.REACTIVE))
    added = (_found(ScreeningFinding.RISK_FOUND), diluted, reactive)
    assert adverse_findings(donation(), added) == ("interview", "plasma_dilution", "hcv_nat")
    assert adverse_findings(donation(), (SCREENED, CLEAR)) == ()
    examined = DonorScreened(screening=2, physical_examination=SCREENED.physical_examination)
    assert adverse_findings(donation(), (examined,)) == ()
