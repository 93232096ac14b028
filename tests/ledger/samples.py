"""Fixed keys, one statement and one small log that the ledger's tests share."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from qc_service.ledger.keys import Ed25519Signer, P256Signer
from qc_service.ledger.merkle import Frontier, leaf_hash
from qc_service.ledger.statement import Citation, FileDigest, Statement

ISSUER = "demo.example/log"


def ed25519_signer(number: int) -> Ed25519Signer:
    """The same key for the same number, every time."""
    return Ed25519Signer(ed25519.Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))


def p256_signer(number: int) -> P256Signer:
    """The same key for the same number, every time."""
    return P256Signer(ec.derive_private_key(number, ec.SECP256R1()))


def statement(**changed: Any) -> Statement:
    """A well-formed statement, but for what is `changed`."""
    said: dict[str, Any] = {
        "stream": "lot/EX261101A",
        "seq": 1,
        "prev": "11" * 32,
        "kind": "StepPerformed",
        "occurred_at": "2026-02-01T09:00:00+01:00",
        "recorded_at": "2026-02-01T08:00:00Z",
        "signer": {
            "id": "p-1",
            "printed_name": "Ada Testperson",
            "role": "technician",
            "organisation": "o-1",
        },
        "meaning": "performed",
        "reason": None,
        "salt": "22" * 16,
        "cites": (Citation("facility/F1", 3, "33" * 32, "44" * 16),),
        "body": {"volume": "12.5", "unit": "mL", "vials": 40},
        "files": (FileDigest("run-1.csv", "55" * 32),),
        "issuer": ISSUER,
    }
    return Statement(**(said | changed))


class Log:
    """A log of small entries with its stored nodes."""

    def __init__(self, size: int) -> None:
        self.entries = [b"entry %d" % index for index in range(size)]
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.asked: list[tuple[int, int]] = []
        self.frontiers = [Frontier()]
        for entry in self.entries:
            frontier, complete = self.frontiers[-1].append(leaf_hash(entry))
            self.frontiers.append(frontier)
            self.nodes |= {(level, idx): one for level, idx, one in complete}

    def node(self, level: int, idx: int) -> bytes:
        """A stored node; notes that it was asked for."""
        self.asked.append((level, idx))
        return self.nodes[level, idx]

    def root(self, size: int) -> bytes:
        """The root when the log had `size` entries."""
        return self.frontiers[size].root()
