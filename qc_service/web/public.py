"""The public face: a vial's or lot's answer for people, for programs and as a linkset; and a box to type a code in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache, wraps
from time import perf_counter
from urllib.parse import quote

import orjson
from flask import Response, current_app, request
from flask.typing import ResponseReturnValue

from qc_service.application.judging import Verdict
from qc_service.application.ports import Unavailable
from qc_service.application.scans import (
    Circumstances,
    Question,
    completed,
    out_of_reach,
    question_of,
    question_of_typed,
    untold_by,
    verdict_on,
)
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import CountryCode
from qc_service.domain.verdict import Decision, ScannedCode
from qc_service.domain.vocabulary import AdministrationRoute
from qc_service.exchange.codes import Unreadable, read_code, scanned
from qc_service.web.asking import actor
from qc_service.web.bursts import noticed
from qc_service.web.linksets import LINKSET, linkset
from qc_service.web.metrics import EXTENSION as METRICS
from qc_service.web.metrics import Metrics
from qc_service.web.pages import page
from qc_service.web.routes import Custom
from qc_service.web.service import service
from schemas.verdicts import VerdictSchema

HTML, JSON = "text/html", "application/json"
HEADERS = {"Cache-Control": "no-store", "Vary": "Accept, Authorization"}
ASKED = {"country": "the country of use, such as US", "route": "injection or topical"}
LINKED = {"17": "the expiry as the label has it, YYMMDD", "linkType": "all for the linkset", **ASKED}
_SERIAL = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}", re.ASCII)


View = Callable[..., ResponseReturnValue]


def answering(view: View) -> View:
    """The view, or "STOP – not checked" where the records cannot be read: who holds a vial needs an answer.

    It is a 503, so that a program asks again.
    """

    @wraps(view)
    def even_so(**named: str) -> ResponseReturnValue:
        started = perf_counter()
        try:
            return view(**named)
        except Unavailable:
            verdict = out_of_reach(service().clock())
        counted: Metrics = current_app.extensions[METRICS]
        counted.answer(verdict.decision, perf_counter() - started)
        paged = view is check or (view is not verify and _wanted() == HTML)
        reply = _as_page(verdict, {}) if paged else _as_json(verdict)
        reply.status_code = 503
        reply.headers["Retry-After"] = "5"
        return reply

    return even_so


def vial(gtin: str, lot: str, serial: str) -> ResponseReturnValue:
    """One vial's answer, by its Digital Link."""
    read = read_link(f"/01/{quote(gtin, safe='')}/10/{quote(lot, safe='')}", _query(), _today())
    if isinstance(read, Unreadable) or not _SERIAL.fullmatch(serial):
        return _linked(
            read if isinstance(read, Unreadable) else Unreadable("(21): the value is not a serial")
        )
    return _linked(ScannedCode(gtin=read.gtin, lot=read.lot, serial=serial, expires_on=read.expires_on))


def lot(gtin: str, lot: str) -> ResponseReturnValue:
    """A lot's answer, which never says ``in_order``: a lot does not identify a vial (rule V3)."""
    return _linked(read_link(f"/01/{quote(gtin, safe='')}/10/{quote(lot, safe='')}", _query(), _today()))


def linked(rest: str) -> ResponseReturnValue:
    """Any other Digital Link of a trade item, read from the address exactly as it was sent."""
    sent = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or f"/01/{quote(rest)}"
    path = sent.partition("?")[0]
    return _linked(read_link(path[path.find("/01/") :], _query(), _today()))


def verify() -> ResponseReturnValue:
    """The answer to a raw scan or a typed lot; with a token, the answer to that person."""
    raw = request.args.get("code")
    if raw is None:
        raise Malformed("send the code as it was scanned", field="code")
    return _as_json(verdict_of(question_of(service().store, raw, _today(), service().open_token)))


def check() -> ResponseReturnValue:
    """The box to type in, and below it the answer once something was typed."""
    typed_lot, typed_serial = request.args.get("lot", ""), request.args.get("serial", "")
    if not typed_lot and not typed_serial:
        return page("check.html", nothing_typed="lot" in request.args)
    found = service()
    question = question_of_typed(found.store, typed_lot, typed_serial, _today(), found.open_token)
    return _as_page(verdict_of(question), {"lot": typed_lot, "serial": typed_serial})


@lru_cache(maxsize=1024)
def read_link(path: str, query: str, today: date) -> ScannedCode | Unreadable:
    """The code in an address; kept, since the vials of a lot share all of it but the serial."""
    read = read_code(f"https://localhost{path}?{query}", today)
    return read if isinstance(read, Unreadable) else scanned(read)


def _linked(read: ScannedCode | Unreadable) -> Response:
    store = service().store
    return replied(untold_by(read) if isinstance(read, Unreadable) else completed(store, read))


def replied(question: Question) -> Response:
    """The answer as whoever asks wants to have it: a page, JSON or a linkset."""
    verdict = verdict_of(question)
    wanted = _wanted()
    if wanted == JSON:
        return _as_json(verdict)
    if wanted == LINKSET:
        return Response(orjson.dumps(linkset(_address(), verdict)), content_type=LINKSET, headers=HEADERS)
    response = _as_page(verdict, {"17": request.args["17"]} if "17" in request.args else {})
    response.headers["Link"] = f'<{_address()}?linkType=all>; rel="linkset"; type="{LINKSET}"'
    return response


def verdict_of(question: Question) -> Verdict:
    """The answer to whoever asks here, for the country and route that the query names; it is counted."""
    found = service()
    circumstances = Circumstances(
        asker=actor() if "Authorization" in request.headers else None,
        country=_country(),
        route=_route(),
        at=found.clock(),
    )
    started = perf_counter()
    verdict = verdict_on(found.store, question, circumstances)
    counted: Metrics = current_app.extensions[METRICS]
    counted.answer(verdict.decision, perf_counter() - started)
    if circumstances.asker is None:
        noticed(current_app.extensions, request.remote_addr, verdict, circumstances.at)
    return verdict


def _as_json(verdict: Verdict) -> Response:
    return Response(verdict.content(), content_type=JSON, headers=HEADERS)


def _as_page(verdict: Verdict, kept: dict[str, str]) -> Response:
    return page(
        "vial.html",
        answer=verdict.plain(),
        topical_only=verdict.topical_only,
        good=verdict.decision is Decision.IN_ORDER,
        stop=verdict.decision is Decision.CANNOT_VERIFY,
        kept=kept,
        public_url=service().public_url,
    )


def _wanted() -> str:
    accepted = request.headers.get("Accept", "")
    if request.args.get("linkType") == "all":
        return LINKSET
    if accepted == JSON:
        return JSON
    return request.accept_mimetypes.best_match([HTML, JSON, LINKSET]) or HTML


def _country() -> CountryCode | None:
    return _parameter("country", CountryCode) if request.args.get("country") else None


def _route() -> AdministrationRoute | None:
    named = request.args.get("route")
    if not named:
        return None
    if named not in (AdministrationRoute.INJECTION, AdministrationRoute.TOPICAL):
        raise Malformed("is injection or topical", field="route")
    return AdministrationRoute(named)


def _parameter(name: str, kind: type[CountryCode]) -> CountryCode:
    try:
        return kind(request.args[name])
    except Malformed as error:
        raise Malformed(error.detail, field=name) from error


def _query() -> str:
    return request.query_string.decode("latin-1")


def _address() -> str:
    return service().public_url + quote(request.path, safe="/")


def _today() -> date:
    return service().clock().date()


ROUTES = (
    Custom(
        "GET", "/01/<gtin>/10/<lot>/21/<serial>", answering(vial), "One vial's answer", public=True, root=True,
        reply=VerdictSchema, query=LINKED, gives=f"{HTML}, {JSON}, {LINKSET}",
    ),
    Custom(
        "GET", "/01/<gtin>/10/<lot>", answering(lot), "A lot's answer, never in_order", public=True, root=True,
        reply=VerdictSchema, query=LINKED, gives=f"{HTML}, {JSON}, {LINKSET}",
    ),
    Custom(
        "GET", "/01/<path:rest>", answering(linked), "The answer to any other Digital Link of a trade item",
        public=True, root=True, reply=VerdictSchema, query=LINKED, gives=f"{HTML}, {JSON}, {LINKSET}",
    ),
    Custom(
        "GET", "/verify", answering(verify), "The answer to a raw scan or a typed lot", public=True,
        reply=VerdictSchema,
        query={"code": "the code exactly as scanned, or a lot number", **ASKED},
    ),
    Custom(
        "GET", "/check", answering(check), "Type a lot, a serial or a scan", public=True, root=True, gives=HTML,
        query={"lot": "a lot number, or a scan", "serial": "the serial as printed", **ASKED},
    ),
    Custom("GET", "/", answering(check), "Type a lot, a serial or a scan", public=True, root=True, gives=HTML),
)  # fmt: skip
