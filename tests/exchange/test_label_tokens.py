"""The label token: read back, checked by other people's code, small enough, and refused for every change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import cbor2
import cwt
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Gtin, LotNumber, Sha256, VialSerial
from qc_service.domain.label_claims import LAST_YEAR, LONGEST_ISSUER, LONGEST_LOG, LabelClaims
from qc_service.exchange.base45 import ALPHABET, from45, to45
from qc_service.exchange.label_kids import kid_of
from qc_service.exchange.label_tokens import (
    LARGEST,
    PREFIX,
    TokenFault,
    TokenRefused,
    label_token,
    open_token,
    read_token,
)
from qc_service.ledger.keys import AuthorisedKey, Ed25519Signer, P256Signer, Signer

ISSUER = "demo.exosome.example"
SECRET = bytes(range(32))
ED25519 = Ed25519Signer(ed25519.Ed25519PrivateKey.from_private_bytes(SECRET))
P256 = P256Signer(ec.derive_private_key(7, ec.SECP256R1()))
SIGNERS = pytest.mark.parametrize("signer", [ED25519, P256], ids=["EdDSA", "ES256"])
CLAIMS = LabelClaims(
    issuer=ISSUER, lot=LotNumber("EX261101A"), gtin=Gtin("09506000134352"),
    serial=VialSerial.minted(b"sixteen bytes..!"), use_by=date(2027, 10, 31), fill=Sha256("5a" * 32), log_index=41,
)  # fmt: skip
TOKEN = label_token(CLAIMS, ED25519)
RAW = from45(TOKEN.removeprefix(PREFIX))

HEADER = {1: -8, 4: kid_of(ED25519.public)}
PRIVATE = ["EX261101A", 9506000134352, bytes.fromhex(CLAIMS.fill), 41]
PAYLOAD = {1: ISSUER, 2: str(CLAIMS.serial), 4: 1825070400, -65537: PRIVATE}


def key(signer: Signer = ED25519, **kept: int) -> AuthorisedKey:
    return AuthorisedKey(signer.public, "label", **kept)


def made(
    protected: object = HEADER, payload: object = PAYLOAD, *, unprotected: object = None, signer: Signer = ED25519,
    tag: int = 18, extra: tuple[object, ...] = (),
) -> str:  # fmt: skip
    """A token put together by hand and signed in earnest, whatever it says."""
    octets = protected if isinstance(protected, bytes) else cbor2.dumps(protected)
    content = payload if isinstance(payload, bytes) else cbor2.dumps(payload)
    signature = signer.sign(cbor2.dumps(["Signature1", octets, b"", content]))
    parts = [octets, {} if unprotected is None else unprotected, content, signature, *extra]
    return PREFIX + to45(cbor2.dumps(cbor2.CBORTag(tag, parts)))


def fault(text: str, *keys: AuthorisedKey, issuer: str = ISSUER) -> TokenFault:
    with pytest.raises(TokenRefused) as refused:
        open_token(text, keys or (key(),), issuer)
    assert refused.value.detail.endswith(".")
    return refused.value.fault


@SIGNERS
def test_a_token_says_what_was_signed(signer: Signer) -> None:
    token = label_token(CLAIMS, signer)
    assert token.startswith("EXO1:")
    assert open_token(token, [key(ED25519), key(P256)], ISSUER) == CLAIMS
    assert label_token(CLAIMS, signer) == token


def test_a_token_made_by_hand_is_the_same() -> None:
    assert made() == TOKEN


def test_a_product_without_a_number_has_none_in_the_token() -> None:
    claims = replace(CLAIMS, gtin=None)
    assert open_token(label_token(claims, ED25519), [key()], ISSUER) == claims


@SIGNERS
def test_the_largest_token_fits(signer: Signer) -> None:
    claims = replace(
        CLAIMS, issuer="i" * LONGEST_ISSUER, lot=LotNumber("A" * 20), gtin=Gtin("99999999999997"),
        log_index=LONGEST_LOG - 1, use_by=date(LAST_YEAR, 12, 31),
    )  # fmt: skip
    token = label_token(claims, signer)
    assert len(from45(token.removeprefix(PREFIX))) == LARGEST
    assert set(token) <= set(ALPHABET)  # so a QR code takes it as alphanumeric
    assert open_token(token, [key(signer)], claims.issuer) == claims


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("issuer", "i" * (LONGEST_ISSUER + 1)),
        ("issuer", "ü" * 16),
        ("issuer", ""),
        ("log_index", LONGEST_LOG),
        ("log_index", -1),
        ("use_by", date(LAST_YEAR + 1, 1, 1)),
        ("use_by", date(1969, 12, 31)),
    ],
)
def test_what_no_token_has_room_for_is_refused(member: str, value: object) -> None:
    with pytest.raises(Malformed) as refused:
        replace(CLAIMS, **{member: value})  # type: ignore[arg-type]
    assert refused.value.faults[0].pointer == f"/{member}"


def test_code_that_is_not_ours_verifies_the_signatures() -> None:
    for signer in (ED25519, P256):
        message = cbor2.loads(from45(label_token(CLAIMS, signer).removeprefix(PREFIX)))
        assert message.tag == 18
        protected, unprotected, payload, signature = message.value
        signed = cbor2.dumps(["Signature1", protected, b"", payload])
        assert unprotected == {}
        assert cbor2.loads(payload) == PAYLOAD
        if signer is ED25519:
            public = ed25519.Ed25519PublicKey.from_public_bytes(signer.public.raw)
            public.verify(signature, signed)
            with pytest.raises(InvalidSignature):
                public.verify(signature, signed + b"\0")
        else:
            point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), signer.public.raw)
            r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
            point.verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))


@SIGNERS
def test_another_library_reads_our_tokens(signer: Signer) -> None:
    raw, kid = signer.public.raw, kid_of(signer.public)
    okp = {1: 1, 2: kid, 3: -8, 4: [2], -1: 6, -2: raw}
    ec2 = {1: 2, 2: kid, 3: -7, 4: [2], -1: 1, -2: raw[1:33], -3: raw[33:]}
    known = cwt.COSEKey.new(okp if signer is ED25519 else ec2)
    token = from45(label_token(CLAIMS, signer).removeprefix(PREFIX))
    assert cwt.COSE.new().decode(token, known) == cbor2.dumps(PAYLOAD)
    assert cwt.decode(token, known) == PAYLOAD
    with pytest.raises(cwt.VerifyError):
        cwt.COSE.new().decode(token[:-1] + bytes([token[-1] ^ 1]), known)


def test_we_read_what_another_library_signs() -> None:
    jwk = {**ED25519.public.jwk(), "d": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "alg": "EdDSA"}
    raw = cwt.COSE.new().encode_and_sign(
        cbor2.dumps(PAYLOAD), cwt.COSEKey.from_jwk({**jwk, "use": "sig"}), protected=HEADER
    )
    assert isinstance(raw, bytes)
    assert open_token(PREFIX + to45(raw), [key()], ISSUER) == CLAIMS


@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_any_changed_byte_breaks_it(place: int, change: int) -> None:
    changed = RAW[:place] + bytes([RAW[place] ^ change]) + RAW[place + 1 :]
    with pytest.raises(TokenRefused):
        open_token(PREFIX + to45(changed), [key()], ISSUER)


@given(st.integers(0, len(TOKEN) - 1), st.characters(max_codepoint=127))
def test_any_changed_character_breaks_it(place: int, character: str) -> None:
    changed = TOKEN[:place] + character + TOKEN[place + 1 :]
    if changed != TOKEN:
        with pytest.raises(TokenRefused):
            open_token(changed, [key()], ISSUER)


@given(st.binary(max_size=LARGEST))
def test_any_bytes_are_answered(octets: bytes) -> None:
    with pytest.raises(TokenRefused):
        open_token(PREFIX + to45(octets), [key()], ISSUER)


@given(st.binary(max_size=120))
def test_any_signed_payload_is_answered(octets: bytes) -> None:
    assert fault(made(payload=octets)) is TokenFault.MALFORMED


@pytest.mark.parametrize(
    "text",
    [
        "",
        PREFIX,
        TOKEN.lower(),
        TOKEN.removeprefix(PREFIX),
        f" {TOKEN}",
        f"{TOKEN}\n",
        f"{TOKEN}A",
        PREFIX + to45(RAW + b"\0"),
        PREFIX + to45(RAW[1:]),  # untagged
        PREFIX + to45(RAW[:1] + b"\x9f" + RAW[2:] + b"\xff"),  # indefinite length
        PREFIX + to45(bytes(LARGEST + 1)),
        made(tag=61),
        made(tag=17),
        made(extra=(b"",)),
        made(unprotected={4: b"other"}),
        made(unprotected=[]),
        made(protected={1: -8}),
        made(protected={**HEADER, 3: 60}),
        made(protected={**HEADER, 2: [7], 7: 1}),
        made(protected={1: -8, 4: "kid"}),
        made(protected={4: HEADER[4], 1: -8}),  # another order
        made(protected=b"\xa3\x01\x27\x01\x27\x04\x48" + kid_of(ED25519.public)),  # alg twice
        made(protected=b"\xa2\x01\x38\x07\x04\x48" + kid_of(ED25519.public)),  # -8 in two bytes
        made(protected={True: -8, 4: HEADER[4]}),
        made(protected=[1, -8]),
        made(payload={**PAYLOAD, 6: 1}),
        made(payload={**PAYLOAD, 2: 7}),
        made(payload={name: PAYLOAD[name] for name in (2, 1, 4, -65537)}),  # another order
        made(payload={name: PAYLOAD[name] for name in (1, 2, 4)}),
        made(payload={**PAYLOAD, 4: 1825070400.0}),
        made(payload={**PAYLOAD, 4: 1825070401}),
        made(payload={**PAYLOAD, 4: -(2**70)}),
        made(payload={**PAYLOAD, 4: 2**70 - 2**70 % 86_400 + 43_200}),
        made(payload={**PAYLOAD, 2: "7K3M9QW2TX4B"}),
        made(payload={**PAYLOAD, -65537: [*PRIVATE, 1]}),
        made(payload={**PAYLOAD, -65537: ["lower", *PRIVATE[1:]]}),
        made(payload={**PAYLOAD, -65537: [PRIVATE[0], 9506000134353, *PRIVATE[2:]]}),
        made(payload={**PAYLOAD, -65537: [PRIVATE[0], -9506000134352, *PRIVATE[2:]]}),
        made(payload={**PAYLOAD, -65537: [*PRIVATE[:2], b"short", 41]}),
        made(payload={**PAYLOAD, -65537: [*PRIVATE[:3], -1]}),
        made(payload={**PAYLOAD, -65537: [*PRIVATE[:3], True]}),
        made(payload=cbor2.dumps(PAYLOAD) + b"\0"),
        made(payload=b"\xa5\x01\x60" + cbor2.dumps(PAYLOAD)[1:]),  # issuer twice
        made(payload=b"\xc5\x82\x1b" + b"\xff" * 8 + b"\x01"),  # a bigfloat
    ],
)
def test_another_spelling_or_content_is_no_token(text: str) -> None:
    assert fault(text) is TokenFault.MALFORMED


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (made(protected={4: HEADER[4]}, unprotected={1: -8}), (key(),)),  # alg where anybody can change it
        (made(protected={4: HEADER[4]}), (key(),)),
        (made(protected=b"", unprotected=HEADER), (key(),)),
        (made(protected={**HEADER, 1: -7}), (key(),)),  # ES256 said of an Ed25519 key
        (made(protected={1: -8, 4: kid_of(P256.public)}, signer=P256), (key(P256),)),
        (made(protected={**HEADER, 1: 0}), (key(),)),
        (made(protected={**HEADER, 1: None}), (key(),)),
        (made(protected={**HEADER, 1: "none"}), (key(),)),
        (made(protected={**HEADER, 1: 5}), (key(),)),  # HMAC: the public key as a shared secret
        (made(protected={**HEADER, 1: -8.0}), (key(),)),
    ],
)
def test_another_algorithm_than_the_keys_is_called_by_its_name(
    text: str, keys: tuple[AuthorisedKey, ...]
) -> None:
    assert fault(text, *keys) is TokenFault.ALGORITHM


def test_whose_it_is_not_is_told_apart() -> None:
    stranger = Ed25519Signer(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)))
    assert fault(TOKEN, issuer="other.example") is TokenFault.FOREIGN
    assert fault(made(signer=stranger)) is TokenFault.SIGNATURE
    assert fault(label_token(CLAIMS, stranger)) is TokenFault.UNKNOWN_KEY
    assert fault(TOKEN, AuthorisedKey(ED25519.public, "record")) is TokenFault.UNKNOWN_KEY
    assert fault(made(payload={**PAYLOAD, 1: "demo.exosome.example2"})) is TokenFault.FOREIGN


def test_a_revoked_or_retired_key_vouches_for_earlier_fills_only() -> None:
    assert fault(TOKEN, key(compromised=41)) is TokenFault.KEY_REVOKED
    assert fault(TOKEN, key(retired=41)) is TokenFault.KEY_RETIRED
    assert fault(TOKEN, key(compromised=0, retired=42)) is TokenFault.KEY_REVOKED
    assert open_token(TOKEN, [key(compromised=42, retired=42)], ISSUER) == CLAIMS
    # A label may be printed again by a key that is younger than the fill.
    assert open_token(TOKEN, [key(introduced=99)], ISSUER) == CLAIMS


def test_what_a_token_says_can_be_read_without_a_key() -> None:
    token = read_token(TOKEN)
    assert (token.claims, token.kid) == (CLAIMS, kid_of(ED25519.public))
