"""The envelope against the vector of the DSSE specification and others made beside it."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from qc_service.ledger.dsse import Envelope
from qc_service.ledger.keys import PublicKey

FILE = Path(__file__).parents[3] / "shared/vectors/dsse/dsse.json"

pytestmark = pytest.mark.skipif(not FILE.is_file(), reason="the shared DSSE vectors are not here")


def cases() -> list[dict[str, Any]]:
    """The vectors; none where the file is absent."""
    return json.loads(FILE.read_bytes()) if FILE.is_file() else []


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["name"])
def test_the_signature_covers_the_published_bytes(case: dict[str, Any]) -> None:
    key = load_pem_public_key(case["public_pem"].encode())
    assert isinstance(key, ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey)
    public = PublicKey.of(key)
    assert public.pem() == case["public_pem"]
    signed = deepcopy(case["envelope"])
    signed["signatures"][0]["keyid"] = (
        public.keyid
    )  # our envelopes always name the key; DSSE does not sign the name
    envelope = Envelope.from_dict(signed)
    wanted = case["pae"].encode() if "pae" in case else bytes.fromhex(case["pae_hex"])
    assert envelope.signed_bytes() == wanted
    assert envelope.verified_by(public)
    assert envelope.to_dict() == signed
