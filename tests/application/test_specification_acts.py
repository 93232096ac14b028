"""A specification comes into force by two people: drafted, revised or returned, approved or given up (Q2)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from qc_service.application.products import read_product, register_product
from qc_service.application.specification_reading import read_changes, read_specification
from qc_service.application.specifications import (
    ReturnSpecification,
    ReviseSpecification,
    WithdrawSpecification,
    approve_specification,
    draft_specification,
    return_specification,
    revise_specification,
    withdraw_specification,
)
from qc_service.domain.approval import ApprovalRefused
from qc_service.domain.drafting import (
    SpecificationApproved,
    SpecificationDrafted,
    SpecificationReturnedBefore,
    SpecificationSettled,
)
from qc_service.domain.errors import Forbidden, NotFound
from qc_service.domain.identifiers import ProductCode, Text
from qc_service.domain.permissions import Role
from qc_service.domain.records import Body, Meaning
from tests.application.catalogue_world import (
    APPROVED,
    ENDOTOXIN,
    INJECTABLE,
    LIMITS,
    SECOND,
    STERILE,
    STRANGER,
    CatalogueWorld,
)
from tests.fakes import actor

PRODUCT = ProductCode("EXO-INJ-1")
LATER = replace(
    LIMITS, effective_from=date(2026, 11, 20), criteria=(STERILE, replace(ENDOTOXIN, high=Decimal(5))),
    change=Text("The process gives less."),
)  # fmt: skip
REVISED = ReviseSpecification(
    product=PRODUCT, version=1, effective_from=LIMITS.effective_from, criteria=LIMITS.criteria, change=None
)
RETURNED = ReturnSpecification(product=PRODUCT, version=1, remark=Text("State the basis."))
WITHDRAWN = WithdrawSpecification(product=PRODUCT, version=1, reason=Text("Not needed."))


@pytest.fixture
def here() -> CatalogueWorld:
    world = CatalogueWorld()
    world.act(register_product, INJECTABLE)
    return world


def codes(here: CatalogueWorld, version: int = 1, who: Any = SECOND) -> list[str]:
    with pytest.raises(ApprovalRefused) as refused:
        here.act(approve_specification, replace(APPROVED, version=version), who)
    return [reason.code for reason in refused.value.reasons]


def in_force(here: CatalogueWorld, *drafts: Any) -> Sequence[Body]:
    """Each is drafted by the analyst and approved by quality; the records of the last approval."""
    signed: Sequence[Body] = ()
    for draft in drafts:
        (drafted,) = here.act(draft_specification, draft, Role.ANALYST)
        assert isinstance(drafted, SpecificationDrafted)
        signed = here.act(approve_specification, replace(APPROVED, version=drafted.version))
    return signed


def version(here: CatalogueWorld, number: int) -> dict[str, Any]:
    """What the analyst reads of a version."""
    world = here.world
    return read_specification(world.view, actor(Role.ANALYST), PRODUCT, number, at=world.clock())


def test_one_drafts_and_a_second_approves(here: CatalogueWorld) -> None:
    here.act(draft_specification, LIMITS)
    assert here.listed(f"product/{PRODUCT}")["status"] == "registered"
    assert codes(here, who=Role.QUALITY) == ["approver_is_drafter"]
    (signed,) = here.act(approve_specification, APPROVED, SECOND)
    assert isinstance(signed, SpecificationApproved)
    assert (signed.version, signed.revision, signed.criteria) == (1, 1, LIMITS.criteria)
    assert here.world.view.history(f"product/{PRODUCT}")[-1].meaning is Meaning.RESPONSIBILITY
    assert here.listed(f"product/{PRODUCT}")["status"] == "specified"
    assert codes(here) == ["approved_before"]


def test_a_draft_is_a_fact_and_only_its_approval_is_refused(here: CatalogueWorld) -> None:
    here.act(draft_specification, replace(LIMITS, criteria=(ENDOTOXIN, ENDOTOXIN)), Role.ANALYST)
    told = version(here, 1)
    assert [reason["code"] for reason in told["blocked_by"]] == [
        "approver_is_drafter", "assay_repeated", "sterility_missing",
    ]  # fmt: skip
    assert codes(here) == ["assay_repeated", "sterility_missing"]


def test_a_later_version_says_why_and_looks_forward(here: CatalogueWorld) -> None:
    in_force(here, LIMITS)
    here.act(draft_specification, replace(LIMITS, criteria=(STERILE,)), Role.ANALYST)
    assert codes(here, 2) == ["reason_for_change_missing", "endotoxin_missing", "looks_back"]


def test_a_draft_is_returned_and_revised(here: CatalogueWorld) -> None:
    here.act(draft_specification, LIMITS, Role.ANALYST)
    here.act(return_specification, RETURNED)
    assert codes(here) == ["draft_returned"]
    with pytest.raises(SpecificationReturnedBefore):
        here.act(return_specification, RETURNED)
    (revised,) = here.act(revise_specification, REVISED)
    assert isinstance(revised, SpecificationDrafted)
    assert (revised.version, revised.revision) == (1, 2)
    assert codes(here, who=Role.QUALITY) == ["approver_is_drafter"]
    here.act(approve_specification, APPROVED, SECOND)
    told = version(here, 1)
    assert [(turn["status"], turn["revision"], turn["by"], turn["remark"]) for turn in told["turns"]] == [
        ("drafted", 1, "Test Analyst", None),
        ("returned", 1, "Test Quality", "State the basis."),
        ("drafted", 2, "Test Quality", None),
        ("approved", 2, "Test Quality", None),
    ]
    assert (told["status"], told["in_force"], told["blocked_by"]) == ("approved", True, None)


def test_a_draft_is_given_up_with_its_reason_and_its_number(here: CatalogueWorld) -> None:
    here.act(draft_specification, LIMITS, Role.ANALYST)
    here.act(withdraw_specification, WITHDRAWN, Role.ANALYST)
    told = version(here, 1)
    assert (told["status"], told["in_force"], told["turns"][-1]["remark"]) == (
        "withdrawn",
        False,
        "Not needed.",
    )
    for use_case, intent in (
        (withdraw_specification, WITHDRAWN),
        (revise_specification, REVISED),
        (return_specification, RETURNED),
    ):
        with pytest.raises(SpecificationSettled):
            here.act(use_case, intent)
    assert codes(here) == ["draft_withdrawn"]
    (again,) = here.act(draft_specification, LIMITS, Role.ANALYST)
    assert isinstance(again, SpecificationDrafted)
    assert again.version == 2


def test_a_version_is_in_force_from_its_day_until_the_next(here: CatalogueWorld) -> None:
    in_force(here, LIMITS, LATER)
    assert [version(here, number)["in_force"] for number in (1, 2)] == [True, False]
    here.world.clock.tick(days=120)
    assert [version(here, number)["in_force"] for number in (1, 2)] == [False, True]
    told = read_product(here.world.view, actor(Role.ANALYST), PRODUCT)
    assert [one["version"] for one in told["specifications"]] == [1, 2]
    assert [one["in_words"] for one in told["specifications"][0]["criteria"]] == [
        "no_growth",
        "at most 10 EU/mL",
    ]
    assert [(one["version"], one["status"]) for one in told["versions"]] == [(1, "approved"), (2, "approved")]


def test_what_a_version_changes_is_told_against_the_one_before_or_any_other(here: CatalogueWorld) -> None:
    in_force(here, LIMITS)
    here.act(draft_specification, LATER, Role.ANALYST)
    here.act(draft_specification, replace(LATER, criteria=(STERILE,)), Role.ANALYST)
    view, reader = here.world.view, actor(Role.AUDITOR)
    told = read_changes(view, reader, PRODUCT, 2)
    assert (told["since"], told["change"], told["effect"]) == (1, "The process gives less.", "tightened")
    assert [one["in_words"] for one in told["assays"]] == ["endotoxin changed: high: 10 → 5 (tightened)"]
    assert told["assays"][0]["members"] == [
        {
            "member": "high", "before": "10", "after": "5", "effect": "tightened",
            "in_words": "high: 10 → 5 (tightened)",
        }
    ]  # fmt: skip
    assert read_changes(view, reader, PRODUCT, 3)["since"] == 1
    against = read_changes(view, reader, PRODUCT, 3, since=2)
    assert (against["since"], against["effect"]) == (2, "loosened")
    assert [one["alteration"] for one in against["assays"]] == ["removed"]
    first = read_changes(view, reader, PRODUCT, 1)
    assert (first["since"], [one["alteration"] for one in first["assays"]]) == (None, ["added", "added"])
    same = read_changes(view, reader, PRODUCT, 1, since=1)
    assert (same["effect"], same["assays"]) == (None, [])
    for number, since in ((4, None), (1, 4)):
        with pytest.raises(NotFound, match="no version 4"):
            read_changes(view, reader, PRODUCT, number, since=since)


def test_each_act_wants_its_permission_and_is_an_organisations_own(here: CatalogueWorld) -> None:
    here.act(draft_specification, LIMITS)
    for use_case, intent, roles in (
        (draft_specification, LIMITS, (Role.TECHNICIAN, Role.LOGISTICS)),
        (revise_specification, REVISED, (Role.TECHNICIAN, Role.CLINICIAN)),
        (withdraw_specification, WITHDRAWN, (Role.TECHNICIAN, Role.AUDITOR)),
        (return_specification, RETURNED, (Role.ANALYST, Role.TECHNICIAN)),
        (approve_specification, APPROVED, (Role.ANALYST, Role.ADMINISTRATOR)),
    ):
        for role in roles:
            with pytest.raises(Forbidden):
                here.act(use_case, intent, role)
        with pytest.raises(NotFound):
            here.act(use_case, intent, STRANGER)
    for number in (1, 2):
        with pytest.raises(NotFound):
            read_specification(here.world.view, STRANGER, PRODUCT, number, at=here.world.clock())
        with pytest.raises(NotFound):
            read_changes(here.world.view, STRANGER, PRODUCT, number)
