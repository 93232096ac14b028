"""The trust root: the one file that a stranger starts from, compared by its digest with paper or a contract.

    {"signed": {"type": "root", "version": 1, "issuer": <the log's origin>, "log": <its verifier key>,
                "record_keys": [<jwk>, …], "threshold": 1},
     "signatures": [{"keyid": <thumbprint>, "sig": <base64>}, …]}

The file is canonical JSON; each signature covers the canonical bytes of "signed". A root is signed by
`threshold` of its own record keys, and each one after the first also by the threshold of the root before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .canonical import canonical, digest, parse
from .keys import PublicKey, Signer
from .note import ED25519, NoteVerifier
from .shape import Malformed, count, from64, items, members, text, to64

_ROOT = frozenset({"signed", "signatures"})
_SIGNED = frozenset({"type", "version", "issuer", "log", "record_keys", "threshold"})
_SIGNATURE = frozenset({"keyid", "sig"})


@dataclass(frozen=True, kw_only=True)
class TrustRoot:
    """What a verifier trusts; `parse` gives only roots that enough of their own keys have signed."""

    version: int
    issuer: str
    log: NoteVerifier
    record_keys: tuple[PublicKey, ...]
    threshold: int
    signatures: tuple[tuple[str, bytes], ...] = ()

    def __post_init__(self) -> None:
        if count(self.version) < 1 or not 1 <= count(self.threshold) <= len(self.record_keys):
            raise Malformed("a root has a version from 1 and a threshold that its keys can reach")
        if self.log.kind != ED25519 or self.log.name != text(self.issuer):
            raise Malformed("the log's key bears the issuer's name")
        if len(set(self.record_keys)) != len(self.record_keys):
            raise Malformed("a record key is listed twice")
        if len(dict(self.signatures)) != len(self.signatures):
            raise Malformed("a key has signed twice")

    @classmethod
    def parse(cls, octets: bytes) -> "TrustRoot":
        """The root whose file is exactly these bytes and which its own keys have signed, else `Malformed`."""
        outer = members(parse(octets), _ROOT)
        signed = members(outer["signed"], _SIGNED)
        root = cls(
            version=signed["version"],
            issuer=signed["issuer"],
            log=NoteVerifier.parse(text(signed["log"])),
            record_keys=tuple(PublicKey.from_jwk(jwk) for jwk in items(signed["record_keys"])),
            threshold=signed["threshold"],
            signatures=tuple(_signature(one) for one in items(outer["signatures"])),
        )
        if root.to_bytes() != octets:
            raise Malformed("not a trust root")
        if not root.endorsed_by(root):
            raise Malformed("too few of the root's own keys have signed it")
        return root

    def to_bytes(self) -> bytes:
        """The file above."""
        return canonical(
            {
                "signed": self._signed(),
                "signatures": [{"keyid": keyid, "sig": to64(sig)} for keyid, sig in self.signatures],
            }
        )

    def digest(self) -> str:
        """SHA-256 of the file: what is printed on paper and compared."""
        return digest(self.to_bytes())

    def endorsed_by(self, root: "TrustRoot") -> bool:
        """Whether `root.threshold` of the record keys of `root` have signed this one."""
        message, made = canonical(self._signed()), dict(self.signatures)
        return root.threshold <= sum(
            key.keyid in made and key.verify(message, made[key.keyid]) for key in root.record_keys
        )

    def succeeds(self, previous: "TrustRoot") -> bool:
        """Whether this is the version after `previous`, by the same issuer, signed by both thresholds."""
        follows = (self.version, self.issuer) == (previous.version + 1, previous.issuer)
        return follows and self.endorsed_by(self) and self.endorsed_by(previous)

    def _signed(self) -> dict[str, Any]:
        return {
            "type": "root",
            "version": self.version,
            "issuer": self.issuer,
            "log": str(self.log),
            "record_keys": [key.jwk() for key in self.record_keys],
            "threshold": self.threshold,
        }


def make_root(
    *,
    issuer: str,
    log: NoteVerifier,
    record_keys: Sequence[PublicKey],
    signers: Sequence[Signer],
    threshold: int = 1,
    version: int = 1,
) -> TrustRoot:
    """A root signed by all `signers`: enough of its own keys, and of its predecessor's where there is one."""
    unsigned = TrustRoot(
        version=version, issuer=issuer, log=log, record_keys=tuple(record_keys), threshold=threshold
    )
    message = canonical(unsigned._signed())
    made = [{"keyid": signer.public.keyid, "sig": to64(signer.sign(message))} for signer in signers]
    return TrustRoot.parse(canonical({"signed": unsigned._signed(), "signatures": made}))


def _signature(value: object) -> tuple[str, bytes]:
    made = members(value, _SIGNATURE)
    return text(made["keyid"]), from64(made["sig"])
