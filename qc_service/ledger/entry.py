"""The log entry: all that the public log shows of a record, and nothing that says what it is about.

    {"assertion": <digest of a passkey assertion, only where there is one>, "keyid": <thumbprint>, "seq": 0,
     "sig": <base64>, "statement": <digest of the payload>, "tag": <32 hex>, "v": 1}

The tag stands for the stream. Of a lot or a vial it follows from the label, so that whoever holds the vial
can find the whole stream; of every other stream it takes the salt of the stream's first record, so that
nobody can guess.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass

from .canonical import canonical, read
from .merkle import leaf_hash
from .shape import Malformed, count, from64, hexadecimal, members, text, to64
from .tiles import MAX_ENTRY

PUBLIC_STREAMS = ("lot/", "vial/")

_KEYID = re.compile(r"[A-Za-z0-9_-]{43}")
_MEMBERS = frozenset({"v", "tag", "seq", "statement", "keyid", "sig"})


@dataclass(frozen=True, kw_only=True)
class LogEntry:
    """One leaf of the log; raises `Malformed` where a member is not of its shape.

    `statement` is the SHA-256 of the payload and `keyid` is bound here: the entry says who signed what.
    """

    tag: str
    seq: int
    statement: str
    keyid: str
    sig: bytes
    assertion: str | None = None

    def __post_init__(self) -> None:
        hexadecimal(self.tag, 16)
        count(self.seq)
        hexadecimal(self.statement, 32)
        if not _KEYID.fullmatch(text(self.keyid)):
            raise Malformed("not a key's thumbprint")
        if self.assertion is not None:
            hexadecimal(self.assertion, 32)

    def to_bytes(self) -> bytes:
        """The canonical bytes, at most 65,535 of them."""
        said = {
            "v": 1,
            "tag": self.tag,
            "seq": self.seq,
            "statement": self.statement,
            "keyid": self.keyid,
            "sig": to64(self.sig),
        }
        octets = canonical(said if self.assertion is None else said | {"assertion": self.assertion})
        if len(octets) > MAX_ENTRY:
            raise Malformed("a log entry is at most 65,535 bytes")
        return octets

    @classmethod
    def from_bytes(cls, octets: bytes) -> "LogEntry":
        """The entry whose bytes are exactly these, else `Malformed`."""
        said = members(read(octets), _MEMBERS, {"assertion"})
        entry = cls(
            tag=said["tag"],
            seq=said["seq"],
            statement=said["statement"],
            keyid=said["keyid"],
            sig=from64(said["sig"]),
            assertion=said.get("assertion"),
        )
        if entry.to_bytes() != octets:
            raise Malformed("not a log entry of version 1")
        return entry

    def leaf(self) -> bytes:
        """The entry's leaf hash in the tree."""
        return leaf_hash(self.to_bytes())


def stream_tag(issuer: str, stream: str) -> str:
    """The tag of a `lot/` or `vial/` stream, 32 hex digits that anybody can compute from the label."""
    return hashlib.sha256(_tagged(issuer, stream)).hexdigest()[:32]


def secret_tag(secret: bytes, issuer: str, stream: str) -> str:
    """The tag of any other stream: HMAC-SHA-256 of the same text under the 16-byte salt of its record 0."""
    if len(secret) != 16:
        raise ValueError("a stream's secret is 16 bytes")
    return hmac.digest(secret, _tagged(issuer, stream), "sha256").hex()[:32]


def tag_for(issuer: str, stream: str, secret: bytes | None) -> str:
    """The tag of `stream`, by the rule for its kind; `secret` matters only where the stream has one."""
    if stream.startswith(PUBLIC_STREAMS):
        return stream_tag(issuer, stream)
    if secret is None:
        raise ValueError(f"the tag of {stream!r:.100} needs the stream's secret")
    return secret_tag(secret, issuer, stream)


def _tagged(issuer: str, stream: str) -> bytes:
    return f"qc-service/stream-tag/v1\n{issuer}\n{stream}".encode()
