"""Products: their definition, the footing on which they are offered, and what is said about approval."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from qc_service.domain.codec import from_plain, to_plain
from qc_service.domain.drafting import SpecificationApproved
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import CountryCode, Gtin, Line, Slug
from qc_service.domain.products import (
    PRODUCT,
    LabelClaim,
    Product,
    ProductRegistered,
    RegulatoryBasisRecorded,
    StorageCondition,
)
from qc_service.domain.records import Body
from qc_service.domain.regulatory import (
    IND_CAUTION,
    POSITIONS,
    RegulatoryBasis,
    no_basis_in_words,
    statement_on,
)
from qc_service.domain.specifications import Criterion, CriterionKind
from qc_service.domain.vocabulary import AdministrationRoute, BasisKind, StepKind, Tissue
from tests.domain.lot_stories import recorded

FROZEN = StorageCondition(min=Decimal(-90), max=Decimal(-70), unit=Line("Cel"), shelf_life_days=365)
REGISTERED = ProductRegistered(
    name=Line("Vesicles for injection"),
    source_tissues=(Tissue.UMBILICAL_CORD,),
    routes_allowed=(AdministrationRoute.INJECTION,),
    storage=(FROZEN,),
    dose_form=Slug("frozen_suspension"),
    process=(StepKind.HARVEST, StepKind.FILL),
    country=CountryCode("US"),
    zone=Line("America/New_York"),
    gtin=Gtin("09506000134352"),
    label_claims=(LabelClaim(what=Slug("fill_volume"), value=Decimal("1.0"), unit=Line("mL")),),
    hours_after_thaw=4,
)
IND = RegulatoryBasis(
    country=CountryCode("US"),
    route=AdministrationRoute.INJECTION,
    kind=BasisKind.IND,
    reference=Line("IND 099999"),
    since=date(2026, 1, 5),
)


def basis(**changes: Any) -> RegulatoryBasis:
    return replace(IND, **changes)


def product(*later: Body, **changes: Any) -> Product:
    folded = PRODUCT.replay(recorded([replace(REGISTERED, **changes), *later], "EXO-INJ-1"))
    assert folded is not None
    return folded


def test_a_product_is_what_its_registration_says() -> None:
    made = product()
    assert (made.code, made.organisation, made.gtin) == ("EXO-INJ-1", "demo-biologics", "09506000134352")
    assert (made.hours_after_thaw, made.hours_after_puncture, made.refreeze_forbidden) == (4, None, True)
    assert (made.doses_per_vial, made.administration_window_minutes) == (1, 60)
    assert (made.bases, made.specifications) == ((), ())
    assert REGISTERED.cites() == ("gtin/09506000134352",)
    assert replace(REGISTERED, gtin=None).cites() == ()


def test_a_registration_survives_its_record() -> None:
    assert from_plain(ProductRegistered, to_plain(REGISTERED), complete=True) == REGISTERED


def test_a_new_basis_replaces_the_one_for_its_country_and_route() -> None:
    abroad = basis(country=CountryCode("DE"), kind=BasisKind.CLINICAL_TRIAL, reference=Line("2026-500001"))
    ended = basis(kind=BasisKind.NONE, reference=None)
    made = product(*(RegulatoryBasisRecorded(basis=one) for one in (IND, abroad)))
    assert made.basis_for("US", AdministrationRoute.INJECTION) == IND
    assert made.basis_for("DE", AdministrationRoute.INJECTION) == abroad
    assert made.basis_for("US", AdministrationRoute.TOPICAL) is None
    later = product(*(RegulatoryBasisRecorded(basis=one) for one in (IND, abroad, ended)))
    assert later.bases == (abroad, ended)
    assert later.basis_for("US", AdministrationRoute.INJECTION) is None


def test_a_topical_product_is_said_to_be_topical_only() -> None:
    topical, both = AdministrationRoute.TOPICAL, (AdministrationRoute.INJECTION, AdministrationRoute.TOPICAL)
    assert product(routes_allowed=(topical,)).topical_only
    assert not product(routes_allowed=both).topical_only


def test_specifications_are_kept_in_all_their_versions() -> None:
    clear = Criterion(
        assay=Slug("appearance"), kind=CriterionKind.QUALITATIVE, method=Line("SOP-7"), expected=Line("clear")
    )
    made = product(
        SpecificationApproved(version=1, effective_from=date(2026, 1, 1), criteria=(clear,)),
        SpecificationApproved(version=2, effective_from=date(2026, 6, 1), criteria=(clear,)),
    )
    in_may, in_june = made.specification_on(date(2026, 5, 1)), made.specification_on(date(2026, 6, 1))
    assert in_may is not None
    assert in_june is not None
    assert (in_may.version, in_june.version) == (1, 2)


def test_a_definition_that_contradicts_itself_names_every_member() -> None:
    injection, none = AdministrationRoute.INJECTION, AdministrationRoute.NONE
    with pytest.raises(Malformed) as refused:
        replace(
            REGISTERED,
            source_tissues=(),
            routes_allowed=(injection, none),
            storage=(),
            doses_per_vial=0,
            hours_after_thaw=0,
        )
    assert [fault.pointer for fault in refused.value.faults] == [
        "/source_tissues",
        "/routes_allowed",
        "/storage",
        "/doses_per_vial",
        "/hours_after_thaw",
    ]
    with pytest.raises(Malformed):
        replace(REGISTERED, routes_allowed=(injection, injection))


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("unit", {"unit": Line("F")}),
        ("max", {"max": Decimal(-91)}),
        ("shelf_life_days", {"shelf_life_days": 0}),
    ],
)
def test_a_storage_condition_can_be_kept(field: str, change: dict[str, Any]) -> None:
    with pytest.raises(Malformed) as refused:
        replace(FROZEN, **change)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("reference", {"reference": None}),
        ("country", {"country": CountryCode("DE")}),
        ("route", {"route": AdministrationRoute.NONE}),
    ],
)
def test_a_basis_is_stated_fully(field: str, change: dict[str, Any]) -> None:
    with pytest.raises(Malformed) as refused:
        basis(**change)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "Investigational under IND 099999 since 2026-01-05; not approved"),
        (
            {"kind": BasisKind.CLINICAL_TRIAL, "reference": Line("2026-500001")},
            "In clinical trial 2026-500001 since 2026-01-05; not approved",
        ),
        (
            {"kind": BasisKind.LICENCE, "reference": Line("L-1"), "country": CountryCode("JP")},
            "Licensed in JP under L-1 since 2026-01-05",
        ),
        (
            {"kind": BasisKind.COSMETIC, "reference": None},
            "Offered as a cosmetic in US; not a medicine, not approved",
        ),
        ({"kind": BasisKind.NONE, "reference": None}, "No FDA approval and no IND on file"),
        (
            {"kind": BasisKind.NONE, "reference": None, "country": CountryCode("DE")},
            "No approval and no clinical trial on file in DE",
        ),
    ],
)
def test_a_basis_in_words(change: dict[str, Any], words: str) -> None:
    assert basis(**change).in_words == words


def test_no_basis_at_all_is_said_in_the_same_words() -> None:
    assert no_basis_in_words(CountryCode("US")) == "No FDA approval and no IND on file"


def test_an_investigational_product_carries_the_caution_of_21_cfr_312_6() -> None:
    assert basis().caution == IND_CAUTION
    assert IND_CAUTION.startswith("Caution: New Drug—Limited by Federal (or United States) law")
    assert basis(kind=BasisKind.COSMETIC, reference=None).caution is None


def test_the_regulatory_sentence_is_dated() -> None:
    assert statement_on(date(2026, 11, 22)) == (
        "There are currently no FDA-approved exosome products (FDA, 6 Dec 2019; checked 2026-11-01). "
        "This answer is about records; it does not mean approved, safe or effective."
    )


def test_a_newer_check_is_stated_from_its_day_on(monkeypatch: pytest.MonkeyPatch) -> None:
    checked = replace(POSITIONS[0], checked_on=date(2027, 2, 1))
    monkeypatch.setattr("qc_service.domain.regulatory.POSITIONS", (*POSITIONS, checked))
    assert "checked 2026-11-01" in statement_on(date(2020, 1, 1))
    assert "checked 2026-11-01" in statement_on(date(2027, 1, 31))
    assert "checked 2027-02-01" in statement_on(date(2027, 2, 1))
