"""What stands in the way of approving a specification, and the way of a version into force."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from qc_service.domain.approval import ApprovalCase, approval_reasons
from qc_service.domain.criteria import Criterion, CriterionKind
from qc_service.domain.drafting import (
    DraftStatus,
    SpecificationApproved,
    SpecificationDrafted,
    SpecificationReturned,
    SpecificationSettled,
    SpecificationWithdrawn,
    next_version,
    version_of,
)
from qc_service.domain.errors import NotFound
from qc_service.domain.identifiers import Line, Slug, Text
from qc_service.domain.measurements import Comparator
from qc_service.domain.products import PRODUCT, Product
from qc_service.domain.records import Body, Recorded, Signer
from qc_service.domain.rounding import Rounding
from qc_service.domain.vocabulary import AdministrationRoute
from tests.domain.lot_stories import recorded, signer
from tests.domain.test_products import REGISTERED

TODAY = date(2026, 11, 1)
DRAFTER, REVISER, QUALITY = signer("d.drafter"), signer("r.reviser"), signer("q.quality")
INJECTABLE = (AdministrationRoute.INJECTION,)
TOPICAL = (AdministrationRoute.TOPICAL,)
STERILITY = Criterion(assay=Slug("sterility"), kind=CriterionKind.GROWTH, method=Line("USP <71>"))
APPEARANCE = Criterion(
    assay=Slug("appearance"), kind=CriterionKind.QUALITATIVE, method=Line("SOP-7"), expected=Line("clear")
)
ENDOTOXIN = Criterion(
    assay=Slug("endotoxin"),
    kind=CriterionKind.NUMERIC,
    method=Line("USP <85>"),
    unit=Line("EU/mL"),
    high=Decimal(10),
    basis=Line("K/M with K = 5 EU/kg/h"),
)


def drafted(
    *criteria: Criterion, version: int = 1, revision: int = 1, **changes: Any
) -> SpecificationDrafted:
    stated: dict[str, Any] = {"effective_from": TODAY, "change": Text("As agreed.") if version > 1 else None}
    return SpecificationDrafted(
        version=version, revision=revision, criteria=criteria or (APPEARANCE,), **{**stated, **changes}
    )


def approved(version: int = 1, effective_from: date = date(2026, 1, 1)) -> SpecificationApproved:
    return SpecificationApproved(version=version, effective_from=effective_from, criteria=(APPEARANCE,))


def product(
    *signed: Body | tuple[Body, Signer], routes: tuple[AdministrationRoute, ...] = TOPICAL
) -> Product:
    """A product after these records, signed by the drafter unless said."""
    told = [one if isinstance(one, tuple) else (one, DRAFTER) for one in signed]
    history: Sequence[Recorded] = recorded(
        [replace(REGISTERED, routes_allowed=routes), *(b for b, _ in told)]
    )
    people = (DRAFTER, *(by for _, by in told))
    state = PRODUCT.replay(replace(one, signer=by) for one, by in zip(history, people, strict=True))
    assert state is not None
    return state


def codes(state: Product, version: int = 1, approver: Signer = QUALITY) -> list[str]:
    case = ApprovalCase(
        version=version_of(state.versions, version), product=state, approver=approver.id, today=TODAY
    )
    return [reason.code for reason in approval_reasons(case)]


def test_a_specification_is_approved_when_nothing_stands_in_the_way() -> None:
    assert codes(product(drafted(STERILITY, ENDOTOXIN), routes=INJECTABLE)) == []
    assert codes(product(drafted())) == []


def test_nobody_approves_what_they_drafted_or_revised() -> None:
    state = product(drafted(), (drafted(revision=2), REVISER))
    assert codes(state, approver=DRAFTER) == ["approver_is_drafter"]
    assert codes(state, approver=REVISER) == ["approver_is_drafter"]
    assert codes(state) == []


def test_only_a_draft_that_waits_is_approved() -> None:
    returned = SpecificationReturned(version=1, revision=1, remark=Text("Add sterility."))
    assert codes(product(drafted(), (returned, QUALITY))) == ["draft_returned"]
    assert codes(product(drafted(), (returned, QUALITY), drafted(revision=2))) == []
    assert codes(product(drafted(), SpecificationWithdrawn(version=1))) == ["draft_withdrawn"]
    assert codes(product(drafted(), (approved(effective_from=TODAY), QUALITY))) == ["approved_before"]


def test_a_draft_that_a_later_version_overtook_is_not_approved() -> None:
    state = product(drafted(), drafted(version=2), (approved(2), QUALITY))
    assert codes(state) == ["overtaken"]
    assert next_version(state.versions) == 3


def test_an_injectable_is_tested_for_sterility_and_endotoxin() -> None:
    assert codes(product(drafted(), routes=INJECTABLE)) == ["endotoxin_missing", "sterility_missing"]
    optional = replace(STERILITY, required=False)
    assert codes(product(drafted(optional, ENDOTOXIN), routes=INJECTABLE)) == ["sterility_missing"]


def test_growth_is_judged_of_tests_for_sterility_alone_whose_readings_may_be_interim() -> None:
    culture = replace(STERILITY, assay=Slug("mycoplasma_culture"))
    assert codes(product(drafted(culture))) == ["assay_judged_otherwise"]
    assert codes(product(drafted(replace(STERILITY, assay=Slug("sterility_rapid"))))) == []


def test_endotoxin_has_a_high_limit_with_its_basis() -> None:
    lowest = replace(ENDOTOXIN, high=None, low=Decimal(1), basis=None)
    assert codes(product(drafted(lowest))) == ["endotoxin_unlimited", "endotoxin_basis_missing"]
    worded = replace(APPEARANCE, assay=Slug("endotoxin"), basis=Line("K/M"))
    assert codes(product(drafted(worded))) == ["assay_judged_otherwise"]


def test_a_refused_approval_names_every_reason_at_once() -> None:
    worded = replace(APPEARANCE, assay=Slug("sterility"))
    bare = replace(ENDOTOXIN, basis=None)
    second = drafted(
        worded, bare, APPEARANCE, APPEARANCE, version=2, change=None, effective_from=date(2026, 1, 1)
    )
    state = product(approved(), second, routes=INJECTABLE)
    assert codes(state, 2, DRAFTER) == [
        "approver_is_drafter",
        "reason_for_change_missing",
        "assay_repeated",
        "assay_judged_otherwise",
        "endotoxin_basis_missing",
        "looks_back",
    ]
    nothing = replace(drafted(), criteria=())
    assert codes(product(nothing)) == ["criteria_missing"]


def test_a_later_version_never_changes_the_limits_of_days_that_are_over() -> None:
    yesterday = date(2026, 10, 31)
    assert codes(product(approved(), drafted(version=2)), 2) == []
    assert codes(product(approved(), drafted(version=2, effective_from=yesterday)), 2) == ["looks_back"]
    assert codes(product(drafted(effective_from=yesterday))) == []
    given_up = SpecificationWithdrawn(version=1)
    assert codes(product(drafted(), given_up, drafted(version=2, effective_from=yesterday)), 2) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"high": Decimal("10.5"), "decimals": 0},
        {"low": Decimal("0.005"), "decimals": 2},
        {"high": Decimal("10.55"), "significant_digits": 3, "rounding": Rounding.HALF_EVEN},
    ],
)
def test_a_limit_can_be_reached_by_what_is_compared_with_it(changes: dict[str, Any]) -> None:
    assert codes(product(drafted(replace(ENDOTOXIN, **changes)))) == ["limit_finer_than_rounding"]


@pytest.mark.parametrize(
    "changes",
    [
        {"high": Decimal("10.0"), "decimals": 0},
        {"high": Decimal("10.55"), "rounding": Rounding.NONE, "high_comparator": Comparator.LESS},
        {"low": Decimal("8.0E+10"), "high": Decimal("1.2E+11"), "significant_digits": 2},
    ],
)
def test_a_limit_at_the_place_of_the_values_may_be_written_with_more_digits(changes: dict[str, Any]) -> None:
    assert codes(product(drafted(replace(ENDOTOXIN, **changes)))) == []


def test_a_version_keeps_everything_that_was_done_about_it() -> None:
    returned = SpecificationReturned(version=1, revision=1, remark=Text("Add sterility."))
    stated = replace(approved(effective_from=TODAY), revision=2)
    state = product(drafted(), (returned, QUALITY), (drafted(revision=2), REVISER), (stated, QUALITY))
    (version,) = state.versions
    assert [(turn.status.value, turn.revision, turn.by.id, turn.remark) for turn in version.turns] == [
        ("drafted", 1, "d.drafter", None),
        ("returned", 1, "q.quality", "Add sterility."),
        ("drafted", 2, "r.reviser", None),
        ("approved", 2, "q.quality", None),
    ]
    assert version.authors == {DRAFTER.id, REVISER.id}
    assert (version.number, version.revision, version.status) == (1, 2, DraftStatus.APPROVED)
    assert [one.version for one in state.specifications] == [1]
    with pytest.raises(SpecificationSettled, match="is approved and stays as it is"):
        version.must_be_open()


def test_a_draft_is_not_in_force_and_a_withdrawn_number_is_not_used_again() -> None:
    state = product(drafted(), SpecificationWithdrawn(version=1), drafted(version=2))
    assert state.specifications == ()
    assert state.specification_on(TODAY) is None
    assert [one.status.value for one in state.versions] == ["withdrawn", "drafted"]
    assert next_version(state.versions) == 3
    with pytest.raises(SpecificationSettled):
        version_of(state.versions, 1).must_be_open()
    version_of(state.versions, 2).must_be_open()
    with pytest.raises(NotFound, match="no version 3"):
        version_of(state.versions, 3)


def test_an_approval_of_the_time_before_drafts_stands() -> None:
    state = product((approved(), QUALITY), (approved(2, TODAY), QUALITY))
    assert [one.version for one in state.specifications] == [1, 2]
    assert [(one.status.value, one.revision, one.authors) for one in state.versions] == [
        ("approved", 1, frozenset()),
        ("approved", 1, frozenset()),
    ]
