"""Verification messaging for wholesalers' systems, as the standard has it; nothing is recorded by being asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from time import perf_counter
from typing import TypeVar
from urllib.parse import unquote

import orjson
from flask import Response, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, NotFound

from qc_service.application.actor import Actor
from qc_service.application.verification_messaging import may_ask, responder, verification
from qc_service.domain.errors import Malformed
from qc_service.domain.verdict import Decision, ScannedCode
from qc_service.exchange.verification_messages import (
    VerificationRequest,
    read_gtin,
    read_request,
    read_requester,
)
from qc_service.web.asking import actor
from qc_service.web.bursts import unknown
from qc_service.web.metrics import EXTENSION as METRICS
from qc_service.web.metrics import Metrics
from qc_service.web.routes import Custom
from qc_service.web.service import service
from schemas.verification_messages import ConnectivitySchema, VerificationMessageSchema

T = TypeVar("T")
HEADERS = {"Cache-Control": "private, no-cache", "Vary": "Accept, Authorization"}
_RAW = re.compile(r"/verify/gtin/([^/]*)/lot/([^/]*)/ser/([^/]*)")
_DECODED = re.compile(r"/verify/gtin/([^/]*)/lot/(.*?)/ser/(.*)", re.DOTALL)
ASKED = {
    "exp": "the expiry as the label has it, YYMMDD",
    "linkType": "`verificationService`",
    "context": "why it is asked, such as `dscsaSaleableReturn`",
    "reqGLN": "who asks, by GLN",
    "corrUUID": "the request's own UUID, which comes back with the answer",
    "ctrlPossessAtt": "whether the requester attests that it holds the product; not used",
    "email": "whom to write to; neither used nor kept",
    "telephone": "whom to call; neither used nor kept",
}


def verify(rest: str) -> ResponseReturnValue:
    """The answer about one vial, in the message's shape also where it is not verified."""
    started = perf_counter()
    asked = _well_formed(lambda: _asked(rest))
    found, view = service(), service().view()
    asker, at = _recognised(), found.clock()
    may_ask(view, asked.requester, asker)
    told, verdict = verification(view, found.store, asked, fallback=found.gln, at=at)
    counted: Metrics = current_app.extensions[METRICS]
    counted.answer(verdict.decision if verdict else Decision.DO_NOT_USE, perf_counter() - started)
    if verdict is None and asker is None:
        fields = ScannedCode(gtin=asked.gtin, lot=asked.lot, serial=asked.serial)
        unknown(current_app.extensions, request.remote_addr, fields, at)
    return _message(told)


def check_connectivity() -> ResponseReturnValue:
    """Who would answer for a GTIN."""
    gtin, requester = _well_formed(lambda: (read_gtin(_said("gtin")), read_requester(request.args)))
    found, view = service(), service().view()
    may_ask(view, requester, _recognised())
    return _message({"responderGLN": str(responder(view, found.store, gtin, found.gln))})


def _recognised() -> Actor | None:
    """Who asks, where the settings let only organisations on record ask, or where a token is sent anyway.

    Raises ``Unrecognised`` (401).
    """
    return actor() if service().requesters_on_record or "Authorization" in request.headers else None


def _asked(rest: str) -> VerificationRequest:
    """The request in the address as it was sent; a server that hands on only the decoded path is met halfway."""
    sent = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or ""
    raw, decoded = _RAW.fullmatch(sent.partition("?")[0]), _DECODED.fullmatch(f"/verify/gtin/{rest}")
    if decoded is None:
        raise NotFound("Ask for /verify/gtin/{gtin}/lot/{lot}/ser/{serial}.")
    gtin, lot, serial = map(unquote, raw.groups()) if raw else decoded.groups()
    version, today = request.headers.get("GS1US-Version"), service().clock().date()
    return read_request((gtin, lot, serial), request.args, version, today)


def _said(name: str) -> str:
    if name not in request.args:
        raise Malformed("is missing", field=name)
    return request.args[name]


def _well_formed(read: Callable[[], T]) -> T:
    """The standard has 400 for what is malformed. Raises ``BadRequest``, which names the part."""
    if "Accept" in request.headers and not request.accept_mimetypes["application/json"]:
        raise BadRequest("Accept: the answer is application/json.")
    try:
        return read()
    except Malformed as error:
        raise BadRequest(f"{error.field}: {error.detail}.") from error


def _message(plain: object) -> Response:
    return Response(orjson.dumps(plain), content_type="application/json", headers=HEADERS)


ROUTES = (
    Custom(
        "GET", "/verify/gtin/<path:rest>", verify, "Verification message about a vial: {gtin}/lot/{lot}/ser/{serial}",
        public=True, root=True, reply=VerificationMessageSchema, query=ASKED,
    ),
    Custom(
        "GET", "/checkConnectivity", check_connectivity, "Who would answer verification messages for a GTIN",
        public=True, root=True, reply=ConnectivitySchema,
        query={"gtin": "the product's GTIN", "reqGLN": ASKED["reqGLN"]},
    ),
)  # fmt: skip
