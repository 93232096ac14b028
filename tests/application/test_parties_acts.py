"""Organisations and persons: who registers them, and who sees them (rule E4)."""

from dataclasses import replace

import pytest

from qc_service.application.naming import NameTaken
from qc_service.application.parties import (
    ChangePerson,
    OwnRolesUnchangeable,
    change_person,
    read_organisation,
    read_person,
    register_organisation,
    register_person,
)
from qc_service.domain.errors import Forbidden, Malformed, NotFound
from qc_service.domain.identifiers import Line, OrganisationId, PersonId
from qc_service.domain.permissions import Role
from tests.application.catalogue_world import ANALYST, MAKER, STRANGER, CatalogueWorld
from tests.fakes import actor


@pytest.fixture
def here() -> CatalogueWorld:
    return CatalogueWorld()


def test_an_organisation_is_listed_and_read_by_its_own(here: CatalogueWorld) -> None:
    assert here.listed("organisation/demo-biologics") == {
        "status": "active",
        "title": "Demo Biologics",
        "kind": "manufacturer",
        "country": "US",
    }
    told = read_organisation(here.world.view, actor(Role.ANALYST), "demo-biologics")
    assert told["quality_phone"] == "+1 555 0100"
    with pytest.raises(NotFound):
        read_organisation(here.world.view, STRANGER, "demo-biologics")
    assert read_organisation(here.world.view, actor(Role.AUDITOR, "elsewhere"), "far-clinic")["zone"]


def test_a_name_is_given_once(here: CatalogueWorld) -> None:
    with pytest.raises(NameTaken, match="Organisation demo-biologics is on record already"):
        here.act(register_organisation, MAKER, Role.ADMINISTRATOR)
    with pytest.raises(NameTaken):
        here.act(register_person, ANALYST, Role.ADMINISTRATOR)


def test_a_zone_is_one_that_clocks_know(here: CatalogueWorld) -> None:
    unknown = replace(MAKER, id=OrganisationId("other-maker"), zone=Line("Europe/Atlantis"))
    with pytest.raises(Malformed) as refused:
        here.act(register_organisation, unknown, Role.ADMINISTRATOR)
    assert refused.value.field == "zone"


def test_only_administrators_register_parties(here: CatalogueWorld) -> None:
    with pytest.raises(Forbidden, match="You may not register an organisation"):
        here.act(register_organisation, replace(MAKER, id=OrganisationId("other-maker")), Role.QUALITY)
    with pytest.raises(Forbidden, match="You may not register a person"):
        here.act(register_person, replace(ANALYST, id=PersonId("b.analyst")), Role.QUALITY)


def test_a_person_acts_for_an_organisation_on_record(here: CatalogueWorld) -> None:
    nowhere = replace(ANALYST, id=PersonId("b.analyst"), organisation=OrganisationId("nowhere"))
    with pytest.raises(Malformed) as refused:
        here.act(register_person, nowhere, Role.ADMINISTRATOR)
    assert [fault.pointer for fault in refused.value.faults] == ["/organisation"]


def test_a_persons_roles_change_and_they_may_stop_acting(here: CatalogueWorld) -> None:
    change = ChangePerson(person=PersonId("a.analyst"), roles=(Role.ANALYST, Role.TECHNICIAN), active=False)
    here.act(change_person, change, Role.ADMINISTRATOR)
    assert here.listed("person/a.analyst") == {
        "status": "inactive",
        "title": "Test Analyst",
        "roles": ["analyst", "technician"],
    }
    told = read_person(here.world.view, actor(Role.ANALYST), "a.analyst")
    assert (told["active"], told["printed_name"]) == (False, "Test Analyst")
    with pytest.raises(NotFound):
        read_person(here.world.view, STRANGER, "a.analyst")


def test_nobody_changes_their_own_roles(here: CatalogueWorld) -> None:
    change = ChangePerson(person=PersonId("a.analyst"), roles=(Role.QUALITY,), active=True)
    with pytest.raises(OwnRolesUnchangeable):
        here.act(change_person, change, actor(Role.ADMINISTRATOR, person="a.analyst"))
