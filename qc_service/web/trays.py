"""Cartons and trays: one question about many vials, answered the worst first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter
from urllib.parse import quote

from flask import current_app, request
from flask.typing import ResponseReturnValue

from qc_service.application.scans import Circumstances, question_of
from qc_service.application.tray_checks import RecordTray, record_tray
from qc_service.application.tray_reading import tray_answers
from qc_service.application.trays import told_together
from qc_service.domain.codec import from_plain, to_plain
from qc_service.domain.identifiers import CountryCode
from qc_service.domain.verdict import Finding, gravity
from qc_service.domain.vocabulary import AdministrationRoute
from qc_service.web.asking import actor, answered, received, retry, told
from qc_service.web.bursts import noticed
from qc_service.web.limits import check_more
from qc_service.web.linksets import LINKSET
from qc_service.web.metrics import EXTENSION as METRICS
from qc_service.web.metrics import Metrics
from qc_service.web.public import ASKED, HTML, JSON, replied
from qc_service.web.routes import Custom
from qc_service.web.service import service
from schemas.trays import RecordedTraySchema, RecordTraySchema, TraySchema
from schemas.verdicts import TrayVerdictSchema, VerdictSchema

CHECKS = {"VialChecked", "CodeChecked"}


@dataclass(frozen=True, kw_only=True)
class Tray:
    """The codes on a tray, and where and how the vials are to be used."""

    codes: tuple[str, ...]
    country: CountryCode | None = None
    route: AdministrationRoute | None = None


def carton(sscc: str) -> ResponseReturnValue:
    """A carton's answer, by its Digital Link: for those it concerns all its vials', for others that it takes a scan."""
    address = f"https://localhost/00/{quote(sscc, safe='')}?{request.query_string.decode('latin-1')}"
    return replied(question_of(service().store, address, service().clock().date()))


def verify_tray() -> ResponseReturnValue:
    """The answers to up to a hundred codes at once; it records nothing."""
    person = actor() if "Authorization" in request.headers else None
    said = from_plain(Tray, received(TraySchema))
    check_more(len(said.codes) - 1)
    circumstances = Circumstances(asker=person, country=said.country, route=said.route, at=service().clock())
    started = perf_counter()
    items = tray_answers(service().store, said.codes, circumstances, service().open_token)
    each = (perf_counter() - started) / len(items)
    counted: Metrics = current_app.extensions[METRICS]
    for item in items:
        counted.answer(item.verdict.decision, each)
        if person is None:
            noticed(current_app.extensions, request.remote_addr, item.verdict, circumstances.at)
    response = answered({"as_of": to_plain(circumstances.at), **told_together(items).plain()})
    response.headers["Cache-Control"] = "no-store"
    return response


def record_checks() -> ResponseReturnValue:
    """Each code's check recorded in one act, and what each was answered; the worst first."""
    person = actor()
    said = received(RecordTraySchema)
    receipt = service().acts.perform(
        record_tray, person, from_plain(RecordTray, said), retry=retry(person, said, required=True)
    )
    checks = [
        told(replace(receipt, records=(record,)), record.stream, "answer")
        for record in receipt.records
        if record.kind in CHECKS
    ]
    reasons = [
        tuple(Finding(code=one["code"], detail="") for one in check["answer"]["reasons"]) for check in checks
    ]
    ordered = sorted(range(len(checks)), key=lambda place: gravity(reasons[place]))
    worst = checks[ordered[0]]["answer"]["decision"]
    return answered({"decision": worst, "checks": [checks[place] for place in ordered]}, 201)


ROUTES = (
    Custom(
        "GET", "/00/<sscc>", carton, "A carton's answer: all its vials, the worst first", public=True, root=True,
        reply=VerdictSchema, query=ASKED, gives=f"{HTML}, {JSON}, {LINKSET}",
    ),
    Custom(
        "POST", "/verify/tray", verify_tray, "The answers to the codes on a tray, the worst first", public=True,
        body=TraySchema, reply=TrayVerdictSchema,
    ),
    Custom(
        "POST", "/verifications/tray", record_checks, "Check the codes on a tray and record the answers as given",
        body=RecordTraySchema, reply=RecordedTraySchema, status=201, key_required=True,
    ),
)  # fmt: skip
