"""Every reason against a release, each on its own and all at once (rules R1 and R2)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qc_service.domain.assessment import Outcome, judge
from qc_service.domain.disposition import LotRejected, LotReleased
from qc_service.domain.filling import LabelsReconciled
from qc_service.domain.identifiers import LotNumber, PersonId, Text
from qc_service.domain.investigations import Conclusion
from qc_service.domain.lots import Lot
from qc_service.domain.processing import (
    Departure,
    DeviationCause,
    DeviationClosed,
    DeviationOutcome,
    Severity,
)
from qc_service.domain.processing import opened as deviations
from qc_service.domain.quality import ResultVerified
from qc_service.domain.records import Body, Signer
from qc_service.domain.release import ReleaseCase, release_reasons
from qc_service.domain.vocabulary import AdministrationRoute, BasisKind, LotKind, Purpose, StepKind
from tests.domain.donors import donation
from tests.domain.lot_stories import counts, fill
from tests.domain.lot_stories import step as performed
from tests.domain.quality_stories import (
    ANALYST,
    AT,
    QUALITY,
    SPECIFICATION,
    TECHNICIAN,
    assessed,
    passing,
    product,
    result,
    story,
)
from tests.domain.test_capas import capa, done, planned
from tests.domain.test_disposition import HELD, RECALLED
from tests.domain.test_quality_results import concluded, invalidated, opened

FILLED: tuple[tuple[Body, Signer], ...] = (
    (fill(counts=counts()), TECHNICIAN),
    (LabelsReconciled(issued=12, used=12, spoiled=0, returned=0, notes=None), TECHNICIAN),
)
GOOD = (*FILLED, *assessed(*passing()))


def case(lot: Lot, **changes: Any) -> ReleaseCase:
    stands = ReleaseCase(
        lot=lot,
        product=product(),
        donations=(),
        ancestors=(),
        missing=(),
        purpose=Purpose.CLINICAL,
        releaser=QUALITY.id,
        at=AT,
    )
    return replace(stands, **changes)


def codes(lot: Lot, **changes: Any) -> list[str]:
    return [reason.code for reason in release_reasons(case(lot, **changes))]


def departed(clearable: bool = True) -> tuple[Body, Signer]:
    departure = Departure(
        cause=DeviationCause.STEP_SKIPPED,
        severity=Severity.MAJOR,
        description=Text("The step inspection was skipped."),
        clearable=clearable,
    )
    (body,) = deviations((departure,), after=0)
    return body, TECHNICIAN


def decided(outcome: DeviationOutcome) -> tuple[Body, Signer]:
    return DeviationClosed(deviation=1, outcome=outcome, statement=Text("Considered.")), QUALITY


def test_a_lot_in_order_may_be_released() -> None:
    assert codes(story(*GOOD)) == []


@pytest.mark.parametrize(
    ("releaser", "expected"),
    [
        (TECHNICIAN.id, ["releaser_registered_lot"]),
        (ANALYST.id, ["releaser_is_analyst"]),
        (PersonId("c.quality"), []),
    ],
)
def test_r1_never_the_registrant_or_an_analyst(releaser: PersonId, expected: list[str]) -> None:
    assert codes(story(*GOOD), releaser=releaser) == expected


def test_r2_the_donor_is_determined_and_eligible() -> None:
    assert codes(story(*GOOD), donations=(donation(),)) == ["donor_undetermined"]


def test_r2_the_chain_is_whole() -> None:
    assert codes(story(*GOOD), missing=("lot EX260901B",)) == ["chain_broken"]


def test_p2_every_lot_behind_it_is_released_for_further_processing() -> None:
    parent = story(kind=LotKind.BULK)
    assert codes(story(*GOOD), ancestors=(parent,)) == ["parent_not_released"]
    released = story((LotReleased(purpose=Purpose.FURTHER_PROCESSING), QUALITY), kind=LotKind.BULK)
    assert codes(story(*GOOD), ancestors=(released,)) == []


def test_p2_a_lot_behind_it_meets_its_specification() -> None:
    released = (LotReleased(purpose=Purpose.FURTHER_PROCESSING), QUALITY)
    failing = (result(5, "endotoxin", value="99"), ANALYST)
    parent = story(*assessed(*passing()), released, failing, kind=LotKind.BULK)
    assert codes(story(*GOOD), ancestors=(parent,)) == ["parent_not_met"]


@pytest.mark.parametrize(
    ("signed", "expected"),
    [
        ((), ["not_assessed", "assay_missing", "assay_missing", "assay_missing"]),
        (passing(), ["not_assessed"]),
        ((*assessed(*passing()), (result(5), ANALYST)), ["assessment_outdated", "assay_unverified"]),
        (
            (*assessed(*passing()), (result(5, value="0.9"), ANALYST)),
            ["assessment_outdated", "assay_failing"],
        ),
        (assessed(*passing()[:-4]), ["assay_unverified"] * 3),
    ],
)
def test_q3_every_required_assay_passes_verified_by_the_results_as_they_stand(
    signed: tuple[tuple[Body, Signer], ...], expected: list[str]
) -> None:
    assert codes(story(*FILLED, *signed)) == expected


def test_q3_a_reason_says_which_assay_and_how_it_stands() -> None:
    lot = story(*FILLED, *assessed((result(value="0.9"), ANALYST)))
    details = [reason.detail for reason in release_reasons(case(lot))]
    assert details[0] == "endotoxin 0.9 EU/mL is out of specification."
    assert details[1] == "sterility has no final result that counts; record one."


def test_q2_without_a_specification_there_is_no_release() -> None:
    assert codes(story(*FILLED), product=product(specifications=())) == ["no_specification"]


@pytest.mark.parametrize(
    ("conclusion", "expected"),
    [
        (None, ["investigation_open"]),
        (Conclusion.PRODUCT_FAILURE, ["product_failure"]),
        (Conclusion.INCONCLUSIVE, []),
    ],
)
def test_r2_no_investigation_is_open_or_found_a_failure(
    conclusion: Conclusion | None, expected: list[str]
) -> None:
    signed = (*GOOD, opened(), *((concluded(conclusion),) if conclusion else ()))
    assert codes(story(*signed)) == expected


def test_p8_no_deviation_is_open_or_unjustified() -> None:
    assert codes(story(*GOOD, departed())) == ["deviation_open"]
    assert codes(story(*GOOD, departed(), decided(DeviationOutcome.NOT_JUSTIFIED))) == [
        "deviation_unjustified"
    ]
    assert codes(story(*GOOD, departed(), decided(DeviationOutcome.JUSTIFIED))) == []


def test_p3_the_process_is_finished() -> None:
    planned = product(process=(StepKind.HARVEST, StepKind.FILL, StepKind.INSPECTION))
    lot = story((performed(1, StepKind.HARVEST), TECHNICIAN), *GOOD)
    assert codes(lot, product=planned) == ["process_unfinished", "process_unfinished"]


def test_p11_the_fill_is_there_and_reconciled() -> None:
    assert codes(story(*assessed(*passing()))) == ["not_filled"]
    assert codes(story(FILLED[0], *assessed(*passing()))) == ["fill_unreconciled"]
    assert codes(story(*assessed(*passing())), purpose=Purpose.FURTHER_PROCESSING) == []


def test_r2_an_expired_lot_is_not_released() -> None:
    last, first = datetime(2027, 11, 1, 3, 59, tzinfo=UTC), datetime(2027, 11, 1, 4, 0, tzinfo=UTC)
    assert codes(story(*GOOD), at=last) == []
    assert codes(story(*GOOD), at=first) == ["expired"]


def test_p2_only_a_finished_lot_is_for_patients() -> None:
    lot = story(*GOOD, kind=LotKind.BULK)
    assert codes(lot) == ["not_finished"]
    assert codes(lot, purpose=Purpose.FURTHER_PROCESSING) == []


@pytest.mark.parametrize(
    ("kind", "route", "expected"),
    [
        (BasisKind.NONE, AdministrationRoute.INJECTION, ["no_regulatory_basis"]),
        (BasisKind.COSMETIC, AdministrationRoute.INJECTION, ["no_regulatory_basis"]),
        (BasisKind.IND, AdministrationRoute.TOPICAL, ["no_regulatory_basis"]),
        (BasisKind.COSMETIC, AdministrationRoute.TOPICAL, []),
    ],
)
def test_release_for_patients_wants_a_basis_for_a_route_the_product_allows(
    kind: BasisKind, route: AdministrationRoute, expected: list[str]
) -> None:
    basis = replace(product().bases[0], kind=kind, route=route)
    allowed = AdministrationRoute.TOPICAL if not expected else AdministrationRoute.INJECTION
    assert codes(story(*GOOD), product=product(bases=(basis,), routes_allowed=(allowed,))) == expected


def test_release_for_patients_wants_a_route_at_all() -> None:
    none = product(routes_allowed=(AdministrationRoute.NONE,))
    assert codes(story(*GOOD), product=none) == ["no_regulatory_basis"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (LotRejected(explanation=Text("Growth on day 3.")), "rejected"),
        (HELD, "on_hold"),
        (RECALLED, "recalled"),
        (LotReleased(purpose=Purpose.CLINICAL), "released_before"),
    ],
)
def test_r2_a_decision_that_stands_against_it(body: Body, expected: str) -> None:
    assert codes(story(*GOOD, (body, QUALITY))) == [expected]


def test_an_open_capa_holds_no_lot_up_but_an_action_wanted_first_does() -> None:
    lot = story(*GOOD)
    systemic, wanted = capa(planned()), capa(planned(1, lot.number))
    assert codes(lot, capas=(systemic,)) == []
    assert codes(lot, capas=(systemic, wanted)) == ["capa_action_open"]
    carried_out = capa(planned(1, lot.number), done())
    assert codes(lot, capas=(carried_out,)) == []
    assert "capa/CAPA-1" in case(lot, capas=(carried_out,)).stands_on
    assert "capa/CAPA-1" not in case(lot, capas=(systemic,)).stands_on


def test_r2_every_reason_is_given_at_once() -> None:
    lot = story(opened(about=None), departed(), (HELD, QUALITY))
    found = codes(
        lot, releaser=TECHNICIAN.id, missing=(f"lot {LotNumber('EX260901B')}",), donations=(donation(),)
    )
    assert found == [
        "releaser_registered_lot",
        "chain_broken",
        "donor_undetermined",
        "not_assessed",
        "assay_missing",
        "assay_missing",
        "assay_missing",
        "investigation_open",
        "deviation_open",
        "not_filled",
        "on_hold",
    ]


def _acts() -> st.SearchStrategy[list[tuple[str, int]]]:
    names = ("pass", "fail", "interim", "verify", "investigate", "conclude", "invalidate", "assess")
    return st.lists(st.tuples(st.sampled_from(names), st.integers(0, 3)), max_size=30)


def _performed(acts: list[tuple[str, int]]) -> list[tuple[Body, Signer]]:
    """The records of those acts that the rules let through."""
    assays = [str(criterion.assay) for criterion in SPECIFICATION.criteria]
    unwelcome: dict[str, dict[str, Any]] = {
        "endotoxin": {"value": "9"},
        "sterility": {"finding": "growth"},
        "identity_transmembrane": {"finding": "negative"},
        "size_mode": {"value": "10"},
    }
    signed: list[tuple[Body, Signer]] = list(FILLED)
    for act, place in acts:
        quality = story(*signed).quality
        number, count = place + 1, len(quality.results)
        there, looked = number <= count, bool(quality.investigations)
        if act in {"pass", "fail"}:
            changes = unwelcome[assays[place]] if act == "fail" else {}
            signed.append((result(count + 1, assays[place], **changes), ANALYST))
        elif act == "interim":
            signed.append((result(count + 1, "sterility", read="2026-11-04T09:00:00Z"), ANALYST))
        elif act == "verify" and there:
            signed.append((ResultVerified(result=number), QUALITY))
        elif act == "investigate" and there and not looked:
            signed.append(opened(about=number))
        elif act == "conclude" and looked and quality.investigation(1).is_open:
            signed.append(concluded())
        elif act == "invalidate" and looked and quality.investigation(1).conclusion:
            signed.append(invalidated(quality.investigation(1).result or 1))
        elif act == "assess":
            signed = list(assessed(*signed))
    return signed


@settings(deadline=None, max_examples=150)
@given(acts=_acts(), finish=st.booleans())
def test_no_sequence_of_acts_reaches_released_with_a_required_assay_that_does_not_pass(
    acts: list[tuple[str, int]], finish: bool
) -> None:
    """Some sequences are finished with all that is missing, so that the property meets releases as well."""
    everything = [
        ("pass", 0),
        ("pass", 1),
        ("pass", 2),
        ("verify", 0),
        ("verify", 1),
        ("verify", 2),
        ("assess", 0),
    ]
    lot = story(*_performed([*(everything if finish else []), *acts]))
    outcomes = [
        judged.outcome
        for judged in judge(SPECIFICATION, lot.quality.results)
        if judged.criterion.required and judged.outcome is not Outcome.PASS
    ]
    refused = codes(lot)
    assert refused or not outcomes
    assert sum(code.startswith("assay_") for code in refused) == len(outcomes)
