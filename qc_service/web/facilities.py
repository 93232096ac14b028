"""The routes of facilities and their certifications."""

from __future__ import annotations

from qc_service.application.facilities import (
    CertifyFacility,
    ChangeCertificationStatus,
    ChangeFacilityIdentifiers,
    RegisterFacility,
    certify_facility,
    change_certification_status,
    change_facility_identifiers,
    read_facility,
    register_facility,
)
from qc_service.web.routes import Read, Write
from schemas.facilities import (
    CertifyFacilitySchema,
    ChangeCertificationStatusSchema,
    ChangeFacilityIdentifiersSchema,
    FacilitySchema,
    RegisterFacilitySchema,
)

FACILITY = ("facility", "facility")
"""The room, and the member that names the stream."""

ROUTES = (
    Read("/facilities", listing="facility", summary="List facilities"),
    Write(
        "POST",
        "/facilities",
        use_case=register_facility,
        intent=RegisterFacility,
        body=RegisterFacilitySchema,
        subject=("facility", "id"),
        summary="Register a facility",
    ),
    Read(
        "/facilities/<facility>",
        answer=read_facility,
        reply=FacilitySchema,
        etag=FACILITY,
        summary="One facility with its certifications and their history",
    ),
    Write(
        "POST",
        "/facilities/<facility>/identifiers",
        use_case=change_facility_identifiers,
        intent=ChangeFacilityIdentifiers,
        body=ChangeFacilityIdentifiersSchema,
        subject=FACILITY,
        summary="Record what a facility is called from a day on",
    ),
    Write(
        "POST",
        "/facilities/<facility>/certifications",
        use_case=certify_facility,
        intent=CertifyFacility,
        body=CertifyFacilitySchema,
        subject=FACILITY,
        summary="Record a facility certification",
    ),
    Write(
        "POST",
        "/facilities/<facility>/certifications/<int:certification>/status",
        use_case=change_certification_status,
        intent=ChangeCertificationStatus,
        body=ChangeCertificationStatusSchema,
        subject=FACILITY,
        summary="Record that a certification was suspended, withdrawn, lapsed or reinstated",
    ),
)
