"""The trust root: only what enough of its own keys have signed can be read, and successors need both."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.ledger.canonical import canonical, digest, parse
from qc_service.ledger.keys import Signer
from qc_service.ledger.note import COSIGNATURE, NoteVerifier, verifier_key
from qc_service.ledger.shape import Malformed, to64
from qc_service.ledger.trust import TrustRoot, make_root
from tests.ledger.samples import ISSUER, ed25519_signer, p256_signer

A, B, C = ed25519_signer(1), p256_signer(2), ed25519_signer(3)
LOG_KEY = ed25519_signer(4).public
LOG = NoteVerifier.parse(verifier_key(ISSUER, LOG_KEY))


def root(
    version: int, keys: list[Signer], signers: list[Signer], threshold: int = 1, issuer: str = ISSUER
) -> TrustRoot:
    """A root of those keys, signed by those signers."""
    return make_root(
        issuer=issuer,
        log=NoteVerifier.parse(verifier_key(issuer, LOG_KEY)),
        record_keys=[key.public for key in keys],
        signers=signers,
        threshold=threshold,
        version=version,
    )


FIRST = root(1, [A, B], [A, B], threshold=2)


def test_a_root_reads_back() -> None:
    assert TrustRoot.parse(FIRST.to_bytes()) == FIRST
    assert FIRST.digest() == digest(FIRST.to_bytes())
    assert parse(FIRST.to_bytes())["signed"] == {
        "type": "root",
        "version": 1,
        "issuer": ISSUER,
        "log": str(LOG),
        "record_keys": [A.public.jwk(), B.public.jwk()],
        "threshold": 2,
    }


def test_the_threshold_must_be_reached() -> None:
    for signers in ([A], [A, C], []):
        with pytest.raises(Malformed, match="too few"):
            root(1, [A, B], list(signers), threshold=2)


def test_a_successor_needs_the_threshold_of_both() -> None:
    assert root(2, [C], [A, B, C]).succeeds(FIRST)
    assert not root(2, [C], [A, C]).succeeds(FIRST)
    assert not root(3, [C], [A, B, C]).succeeds(FIRST)
    assert not root(2, [C], [A, B, C], issuer="other.example/log").succeeds(FIRST)


@given(st.data())
def test_any_flipped_byte_breaks_it(draws: st.DataObject) -> None:
    octets = bytearray(FIRST.to_bytes())
    octets[draws.draw(st.integers(0, len(octets) - 1))] ^= draws.draw(st.integers(1, 255))
    with pytest.raises(Malformed):
        TrustRoot.parse(bytes(octets))


def signed(*signers: Signer, **changed: Any) -> bytes:
    """The first root with members changed, signed for real."""
    said = parse(FIRST.to_bytes())["signed"] | changed
    made = [{"keyid": one.public.keyid, "sig": to64(one.sign(canonical(said)))} for one in signers]
    return canonical({"signed": said, "signatures": made})


@pytest.mark.parametrize(
    "octets",
    [
        b"{}",
        FIRST.to_bytes() + b"\n",
        signed(A, B, extra=1),
        signed(A, B, type="targets"),
        signed(A, B, version=0),
        signed(A, B, version="1"),
        signed(A, B, issuer="other.example/log"),
        signed(A, B, issuer=""),
        signed(A, B, log=""),
        signed(A, B, log=str(NoteVerifier(ISSUER, COSIGNATURE, LOG_KEY))),
        signed(A, B, record_keys=[]),
        signed(A, B, record_keys={}),
        signed(A, B, record_keys=[A.public.jwk(), A.public.jwk()]),
        signed(A, B, threshold=0),
        signed(A, B, threshold=3),
        signed(A, A),
        signed(A, A, B),
        signed(A),
    ],
)
def test_another_root_is_refused(octets: bytes) -> None:
    with pytest.raises(Malformed):
        TrustRoot.parse(octets)


def test_a_signature_has_two_members() -> None:
    value = parse(FIRST.to_bytes())
    value["signatures"][0]["extra"] = 1
    with pytest.raises(Malformed):
        TrustRoot.parse(canonical(value))
