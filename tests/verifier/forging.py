"""A log of one's own, in which every record can be given any flaw and everything around it is sealed properly.

Written apart from the service, so that the verifier is tested against the format and not against our own bundles.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from qc_service.ledger.checkpoint import Checkpoint
from qc_service.ledger.keys import Ed25519Signer, P256Signer
from qc_service.ledger.merkle import Frontier, inclusion_proof, leaf_hash
from qc_service.ledger.note import NoteVerifier, verifier_key
from qc_service.ledger.trust import make_root
from tests.fakes import ISSUER, signer
from verifier import verify_bundle as stranger

Plain = dict[str, Any]
LOT, SERIAL = "EX261101A", "7K3M9QW2TX49"
AS_OF = "2026-12-01T00:00:00Z"
WHO = {"id": "q.quality", "organisation": "demo-biologics", "printed_name": "Q. Quality", "role": "quality"}
REGISTERED = {"kind": "finished", "product": "EXO-1"}
COUNTS = {
    "filled": 5, "qc_samples": 1, "rejected_at_inspection": 1, "retention": 1, "stability": 1, "stock": 1,
}  # fmt: skip


def canonical(value: object) -> bytes:
    """RFC 8785, as far as these tests need it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()


def b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def pae(kind: str, payload: bytes) -> bytes:
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind.encode(), len(payload), payload)


def envelope(kind: str, payload: bytes, key: Ed25519Signer | P256Signer) -> Plain:
    """The payload, sealed."""
    sig = b64(key.sign(pae(kind, payload)))
    return {
        "payload": b64(payload),
        "payloadType": kind,
        "signatures": [{"keyid": key.public.keyid, "sig": sig}],
    }


def root(*keys: Ed25519Signer | P256Signer, log: Ed25519Signer | None = None, issuer: str = ISSUER) -> bytes:
    """A trust root of these record keys, the usual one unless others are given, signed by all of them."""
    record_keys = keys or (signer(),)
    named = NoteVerifier.parse(verifier_key(issuer, (log or signer(2)).public))
    publics = tuple(key.public for key in record_keys)
    return make_root(issuer=issuer, log=named, record_keys=publics, signers=record_keys).to_bytes()


ROOT = root()


@dataclass
class Logged:
    """One record of the log, as it will stand in a bundle."""

    stream: str
    payload: bytes
    entry: Plain
    envelope: Plain


@dataclass
class Forge:
    """A log whose records say what they are told to; ``say`` adds one, ``bundle`` seals them all."""

    records: list[Logged] = field(default_factory=list)
    salts: dict[str, str] = field(default_factory=dict)
    cited: dict[str, Plain] = field(default_factory=dict)

    def say(
        self, stream: str, kind: str, body: Plain, *, cites: tuple[str, ...] = (), statement: Plain | None = None,
        entry: Plain | None = None, key: Ed25519Signer | P256Signer | None = None, **said: Any,
    ) -> Logged:  # fmt: skip
        """Add a record; ``said`` replaces members of the predicate, the others those of statement and entry."""
        before = [one for one in self.records if one.stream == stream]
        salt = sha256(f"{stream}{len(before)}".encode())[:32]
        self.salts.setdefault(stream, salt)
        predicate = {
            "body": body, "cites": [self.citation(one) for one in cites], "issuer": ISSUER, "meaning": "authorship",
            "occurred_at": "2026-11-01T09:00:00+01:00", "prev": before[-1].entry["statement"] if before else None,
            "reason": None, "recorded_at": f"2026-11-{len(self.records) + 1:02}T08:00:00Z", "salt": salt,
            "seq": len(before), "signer": WHO, "stream": stream,
        } | said  # fmt: skip
        about = {
            "digest": {"sha256": sha256(canonical(predicate["body"]))},
            "name": f"urn:qc-service:{ISSUER}:{stream}",
        }
        payload = canonical({
            "_type": "https://in-toto.io/Statement/v1", "predicate": predicate,
            "predicateType": f"urn:qc-service:record:{kind}:v1", "subject": [about],
        } | (statement or {}))  # fmt: skip
        return self.log(stream, payload, key or signer(), **(entry or {}))

    def log(self, stream: str, payload: bytes, key: Ed25519Signer | P256Signer, **changed: Any) -> Logged:
        """Log a payload, whatever it is."""
        sealed = envelope(stranger.STATEMENT_TYPE, payload, key)
        seq = sum(one.stream == stream for one in self.records)
        made = sealed["signatures"][0]
        entry = {"seq": seq, "statement": sha256(payload), "tag": self.tag(stream), "v": 1, **made, **changed}
        self.records.append(Logged(stream, payload, entry, sealed))
        return self.records[-1]

    def tag(self, stream: str) -> str:
        """The stream's tag."""
        text = f"qc-service/stream-tag/v1\n{ISSUER}\n{stream}".encode()
        if stream.startswith(("lot/", "vial/")):
            return sha256(text)[:32]
        return hmac.digest(bytes.fromhex(self.salts[stream]), text, "sha256").hex()[:32]

    def citation(self, stream: str) -> Plain:
        """A citation of the stream's head, or what was put in its place."""
        if stream in self.cited:
            return self.cited[stream]
        head = [one for one in self.records if one.stream == stream][-1].entry
        return {"digest": head["statement"], "seq": head["seq"], "stream": stream, "tag": head["tag"]}

    def lot(self, **said: Any) -> Logged:
        """Register the lot."""
        return self.say(f"lot/{LOT}", "LotRegistered", REGISTERED, **said)

    def fill(self) -> bytes:
        """Record a fill of five vials, of which ours is the first; the salt of each is sixteen zero bytes."""
        frontier = Frontier()
        for serial in (SERIAL, "B", "C", "D", "E"):
            frontier, _ = frontier.append(leaf_hash(canonical({"salt": "00" * 16, "serial": serial})))
        body = {"counts": COUNTS, "expires_on": "2027-10-31", "serial_root": frontier.root().hex()}
        self.say(f"lot/{LOT}", "VialsFilled", body)
        return frontier.root()

    def bundle(
        self, *, serial: str | None = None, withheld: tuple[int, ...] = (), left_out: tuple[str, ...] = (),
        settle: bool = True, **changed: Any,
    ) -> Plain:  # fmt: skip
        """Everything in one sealed bundle; what it claims is what the records lead to, unless told otherwise."""
        nodes: dict[tuple[int, int], bytes] = {}
        frontier = Frontier()
        for one in self.records:
            frontier, made = frontier.append(leaf_hash(canonical(one.entry)))
            nodes.update({(level, idx): node for level, idx, node in made})
        size = len(self.records)
        records = [
            {
                "entry": b64(canonical(one.entry)), "envelope": None if index in withheld else one.envelope,
                "index": index,
                "proof": [b64(node) for node in inclusion_proof(index, size, lambda level, idx: nodes[level, idx])],
            }
            for index, one in enumerate(self.records)
            if one.stream not in left_out
        ]  # fmt: skip
        plain: Plain = {
            "about": {"lot": LOT, "serial": serial}, "as_of": AS_OF,
            "checkpoint": Checkpoint(ISSUER, size, frontier.root()).sign(signer(2)).decode(),
            "claimed": {"donations": {}, "lots": {}, "vial": None}, "fill": fill_of(serial) if serial else None,
            "format": stranger.FORMAT, "issuer": ISSUER, "records": records, "timestamps": [],
        } | changed  # fmt: skip
        sealed = self.sealed(plain, withheld)
        if settle and "claimed" not in changed:
            outcome = stranger.verify(canonical(sealed), ROOT)
            sealed = self.sealed(plain | {"claimed": outcome.case.state or plain["claimed"]}, withheld)
        return sealed

    def sealed(self, plain: Plain, withheld: tuple[int, ...] = (), **changed: Any) -> Plain:
        """The bundle with a manifest over it as it is now."""
        streams = []
        places = {one["index"] for one in plain["records"]}
        for stream in sorted({one.stream for one in self.records}):
            indices = [at for at, one in enumerate(self.records) if one.stream == stream and at in places]
            if indices:
                name = stream if set(indices) - set(withheld) else None
                tag = self.records[indices[0]].entry["tag"]
                streams.append({"length": len(indices), "records": indices, "stream": name, "tag": tag})
        return resealed(plain, streams=streams, **changed)

    def verdict(self, **said: Any) -> list[str]:
        """What the verifier finds wrong with the sealed bundle."""
        return findings(self.bundle(**said))


def fill_of(serial: str) -> Plain:
    """The proof that the serial is the first of the five that ``Forge.fill`` commits to."""
    frontier, nodes = Frontier(), {}
    for one in (SERIAL, "B", "C", "D", "E"):
        frontier, made = frontier.append(leaf_hash(canonical({"salt": "00" * 16, "serial": one})))
        nodes.update({(level, idx): node for level, idx, node in made})
    proof = inclusion_proof(0, 5, lambda level, idx: nodes[level, idx])
    return {"ordinal": 0, "proof": [b64(one) for one in proof], "salt": "00" * 16, "serial": serial}


def resealed(plain: Plain, key: Ed25519Signer | P256Signer | None = None, **changed: Any) -> Plain:
    """The bundle with a new manifest over its parts; ``changed`` replaces members of the manifest."""
    known = (
        json.loads(base64.b64decode(plain["manifest"]["payload"])) if "manifest" in plain else {"streams": []}
    )
    said = known | {name: plain[name] for name in ("about", "as_of", "format", "issuer")} | {
        "checkpoint": sha256(plain["checkpoint"].encode()),
        "parts": {name: sha256(canonical(plain[name])) for name in ("claimed", "fill", "timestamps")},
        "records": [{"index": one["index"], "sha256": sha256(canonical(one))} for one in plain["records"]],
    } | changed  # fmt: skip
    return plain | {"manifest": envelope(stranger.MANIFEST_TYPE, canonical(said), key or signer())}


def findings(plain: Plain, trust: bytes = ROOT) -> list[str]:
    """What the verifier finds wrong, each with the number of its step: ``(4) record …``."""
    outcome = stranger.verify(canonical(plain), trust)
    return [f"({len(outcome.found)}) {one}" for one in outcome.found[-1]]
