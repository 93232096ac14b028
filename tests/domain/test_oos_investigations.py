"""The life of an investigation out of specification: phases in their order, a plan that is kept, and conclusions that
are borne out (FDA, Investigating OOS Test Results, 2022)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.domain.assessment import Outcome, judge
from qc_service.domain.errors import Malformed, NotFound, Refused
from qc_service.domain.identifiers import Text
from qc_service.domain.investigations import (
    Conclusion,
    ConclusionRefused,
    Investigation,
    InvestigationCause,
    InvestigationConcluded,
    InvestigationConcludedBefore,
    InvestigationOpened,
    PhaseBegunBefore,
    PhaseConcludedBefore,
    PhaseRefused,
    ProposedDisposition,
)
from qc_service.domain.phases import (
    AssignableCause,
    InvestigationPhase,
    InvestigationPhaseBegun,
    InvestigationPhaseConcluded,
)
from qc_service.domain.quality import Quality, ResultInvalidated
from qc_service.domain.records import Body, Signer
from qc_service.domain.results import ResultVerified
from tests.domain.quality_stories import ANALYST, QUALITY, SPECIFICATION, quality, result

LABORATORY, RETEST, FULL_SCALE = InvestigationPhase
Signed = tuple[Body, Signer]


def fails(number: int = 1) -> Signed:
    return result(number, value="0.9"), ANALYST


def passes(number: int, **link: Any) -> tuple[Signed, Signed]:
    """A passing result that a second person verified."""
    return (result(number, **link), ANALYST), (ResultVerified(result=number), QUALITY)


def opened(about: int | None = 1, number: int = 1) -> Signed:
    cause = InvestigationCause.OUT_OF_SPECIFICATION
    body = InvestigationOpened(investigation=number, cause=cause, description=Text("Above it."), result=about)
    return body, ANALYST


def begun(phase: InvestigationPhase = LABORATORY, **planned: int) -> Signed:
    body = InvestigationPhaseBegun(investigation=1, phase=phase, plan=Text("As the SOP says."), **planned)
    return body, QUALITY


def found(
    cause: AssignableCause = AssignableCause.LABORATORY, phase: InvestigationPhase = LABORATORY
) -> Signed:
    body = InvestigationPhaseConcluded(investigation=1, phase=phase, finding=Text("A filter."), cause=cause)
    return body, QUALITY


def conclusion(
    which: Conclusion = Conclusion.LABORATORY_ERROR,
    phase: InvestigationPhase = LABORATORY,
    disposition: ProposedDisposition | None = None,
) -> InvestigationConcluded:
    return InvestigationConcluded(
        investigation=1, phase=phase, root_cause=Text("A filter."), conclusion=which, disposition=disposition
    )


SHOWN_INVALID: tuple[Signed, ...] = (
    (conclusion(), QUALITY),
    (ResultInvalidated(result=1, investigation=1, cause=Text("A filter.")), QUALITY),
)
LOOKED_AT: tuple[Signed, ...] = (fails(), opened(), begun(), found())


def investigation(*signed: Signed) -> Investigation:
    return quality(*signed).investigation(1)


def endotoxin(known: Quality) -> Outcome:
    """How endotoxin stands."""
    return judge(SPECIFICATION, known.results)[0].outcome


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def test_a_phase_says_who_ordered_it_and_what_it_found() -> None:
    known = investigation(fails(), opened(), begun())
    assert known.phases[0].is_open
    phase = investigation(*LOOKED_AT, begun(RETEST, retests=2)).phase(LABORATORY)
    assert phase is not None
    assert (phase.ordered_by, phase.concluded_by, phase.is_open) == (QUALITY, QUALITY, False)
    assert phase.found(AssignableCause.LABORATORY)


@pytest.mark.parametrize("phase", [RETEST, FULL_SCALE])
def test_the_laboratory_looks_at_its_own_work_first(phase: InvestigationPhase) -> None:
    for story in ((fails(), opened()), (fails(), opened(), begun())):
        with pytest.raises(PhaseRefused) as refused:
            investigation(*story).must_begin(phase)
        assert codes(refused) == ["laboratory_phase_first"]
    investigation(*LOOKED_AT).must_begin(phase)


def test_a_phase_is_ordered_once_and_so_its_plan_stands() -> None:
    with pytest.raises(PhaseBegunBefore):
        investigation(*LOOKED_AT, begun(RETEST, retests=1)).must_begin(RETEST)
    with pytest.raises(InvestigationConcludedBefore):
        investigation(*LOOKED_AT, (conclusion(), QUALITY)).must_begin(RETEST)


def test_what_is_about_no_result_has_no_laboratory_phase() -> None:
    known = investigation(opened(about=None))
    for phase in (LABORATORY, RETEST):
        with pytest.raises(Malformed) as refused:
            known.must_begin(phase)
        assert refused.value.faults[0].pointer == "/phase"
    known.must_begin(FULL_SCALE)


def test_a_phase_is_concluded_once_and_not_before_it_was_begun() -> None:
    with pytest.raises(NotFound):
        investigation(fails(), opened()).must_conclude_phase(LABORATORY)
    investigation(fails(), opened(), begun()).must_conclude_phase(LABORATORY)
    with pytest.raises(PhaseConcludedBefore):
        investigation(*LOOKED_AT).must_conclude_phase(LABORATORY)


@pytest.mark.parametrize(
    ("phase", "planned", "pointer"),
    [
        (RETEST, {}, "/retests"),
        (RETEST, {"retests": -1, "resamples": 2}, "/retests"),
        (RETEST, {"resamples": -1}, "/resamples"),
        (LABORATORY, {"retests": 1}, "/retests"),
        (FULL_SCALE, {"resamples": 1}, "/resamples"),
    ],
)
def test_a_plan_says_how_many_tests_there_will_be_where_there_are_any(
    phase: InvestigationPhase, planned: dict[str, int], pointer: str
) -> None:
    with pytest.raises(Malformed) as refused:
        begun(phase, **planned)
    assert refused.value.faults[0].pointer == pointer


def test_the_laboratory_phase_finds_no_fault_of_the_process() -> None:
    with pytest.raises(Malformed):
        found(AssignableCause.PROCESS)
    found(AssignableCause.PROCESS, FULL_SCALE)


def test_a_laboratory_error_needs_a_phase_that_found_it() -> None:
    for story in (
        (fails(), opened()),
        (fails(), opened(), begun(), found(AssignableCause.NONE)),
    ):
        with pytest.raises(ConclusionRefused) as refused:
            investigation(*story).must_accept(conclusion(), QUALITY.id)
        assert codes(refused) == ["no_laboratory_finding"]
    investigation(*LOOKED_AT).must_accept(conclusion(), QUALITY.id)


def test_a_laboratory_error_is_not_concluded_where_a_phase_found_the_process_at_fault() -> None:
    story = (*LOOKED_AT, begun(FULL_SCALE), found(AssignableCause.PROCESS, FULL_SCALE))
    with pytest.raises(ConclusionRefused) as refused:
        investigation(*story).must_accept(conclusion(), QUALITY.id)
    assert codes(refused) == ["process_finding"]


def test_nothing_is_concluded_while_a_phase_is_open() -> None:
    with pytest.raises(ConclusionRefused) as refused:
        investigation(fails(), opened(), begun()).must_accept(
            conclusion(Conclusion.PRODUCT_FAILURE), QUALITY.id
        )
    assert codes(refused) == ["phase_open"]


def test_the_phase_of_a_conclusion_was_begun() -> None:
    with pytest.raises(Malformed) as refused:
        investigation(*LOOKED_AT).must_accept(conclusion(phase=FULL_SCALE), QUALITY.id)
    assert refused.value.faults[0].pointer == "/phase"


def test_the_analyst_of_the_result_does_not_conclude_on_it() -> None:
    with pytest.raises(ConclusionRefused) as refused:
        investigation(*LOOKED_AT).must_accept(conclusion(), ANALYST.id, ANALYST.id)
    assert codes(refused) == ["concluder_is_analyst"]
    investigation(*LOOKED_AT).must_accept(conclusion(), QUALITY.id, ANALYST.id)


@pytest.mark.parametrize(
    ("about", "which", "refused"),
    [
        (1, Conclusion.PRODUCT_FAILURE, True),
        (1, Conclusion.INCONCLUSIVE, True),
        (None, Conclusion.PRODUCT_FAILURE, True),
        (None, Conclusion.INCONCLUSIVE, False),
        (None, Conclusion.NO_PRODUCT_IMPACT, False),
    ],
)
def test_no_release_is_proposed_where_the_result_stands(
    about: int | None, which: Conclusion, refused: bool
) -> None:
    known = investigation(fails(), opened(about=about))
    for disposition in ProposedDisposition:
        said = conclusion(which, disposition=disposition)
        if refused and disposition is ProposedDisposition.RELEASE:
            with pytest.raises(ConclusionRefused) as found_against:
                known.must_accept(said, QUALITY.id)
            assert codes(found_against) == ["release_not_possible"]
        else:
            known.must_accept(said, QUALITY.id)


def test_a_plan_is_not_cut_short_once_a_test_passes() -> None:
    planned = (*LOOKED_AT, begun(RETEST, retests=2, resamples=1), *passes(2, retests=1))
    story = (*planned, found(AssignableCause.LABORATORY, RETEST))
    with pytest.raises(ConclusionRefused) as refused:
        investigation(*story).must_accept(conclusion(phase=RETEST), QUALITY.id)
    assert codes(refused) == ["retests_outstanding"]
    investigation(*story).must_accept(conclusion(Conclusion.INCONCLUSIVE, RETEST), QUALITY.id)
    whole = (*planned, *passes(3, retests=1), *passes(4, resamples=1))
    known = investigation(*whole, found(AssignableCause.LABORATORY, RETEST))
    assert (known.retests, known.resamples) == ((2, 3), (4,))
    known.must_accept(conclusion(phase=RETEST), QUALITY.id)


def test_a_test_beyond_the_plan_is_recorded_and_passes_nothing() -> None:
    """Testing into compliance: the plan's one retest fails, so somebody runs another."""
    retested = (*LOOKED_AT, begun(RETEST, retests=1), *passes(2, retests=1), *passes(3, retests=1))
    known = quality(*retested)
    assert [one.beyond_plan for one in known.results] == [False, False, True]
    assert known.investigation(1).retests == (2,)
    assert endotoxin(known) is Outcome.FAIL


@pytest.mark.parametrize("link", [{}, {"retests": 1}, {"resamples": 1}])
def test_a_test_again_without_a_plan_passes_nothing_even_once_the_first_is_shown_invalid(
    link: dict[str, int],
) -> None:
    early = quality(*LOOKED_AT, *passes(2, **link), *SHOWN_INVALID)
    assert endotoxin(early) is Outcome.MISSING
    planned = quality(*LOOKED_AT, begun(RETEST, retests=1, resamples=1), *passes(2, **link), *SHOWN_INVALID)
    assert endotoxin(planned) is (Outcome.PASS if link else Outcome.MISSING)
    afterwards = quality(*LOOKED_AT, *SHOWN_INVALID, *passes(2, **link))
    assert endotoxin(afterwards) is Outcome.PASS


def test_a_test_beyond_the_plan_that_fails_counts_all_the_same() -> None:
    known = quality(
        *LOOKED_AT, *SHOWN_INVALID[:1], fails(2), opened(about=2, number=2), fails(3), *SHOWN_INVALID[1:]
    )
    assert known.result(3).beyond_plan
    assert endotoxin(known) is Outcome.FAIL


def test_a_retest_after_its_phase_was_concluded_is_beyond_the_plan() -> None:
    closed = found(AssignableCause.NONE, RETEST)
    known = quality(*LOOKED_AT, begun(RETEST, retests=2), closed, *passes(2, retests=1))
    assert known.result(2).beyond_plan


def test_another_assay_goes_on_as_before() -> None:
    known = quality(*LOOKED_AT, (result(2, "identity_transmembrane"), ANALYST))
    assert not known.result(2).beyond_plan


def test_an_interim_reading_uses_up_no_retest() -> None:
    """Sterility is read on the way: the fourteenth day is the planned test, the third is not another."""
    growth = result(1, "sterility", finding="growth", read="2026-11-05T09:00:00Z")
    interim = result(2, "sterility", retests=1, read="2026-11-05T09:00:00Z")
    final = result(3, "sterility", retests=1)
    known = quality(
        (growth, ANALYST), opened(), begun(), found(), begun(RETEST, retests=1), (interim, ANALYST), (final, ANALYST)
    )  # fmt: skip
    assert [one.beyond_plan for one in known.results] == [False, False, False]
    assert known.investigation(1).retests == (3,)


def test_a_test_is_of_the_first_sample_or_of_a_new_one() -> None:
    with pytest.raises(Malformed) as refused:
        result(2, retests=1, resamples=1)
    assert refused.value.faults[0].pointer == "/resamples"


MOVES: dict[str, Callable[[int], tuple[Signed, ...]]] = {
    "fails": lambda number: (fails(number),),
    "passes": passes,
    "retests": lambda number: passes(number, retests=1),
    "resamples": lambda number: passes(number, resamples=1),
}


@given(moves=st.lists(st.sampled_from(sorted(MOVES)), max_size=6), planned=st.integers(0, 2))
def test_no_run_of_tests_makes_a_failing_lot_pass_without_the_first_shown_invalid(
    moves: list[str], planned: int
) -> None:
    """However often it is tested again: the failing result decides until it is shown invalid, and then only the tests
    that were planned beforehand count, together with every one that fails."""
    plan = (begun(RETEST, retests=planned),) if planned else ()
    tests: list[Signed] = []
    for number, move in enumerate(moves, start=2):
        tests += MOVES[move](number)
    known = quality(*LOOKED_AT, *plan, *tests)
    assert endotoxin(known) is Outcome.FAIL
    shown = quality(*LOOKED_AT, *plan, *tests, *SHOWN_INVALID)
    in_plan = "retests" in moves and planned
    expected = Outcome.FAIL if "fails" in moves else Outcome.PASS if in_plan else Outcome.MISSING
    assert endotoxin(shown) is expected
