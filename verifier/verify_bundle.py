"""Check a provenance bundle offline, trusting nobody but the trust root that you compared with paper.

    python verify_bundle.py FILE --trust ROOT [--explain] [--json]
    python verify_bundle.py --answer FILE --trust ROOT [--at TIME] [--explain] [--json]

With --answer, FILE is the reply to a recorded check as it was saved: who asked, what they were answered, and how old
that is.

Exit 0: the bundle is authentic, complete in itself, and its records lead to the state it claims; the answer is the one
that was given and signed.
Exit 1: it is not, and the output says where.
Exit 2: the question could not be asked: no trust root that holds, or no file.

This one file needs Python 3.11 and the `cryptography` package, and nothing else. The formats are described in
docs/record-format.md; they are other people's: RFC 8785, in-toto Statement v1, DSSE, RFC 6962, C2SP notes.

How to read it: the steps are the functions numbered (1) to (13), in the order in which they run; --explain
prints their docstrings. An answer takes those of them that STEPS_OF_ANSWER lists, and two of its own. A step
yields what it finds wrong, and runs only where every step before it found nothing, so it may rely on them.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import hmac
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

FORMAT = "qc-service/provenance-bundle/v1"
MANIFEST_TYPE = "application/vnd.qc-service.bundle-manifest+json"
STATEMENT_TYPE = "application/vnd.in-toto+json"
LATERAL = (
    "capa/",
    "person/",
    "recall/",
    "shipment/",
)  # these concern many lots: what they cite need not be here
ACCEPTED = ("valid", "valid_key_retired")

# The members of every object, each with its types. No object may have others.
TEXT, COUNT, LIST, OBJECT, NULL = (str,), (int,), (list,), (dict,), (type(None),)
Shape = Mapping[str, tuple[type, ...]]
ROOT: Shape = {"signatures": LIST, "signed": OBJECT}
ROOT_SIGNED: Shape = {
    "issuer": TEXT, "log": TEXT, "record_keys": LIST, "threshold": COUNT, "type": TEXT, "version": COUNT,
}  # fmt: skip
BUNDLE: Shape = {
    "about": OBJECT, "as_of": TEXT, "checkpoint": TEXT, "claimed": OBJECT, "fill": OBJECT + NULL,
    "format": TEXT, "issuer": TEXT, "manifest": OBJECT, "records": LIST, "timestamps": LIST,
}  # fmt: skip
ABOUT: Shape = {"lot": TEXT, "serial": TEXT + NULL}
RECORD: Shape = {"entry": TEXT, "envelope": OBJECT + NULL, "index": COUNT, "proof": LIST}
ENTRY: Shape = {"keyid": TEXT, "seq": COUNT, "sig": TEXT, "statement": TEXT, "tag": TEXT, "v": COUNT}
ENVELOPE: Shape = {"payload": TEXT, "payloadType": TEXT, "signatures": LIST}
SIGNATURE: Shape = {"keyid": TEXT, "sig": TEXT}
STATEMENT: Shape = {"_type": TEXT, "predicate": OBJECT, "predicateType": TEXT, "subject": LIST}
SUBJECT: Shape = {"digest": OBJECT, "name": TEXT}
DIGEST: Shape = {"sha256": TEXT}
PREDICATE: Shape = {
    "body": OBJECT, "cites": LIST, "issuer": TEXT, "meaning": TEXT, "occurred_at": TEXT,
    "prev": TEXT + NULL, "reason": TEXT + NULL, "recorded_at": TEXT, "salt": TEXT, "seq": COUNT,
    "signer": OBJECT, "stream": TEXT,
}  # fmt: skip
SIGNER: Shape = {"id": TEXT, "organisation": TEXT, "printed_name": TEXT, "role": TEXT}
CITATION: Shape = {"digest": TEXT, "seq": COUNT, "stream": TEXT, "tag": TEXT}
MANIFEST: Shape = {
    "about": OBJECT, "as_of": TEXT, "checkpoint": TEXT, "format": TEXT, "issuer": TEXT, "parts": OBJECT,
    "records": LIST, "streams": LIST,
}  # fmt: skip
PARTS: Shape = {"claimed": TEXT, "fill": TEXT, "timestamps": TEXT}
LISTED: Shape = {"index": COUNT, "sha256": TEXT}
STREAM: Shape = {"length": COUNT, "records": LIST, "stream": TEXT + NULL, "tag": TEXT}
FILL: Shape = {"ordinal": COUNT, "proof": LIST, "salt": TEXT, "serial": TEXT}
CLAIMED: Shape = {"donations": OBJECT, "lots": OBJECT, "vial": OBJECT + NULL}
REPLY: Shape = {
    "also": LIST, "also_recorded": LIST, "answer": OBJECT, "entry": TEXT, "kind": TEXT, "log_index": COUNT,
    "proof": TEXT, "record": OBJECT, "seq": COUNT, "stream": TEXT,
}  # fmt: skip
ALSO: Shape = {"kind": TEXT, "log_index": COUNT, "seq": COUNT, "stream": TEXT}
KIND = re.compile(r"urn:qc-service:record:([A-Z][A-Za-z0-9]{0,63}):v1")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
CHECKPOINT = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n([^\n]+)\n\n((?:— [^ \n]+ [^ \n]+\n)+)")

PROOF = re.compile(
    r"c2sp\.org/tlog-proof@v1\nindex (0|[1-9][0-9]{0,15})\n((?:[^\n]+\n)*)\n(.+)", re.ASCII | re.DOTALL
)


class Wrong(Exception):
    """Something is not as it must be, so that the step cannot go on: where, and what is the matter."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")


# ------------------------------------------------------------------------------ strict reading


def canonical(value: object) -> bytes:
    """The RFC 8785 bytes of a value without floats and with ASCII member names, which is all there is here."""
    return _WRITER.encode(value).encode()


def parse(octets: bytes, where: str) -> Any:
    """The value whose canonical form is exactly these bytes: no space, no repeated member, no other order."""
    try:
        value = _READER.decode(octets.decode())
        same = canonical(value) == octets
    except (ValueError, RecursionError) as error:  # ValueError: also bytes that are not UTF-8
        raise Wrong(where, "is not JSON as it is written here") from error
    if not same:
        raise Wrong(where, "is not the canonical form of its value")
    return value


def _refused(number: str) -> None:
    raise ValueError(f"{number} has no place in a record")


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a member is there twice")
    return dict(pairs)


_WRITER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_READER = json.JSONDecoder(parse_float=_refused, parse_constant=_refused)
_LOOSE = json.JSONDecoder(parse_float=_refused, parse_constant=_refused, object_pairs_hook=_distinct)


def exact(value: Any, shape: Shape, where: str) -> dict[str, Any]:
    """The object, if it has these members of these types and no others; a number is never negative."""
    if type(value) is not dict or value.keys() != shape.keys():
        raise Wrong(where, f"must have the members {', '.join(sorted(shape))}, and no others")
    for name, kinds in shape.items():
        if type(value[name]) not in kinds or (kinds == COUNT and value[name] < 0):
            raise Wrong(f"{where}, {name}", f"must be {' or '.join(kind.__name__ for kind in kinds)}")
    return value


def unbase64(text: Any, where: str) -> bytes:
    """The bytes of standard base64 in its one spelling."""
    try:
        octets = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError) as error:
        raise Wrong(where, "is not base64") from error
    if base64.b64encode(octets).decode() != text:
        raise Wrong(where, "is not the one base64 spelling of its bytes")
    return octets


def base64url(octets: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def sha256(octets: bytes) -> str:
    """SHA-256 in lowercase hexadecimal."""
    return hashlib.sha256(octets).hexdigest()


# -------------------------------------------------------------------- signatures and the tree


@dataclass(frozen=True)
class Key:
    """A public key: 32 bytes of Ed25519, or the 65 of an uncompressed P-256 point."""

    algorithm: str
    raw: bytes

    @classmethod
    def from_jwk(cls, jwk: Any, where: str) -> Key:
        """The key of a JWK that has the required members in their one spelling."""
        parts = [
            unbase64(part.replace("-", "+").replace("_", "/") + "=" * (-len(part) % 4), where)
            for part in (jwk[name] for name in ("x", "y") if name in jwk)
        ]
        curve = jwk.get("crv") == "Ed25519"
        key = cls("ed25519", parts[0]) if curve else cls("ecdsa-p256", b"\x04" + b"".join(parts))
        if key.jwk() != jwk:
            raise Wrong(where, "is not a key as it is written here")
        return key

    def jwk(self) -> dict[str, str]:
        """The members that the thumbprint covers."""
        if self.algorithm == "ed25519":
            return {"crv": "Ed25519", "kty": "OKP", "x": base64url(self.raw)}
        return {"crv": "P-256", "kty": "EC", "x": base64url(self.raw[1:33]), "y": base64url(self.raw[33:])}

    @cached_property
    def keyid(self) -> str:
        """The RFC 7638 thumbprint."""
        return base64url(hashlib.sha256(canonical(self.jwk())).digest())

    def made(self, sig: bytes, message: bytes) -> bool:
        """Whether this key made the signature (RFC 8032; or ECDSA with SHA-256, r ‖ s of 32 bytes each)."""
        try:
            if self.algorithm == "ed25519":
                ed25519.Ed25519PublicKey.from_public_bytes(self.raw).verify(sig, message)
                return True
            encoded = encode_dss_signature(int.from_bytes(sig[:32]), int.from_bytes(sig[32:]))
            point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), self.raw)
            point.verify(encoded, message, ec.ECDSA(hashes.SHA256()))
            return len(sig) == 64
        except (InvalidSignature, ValueError):
            return False


@dataclass(frozen=True)
class TrustRoot:
    """What is trusted from the start; `log_id` is how a note's signature names the log's key."""

    digest: str = ""
    version: int = 0
    issuer: str = ""
    log_id: bytes = b""
    log_key: Key = Key("ed25519", b"")


@dataclass
class Authority:
    """What a record key may sign: the log from entry `introduced` to `retired`; suspect from `compromised` on."""

    key: Key
    introduced: int = 0
    retired: int | None = None
    compromised: int | None = None

    def verdict(self, sig: bytes, message: bytes, index: int | None) -> str:
        """What is known of a signature that stands in the log at `index`; None: it is not in the log."""
        if not self.key.made(sig, message):
            return "bad_signature"
        if self.compromised is not None and (index is None or index >= self.compromised):
            return "suspect_after_compromise"
        if index is None:
            return "valid" if self.retired is None else "unproven_time"
        if index < self.introduced or (self.retired is not None and index > self.retired):
            return "unknown_key"
        return "valid" if self.retired is None else "valid_key_retired"


def pae(payload_type: str, payload: bytes) -> bytes:
    """What a DSSE signature covers."""
    return b"DSSEv1 %d %b %d %b" % (len(payload_type), payload_type.encode(), len(payload), payload)


def leaf_hash(entry: bytes) -> bytes:
    """RFC 6962 2.1."""
    return hashlib.sha256(b"\x00" + entry).digest()


def root_reached(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """RFC 9162 2.1.3.2: the root that an audit path leads to; None where its length does not fit."""
    if index >= size or any(len(one) != 32 for one in proof):
        return None
    fn, sn, reached = index, size - 1, leaf
    for sibling in proof:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            reached = hashlib.sha256(b"\x01" + sibling + reached).digest()
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            reached = hashlib.sha256(b"\x01" + reached + sibling).digest()
        fn, sn = fn >> 1, sn >> 1
    return reached if sn == 0 else None


# ----------------------------------------------------------------------- what is looked at


@dataclass
class Record:
    """One record: its log entry always; `payload`, `kind` and what it `said` unless it is withheld."""

    index: int
    entry: dict[str, Any]
    envelope: dict[str, Any] | None
    listed: str
    payload: bytes = b""
    kind: str = ""
    said: dict[str, Any] = field(default_factory=dict)

    @property
    def shown(self) -> bool:
        """Whether there is an envelope to read."""
        return self.envelope is not None

    @property
    def where(self) -> str:
        """What a finding calls it."""
        named = f"{self.said['stream']} record {self.said['seq']}" if self.said else "record"
        return f"{named} (log index {self.index})"


@dataclass
class Case:
    """One bundle under examination, with what the steps have established so far."""

    octets: bytes
    root_octets: bytes
    root: TrustRoot = TrustRoot()
    ring: dict[str, Authority] = field(default_factory=dict)
    bundle: dict[str, Any] = field(default_factory=dict)
    reply: dict[str, Any] = field(default_factory=dict)
    size: int = 0
    root_hash: bytes = b""
    records: list[Record] = field(default_factory=list)
    verdicts: Counter[str] = field(default_factory=Counter)
    manifest: dict[str, Any] = field(default_factory=dict)
    tagged: dict[str, list[Record]] = field(default_factory=dict)
    streams: dict[str, list[Record]] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    unconfirmed: dict[str, Any] = field(default_factory=dict)

    def shown(self) -> list[Record]:
        """The records that can be read, in the order of the log."""
        return [record for record in self.records if record.shown]

    def verdict(self, keyid: str, sig: bytes, message: bytes, index: int | None) -> str:
        """The verdict of the key's authority; a key without any is unknown."""
        return self.ring[keyid].verdict(sig, message, index) if keyid in self.ring else "unknown_key"

    def verdict_on(self, record: Record) -> str:
        """The verdict on a shown record's signature, as the log has it."""
        keyid, sig = record.entry["keyid"], unbase64(record.entry["sig"], f"{record.where}, sig")
        return self.verdict(keyid, sig, pae(STATEMENT_TYPE, record.payload), record.index)


Findings = Iterator[str]


# -------------------------------------------------------------------------------- the steps


# (1)
def trust_root(case: Case) -> Findings:
    """The trust root holds: its log key bears the issuer's name, and enough of its own record keys signed it.

    Nothing can be trusted before it. Compare its digest, printed above, with the one on paper.
    """
    outer = exact(parse(case.root_octets, "trust root"), ROOT, "trust root")
    signed = exact(outer["signed"], ROOT_SIGNED, "trust root")
    issuer, _, rest = signed["log"].partition("+")
    typed = unbase64(rest[9:], "trust root, log")
    log_id = hashlib.sha256(issuer.encode() + b"\n" + typed).digest()[:4]
    named = f"{issuer}+{log_id.hex()}+{rest[9:]}"
    if (signed["type"], signed["issuer"], signed["log"], typed[:1]) != ("root", issuer, named, b"\x01"):
        yield "trust root: its log key does not bear the issuer's name and the key's own id"
    keys = {key.keyid: key for key in (Key.from_jwk(jwk, "trust root") for jwk in signed["record_keys"])}
    made = {one["keyid"]: one["sig"] for one in outer["signatures"] if exact(one, SIGNATURE, "trust root")}
    endorsed = [
        keyid
        for keyid in keys.keys() & made.keys()
        if keys[keyid].made(unbase64(made[keyid], "trust root"), canonical(signed))
    ]
    if not 1 <= signed["threshold"] <= len(endorsed):
        yield "trust root: too few of its own record keys have signed it"
    log_key = Key("ed25519", typed[1:])
    case.root = TrustRoot(sha256(case.root_octets), signed["version"], issuer, log_id, log_key)
    case.ring = {keyid: Authority(key) for keyid, key in keys.items()}


# (2)
def form(case: Case) -> Findings:
    """The bundle is one canonical JSON file of the known format, by the issuer that the trust root is of."""
    case.bundle = exact(parse(case.octets, "bundle"), BUNDLE, "bundle")
    exact(case.bundle["about"], ABOUT, "about")
    if case.bundle["format"] != FORMAT or case.bundle["timestamps"]:
        yield f"bundle: is not of the format {FORMAT}, which has no timestamps"
    if not INSTANT.fullmatch(case.bundle["as_of"]):
        yield "as_of: is not a time like 2026-02-01T08:00:00Z"
    if case.bundle["issuer"] != case.root.issuer:
        yield f"issuer: {case.bundle['issuer']}, but the trust root is that of {case.root.issuer}"


# (3)
def checkpoint(case: Case) -> Findings:
    """The checkpoint, the log's word on its size and root hash, is signed by the log key of the trust root."""
    note = CHECKPOINT.fullmatch(case.bundle["checkpoint"])
    if note is None:
        raise Wrong("checkpoint", "must be three lines, a blank line and signatures")
    text = case.bundle["checkpoint"].partition("\n\n")[0] + "\n"
    signed = False
    for line in note[4].splitlines():
        _, name, encoded = line.split(" ")
        octets = unbase64(encoded, "checkpoint, signature")
        # (3): signatures by other keys say nothing; one in the name of this key must fit.
        if (name, octets[:4]) == (case.root.issuer, case.root.log_id):
            signed = case.root.log_key.made(octets[4:], text.encode())
            if not signed:
                yield "checkpoint: the signature in the name of the log's key is not by it"
    if note[1] != case.root.issuer or not signed:
        yield "checkpoint: is not signed by the log that the trust root names"
    case.size, case.root_hash = int(note[2]), unbase64(note[3], "checkpoint, root hash")


# (4)
def log_entries(case: Case) -> Findings:
    """Every log entry, of withheld records too, is in the tree of that one checkpoint, at the index stated."""
    last = -1
    for plain in case.bundle["records"]:
        index = exact(plain, RECORD, f"record after log index {last}")["index"]
        where = f"record (log index {index})"
        if index <= last:
            yield f"{where}: stands after log index {last}; the order is that of the log"
        octets = unbase64(plain["entry"], f"{where}, entry")
        proof = [unbase64(one, f"{where}, proof") for one in plain["proof"]]
        if root_reached(leaf_hash(octets), index, case.size, proof) != case.root_hash:
            yield f"{where}: its entry is not in the tree under the checkpoint"
        entry = parse(octets, f"{where}, entry")
        bound = {"assertion": TEXT} if "assertion" in entry else {}
        if exact(entry, {**ENTRY, **bound}, f"{where}, entry")["v"] != 1:
            yield f"{where}: its entry is of a version that is not known here"
        case.records.append(Record(index, entry, plain["envelope"], sha256(canonical(plain))))
        last = index


# (5)
def envelopes(case: Case) -> Findings:
    """Every envelope belongs to its entry: payload, key and the one signature are those that were logged."""
    for record in case.shown():
        payload, made = opened(record.envelope, STATEMENT_TYPE, record.where)
        if sha256(payload) != record.entry["statement"]:
            yield f"{record.where}: its payload is not the one that was logged"
        if (made["keyid"], made["sig"]) != (record.entry["keyid"], record.entry["sig"]):
            yield f"{record.where}: its signature is not the one that was logged"
        record.payload = payload


def opened(envelope: Any, payload_type: str, where: str) -> tuple[bytes, dict[str, Any]]:
    """The payload of a DSSE envelope of this type, and its only signature."""
    sealed = exact(envelope, ENVELOPE, where)
    if sealed["payloadType"] != payload_type or len(sealed["signatures"]) != 1:
        raise Wrong(where, f"must be {payload_type} with one signature")
    return unbase64(sealed["payload"], f"{where}, payload"), exact(sealed["signatures"][0], SIGNATURE, where)


# (6)
def statements(case: Case) -> Findings:
    """Every statement is canonical, exact and about its own stream and body; none is recorded before the last."""
    before = ""
    for record in case.shown():
        outer = exact(parse(record.payload, record.where), STATEMENT, record.where)
        said = exact(outer["predicate"], PREDICATE, record.where)
        exact(said["signer"], SIGNER, f"{record.where}, signer")
        for cited in said["cites"]:
            exact(cited, CITATION, f"{record.where}, cites")
        for subject in outer["subject"]:
            exact(exact(subject, SUBJECT, record.where)["digest"], DIGEST, f"{record.where}, subject")
        kind = KIND.fullmatch(outer["predicateType"])
        name = f"urn:qc-service:{case.root.issuer}:{said['stream']}"
        about = {"digest": {"sha256": sha256(canonical(said["body"]))}, "name": name}
        record.said, record.kind = said, kind[1] if kind else ""
        if outer["_type"] != "https://in-toto.io/Statement/v1" or not kind or outer["subject"][:1] != [about]:
            yield f"{record.where}: its type or its subject is not what its predicate says"
        if (said["issuer"], said["seq"]) != (case.root.issuer, record.entry["seq"]):
            yield f"{record.where}: has another issuer, or another number than its log entry"
        at = said["recorded_at"]
        if not INSTANT.fullmatch(at) or not before <= at <= case.bundle["as_of"]:
            yield f"{record.where}: recorded before the record that precedes it, or after the bundle's time"
        before = at


# (7)
def key_history(case: Case) -> Findings:
    """Which key may sign what: the trust root's keys, and what key records say, each signed by such a key.

    A key counts from the entry that introduces it to the entry that retires it. What it signed at or after the
    size of the log since which somebody else may hold it is suspect, whenever that became known.
    """
    for record in case.shown():
        room, _, keyid = record.said["stream"].partition("/")
        if room != "key":
            continue
        # (7): a key record counts only if a key that may sign at that place in the log has signed it.
        verdict, body = case.verdict_on(record), record.said["body"]
        if verdict not in ACCEPTED:
            yield f"{record.where}: {verdict}, so what it says of keys does not count"
        elif record.kind == "KeyIntroduced":
            key = Key(body["algorithm"], unbase64(body["public"], record.where))
            if key.keyid != keyid:
                yield f"{record.where}: the key is not the one that its stream is named after"
            if body["role"] == "record":
                case.ring.setdefault(keyid, Authority(key, introduced=record.index))
        elif record.kind not in ("KeyRetired", "KeyCompromised"):
            yield f"{record.where}: {record.kind} is not known here, so this verifier is too old for it"
        elif keyid in case.ring:
            authority = case.ring[keyid]
            if record.kind == "KeyRetired":
                authority.retired = record.index if authority.retired is None else authority.retired
            else:
                earlier = case.size if authority.compromised is None else authority.compromised
                authority.compromised = min(body["since_size"], earlier)


# (8)
def signatures(case: Case) -> Findings:
    """Every statement was signed by a key that was authorised at its place in the log."""
    for record in case.shown():
        verdict = case.verdict_on(record)
        case.verdicts[verdict] += 1
        if verdict not in ACCEPTED:
            yield f"{record.where}: {verdict}"


# (9)
def manifest(case: Case) -> Findings:
    """The manifest, signed by a record key, covers every part: nothing was added, dropped or changed since.

    It is not in the log, so by a key that has retired it is `unproven_time`, which does not refuse.
    """
    payload, made = opened(case.bundle["manifest"], MANIFEST_TYPE, "manifest")
    sig = unbase64(made["sig"], "manifest, sig")
    verdict = case.verdict(made["keyid"], sig, pae(MANIFEST_TYPE, payload), None)
    case.verdicts[verdict] += 1
    if verdict not in (*ACCEPTED, "unproven_time"):
        raise Wrong("manifest", verdict)
    case.manifest = exact(parse(payload, "manifest"), MANIFEST, "manifest")
    for name in ("about", "as_of", "format", "issuer"):
        if case.manifest[name] != case.bundle[name]:
            yield f"{name}: is not what the manifest was signed for"
    if case.manifest["checkpoint"] != sha256(case.bundle["checkpoint"].encode()):
        yield "checkpoint: is not the one that the manifest was signed over"
    for name, digest in exact(case.manifest["parts"], PARTS, "manifest, parts").items():
        if digest != sha256(canonical(case.bundle[name])):
            yield f"{name}: was changed after the manifest was signed"
    listed = {
        exact(one, LISTED, "manifest, records")["index"]: one["sha256"] for one in case.manifest["records"]
    }
    present = {record.index: record for record in case.records}
    for index in sorted(listed.keys() | present.keys()):
        if index not in present:
            yield f"{_missing(case.manifest, index)}: is in the manifest and missing from the bundle"
        elif listed.get(index) != present[index].listed:
            yield f"{present[index].where}: is not as the manifest lists it"


def _missing(said: dict[str, Any], index: int) -> str:
    """What a record that is not there would be called, by the manifest's list of streams."""
    for stream in said["streams"]:
        if index in exact(stream, STREAM, "manifest, streams")["records"]:
            return f"{stream['stream']} record {stream['records'].index(index)} (log index {index})"
    return f"record (log index {index})"


# (10)
def streams(case: Case) -> Findings:
    """Every stream is whole: numbered from 0 to the length stated, each record naming the one before it.

    The tag by which the log knows a stream follows from its name; outside lots and vials also from the salt of
    its record 0. What this reader may not see is withheld, and its entries still hold their places. Nothing of a
    lot is withheld from whoever may have its bundle, so that no hold and no recall can be hidden like this.
    """
    for record in case.records:
        case.tagged.setdefault(record.entry["tag"], []).append(record)
    for stated in case.manifest["streams"]:
        name, tag = exact(stated, STREAM, "manifest, streams")["stream"], stated["tag"]
        called, records = name or f"undisclosed stream {tag}", case.tagged.get(tag, [])
        case.streams[called] = records
        if not records or [one.entry["seq"] for one in records] != list(range(stated["length"])):
            yield f"{called}: must have the records 0 to {stated['length'] - 1}, once each and in this order"
            continue
        if [one.index for one in records] != stated["records"]:
            yield f"{called}: its records are not those that the manifest lists"
        if called.startswith("lot/") and not all(one.shown for one in records):
            yield f"{called}: some of its records are withheld, which may hide a hold or a recall"
        if any(one.said["stream"] != name for one in records if one.shown) or not _fits(
            case, name, records[0]
        ):
            yield f"{called}: its tag in the log is not that of its name"
        for before, record in zip([None, *records], records, strict=False):
            if record.shown and record.said["prev"] != (before.entry["statement"] if before else None):
                yield f"{record.where}: does not follow the record before it"
    if sum(map(len, case.streams.values())) != len(case.records):
        yield "manifest, streams: each record must belong to one stream that is listed"


def _fits(case: Case, name: str | None, first: Record) -> bool:
    text = f"qc-service/stream-tag/v1\n{case.root.issuer}\n{name}".encode()
    if str(name).startswith(("lot/", "vial/")):
        return bool(first.entry["tag"] == sha256(text)[:32])
    # A withheld record 0 keeps the stream's secret; whoever cites the stream states the tag, step (11).
    secret = bytes.fromhex(first.said["salt"]) if first.shown else b""
    return not first.shown or bool(first.entry["tag"] == hmac.digest(secret, text, "sha256").hex()[:32])


# (11)
def citations(case: Case) -> Findings:
    """Whatever a record stands on is here: each record it cites, by stream, number, digest and tag."""
    names = {records[0].entry["tag"]: name for name, records in case.streams.items()}
    for record in case.shown():
        for cited in record.said["cites"]:
            found = case.tagged.get(cited["tag"], [])
            if not found and record.said["stream"].startswith(LATERAL):
                continue
            undisclosed = not cited["stream"].startswith("lot/") and not any(one.shown for one in found)
            named = cited["stream"] == names.get(cited["tag"]) or undisclosed
            heads = [one for one in found[cited["seq"] : cited["seq"] + 1] if one.index < record.index]
            if not named or [one.entry["statement"] for one in heads] != [cited["digest"]]:
                yield f"{record.where}: cites {cited['stream']} record {cited['seq']}, which is not here as cited"


# (12)
def fill_proof(case: Case) -> Findings:
    """A vial's serial is one of those that its lot's fill record commits to, at the place stated."""
    about, fill = case.bundle["about"], case.bundle["fill"]
    if about["serial"] is None and fill is None:
        return
    leaf = leaf_hash(canonical({"salt": exact(fill, FILL, "fill")["salt"], "serial": about["serial"]}))
    body = _fill_record(case)
    proof = [unbase64(one, "fill, proof") for one in fill["proof"]]
    reached = root_reached(leaf, fill["ordinal"], _count(body), proof)
    if fill["serial"] != about["serial"] or reached is None or reached.hex() != body["serial_root"]:
        yield f"fill: {about['serial']} is not among the serials that the fill record commits to"


def _fill_record(case: Case) -> dict[str, Any]:
    lot = f"lot/{case.bundle['about']['lot']}"
    for record in case.streams.get(lot, []):
        if record.kind == "VialsFilled":
            return dict(record.said["body"])
    raise Wrong("fill", f"there is no fill record of {lot} here")


# (13)
def replay(case: Case) -> Findings:
    """The records, folded here from the beginning, lead to the state that the bundle claims.

    Where records of a stream are withheld, a state that differs may rest on them: it is claimed, not confirmed.
    """
    today, named = case.bundle["as_of"][:10], case.streams.items()
    lots = {name[4:]: lot_state(records, today) for name, records in named if name.startswith("lot/")}
    donors = {name[9:]: donor_state(records) for name, records in named if name.startswith("donation/")}
    case.state = {"donations": donors, "lots": lots, "vial": vial_state(case)}
    claimed = exact(case.bundle["claimed"], CLAIMED, "claimed")
    hidden = {name for name, records in named if not all(record.shown for record in records)}
    if case.bundle["about"]["lot"] not in lots:
        yield f"about: there is no stream lot/{case.bundle['about']['lot']} here"
    for room, member, mine in (("lot", "lots", lots), ("donation", "donations", donors)):
        for name in sorted(mine.keys() | claimed[member].keys()):
            rests_on = {f"{room}/{name}"} & hidden
            yield from _compared(case, f"{room} {name}", claimed[member].get(name), mine.get(name), rests_on)
    moving = {name for name in hidden if not name.startswith(("donation/", "lot/", "recall/"))}
    yield from _compared(case, "vial", claimed["vial"], case.state["vial"], moving)


def _compared(case: Case, what: str, claimed: Any, mine: Any, hidden: set[str]) -> Findings:
    if claimed == mine:
        return
    if hidden:
        case.unconfirmed[what] = claimed
    else:
        yield f"claimed, {what}: {json.dumps(claimed)}, but the records lead to {json.dumps(mine)}"


# (2) of an answer
def reply(case: Case) -> Findings:
    """The file is the whole reply to one recorded check: the answer, its record and log entry, and their proof."""
    try:
        plain = _LOOSE.decode(case.octets.decode())
    except (ValueError, RecursionError) as error:
        raise Wrong("reply", "is not JSON in which every member stands once") from error
    if type(plain) is dict and "decision" in plain:
        yield "reply: is an answer that nobody signed; only a check that is recorded for somebody has a signature"
        return
    if type(plain) is dict and plain.get("proof", "") is None:
        yield f"proof: was kept back when this was saved; it is at {plain.get('proof_url')}"
        return
    case.reply = exact(plain, REPLY, "reply")
    parts = PROOF.fullmatch(case.reply["proof"])
    if parts is None or int(parts[1]) != case.reply["log_index"]:
        raise Wrong("proof", "is not a c2sp.org/tlog-proof@v1 of the entry at log_index")
    only = {"entry": case.reply["entry"], "envelope": case.reply["record"], "index": case.reply["log_index"]}
    case.bundle = {
        "as_of": "9999-12-31T23:59:59Z",
        "checkpoint": parts[3],
        "issuer": case.root.issuer,
        "records": [only | {"proof": parts[2].splitlines()}],
    }


# (8) of an answer
def answer(case: Case) -> Findings:
    """The answer is the one that the record of the check commits to, and all else in the reply agrees with it."""
    record, given = case.records[0], case.reply["answer"]
    body, said = record.said["body"], record.said
    if record.kind not in ("VialChecked", "CodeChecked"):
        raise Wrong(record.where, f"is a {record.kind}, which is not the record of a check")
    if sha256(canonical(given)) != body["answer"]:
        yield "answer: is not the one that was given and recorded"
    if (given["decision"], [one["code"] for one in given["reasons"]]) != (body["decision"], body["reasons"]):
        yield "answer: decides otherwise than the record says"
    for name, recorded in (("kind", record.kind), ("seq", said["seq"]), ("stream", said["stream"])):
        if case.reply[name] != recorded:
            yield f"{name}: is not that of the record"
    also = [exact(one, ALSO, "also_recorded")["log_index"] for one in case.reply["also_recorded"]]
    if case.reply["also"] != also:
        yield "also: names other entries than also_recorded"


Step = Callable[[Case], Findings]
STEPS: tuple[Step, ...] = (
    trust_root,
    form,
    checkpoint,
    log_entries,
    envelopes,
    statements,
    key_history,
    signatures,
    manifest,
    streams,
    citations,
    fill_proof,
    replay,
)
STEPS_OF_ANSWER: tuple[Step, ...] = (
    trust_root,
    reply,
    checkpoint,
    log_entries,
    envelopes,
    statements,
    signatures,
    answer,
)


# --------------------------------------------- the states that (13) folds, by rules of its own


OPENS = {"DeviationOpened": "deviation", "InvestigationOpened": "investigation", "LotHeld": "hold"}
CLOSES = {"DeviationClosed": "deviation", "InvestigationConcluded": "investigation", "HoldLifted": "hold"}
RESULTS = {"ResultInvalidated": "invalidated", "ResultRecorded": "recorded", "ResultVerified": "verified"}
FACTS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "LotRegistered": lambda body: {name: body[name] for name in ("kind", "product")},
    "VialsFilled": lambda body: {"expires_on": body["expires_on"], "filled": _count(body)},
    "LotAssessed": lambda body: {"assessment": {name: body[name] for name in ("passed", "specification")}},
}
NEUTRAL = (
    "InvestigationPhaseBegun",
    "InvestigationPhaseConcluded",
    "CertificateIssued",
    "LabelsPrinted",
    "LabelsReconciled",
    "LotMaterialConsumed",
    "StepPerformed",
    "StorageTemperatureRecorded",
)  # these neither open nor decide anything


def lot_state(records: Iterable[Record], today: str) -> dict[str, Any]:
    """Where a lot stands and what is open; `today` is the UTC day for which its expiry is judged."""
    facts: dict[str, Any] = dict.fromkeys(("assessment", "expires_on", "filled", "kind", "product"))
    open_: dict[str, set[int]] = {"deviation": set(), "hold": set(), "investigation": set()}
    results = dict.fromkeys(RESULTS.values(), 0)
    decided: list[str] = []
    recalls: dict[str, str] = {}
    for record in (one for one in records if one.shown):
        kind, body = record.kind, record.said["body"]
        if kind in OPENS:
            open_[OPENS[kind]].add(body[OPENS[kind]])
        elif kind in CLOSES:
            open_[CLOSES[kind]].discard(body[CLOSES[kind]])
        elif kind in RESULTS:
            results[RESULTS[kind]] += 1
        elif kind in FACTS:
            facts |= FACTS[kind](body)
        elif kind in ("LotReleased", "LotRejected"):
            decided.append(body.get("purpose", "rejected"))
        elif kind in ("LotRecalled", "LotRecallRescinded"):
            recalls[body["recall"]] = body.get("kind", "rescinded")
        elif kind not in NEUTRAL:
            raise _unknown(record)
    standing = {recall: kind for recall, kind in recalls.items() if kind != "rescinded"}
    gravest_first = (
        ("recalled", "recall" in standing.values()),
        ("withdrawn", "withdrawal" in standing.values()),
        ("rejected", "rejected" in decided),
        ("on_hold", bool(open_["hold"])),
        ("released", bool(decided)),
        ("quarantined", True),
    )
    return facts | {
        "expired": facts["expires_on"] is not None and facts["expires_on"] < today,
        "open_deviations": sorted(open_["deviation"]),
        "open_holds": sorted(open_["hold"]),
        "open_investigations": sorted(open_["investigation"]),
        "recalls": sorted(standing),
        "released_for": [purpose for purpose in decided if purpose != "rejected"],
        "results": results,
        "status": next(word for word, true in gravest_first if true),
    }


DONOR_FACTS = ("ConsentWithdrawn", "DonorScreened", "DonorTested")


def donor_state(records: Iterable[Record]) -> str:
    """Whether a donation's donor was determined: in quarantine until then, and after a correction again.

    A later result that was confirmed makes it ineligible for good.
    """
    standing = "quarantined"
    lookbacks: dict[int, str] = {}
    for record in (one for one in records if one.shown):
        if record.kind in ("DonationCollected", "DonationCorrected"):
            standing = "quarantined"
        elif record.kind == "EligibilityDetermined":
            standing = record.said["body"]["standing"]
        elif record.kind == "LookbackReported":
            lookbacks.setdefault(record.said["body"]["lookback"], "open")
        elif record.kind == "LookbackConcluded":
            if record.said["body"]["lookback"] in lookbacks:
                lookbacks[record.said["body"]["lookback"]] = record.said["body"]["conclusion"]
        elif record.kind not in DONOR_FACTS:  # what follows from those is a determination or a hold
            raise _unknown(record)
    return "ineligible" if "confirmed" in lookbacks.values() else standing


def _unknown(record: Record) -> Wrong:
    return Wrong(record.where, f"{record.kind} is not known here: this verifier is older than the record")


def _count(body: dict[str, Any]) -> int:
    """How many vials a fill record gives serials to: all that are accounted for."""
    return sum(count for member, count in body["counts"].items() if member != "filled")


_ON_HAND = "in_stock received received_damaged set_aside in_preparation partly_used"
_SOMEWHERE = f"{_ON_HAND} rejected_at_inspection qc_sample retention stability in_transit lost returned"
MOVES = {  # act: the states in which it can be done, the state it leads to
    "dispatch": ("in_stock received", "in_transit"),
    "ok": ("in_transit lost", "received"),
    "damaged": ("in_transit lost", "received_damaged"),
    "missing": ("in_transit", "lost"),
    "refused": ("in_transit", "returned"),
    "unlisted": ("in_stock in_transit lost", "set_aside"),
    "VialSetAside": (f"{_ON_HAND} lost", "set_aside"),
    "put_back": ("set_aside received", "received"),
    "put_back_in_stock": ("set_aside in_stock", "in_stock"),
    "VialPrepared": ("in_stock received", "in_preparation"),
    "administer_part": ("in_preparation partly_used", "partly_used"),
    "administer": (f"{_SOMEWHERE} wasted destroyed stolen administered", "administered"),
    "VialWasted": (_SOMEWHERE, "wasted"),
    "VialReturned": (_ON_HAND, "returned"),
    "VialReissued": ("returned", "in_stock"),
    "VialDestroyed": (f"{_SOMEWHERE} wasted", "destroyed"),
    "VialStolen": (f"{_SOMEWHERE} wasted destroyed", "stolen"),
    "VialLost": (_SOMEWHERE, "lost"),
}
FATES = {  # a fill numbers its vials by what became of them, in this order
    "stock": "in_stock",
    "qc_samples": "qc_sample",
    "retention": "retention",
    "stability": "stability",
    "rejected_at_inspection": "rejected_at_inspection",
}


@dataclass
class Vial:
    """One vial in the course of its records; `before` is how it stood before each act that may be taken back."""

    lot: str
    serial: str
    owner: str
    state: str
    custody: str | None
    shipment: str | None = None
    doses_left: int | None = None
    claimed_by: str | None = None
    before: list[tuple[str, str | None, int | None, str | None]] = field(default_factory=list)
    acted_at: datetime | None = None

    def move(self, act: str, *, undoable: bool = False) -> bool:
        """Go where the act leads, and say whether it can be done from here; if not the vial stays."""
        sources, target = MOVES[act]
        possible = self.state in sources.split()
        if possible:
            stood = (self.state, self.custody, self.doses_left, self.claimed_by)
            self.before = [*self.before, stood] if undoable else []
            self.state = target
        return possible

    def listed(self, contents: list[dict[str, Any]]) -> bool:
        """Whether a shipment's list has it."""
        return any(vials["lot"] == self.lot and self.serial in vials["serials"] for vials in contents)


def vial_state(case: Case) -> dict[str, Any] | None:
    """Where the vial stands: from its fate at the fill, through its shipments, to the last act on it."""
    lot, serial, fill = case.bundle["about"]["lot"], case.bundle["about"]["serial"], case.bundle["fill"]
    if serial is None:
        return None
    owner, body = case.streams[f"lot/{lot}"][0].said["signer"]["organisation"], _fill_record(case)
    fates = [fate for member, fate in FATES.items() for _ in range(body["counts"][member])]
    vial = Vial(lot, serial, owner, fates[fill["ordinal"]], custody=owner)
    for record in case.shown():
        if record.said["stream"] == f"vial/{lot}/{serial}" or record.said["stream"].startswith("shipment/"):
            _act(vial, record)
    return {"doses_left": vial.doses_left, "ordinal": fill["ordinal"], "serial": serial, "state": vial.state}


UNDOABLE = ("VialLost", "VialPrepared", "VialReturned", "VialWasted")
NO_MOVE = (  # cartons, temperatures, a question, and what was suspected and found about copies
    "CartonsPacked",
    "CopySuspected",
    "CopySuspicionSettled",
    "ShipmentExcursionAssessed",
    "VialChecked",
)
NO_PLACE = ("VialClockStarted", "VialRefrozen")  # they say for how long it may be used, not where it is
OVERTAKEN = ("VialLost", "VialPutBack", "VialReissued", "VialReturned", "VialSetAside")


def _act(vial: Vial, record: Record) -> None:
    """What only said where the vial was, before a newer act that is on record already, moves it no more."""
    if record.kind in NO_MOVE:
        return
    body, at = record.said["body"], datetime.fromisoformat(record.said["occurred_at"])
    late = vial.acted_at is not None and at < vial.acted_at
    stays = record.kind in NO_PLACE or (late and record.kind in OVERTAKEN)
    if not stays:
        _done(vial, record.kind, body, record)
    if not late and record.kind.startswith("Vial"):
        vial.acted_at = at


def _done(vial: Vial, kind: str, body: dict[str, Any], record: Record) -> None:
    if kind == "ShipmentDispatched":
        if vial.listed(body["contents"]):
            vial.move("dispatch")
            vial.custody, vial.shipment = None, body["shipment"]
    elif kind == "ShipmentReceived":
        _arrive(vial, body)
    elif kind == "VialAdministered":
        in_part = body["doses_left"] > 0 and not body["given_without_clear_answer"]
        vial.move("administer_part" if in_part else "administer", undoable=True)
        vial.doses_left, vial.claimed_by = body["doses_left"], vial.claimed_by or body["clinic"]
    elif kind == "VialPreparedUncleared":
        _opened(vial, body["clinic"])
    elif kind == "VialPutBack":
        vial.move("put_back_in_stock" if vial.custody == vial.owner else "put_back")
    elif kind == "VialActUndone":
        if vial.before:
            vial.state, vial.custody, vial.doses_left, vial.claimed_by = vial.before.pop()
    elif kind in MOVES:
        _moved(vial, kind, body)
    else:
        raise _unknown(record)


def _opened(vial: Vial, clinic: str) -> None:
    if vial.claimed_by is None and vial.custody == clinic:
        if vial.state not in ("received_damaged", "set_aside"):
            vial.move("VialPrepared", undoable=True)
        vial.claimed_by = clinic


def _moved(vial: Vial, kind: str, body: dict[str, Any]) -> None:
    if vial.move(kind, undoable=kind in UNDOABLE) and kind == "VialReturned":
        vial.custody = body["to"]
    if kind == "VialPrepared":
        vial.claimed_by = body["clinic"]
    if kind == "VialReissued":  # a late receipt of the shipment that it came back from moves it no more
        vial.shipment = None


def _arrive(vial: Vial, body: dict[str, Any]) -> None:
    condition = "ok" if vial.listed(body["ok"]) else None
    for arrival in body["exceptions"]:
        if (arrival["lot"], arrival["serial"]) == (vial.lot, vial.serial):
            condition = arrival["condition"]
    if condition is None:
        if {"lot": vial.lot, "serial": vial.serial} in body["unexpected"] and vial.move("unlisted"):
            vial.custody = body["recipient"]
    elif vial.shipment == body["shipment"] and vial.move(condition):
        vial.custody = {"missing": None, "refused": vial.owner}.get(condition, body["recipient"])


# --------------------------------------------------------------------------- asking and telling


@dataclass
class Outcome:
    """The answer: what each step found, in the order of the steps; one that found nothing passed."""

    case: Case
    found: list[list[str]] = field(default_factory=list)
    steps: tuple[Step, ...] = STEPS

    @property
    def exit_code(self) -> int:
        """0: yes. 1: no. 2: the trust root itself does not hold, so nothing could be asked."""
        return 2 if self.found[0] else int(any(self.found))

    def plain(self) -> dict[str, Any]:
        """The answer for programs."""
        case = self.case
        told = {name: case.bundle.get(name) for name in ("about", "as_of", "issuer")}
        return (
            self._taken()
            | told
            | {
                "state": case.state,
                "unconfirmed": case.unconfirmed,
                "withheld": len(case.records) - len(case.shown()),
            }
        )

    def _taken(self) -> dict[str, Any]:
        return {
            "exit_code": self.exit_code,
            "signatures": dict(self.case.verdicts),
            "steps": [
                {"findings": found, "name": step.__name__, "step": number}
                for number, (step, found) in enumerate(zip(self.steps, self.found, strict=False), start=1)
            ],
            "tree_size": self.case.size,
            "trust_root": self.case.root.digest,
        }

    def words(self, *, explain: bool) -> Iterator[str]:
        """The answer for people, a line at a time."""
        yield f"trust root   sha256:{self.case.root.digest}"
        yield f"             version {self.case.root.version} of {self.case.root.issuer}; compare it with paper"
        for number, (step, found) in enumerate(zip(self.steps, self.found, strict=False), start=1):
            if explain or found:
                yield f"({number}) {'NO' if found else 'ok'}  {' '.join((step.__doc__ or '').split())}"
            yield from (f"     {finding}" for finding in found)
        yield from _refusal(self) if self.exit_code else self._told()

    def _told(self) -> Iterator[str]:
        return _told(self.case)


def _refusal(outcome: Outcome) -> Iterator[str]:
    yield f"NOT VERIFIED: step ({len(outcome.found)}) of {len(outcome.steps)} found what is said above."


def _told(case: Case) -> Iterator[str]:
    made = ", ".join(f"{count} {verdict}" for verdict, count in sorted(case.verdicts.items()))
    yield f"as of        {case.bundle['as_of']}, when the log had {case.size} entries"
    yield f"records      {len(case.records)}, of which withheld {len(case.records) - len(case.shown())}"
    yield f"signatures   {made}"
    for name, lot in case.state["lots"].items():
        uses = f" for {' and '.join(lot['released_for'])}" if lot["status"] == "released" else ""
        until = (
            f", {'EXPIRED' if lot['expired'] else 'expires'} {lot['expires_on']}" if lot["expires_on"] else ""
        )
        yield f"lot          {name}: {lot['status']}{uses}{until}"
        yield f"             its tag in the log is {case.streams[f'lot/{name}'][0].entry['tag']}"
    for name, standing in case.state["donations"].items():
        yield f"donation     {name}: {standing}{_hidden(case, f'donation/{name}')}"
    if case.state["vial"]:
        vial, stream = case.state["vial"], "vial/{lot}/{serial}".format(**case.bundle["about"])
        yield f"vial         {vial['serial']}: {vial['state']}{_hidden(case, stream)}"
    for what, claimed in case.unconfirmed.items():
        yield f"UNCONFIRMED  {what}: the bundle claims {json.dumps(claimed)}; that rests on withheld records"
    yield "VERIFIED: authentic, complete in itself, and the records lead to the state that it claims."
    yield "What no bundle shows: whether everybody is shown the same log, and what was recorded since."


def _hidden(case: Case, stream: str) -> str:
    withheld = sum(not record.shown for record in case.streams.get(stream, []))
    return f", with {withheld} of its records withheld" if withheld else ""


@dataclass
class AnswerOutcome(Outcome):
    """The outcome for the reply to a recorded check; how old it is counts to `at`."""

    steps: tuple[Step, ...] = STEPS_OF_ANSWER
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def as_of(self) -> str:
        """The time of which the answer spoke; a code that could not be read got none but its record's."""
        return str(self.case.reply["answer"].get("as_of", self.case.records[0].said["recorded_at"]))

    @property
    def age(self) -> int:
        """Its age in seconds; negative where it comes from the future of whoever's clock this is."""
        return int((self.at - datetime.fromisoformat(self.as_of)).total_seconds())

    def plain(self) -> dict[str, Any]:
        """The answer for programs: who was told what, and when."""
        if self.exit_code:
            return self._taken()
        record = self.case.records[0]
        told = {name: record.said[name] for name in ("meaning", "occurred_at", "recorded_at", "signer")}
        return (
            self._taken()
            | told
            | {
                "age_seconds": self.age,
                "answer": self.case.reply["answer"],
                "as_of": self.as_of,
                "asked": record.said["body"]["asked"],
                "issuer": self.case.root.issuer,
                "log_index": record.index,
                "stream": record.said["stream"],
            }
        )

    def _told(self) -> Iterator[str]:
        record, given = self.case.records[0], self.case.reply["answer"]
        signer = record.said["signer"]
        yield f"answer       {given['decision']}, about {self.case.reply['stream']}"
        yield from (f"             {reason['code']}: {reason['detail']}" for reason in given["reasons"])
        yield f"asked by     {signer['printed_name']} ({signer['id']}), {signer['role']} of {signer['organisation']}"
        yield f"             asked {record.said['occurred_at']}, recorded {record.said['recorded_at']}"
        yield f"             signed for {record.said['meaning']}, entry {record.index} of {self.case.root.issuer}"
        yield f"as of        {self.as_of}, {aged(self.age)}; the state since then is unknown"
        yield "VERIFIED: this answer was given, signed and logged as it stands here. It does not say what holds now."
        yield "What no answer shows: whether its key was found compromised since, and what was recorded since."


def aged(seconds: int) -> str:
    """An age in the largest unit of which there are two."""
    if seconds < 0:
        return "which this clock has yet to reach: set the clock"
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit} old"
    return f"{seconds} seconds old"


def verify(octets: bytes, root_octets: bytes) -> Outcome:
    """Whether a bundle holds; the steps are taken up to the first that finds something wrong."""
    return _taking(Outcome(Case(octets, root_octets)))


def verify_answer(octets: bytes, root_octets: bytes, at: datetime) -> AnswerOutcome:
    """Whether the reply to a recorded check holds, and how old it is at that time."""
    outcome = AnswerOutcome(Case(octets, root_octets), at=at)
    _taking(outcome)
    return outcome


def _taking(outcome: Outcome) -> Outcome:
    for step in outcome.steps:
        found: list[str] = []
        outcome.found.append(found)
        try:
            found.extend(step(outcome.case))
        except Wrong as wrong:
            found.append(str(wrong))
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            found.append(f"{step.__name__}: a member that is read here is missing or malformed ({error!r})")
        if found:
            break
    return outcome


def _instant(text: str) -> datetime:
    if not INSTANT.fullmatch(text):
        raise argparse.ArgumentTypeError("a time is written like 2026-02-01T08:00:00Z")
    return datetime.fromisoformat(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer on standard output; see the top of this file."""
    parser = argparse.ArgumentParser(
        prog="verify_bundle.py", description="Check a provenance bundle, or the answer to a check, offline."
    )
    parser.add_argument("file", type=Path, help="the bundle, or the saved reply")
    parser.add_argument("--answer", action="store_true", help="the file is the reply to a recorded check")
    parser.add_argument(
        "--at", type=_instant, metavar="TIME", help="count an answer's age to then, not to now"
    )
    parser.add_argument(
        "--trust", type=Path, metavar="ROOT", help="the trust root: compare its digest with paper"
    )
    parser.add_argument("--explain", action="store_true", help="say what each step checks")
    parser.add_argument("--json", action="store_true", help="answer as one line of JSON")
    given = parser.parse_args(arguments)
    if given.trust is None:
        print("Give --trust ROOT: a bundle that brings its own key proves nothing.", file=sys.stderr)
        return 2
    try:
        octets, root_octets = given.file.read_bytes(), given.trust.read_bytes()
    except OSError as error:
        print(f"Cannot read {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    if given.answer:
        outcome: Outcome = verify_answer(octets, root_octets, given.at or datetime.now(UTC))
    else:
        outcome = verify(octets, root_octets)
    said = (
        [json.dumps(outcome.plain(), sort_keys=True)] if given.json else outcome.words(explain=given.explain)
    )
    print("\n".join(said))
    return outcome.exit_code


if __name__ == "__main__":
    sys.exit(main())
