"""The routes of certificates of analysis: issued and read by those who may, looked up by whoever has one in hand."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Any

import orjson
from flask import Response, request
from flask.typing import ResponseReturnValue

from qc_service.application.actor import Actor
from qc_service.application.certificates.issuing import (
    IssueCertificate,
    issue_certificate,
    list_certificates,
    read_certificate,
)
from qc_service.application.certificates.looking_up import InHand, check_file, in_hand
from qc_service.application.scans import completed
from qc_service.application.view import View
from qc_service.domain.codec import from_plain
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Sha256
from qc_service.domain.lots import LOT
from qc_service.domain.moments import instant_text
from qc_service.domain.verdict import ScannedCode
from qc_service.web.asking import actor, answered, performed, received
from qc_service.web.limits import check_more
from qc_service.web.pages import page
from qc_service.web.public import ASKED, HTML, JSON, verdict_of
from qc_service.web.routes import Custom, Read
from qc_service.web.service import service
from qc_service.web.uploads import uploaded
from schemas.certificates import (
    CertificateCheckSchema,
    CertificateFileSchema,
    CertificatesSchema,
    CheckCertificateSchema,
    IssueCertificateSchema,
    LiveCertificateSchema,
)

PDF = "application/pdf"
FORM = "multipart/form-data"
COSTS = 5
"""How many questions a file counts as against the limit of its address: it is read whole."""
CODE = {"code": "the code that stands on every page of the certificate", **ASKED}


def post_certificate(lot: str) -> Response:
    """Issue a certificate; ``Location`` is where its file is."""
    said = {**received(IssueCertificateSchema), "lot": lot}
    intent = from_plain(IssueCertificate, said)
    use_case = partial(issue_certificate, service().notary)
    response = performed(use_case, intent, stream=f"{LOT.room}/{lot}", said=said)
    number = orjson.loads(response.get_data())["body"]["number"]
    response.headers["Location"] = f"{service().public_url}{_file_at(lot, number)}"
    return response


def list_all(view: View, person: Actor, lot: str) -> dict[str, Any]:
    """A lot's certificates, each with where its file is."""
    told = list_certificates(view, person, lot)
    return {"items": [{**one, "file": _file_at(lot, one["number"])} for one in told["items"]]}


def get_certificate(lot: str, number: int) -> Response:
    """The sealed file, as it was issued."""
    found = service()
    kept = read_certificate(found.view(), actor(), lot, number)
    headers = {
        "Content-Disposition": f'attachment; filename="{kept.name}"', "Cache-Control": "private, no-store",
    }  # fmt: skip
    return Response(kept.content, content_type=PDF, headers=headers)


def live(lot: str, number: int) -> ResponseReturnValue:
    """Whether the certificate in hand is the current one, and where its lot stands now."""
    found = service()
    known = in_hand(found.view(), lot, number, request.args.get("code", ""))
    answer = verdict_of(completed(found.store, ScannedCode(lot=lot))).plain()
    told = _live(known, answer)
    if request.accept_mimetypes.best_match([HTML, JSON]) == JSON:
        return answered(told)
    return page("certificate.html", told=told, answer=answer)


def check() -> Response:
    """Look a file up that was sent, or the SHA-256 of one; it is not kept."""
    return answered(_checked())


def check_page() -> ResponseReturnValue:
    """The same for a person."""
    if request.method == "GET":
        return page("certificate_check.html", told=None)
    return page("certificate_check.html", told=_checked())


def _checked() -> dict[str, Any]:
    check_more(COSTS - 1)
    view = service().view()
    if request.mimetype == FORM:
        sent = uploaded(beside="")
        return check_file(view, hashlib.sha256(sent.content).hexdigest(), sent.content)
    try:
        return check_file(view, Sha256(received(CheckCertificateSchema)["sha256"]))
    except Malformed as error:
        raise Malformed(error.detail, field="sha256") from error


def _live(known: InHand, answer: dict[str, Any]) -> dict[str, Any]:
    stands = known.standing
    return {
        "lot": str(known.lot),
        "number": stands.certificate.number,
        "standing": stands.currency.value,
        "in_words": stands.in_words,
        "since": instant_text(stands.since) if stands.since else None,
        "superseded_by": stands.superseded_by,
        "issued_at": instant_text(stands.certificate.at),
        "code": {None: "not_given", True: "agrees", False: "differs"}[known.agrees],
        "answer": answer,
    }


def _file_at(lot: str, number: int) -> str:
    return f"/api/v1/lots/{lot}/certificates/{number}"


ROUTES = (
    Read(
        "/lots/<lot>/certificates", answer=list_all, reply=CertificatesSchema,
        summary="A lot's certificates of analysis, and which holds",
    ),
    Custom(
        "POST", "/lots/<lot>/certificates", post_certificate, "Issue a certificate of analysis",
        body=IssueCertificateSchema,
    ),
    Custom(
        "GET", "/lots/<lot>/certificates/<int:number>", get_certificate, "The sealed file of a certificate", gives=PDF,
    ),
    Custom(
        "POST", "/certificates/check", check, "Look up a certificate's file, or its SHA-256", public=True,
        form=CertificateFileSchema, body=CheckCertificateSchema, reply=CertificateCheckSchema,
    ),
    Custom(
        "GET", "/coa/<lot>/<int:number>", live, "Whether a certificate in hand is the current one", public=True,
        root=True, reply=LiveCertificateSchema, query=CODE, gives=f"{HTML}, {JSON}",
    ),
    Custom("GET", "/coa", check_page, "Look up a certificate's file", public=True, root=True, gives=HTML),
    Custom(
        "POST", "/coa", check_page, "The same, for a file that was sent", public=True, root=True,
        form=CertificateFileSchema, gives=HTML,
    ),
)  # fmt: skip
