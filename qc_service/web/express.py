"""The shortest way to the question that is asked most: a program asks anonymously about one vial, by link or by scan.

It stands in front of Flask, because the framework takes longer than the answer: the same judge, the same bytes and the
same headers as ``public.vial`` and ``public.verify``, which a test compares. Whatever is not exactly one of these
questions goes on to Flask.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from time import perf_counter
from urllib.parse import unquote_plus
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

from qc_service.application.judging import Verdict
from qc_service.application.verdict import hot_answer
from qc_service.domain.verdict import Asker, ScannedCode
from qc_service.exchange.codes import Unreadable
from qc_service.web.bursts import noticed
from qc_service.web.limits import within
from qc_service.web.metrics import EXTENSION as METRICS
from qc_service.web.metrics import Metrics
from qc_service.web.public import HEADERS, JSON, read_link
from qc_service.web.service import EXTENSION, Service
from qc_service.web.service_level import EXTENSION as SERVICE_LEVEL
from qc_service.web.service_level import STARTED, ServiceLevel

_SERIAL = r"([2-9A-HJ-NP-Z]{12})"
_LOT = r"([A-Z0-9-]{3,20})"
_PATH = re.compile(rf"/01/(\d{{14}})/10/{_LOT}/21/{_SERIAL}", re.ASCII)
_QUERY = re.compile(r"(?:17=\d{6})?", re.ASCII)
_VERIFY = "/api/v1/verify"
_SCAN = re.compile(rf"(?:\]d2)?01(\d{{14}})17(\d{{6}})10{_LOT}\x1d21{_SERIAL}", re.ASCII)
_ANYBODY = Asker()


class Express:
    """A WSGI application in front of another."""

    def __init__(self, app: Flask, strict: Mapping[str, str]) -> None:
        self._extensions = app.extensions
        self._metrics: Metrics = app.extensions[METRICS]
        self._level: ServiceLevel = app.extensions[SERVICE_LEVEL]
        self._onward: WSGIApplication = app.wsgi_app
        self._headers = [("Content-Type", JSON), *HEADERS.items(), *strict.items()]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer here, or let Flask answer."""
        started = environ[STARTED] = perf_counter()
        try:
            verdict = self._answer(environ)
        except Exception:
            verdict = None  # Flask meets the same failure, logs it and says it in a problem document
        if verdict is None:
            return self._onward(environ, start_response)
        content = verdict.content()
        seconds = perf_counter() - started
        self._metrics.answer(verdict.decision, seconds)
        self._level.count(seconds)
        start_response("200 OK", [*self._headers, ("Content-Length", str(len(content)))])
        return [content]

    def _answer(self, environ: WSGIEnvironment) -> Verdict | None:
        asked = _asked(environ)
        if asked is None:
            return None
        gtin, lot, serial, query = asked
        service: Service = self._extensions[EXTENSION]
        at = service.clock()
        read = read_link(f"/01/{gtin}/10/{lot}", query, at.date())
        if isinstance(read, Unreadable) or not within(self._extensions, environ.get("REMOTE_ADDR")):
            return None
        fields = ScannedCode(gtin=read.gtin, lot=read.lot, serial=serial, expires_on=read.expires_on)
        verdict = hot_answer(service.store, fields, _ANYBODY, at)
        noticed(self._extensions, environ.get("REMOTE_ADDR"), verdict, at)
        return verdict


def _asked(environ: WSGIEnvironment) -> tuple[str, str, str, str] | None:
    """GTIN, lot, serial and what the address says beside them, where exactly that is asked by nobody in particular."""
    if environ["REQUEST_METHOD"] != "GET" or "HTTP_AUTHORIZATION" in environ:
        return None
    path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
    if path == _VERIFY and query.startswith("code="):
        scan = _SCAN.fullmatch(unquote_plus(query.removeprefix("code=")))
        return None if scan is None else (scan[1], scan[3], scan[4], f"17={scan[2]}")
    link = _PATH.fullmatch(path) if environ.get("HTTP_ACCEPT") == JSON and _QUERY.fullmatch(query) else None
    return None if link is None else (link[1], link[2], link[3], query)
