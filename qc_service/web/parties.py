"""The routes of organisations and persons."""

from __future__ import annotations

from qc_service.application.parties import (
    ChangePerson,
    RegisterOrganisation,
    RegisterPerson,
    change_person,
    read_organisation,
    read_person,
    register_organisation,
    register_person,
)
from qc_service.web.routes import Read, Write
from schemas.parties import (
    ChangePersonSchema,
    OrganisationSchema,
    PersonSchema,
    RegisterOrganisationSchema,
    RegisterPersonSchema,
)

ROUTES = (
    Read("/organisations", listing="organisation", summary="List organisations"),
    Write(
        "POST",
        "/organisations",
        use_case=register_organisation,
        intent=RegisterOrganisation,
        body=RegisterOrganisationSchema,
        subject=("organisation", "id"),
        summary="Register an organisation",
    ),
    Read(
        "/organisations/<organisation>",
        answer=read_organisation,
        reply=OrganisationSchema,
        etag=("organisation", "organisation"),
        summary="One organisation",
    ),
    Read("/persons", listing="person", summary="List persons"),
    Write(
        "POST",
        "/persons",
        use_case=register_person,
        intent=RegisterPerson,
        body=RegisterPersonSchema,
        subject=("person", "id"),
        summary="Register a person",
    ),
    Read(
        "/persons/<person>",
        answer=read_person,
        reply=PersonSchema,
        etag=("person", "person"),
        summary="One person",
    ),
    Write(
        "POST",
        "/persons/<person>/roles",
        use_case=change_person,
        intent=ChangePerson,
        body=ChangePersonSchema,
        subject=("person", "person"),
        summary="Change a person's roles, or let them act no longer",
    ),
)
