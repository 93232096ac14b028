"""The envelope signs type and payload together, and its JSON has one form."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.ledger.dsse import PAYLOAD_TYPE, Envelope, pae
from qc_service.ledger.keys import Signer
from qc_service.ledger.shape import Malformed
from tests.ledger.samples import ed25519_signer, p256_signer, statement

SIGNERS = [ed25519_signer(1), p256_signer(1)]


def test_lengths_are_counted_in_bytes() -> None:
    assert pae("application/x-é", b"x") == "DSSEv1 16 application/x-é 1 x".encode()


@given(st.tuples(st.text(), st.binary()), st.tuples(st.text(), st.binary()))
def test_two_messages_never_look_the_same_to_the_signer(
    one: tuple[str, bytes], two: tuple[str, bytes]
) -> None:
    assert (pae(*one) == pae(*two)) == (one == two)


@pytest.mark.parametrize("signer", SIGNERS)
def test_a_sealed_envelope_reads_back_and_verifies(signer: Signer) -> None:
    envelope = Envelope.seal(statement().payload(), signer)
    assert Envelope.from_dict(envelope.to_dict()) == envelope
    assert envelope.payload_type == PAYLOAD_TYPE
    assert envelope.keyid == signer.public.keyid
    assert envelope.verified_by(signer.public)
    assert not envelope.verified_by(ed25519_signer(9).public)
    assert Envelope.seal(statement().payload(), signer) == envelope


@pytest.mark.parametrize("signer", SIGNERS)
@given(st.data())
def test_any_flipped_bit_breaks_the_signature(signer: Signer, draws: st.DataObject) -> None:
    envelope = Envelope.seal(b"payload", signer)
    part = draws.draw(st.sampled_from(["payload", "payload_type", "sig"]))
    said = {"payload": b"payload", "payload_type": PAYLOAD_TYPE.encode(), "sig": envelope.sig}
    octets = bytearray(said[part])
    octets[draws.draw(st.integers(0, len(octets) - 1))] ^= 1 << draws.draw(st.integers(0, 6))
    said[part] = bytes(octets)
    changed = Envelope(said["payload"], said["payload_type"].decode("latin-1"), envelope.keyid, said["sig"])
    assert not changed.verified_by(signer.public)


SEALED = Envelope.seal(b"payload", SIGNERS[0]).to_dict()
ONE = SEALED["signatures"][0]


@pytest.mark.parametrize(
    "value",
    [
        None,
        SEALED | {"extra": 1},
        {"payload": "", "signatures": [ONE]},
        SEALED | {"signatures": []},
        SEALED | {"signatures": [ONE, ONE]},
        SEALED | {"signatures": ONE},
        SEALED | {"signatures": [ONE | {"extra": 1}]},
        SEALED | {"signatures": [{"sig": ONE["sig"]}]},
        SEALED | {"signatures": [ONE | {"keyid": ""}]},
        SEALED | {"payload": "cGF5bG9hZB=="},
        SEALED | {"payload": "cGF5bG9hZA"},
        SEALED | {"payloadType": None},
    ],
)
def test_another_envelope_is_refused(value: Any) -> None:
    with pytest.raises(Malformed):
        Envelope.from_dict(value)
