"""The log, the trust root and the health of the service, for whoever asks."""

from __future__ import annotations

import logging
import re

from flask import Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from qc_service.application.logfiles import tile_file
from qc_service.application.records import envelope, records_of
from qc_service.domain.errors import Malformed
from qc_service.domain.errors import NotFound as NotOnRecord
from qc_service.web.asking import actor, answered
from qc_service.web.problems import problem
from qc_service.web.routes import Custom
from qc_service.web.service import service

TEXT = "text/plain; charset=utf-8"
OCTETS = "application/octet-stream"
PEM = "application/x-pem-file"
SEAL, SEAL_AUTHORITY = "seal.pem", "seal-authority.pem"
_VERSION = re.compile(r"[1-9]\d{0,8}", re.ASCII)
_PLACE = re.compile(r"0|[1-9]\d{0,14}", re.ASCII)

logger = logging.getLogger(__name__)


def checkpoint() -> ResponseReturnValue:
    """The newest signed checkpoint."""
    return Response(service().publisher.publish(), content_type=TEXT, headers={"Cache-Control": "no-cache"})


def log_key() -> ResponseReturnValue:
    """The verifier key of the log."""
    return Response(f"{service().publisher.verifier}\n", content_type=TEXT)


def tile(rest: str) -> ResponseReturnValue:
    """One tile, by its path as it was sent: a doubled slash is not a tile, nor an encoded one where the server tells.

    Granian hands on the decoded path alone; then an encoded slash is a slash, and the tile is the same.
    """
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.path
    content = (
        tile_file(service().store, f"tile/{rest}") if raw.partition("?")[0] == f"/log/tile/{rest}" else None
    )
    if content is None:
        raise NotFound("There is no such tile.")
    kept = "public, max-age=31536000, immutable"
    return Response(content, content_type=OCTETS, headers={"Cache-Control": kept})


def trust_root(name: str) -> ResponseReturnValue:
    """A version of the trust root, ``1.root.json``; or the certificates of the key that seals documents."""
    if name in (SEAL, SEAL_AUTHORITY):
        return _seal(name)
    version, _, rest = name.partition(".")
    content = None
    if rest == "root.json" and _VERSION.fullmatch(version):
        content = service().trust_roots(int(version))
    if content is None:
        raise NotFound("There is no such trust root.")
    return Response(content, content_type="application/json")


def _seal(name: str) -> ResponseReturnValue:
    content = service().seal_certificates(name == SEAL_AUTHORITY)
    if not content:
        raise NotFound("No key seals documents here.")
    return Response(content, content_type=PEM, headers={"Cache-Control": "no-cache"})


def jwks() -> ResponseReturnValue:
    """The record keys as a JWK set: a convenience, not what a verifier starts from."""
    return answered(service().jwks())


def healthz() -> ResponseReturnValue:
    """The process answers."""
    return Response("ok\n", content_type=TEXT)


def readyz() -> ResponseReturnValue:
    """The database is migrated, the key usable and the head consistent; else 503 with what is wrong."""
    try:
        wrong = service().ready()
    except Exception:
        logger.exception("the service cannot tell whether it is ready")
        wrong = ("The checkpoint key or the file of the last signed head cannot be used.",)
    if wrong:
        return problem(503, "NotReady", "Not ready", " ".join(wrong))
    return Response("ready\n", content_type=TEXT)


def records() -> ResponseReturnValue:
    """A stream's records, as they were signed; of one that is not the reader's to know, its place and digest."""
    stream = request.args.get("stream", "")
    if not stream:
        raise Malformed("name a stream, such as lot/EX261101A", field="stream")
    found = records_of(service().store, actor(), stream)
    items = [
        {
            "log_index": one.record.index,
            "seq": one.record.seq,
            "kind": None if one.withheld else one.record.kind,
            "digest": one.record.digest,
            "record": None if one.withheld else envelope(one.record),
        }
        for one in found
    ]
    return answered({"stream": stream, "items": items}, seq=found[-1].record.seq)


def record_proof(index: str) -> ResponseReturnValue:
    """The inclusion proof of the entry at this place, as ``c2sp.org/tlog-proof@v1``."""
    known = _PLACE.fullmatch(index) and int(index) < service().store.head().size
    if not known:
        raise NotOnRecord(f"The log has no entry {index}.")
    return Response(service().publisher.proof(int(index)), content_type=TEXT)


ROUTES = (
    Custom(
        "GET",
        "/log/checkpoint",
        checkpoint,
        "The newest signed checkpoint",
        public=True,
        root=True,
        gives=TEXT,
    ),
    Custom("GET", "/log/key", log_key, "The log's verifier key", public=True, root=True, gives=TEXT),
    Custom(
        "GET", "/log/tile/<path:rest>", tile, "A tile or entry bundle", public=True, root=True, gives=OCTETS
    ),
    Custom(
        "GET",
        "/trust/<name>",
        trust_root,
        "A version of the trust root, or seal.pem and seal-authority.pem",
        public=True,
        root=True,
    ),
    Custom("GET", "/.well-known/jwks.json", jwks, "The record keys as a JWK set", public=True, root=True),
    Custom("GET", "/healthz", healthz, "The process answers", public=True, root=True, gives=TEXT),
    Custom("GET", "/readyz", readyz, "The service can answer", public=True, root=True, gives=TEXT),
    Custom(
        "GET", "/records", records, "A stream's signed records", query={"stream": "such as lot/EX261101A"}
    ),
    Custom(
        "GET", "/records/<index>/proof", record_proof, "An entry's inclusion proof", public=True, gives=TEXT
    ),
)
