"""A lot's newest certificate as every answer about the lot tells of it."""

from __future__ import annotations

from qc_service.application.sourcing import Plain
from qc_service.application.view import View
from qc_service.domain.certificate_standing import standing_of
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.moments import instant_text

ADDRESS = "/coa/"


def newest_certificate(view: View, lot: Lot) -> Plain:
    """The member that says whether it still holds, left out where the lot has none; all before are superseded."""
    if not lot.certificates:
        return {}
    number = len(lot.certificates)
    stands = standing_of(lot.certificates, number, view.history(f"{LOT.room}/{lot.number}"))
    told = {
        "number": number,
        "standing": stands.currency.value,
        "in_words": stands.in_words,
        "issued_at": instant_text(stands.certificate.at),
        "page": f"{ADDRESS}{lot.number}/{number}",
    }
    return {"certificate": told}
