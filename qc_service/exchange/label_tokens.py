"""The token of a vial's label: a signed CWT that says offline where the vial comes from, in a small QR code.

    EXO1:<base45 (RFC 9285) of>
    18([<<{1: -8, 4: h'<first 8 bytes of the key's RFC 7638 thumbprint>'}>>, {},           COSE_Sign1, RFC 9052
        <<{1: "qc.example.org", 2: "7K3M9QW2TX49", 4: 1825329600,                          CWT, RFC 8392
           -65537: ["EX261101A", 9506000134352, h'<SHA-256 of the fill record>', 41]}>>,
        h'<64 bytes>'])

1 is the issuer, 2 the serial and 4 the moment at which the use-by day is over everywhere on earth (12:00 UTC of the
next day); the private claim holds lot, GTIN (or null), fill record and the record's place in the log. The algorithm
(-8 EdDSA, -7 ES256) stands in the protected header and must be that of the key. There is one spelling (RFC 8949 4.2):
what was read is written again and compared, so that nothing unknown, repeated or spelled otherwise is taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import cbor2

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Gtin, LotNumber, Sha256, VialSerial
from qc_service.domain.label_claims import LabelClaims
from qc_service.exchange.base45 import from45, to45
from qc_service.exchange.label_kids import kid_of
from qc_service.ledger.keys import AuthorisedKey, Signer

PREFIX = "EXO1:"
LARGEST = 215
"""Bytes of the token before base45: what a QR code of a label holds at a size that every phone reads."""

_TAG = 18
_ALGORITHM, _KID = 1, 4
_ISSUER, _SERIAL, _EXPIRY, _PRIVATE = 1, 2, 4, -65537
_ALGORITHMS = {"ed25519": -8, "ecdsa-p256": -7}
_EPOCH = date(1970, 1, 1).toordinal()
_DAY, _NOON = 86_400, 43_200


class TokenFault(StrEnum):
    """Why a token is refused."""

    MALFORMED = "malformed_token"
    ALGORITHM = "wrong_algorithm"
    FOREIGN = "foreign_issuer"
    UNKNOWN_KEY = "unknown_key"
    SIGNATURE = "bad_signature"
    KEY_RETIRED = "key_retired"
    KEY_REVOKED = "key_revoked"


class TokenRefused(ValueError):
    """The text is no token of this issuer; ``fault`` says why, in a word for programs."""

    def __init__(self, fault: TokenFault, detail: str) -> None:
        super().__init__(detail)
        self.fault = fault
        self.detail = detail


@dataclass(frozen=True, kw_only=True)
class LabelToken:
    """A token as read, its signature not yet checked."""

    claims: LabelClaims
    algorithm: int
    kid: bytes
    signed: bytes
    signature: bytes


def label_token(claims: LabelClaims, signer: Signer) -> str:
    """The token of these claims, signed by the label key; the same claims and key give the same text.

    It has at most 215 bytes, 328 characters, which ``LabelClaims`` sees to.
    """
    protected = cbor2.dumps({_ALGORITHM: _ALGORITHMS[signer.public.algorithm], _KID: kid_of(signer.public)})
    payload = _payload(claims)
    signature = signer.sign(_signed(protected, payload))
    return PREFIX + to45(_message(protected, payload, signature))


def read_token(text: str) -> LabelToken:
    """What a token says, whoever signed it. Raises ``TokenRefused``."""
    if not text.startswith(PREFIX):
        raise _malformed(f"a token begins with {PREFIX}")
    try:
        raw = from45(text.removeprefix(PREFIX))
    except ValueError as error:
        raise _malformed(str(error)) from error
    if len(raw) > LARGEST:
        raise _malformed(f"a token has at most {LARGEST} bytes, not {len(raw)}")
    return _read(raw)


def open_token(text: str, keys: Iterable[AuthorisedKey], issuer: str) -> LabelClaims:
    """The claims of a token that a label key of ``issuer`` signed. Raises ``TokenRefused``.

    A key that was compromised or retired at some size of the log vouches only for fills recorded before it. Whether
    the use-by day is over is the caller's to ask, who knows the day.
    """
    token = read_token(text)
    claims = token.claims
    if claims.issuer != issuer:
        raise TokenRefused(TokenFault.FOREIGN, f"The token is of {claims.issuer}, not of {issuer}.")
    known = [key for key in keys if key.role == "label" and kid_of(key.public) == token.kid]
    if not known:
        raise TokenRefused(TokenFault.UNKNOWN_KEY, f"No label key {token.kid.hex()} of {issuer} is known.")
    _signed_by(token, known[0])
    return claims


def _signed_by(token: LabelToken, key: AuthorisedKey) -> None:
    if token.algorithm != _ALGORITHMS[key.public.algorithm]:
        detail = f"The token names algorithm {token.algorithm}, but its key signs by another."
        raise TokenRefused(TokenFault.ALGORITHM, detail)
    if not key.public.verify(token.signed, token.signature):
        raise TokenRefused(TokenFault.SIGNATURE, "The signature does not fit: something was changed.")
    at = token.claims.log_index
    if key.compromised is not None and at >= key.compromised:
        detail = (
            f"The key is revoked for fills recorded from entry {key.compromised} on; this one is entry {at}."
        )
        raise TokenRefused(TokenFault.KEY_REVOKED, detail)
    if key.retired is not None and at >= key.retired:
        detail = f"The key signed nothing from entry {key.retired} on; this fill is entry {at}."
        raise TokenRefused(TokenFault.KEY_RETIRED, detail)


def _read(raw: bytes) -> LabelToken:
    """Take the message apart: its algorithm is looked at first, so that another one is called by its name."""
    message = _loaded(raw)
    if not (isinstance(message, cbor2.CBORTag) and message.tag == _TAG and type(message.value) is list):
        raise _malformed("it is no COSE_Sign1 message")
    if [type(part) for part in message.value] != [bytes, dict, bytes, bytes]:
        raise _malformed("it is no COSE_Sign1 message")
    protected, unprotected, payload, signature = message.value
    header = _loaded(protected) if protected else {}
    _must_name_algorithm(header, unprotected)
    if header.keys() != {_ALGORITHM, _KID} or type(header[_KID]) is not bytes or unprotected:
        raise _malformed("its headers are the algorithm and the key, both protected, and no others")
    claims = _claims(_loaded(payload))
    written = cbor2.dumps({_ALGORITHM: header[_ALGORITHM], _KID: header[_KID]}), _payload(claims)
    if (protected, payload) != written or raw != _message(protected, payload, signature):
        raise _malformed("it is not in its one spelling")
    return LabelToken(
        claims=claims, algorithm=header[_ALGORITHM], kid=header[_KID], signed=_signed(protected, payload),
        signature=signature,
    )  # fmt: skip


def _must_name_algorithm(header: Any, unprotected: dict[Any, Any]) -> None:
    if type(header) is not dict:
        raise _malformed("its protected header is no map")
    if _ALGORITHM not in header:
        where = "only where anybody can change it" if _ALGORITHM in unprotected else "nowhere"
        raise TokenRefused(TokenFault.ALGORITHM, f"The token names its algorithm {where}.")
    if type(header[_ALGORITHM]) is not int or header[_ALGORITHM] not in _ALGORITHMS.values():
        raise TokenRefused(
            TokenFault.ALGORITHM, f"The algorithm {header[_ALGORITHM]!r:.20} is not one of ours."
        )


def _claims(payload: Any) -> LabelClaims:
    shape = {_ISSUER: str, _SERIAL: str, _EXPIRY: int, _PRIVATE: list}
    if type(payload) is not dict or {claim: type(value) for claim, value in payload.items()} != shape:
        raise _malformed("it does not have exactly the claims of a label")
    private = payload[_PRIVATE]
    kinds = [type(value) for value in private]
    if kinds not in ([str, int, bytes, int], [str, type(None), bytes, int]):
        raise _malformed("its private claim is not lot, product, fill record and place in the log")
    lot, gtin, fill, log_index = private
    try:
        return LabelClaims(
            issuer=payload[_ISSUER], serial=VialSerial(payload[_SERIAL]), use_by=_day(payload[_EXPIRY]),
            lot=LotNumber(lot), gtin=None if gtin is None else Gtin(f"{gtin:014d}"), fill=Sha256(fill.hex()),
            log_index=log_index,
        )  # fmt: skip
    except Malformed as error:
        raise _malformed(error.detail) from error


def _payload(claims: LabelClaims) -> bytes:
    gtin = None if claims.gtin is None else int(claims.gtin)
    private = [str(claims.lot), gtin, bytes.fromhex(claims.fill), claims.log_index]
    return cbor2.dumps(
        {
            _ISSUER: claims.issuer,
            _SERIAL: str(claims.serial),
            _EXPIRY: _over(claims.use_by),
            _PRIVATE: private,
        }
    )


def _over(use_by: date) -> int:
    """The POSIX time at which this day is over everywhere on earth (time zones reach to UTC-12)."""
    return (use_by.toordinal() - _EPOCH + 1) * _DAY + _NOON


def _day(over: int) -> date:
    days, rest = divmod(over - _NOON, _DAY)
    try:
        day = date.fromordinal(_EPOCH + days - 1)
    except (ValueError, OverflowError) as error:
        raise Malformed("its use-by day does not exist") from error
    if rest:
        raise Malformed("its use-by moment is not the end of a day")
    return day


def _message(protected: bytes, payload: bytes, signature: bytes) -> bytes:
    return cbor2.dumps(cbor2.CBORTag(_TAG, [protected, {}, payload, signature]))


def _signed(protected: bytes, payload: bytes) -> bytes:
    """The Sig_structure that the signature covers (RFC 9052 4.4)."""
    return cbor2.dumps(["Signature1", protected, b"", payload])


def _loaded(octets: bytes) -> Any:
    try:
        return cbor2.loads(octets)
    except Exception as error:  # the library runs readers of tags that nobody here asked for
        raise _malformed("it is not CBOR") from error


def _malformed(detail: str) -> TokenRefused:
    return TokenRefused(TokenFault.MALFORMED, f"This is no token of a label: {detail}.")
