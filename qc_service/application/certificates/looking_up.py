"""Whether a certificate in hand is the current one: by its lot and number, or by its file's SHA-256."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from typing import Any

from qc_service.application.certificates.issuing import PDF
from qc_service.application.newest_certificate import ADDRESS
from qc_service.application.view import View
from qc_service.domain.certificate_standing import CertificateStanding, standing_of
from qc_service.domain.errors import Malformed, NotFound
from qc_service.domain.identifiers import LotNumber
from qc_service.domain.lots import LOT
from qc_service.domain.moments import instant_text

_NAME = re.compile(r"([A-Z0-9-]{3,20})-certificate-([1-9][0-9]{0,5})\.pdf", re.ASCII)
_LINK = re.compile(rb"/coa/([A-Z0-9][A-Z0-9-]{1,18}[A-Z0-9])/([1-9][0-9]{0,5})\?code=")


@dataclass(frozen=True, kw_only=True)
class InHand:
    """What is known of a certificate that somebody has in hand; nothing that only the lot's readers may see.

    ``agrees`` says whether the code on paper, or the file, is the one on record; ``None`` where none was given.
    """

    lot: LotNumber
    standing: CertificateStanding
    agrees: bool | None = None


def in_hand(view: View, lot: str, number: int, code: str = "") -> InHand:
    """How a lot's certificate stands, and whether the code on it is that of the record. Raises ``NotFound``."""
    state = view.get(LOT, lot)
    stands = standing_of(state.certificates, number, view.history(f"{LOT.room}/{lot}"))
    agrees = hmac.compare_digest(code.encode(), stands.certificate.code.encode()) if code else None
    return InHand(lot=state.number, standing=stands, agrees=agrees)


def check_file(view: View, sha256: str, content: bytes = b"") -> dict[str, Any]:
    """What is known of a file by its SHA-256: current, outdated or superseded; or altered, or unknown.

    A file that is not on record, but says of which certificate it is, was altered. Nothing of it is kept.
    """
    kept = view.file(sha256)
    named = _NAME.fullmatch(kept.name) if kept is not None and kept.media_type == PDF else None
    if named is not None:
        found = _found(view, named[1], int(named[2]))
        if found is not None and found.standing.certificate.issued.document == sha256:
            return _told(found, found.standing.currency.value, found.standing.in_words)
    claims = _LINK.search(content)
    found = _found(view, claims[1].decode(), int(claims[2])) if claims else None
    if found is None:
        words = "No certificate with this SHA-256 was issued here."
        return {**_NOTHING, "standing": "unknown", "in_words": words}
    words = (
        f"This file is not the one that was issued: it says that it is certificate {found.standing.certificate.number} "
        f"of lot {found.lot}, whose file has another SHA-256. It was altered; do not go by it."
    )
    return _told(found, "altered", words)


_NOTHING: dict[str, Any] = {
    "lot": None, "number": None, "issued_at": None, "since": None, "superseded_by": None, "page": None,
}  # fmt: skip


def _found(view: View, lot: str, number: int) -> InHand | None:
    try:
        return in_hand(view, str(LotNumber(lot)), number)
    except (Malformed, NotFound):
        return None


def _told(found: InHand, standing: str, words: str) -> dict[str, Any]:
    certificate = found.standing.certificate
    return {
        "standing": standing,
        "in_words": words,
        "lot": str(found.lot),
        "number": certificate.number,
        "issued_at": instant_text(certificate.at),
        "since": instant_text(found.standing.since) if found.standing.since else None,
        "superseded_by": found.standing.superseded_by,
        "page": f"{ADDRESS}{found.lot}/{certificate.number}",
    }
