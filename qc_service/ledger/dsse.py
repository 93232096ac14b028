"""The envelope around a signed payload (DSSE 1.0.2), with exactly one signature.

    {"payload": <base64>, "payloadType": "application/vnd.in-toto+json",
     "signatures": [{"keyid": <RFC 7638 thumbprint>, "sig": <base64>}]}

What is signed is not this JSON but  "DSSEv1" SP LEN(type) SP type SP LEN(payload) SP payload  where LEN is
the decimal count of bytes.
"""

from dataclasses import dataclass
from typing import Any

from .keys import PublicKey, Signer
from .shape import Malformed, from64, items, members, text, to64

PAYLOAD_TYPE = "application/vnd.in-toto+json"

_ENVELOPE = frozenset({"payload", "payloadType", "signatures"})
_SIGNATURE = frozenset({"keyid", "sig"})


def pae(payload_type: str, body: bytes) -> bytes:
    """The pre-authentication encoding: the very bytes a signature covers (DSSE protocol 1.0.2)."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(body), body)


@dataclass(frozen=True)
class Envelope:
    """A payload with its one signature. `keyid` is a hint here; the log entry is what binds it."""

    payload: bytes
    payload_type: str
    keyid: str
    sig: bytes

    @classmethod
    def seal(cls, payload: bytes, signer: Signer) -> "Envelope":
        """Sign `payload` as a statement of this service."""
        sig = signer.sign(pae(PAYLOAD_TYPE, payload))
        return cls(payload, PAYLOAD_TYPE, signer.public.keyid, sig)

    def signed_bytes(self) -> bytes:
        """The bytes that `sig` covers."""
        return pae(self.payload_type, self.payload)

    def verified_by(self, public: PublicKey) -> bool:
        """Whether `public` made the signature, over this payload and this type."""
        return public.verify(self.signed_bytes(), self.sig)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object of the format above."""
        return {
            "payload": to64(self.payload),
            "payloadType": self.payload_type,
            "signatures": [{"keyid": self.keyid, "sig": to64(self.sig)}],
        }

    @classmethod
    def from_dict(cls, value: object) -> "Envelope":
        """The envelope that `to_dict` writes, member for member; anything else is `Malformed`."""
        outer = members(value, _ENVELOPE)
        signatures = items(outer["signatures"])
        if len(signatures) != 1:
            raise Malformed("an envelope carries exactly one signature")
        signature = members(signatures[0], _SIGNATURE)
        return cls(
            payload=from64(outer["payload"]),
            payload_type=text(outer["payloadType"]),
            keyid=text(signature["keyid"]),
            sig=from64(signature["sig"]),
        )
