"""How tokens and the recall list name a label key: a hint to find it by; what binds is the signature."""

from __future__ import annotations

from qc_service.ledger.keys import PublicKey
from qc_service.ledger.shape import from64url

KID_BYTES = 8


def kid_of(public: PublicKey) -> bytes:
    """The first 8 bytes of the key's RFC 7638 thumbprint."""
    return from64url(public.keyid)[:KID_BYTES]
