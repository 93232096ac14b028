"""Organisations and persons as their records make them."""

import pytest

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import CountryCode, Gln, Line, OrganisationId, Sha256
from qc_service.domain.parties import (
    ORGANISATION,
    PERSON,
    FileAttached,
    OrganisationKind,
    OrganisationRegistered,
    PersonChanged,
    PersonRegistered,
)
from qc_service.domain.permissions import Role
from qc_service.domain.records import File
from tests.domain.lot_stories import recorded

CLINIC = OrganisationRegistered(
    name=Line("Harbour Clinic"),
    kind=OrganisationKind.CLINIC,
    country=CountryCode("DE"),
    zone=Line("Europe/Berlin"),
    quality_phone=Line("+49 30 0000000"),
    gln=Gln("9506000140445"),
)
CLINICIAN = PersonRegistered(
    printed_name=Line("Test Clinician"),
    roles=(Role.CLINICIAN,),
    organisation=OrganisationId("harbour-clinic"),
)


def test_an_organisation_owns_itself_and_a_file_changes_nothing_about_it() -> None:
    attached = FileAttached(
        file=File(name=Line("scan.pdf"), sha256=Sha256("a" * 64)),
        media_type=Line("application/pdf"),
        size=3,
    )
    clinic = ORGANISATION.replay(recorded([CLINIC, attached], "harbour-clinic"))
    assert clinic == ORGANISATION.replay(recorded([CLINIC], "harbour-clinic"))
    assert clinic is not None
    assert clinic.organisation == clinic.id == "harbour-clinic"
    assert (clinic.zone, clinic.gln, clinic.kind) == ("Europe/Berlin", "9506000140445", "clinic")


def test_a_gln_with_a_mistyped_digit_does_not_exist() -> None:
    with pytest.raises(Malformed, match="not a gln: its check digit does not fit"):
        Gln("9506000140446")


def test_a_person_acts_until_they_do_not() -> None:
    changed = PersonChanged(roles=(Role.CLINICIAN, Role.LOGISTICS), active=False)
    before = PERSON.replay(recorded([CLINICIAN], "c.clinician"))
    after = PERSON.replay(recorded([CLINICIAN, changed], "c.clinician"))
    assert before is not None
    assert after is not None
    assert (before.active, before.roles) == (True, (Role.CLINICIAN,))
    assert (after.active, after.roles) == (False, (Role.CLINICIAN, Role.LOGISTICS))
    assert after.printed_name == "Test Clinician"
    assert CLINICIAN.cites() == ("organisation/harbour-clinic",)


@pytest.mark.parametrize("roles", [(), (Role.QUALITY, Role.QUALITY)])
def test_roles_are_at_least_one_and_each_once(roles: tuple[Role, ...]) -> None:
    with pytest.raises(Malformed) as refused:
        PersonChanged(roles=roles, active=True)
    assert refused.value.field == "roles"
    with pytest.raises(Malformed):
        PersonRegistered(
            printed_name=Line("Test Person"), roles=roles, organisation=OrganisationId("harbour-clinic")
        )
