"""Products: one GTIN each, offered on a stated footing."""

from dataclasses import replace
from datetime import date

import pytest

from qc_service.application.naming import NameTaken
from qc_service.application.products import (
    GtinTaken,
    RecordBasis,
    read_product,
    record_basis,
    register_product,
)
from qc_service.domain.errors import Forbidden, Malformed, NotFound
from qc_service.domain.identifiers import CountryCode, Line, ProductCode
from qc_service.domain.permissions import Role
from qc_service.domain.products import PRODUCT, ProductRegistered, RegulatoryBasisRecorded
from qc_service.domain.vocabulary import AdministrationRoute, BasisKind
from tests.application.catalogue_world import INJECTABLE, STRANGER, CatalogueWorld
from tests.fakes import actor

ABROAD = RecordBasis(
    product=ProductCode("EXO-INJ-1"),
    country=CountryCode("DE"),
    route=AdministrationRoute.INJECTION,
    kind=BasisKind.CLINICAL_TRIAL,
    since=date(2026, 8, 1),
    reference=Line("2026-500001"),
)


@pytest.fixture
def here() -> CatalogueWorld:
    world = CatalogueWorld()
    world.act(register_product, INJECTABLE)
    return world


def test_a_product_is_registered_with_its_first_footing(here: CatalogueWorld) -> None:
    kinds = [type(one.body) for one in here.world.view.history("product/EXO-INJ-1")]
    assert kinds == [ProductRegistered, RegulatoryBasisRecorded]
    assert here.listed("product/EXO-INJ-1") == {
        "status": "registered",
        "title": "Vesicles for injection",
        "gtin": "09506000134352",
        "country": "US",
        "routes_allowed": ["injection"],
    }
    assert here.world.view.get(PRODUCT, "EXO-INJ-1").organisation == "demo-biologics"


def test_a_gtin_belongs_to_one_product(here: CatalogueWorld) -> None:
    with pytest.raises(GtinTaken):
        here.act(register_product, replace(INJECTABLE, code=ProductCode("EXO-INJ-2")))
    here.act(register_product, replace(INJECTABLE, code=ProductCode("EXO-BULK"), gtin=None))
    assert here.listed("product/EXO-BULK")["gtin"] is None
    with pytest.raises(NameTaken):
        here.act(register_product, INJECTABLE)


def test_a_footing_is_for_a_route_that_the_product_allows(here: CatalogueWorld) -> None:
    here.act(record_basis, ABROAD)
    told = read_product(here.world.view, actor(Role.AUDITOR), "EXO-INJ-1")
    assert [basis["in_words"] for basis in told["bases"]] == [
        "Investigational under IND 099999 since 2026-01-05; not approved",
        "In clinical trial 2026-500001 since 2026-08-01; not approved",
    ]
    with pytest.raises(Malformed) as refused:
        here.act(record_basis, replace(ABROAD, route=AdministrationRoute.TOPICAL))
    assert refused.value.faults[0].pointer == "/route"
    topical = replace(
        INJECTABLE,
        code=ProductCode("EXO-TOP-1"),
        gtin=None,
        routes_allowed=(AdministrationRoute.TOPICAL,),
    )
    with pytest.raises(Malformed) as refused:
        here.act(register_product, topical)
    assert refused.value.faults[0].pointer == "/bases/0/route"


def test_products_are_qualitys_and_an_organisations_own(here: CatalogueWorld) -> None:
    with pytest.raises(Forbidden):
        here.act(register_product, INJECTABLE, Role.TECHNICIAN)
    with pytest.raises(Forbidden):
        here.act(record_basis, ABROAD, Role.LOGISTICS)
    with pytest.raises(NotFound):
        here.act(record_basis, ABROAD, STRANGER)
    with pytest.raises(NotFound):
        read_product(here.world.view, STRANGER, "EXO-INJ-1")
