"""What a scanned token says to the question about its vial: which one it is, or why nobody vouches for it."""

from __future__ import annotations

from collections.abc import Iterable

from qc_service.domain.verdict import Finding, ScannedCode
from qc_service.exchange.label_tokens import TokenFault, TokenRefused, open_token
from qc_service.ledger.keys import AuthorisedKey

CODES = {
    TokenFault.MALFORMED: "malformed_code",
    TokenFault.FOREIGN: "unknown_product",
    TokenFault.ALGORITHM: "signature_invalid",
    TokenFault.UNKNOWN_KEY: "signature_invalid",
    TokenFault.SIGNATURE: "signature_invalid",
    TokenFault.KEY_RETIRED: "key_compromised",
    TokenFault.KEY_REVOKED: "key_compromised",
}
"""What a token that is refused means for the answer about the vial that bears it."""


def vial_of_token(text: str, keys: Iterable[AuthorisedKey], issuer: str) -> ScannedCode | Finding:
    """The vial that a label key of ``issuer`` vouches for, before anything of the token is used; else the finding."""
    try:
        claims = open_token(text, keys, issuer)
    except TokenRefused as error:
        return Finding(code=CODES[error.fault], detail=error.detail)
    return ScannedCode(gtin=claims.gtin, lot=claims.lot, serial=claims.serial, expires_on=claims.use_by)
