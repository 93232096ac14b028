"""Problem documents (RFC 9457): the one table from kinds of refusal to HTTP; an unknown exception says nothing."""

from __future__ import annotations

import logging
import re
import secrets
from typing import Any

import orjson
from flask import Flask, Response, request
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from qc_service.application.acts import Busy, KeyReused, Stale
from qc_service.application.ports import Tampered, Unavailable
from qc_service.application.tokens import PersonInactive, Unrecognised
from qc_service.domain.errors import Conflict, DomainError, Forbidden, Malformed, NotFound, Reason, Refused

CONTENT_TYPE = "application/problem+json"
STATUS: tuple[tuple[type[Exception], int], ...] = (
    (Unrecognised, 401),
    (PersonInactive, 403),
    (Forbidden, 403),
    (NotFound, 404),
    (Stale, 412),
    (Busy, 409),
    (KeyReused, 409),
    (Conflict, 409),
    (Malformed, 422),
    (Refused, 422),
    (Unavailable, 503),
    (Tampered, 503),
)
"""The status of each kind; the first that fits counts."""

log = logging.getLogger(__name__)


def problem(
    status: int, kind: str, title: str, detail: str, *, headers: dict[str, str] | None = None, **more: Any
) -> Response:
    """A problem document; ``kind`` names the rule and becomes its type."""
    document = {
        "type": f"urn:qc-service:problem:{kind}", "title": title, "status": status, "detail": detail,
        "instance": request.path, **more,
    }  # fmt: skip
    kept = {"Cache-Control": "no-store", **(headers or {})}
    return Response(orjson.dumps(document), status=status, content_type=CONTENT_TYPE, headers=kept)


def spoken(name: str) -> str:
    """A rule's class name as words: ``ReleaseRefused`` is "Release refused"."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).capitalize()


def of_domain(error: DomainError) -> Response:
    """A refusal by a rule: its name, its sentence, and every reason or fault at once."""
    status = next(status for kind, status in STATUS if isinstance(error, kind))
    name = type(error).__name__
    more: dict[str, Any] = {}
    if isinstance(error, Malformed):
        more["errors"] = [{"pointer": fault.pointer, "detail": fault.detail} for fault in error.faults]
    if isinstance(error, Refused):
        more["reasons"] = [_plain(reason) for reason in error.reasons]
        more["errors"] = [{"pointer": "", "detail": reason.detail} for reason in error.reasons]
    headers = {"WWW-Authenticate": 'Bearer realm="qc-service"'} if status == 401 else None
    return problem(status, name, spoken(name), error.detail, headers=headers, **more)


def _plain(reason: Reason) -> dict[str, str]:
    told = {"code": reason.code, "detail": reason.detail, "source": reason.source}
    return {**told, "next_step": reason.next_step} if reason.next_step else told


def of_schema(error: ValidationError) -> Response:
    """A body that the wire contract refuses: each fault with its JSON pointer."""
    faults = list(_faults(error.messages, ""))
    detail = "; ".join(f"{fault['pointer'] or 'body'}: {fault['detail']}" for fault in faults)
    return problem(422, "Malformed", "Malformed", detail, errors=faults)


def _faults(messages: Any, pointer: str) -> Any:
    if isinstance(messages, dict):
        for name, inner in messages.items():
            step = str(name).replace("~", "~0").replace("/", "~1")  # RFC 6901, 3
            yield from _faults(inner, pointer if name == "_schema" else f"{pointer}/{step}")
    else:
        for message in messages:
            yield {"pointer": pointer, "detail": str(message)}


def of_outage(error: Exception) -> Response:
    """The store, the clock or a key does not serve; nothing was changed."""
    if isinstance(error, Tampered):
        log.error("a row is not as it was written: run qc-service audit", exc_info=error)
        detail = "A record may have been altered. Tell the administrator to run an audit."
        return problem(503, "Tampered", "Record may have been altered", detail)
    headers = {"Retry-After": "5"}
    return problem(503, type(error).__name__, spoken(type(error).__name__), str(error), headers=headers)


def of_http(error: HTTPException) -> Response:
    """What the web layer itself refuses, in the same shape."""
    status = error.code or 500
    name = type(error).__name__
    headers = {key: value for key, value in error.get_headers() if key in {"Allow", "Retry-After"}}
    return problem(status, name, error.name, error.description or error.name, headers=headers)


def of_surprise(error: Exception) -> Response:
    """Anything else: a number to find it by in the log, and no detail."""
    log_id = secrets.token_hex(6)
    log.error("unexpected failure %s on %s %s", log_id, request.method, request.path, exc_info=error)
    detail = f"Something failed here; nothing was recorded. Quote {log_id} to the administrator."
    return problem(500, "InternalError", "Internal error", detail, log_id=log_id)


def install(app: Flask) -> None:
    """Let every exception leave the application as a problem document."""
    app.register_error_handler(DomainError, of_domain)
    app.register_error_handler(ValidationError, of_schema)
    app.register_error_handler(Unavailable, of_outage)
    app.register_error_handler(Tampered, of_outage)
    app.register_error_handler(HTTPException, of_http)
    app.register_error_handler(Exception, of_surprise)
