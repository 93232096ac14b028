"""Provenance bundles for whoever may see the lot: the file alone, or in a zip with the verifier that checks it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from flask import Response, request
from flask.typing import ResponseReturnValue

from qc_service.domain.errors import Malformed
from qc_service.web.asking import actor
from qc_service.web.routes import Custom
from qc_service.web.service import service

FORMATS = {
    "format": "`json`, the bundle alone (default), or `zip`, the bundle with the verifier that checks it"
}
VERIFIER = Path(__file__).parents[2] / "verifier" / "verify_bundle.py"
"""The stranger's verifier, handed out as it stands; nothing here imports it."""

READ_ME = """\
{name} is a provenance bundle of {issuer}. To check it, with Python 3.11 and the cryptography package:

    python verify_bundle.py {name} --trust 1.root.json --explain

The trust root is not in here on purpose: a bundle that brings its own key proves nothing. Get it from the issuer
once (under /trust/1.root.json), and compare the digest that the verifier prints with the one you have on paper.
"""
EPOCH = (1980, 1, 1, 0, 0, 0)
"""Every file in the zip bears the format's first moment, so that the same bundle makes the same zip."""


def lot_provenance(lot: str) -> ResponseReturnValue:
    """Everything a lot stands on, each record signed and proven to be in the log."""
    wanted, found = _format(), service()
    return _file(found.bundler.lot(actor(), lot, found.clock()), lot, wanted)


def vial_provenance(lot: str, serial: str) -> ResponseReturnValue:
    """The same for one vial, with its shipments and what was done with it."""
    wanted, found = _format(), service()
    return _file(found.bundler.vial(actor(), lot, serial, found.clock()), f"{lot}-{serial}", wanted)


def _format() -> str:
    wanted = request.args.get("format", "json")
    if wanted not in ("json", "zip"):
        raise Malformed("Ask for the format json or zip.", field="format")
    return wanted


def _file(bundle: bytes, subject: str, wanted: str) -> Response:
    name = f"{subject}.provenance.json"
    content = bundle if wanted == "json" else _zipped(name, bundle)
    named = name if wanted == "json" else f"{subject}.provenance.zip"
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": f'attachment; filename="{named}"'}
    return Response(content, content_type=f"application/{wanted}", headers=headers)


def _zipped(name: str, bundle: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, octets in (
            (name, bundle),
            ("verify_bundle.py", VERIFIER.read_bytes()),
            ("README.txt", READ_ME.format(name=name, issuer=service().issuer).encode()),
        ):
            archive.writestr(zipfile.ZipInfo(member, EPOCH), octets, zipfile.ZIP_DEFLATED)
    return content.getvalue()


ROUTES = (
    Custom(
        "GET", "/lots/<lot>/provenance", lot_provenance, "The provenance bundle of a lot", query=FORMATS,
    ),
    Custom(
        "GET", "/vials/<lot>/<serial>/provenance", vial_provenance, "The provenance bundle of a vial", query=FORMATS,
    ),
)  # fmt: skip
