"""The statement: what one person said about one stream, as an in-toto Statement v1 in canonical bytes.

{"_type": "https://in-toto.io/Statement/v1",
 "subject": [{"name": "urn:qc-service:<issuer>:<stream>", "digest": {"sha256": <of the canonical body>}},
             {"name": <attached file>, "digest": {"sha256": <of its bytes>}}, …],
 "predicateType": "urn:qc-service:record:<Kind>:v1",
 "predicate": {"issuer", "stream", "seq", "prev", "occurred_at", "recorded_at",
               "signer": {"id", "printed_name", "role", "organisation"}, "meaning", "reason", "salt",
               "cites": [{"stream", "seq", "digest", "tag"}, …], "body": {…}}}
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .canonical import MAX_DEPTH, canonical, digest, read, spelled
from .shape import Malformed, count, hexadecimal, items, members, text

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"

_KIND = re.compile(r"[A-Z][A-Za-z0-9]{0,63}")
_PREDICATE_TYPE = re.compile(r"urn:qc-service:record:([A-Z][A-Za-z0-9]{0,63}):v1")
_STREAM = re.compile(r"[a-z][a-z-]{0,31}(?:/[!-.0-~]{1,128}){1,3}")
#: Also the name of the log's key, hence no space and no plus sign (C2SP signed-note).
_ISSUER = re.compile(r"[!-*,-~]{1,255}")
_RECORDED_AT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_OCCURRED_AT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:Z|[+-][0-9]{2}:[0-9]{2})")

_STATEMENT = frozenset({"_type", "subject", "predicateType", "predicate"})
_PREDICATE = frozenset(
    {"issuer", "stream", "seq", "prev", "occurred_at", "recorded_at"}
    | {"signer", "meaning", "reason", "salt", "cites", "body"}
)
_SIGNER = frozenset({"id", "printed_name", "role", "organisation"})
_CITATION = frozenset({"stream", "seq", "digest", "tag"})


@dataclass(frozen=True)
class Citation:
    """The head of another stream that the decision stood on, and the tag that finds it in the log."""

    stream: str
    seq: int
    digest: str
    tag: str

    def __post_init__(self) -> None:
        _matching(_STREAM, self.stream, "stream")
        count(self.seq)
        hexadecimal(self.digest, 32)
        hexadecimal(self.tag, 16)


@dataclass(frozen=True)
class FileDigest:
    """A file attached to the record, by name and by the SHA-256 of its bytes in lowercase hexadecimal."""

    name: str
    sha256: str

    def __post_init__(self) -> None:
        text(self.name)
        hexadecimal(self.sha256, 32)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One immutable record before it is signed; it cannot exist in another shape than the format's.

    `occurred_at` is what the person said, with a zone; `recorded_at` is the service's clock in UTC, whole
    seconds. `prev` is the digest of the stream's previous payload, and None exactly at `seq` 0. `salt` is 16
    random bytes in hexadecimal, so that the digest of a fact with few possible values cannot be guessed.
    `signer` holds id, printed_name, role and organisation as they were. Raises `Malformed`.
    """

    stream: str
    seq: int
    prev: str | None
    kind: str
    occurred_at: str
    recorded_at: str
    signer: dict[str, str]
    meaning: str
    reason: str | None
    salt: str
    cites: tuple[Citation, ...]
    body: dict[str, Any]
    files: tuple[FileDigest, ...]
    issuer: str

    def __post_init__(self) -> None:
        _matching(_ISSUER, self.issuer, "issuer")
        _matching(_STREAM, self.stream, "stream")
        _matching(_KIND, self.kind, "record kind")
        if count(self.seq) == 0:
            if self.prev is not None:
                raise Malformed("the first record of a stream has no previous one")
        else:
            hexadecimal(self.prev, 32)
        _instant(_OCCURRED_AT, self.occurred_at)
        _instant(_RECORDED_AT, self.recorded_at)
        for said in members(self.signer, _SIGNER).values():
            text(said)
        text(self.meaning)
        if self.reason is not None:
            text(self.reason)
        hexadecimal(self.salt, 16)
        if type(self.body) is not dict:
            raise Malformed("a record's body is an object")

    def payload(self) -> bytes:
        """The canonical bytes: these are signed, kept and served, never made again from parsed values."""
        attached = [{"name": file.name, "digest": {"sha256": file.sha256}} for file in self.files]
        # The body is the one part that may hold anything; it stands two levels down in the whole.
        body = canonical(self.body, MAX_DEPTH - 2)
        about = {"name": self.subject(), "digest": {"sha256": digest(body)}}
        return spelled(
            {
                "_type": STATEMENT_TYPE,
                "subject": [about, *attached],
                "predicateType": f"urn:qc-service:record:{self.kind}:v1",
                "predicate": self._predicate(),
            }
        )

    def subject(self) -> str:
        """The name of the stream outside this service."""
        return f"urn:qc-service:{self.issuer}:{self.stream}"

    @classmethod
    def parse(cls, payload: bytes) -> "Statement":
        """The statement whose payload is exactly `payload`; anything else is `Malformed`."""
        outer = members(read(payload), _STATEMENT)
        inner = members(outer["predicate"], _PREDICATE)
        statement = cls(
            stream=inner["stream"],
            seq=inner["seq"],
            prev=inner["prev"],
            kind=_kind(outer["predicateType"]),
            occurred_at=inner["occurred_at"],
            recorded_at=inner["recorded_at"],
            signer=inner["signer"],
            meaning=inner["meaning"],
            reason=inner["reason"],
            salt=inner["salt"],
            cites=tuple(Citation(**members(cited, _CITATION)) for cited in items(inner["cites"])),
            body=inner["body"],
            files=_files(outer["subject"]),
            issuer=inner["issuer"],
        )
        # Format again and compare: so the bytes are canonical, and type, name and digest are what was said.
        if statement.payload() != payload:
            raise Malformed("the bytes are not canonical, or the subject is not what the predicate says")
        return statement

    def _predicate(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "stream": self.stream,
            "seq": self.seq,
            "prev": self.prev,
            "occurred_at": self.occurred_at,
            "recorded_at": self.recorded_at,
            "signer": self.signer,
            "meaning": self.meaning,
            "reason": self.reason,
            "salt": self.salt,
            "cites": [
                {"stream": cited.stream, "seq": cited.seq, "digest": cited.digest, "tag": cited.tag}
                for cited in self.cites
            ],
            "body": self.body,
        }


def _kind(predicate_type: object) -> str:
    return _matching(_PREDICATE_TYPE, predicate_type, "predicateType").group(1)


def _files(subject: object) -> tuple[FileDigest, ...]:
    """The attached files: every subject after the first, which is the stream itself."""
    subjects = [members(one, {"name", "digest"}) for one in items(subject)]
    return tuple(
        FileDigest(one["name"], members(one["digest"], {"sha256"})["sha256"]) for one in subjects[1:]
    )


def _matching(pattern: re.Pattern[str], value: object, what: str) -> re.Match[str]:
    match = pattern.fullmatch(value) if type(value) is str else None
    if match is None:
        raise Malformed(f"not a {what}: {value!r:.100}")
    return match


def _instant(pattern: re.Pattern[str], value: object) -> None:
    """A time in its one textual form that also exists in the calendar."""
    try:
        datetime.fromisoformat(_matching(pattern, value, "time").group())
    except ValueError as error:
        raise Malformed(f"not a time: {value!r:.100}") from error
