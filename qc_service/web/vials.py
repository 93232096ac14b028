"""The routes of vials: recorded checks, preparation, administration, what became of one, and its history."""

from __future__ import annotations

from qc_service.application.checks import RecordCheck, record_check
from qc_service.application.preparation import PrepareVial, StartClock, prepare_vial, start_clock
from qc_service.application.use import AdministerVial, administer_vial
from qc_service.application.vial_dispositions import DisposeVial, dispose_vial
from qc_service.application.vials import read_vial
from qc_service.web.routes import Read, Write
from schemas.vials import (
    AdministerByLabelSchema,
    AdministerVialSchema,
    DisposeVialSchema,
    PrepareVialSchema,
    RecordCheckSchema,
    StartClockSchema,
    VialSchema,
)

VIAL = ("vial", "name")
"""The room, and the member that names the stream."""

ROUTES = (
    Read("/vials/<lot>/<serial>", answer=read_vial, reply=VialSchema, summary="One vial and its history"),
    Write(
        "POST",
        "/verifications",
        use_case=record_check,
        intent=RecordCheck,
        body=RecordCheckSchema,
        subject=VIAL,
        key_required=True,
        encloses="answer",
        summary="Check a code and record the answer as given",
    ),
    Write(
        "POST",
        "/vials/<lot>/<serial>/preparation",
        use_case=prepare_vial,
        intent=PrepareVial,
        body=PrepareVialSchema,
        subject=VIAL,
        key_required=True,
        summary="Prepare a vial, which claims it",
    ),
    Write(
        "POST",
        "/vials/<lot>/<serial>/clocks",
        use_case=start_clock,
        intent=StartClock,
        body=StartClockSchema,
        subject=VIAL,
        key_required=True,
        summary="Record that a prepared vial is thawed, reconstituted or punctured only now",
    ),
    Write(
        "POST",
        "/vials/<lot>/<serial>/administration",
        use_case=administer_vial,
        intent=AdministerVial,
        body=AdministerVialSchema,
        subject=VIAL,
        key_required=True,
        summary="Record what a patient was given",
    ),
    Write(
        "POST",
        "/administrations",
        use_case=administer_vial,
        intent=AdministerVial,
        body=AdministerByLabelSchema,
        subject=VIAL,
        key_required=True,
        summary="Record what a patient was given, of a vial as far as its label can be read",
    ),
    Write(
        "POST",
        "/vials/<lot>/<serial>/disposition",
        use_case=dispose_vial,
        intent=DisposeVial,
        body=DisposeVialSchema,
        subject=VIAL,
        key_required=True,
        summary="Record what became of a vial, or take the last act back",
    ),
)
