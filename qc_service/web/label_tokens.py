"""Label tokens: one for each vial, for whoever may print it."""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue

from qc_service.application.token_claims import token_claims
from qc_service.domain.errors import Malformed
from qc_service.exchange.label_tokens import read_token
from qc_service.web.asking import actor, answered
from qc_service.web.routes import Custom
from qc_service.web.service import service
from schemas.label_tokens import LabelTokenSchema

TEXT = "text/plain; charset=utf-8"
FORMATS = {"format": "`json` (default), or `text`, the token alone, to be put into a QR code as it is"}
CLAIM = "Says where the vial comes from, not that it may be used."


def label_token(lot: str, serial: str) -> ResponseReturnValue:
    """The token of a vial's label, signed by the label key; the same vial gets the same token."""
    found = service()
    claims = token_claims(found.view(), actor(), lot, serial, issuer=found.issuer)
    token = found.label_token(claims)
    if _as_text():
        return Response(f"{token}\n", content_type=TEXT, headers={"Cache-Control": "private, no-store"})
    return answered({
        "token": token, "issuer": claims.issuer, "gtin": claims.gtin, "lot": claims.lot, "serial": claims.serial,
        "use_by": claims.use_by.isoformat(), "fill_record": f"sha256:{claims.fill}", "log_index": claims.log_index,
        "kid": read_token(token).kid.hex(), "says": CLAIM,
    })  # fmt: skip


def _as_text() -> bool:
    wanted = request.args.get("format")
    if wanted is None:
        return request.accept_mimetypes.best_match(["application/json", "text/plain"]) == "text/plain"
    if wanted not in ("json", "text"):
        raise Malformed("Ask for the format json or text.", field="format")
    return wanted == "text"


ROUTES = (
    Custom(
        "GET", "/vials/<lot>/<serial>/token", label_token, "The token of a vial's label", query=FORMATS,
        reply=LabelTokenSchema,
    ),
)  # fmt: skip
