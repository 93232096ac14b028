"""What this machine could do at best: one core, no database, no network, nothing of the service around it."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

from bench.table import Row, per_second
from qc_service.ledger.canonical import canonical, parse
from qc_service.ledger.checkpoint import Checkpoint
from qc_service.ledger.dsse import PAYLOAD_TYPE, pae
from qc_service.ledger.entry import LogEntry
from qc_service.ledger.keys import Signer
from qc_service.ledger.merkle import Frontier, leaf_hash
from qc_service.ledger.statement import Statement

FOR_SECONDS = 0.5


def rate(once: Callable[[], object], seconds: float = FOR_SECONDS) -> float:
    """How often a second this can be done."""
    count, began = 0, time.perf_counter()
    while (took := time.perf_counter() - began) < seconds:
        once()
        count += 1
    return count / took


def of_machine(signer: Signer, payload: bytes, folder: Path) -> list[Row]:
    """The limits that everything else is quoted by; ``payload`` is a record of this service."""
    signed = pae(PAYLOAD_TYPE, payload)
    signature, record = signer.sign(signed), parse(payload)
    node = bytes(65)
    return [
        Row(what=what, measured=per_second(rate(once)))
        for what, once in (
            (f"Ed25519 signature of a record ({len(payload)} bytes)", lambda: signer.sign(signed)),
            ("Ed25519 verification of it", lambda: signer.public.verify(signed, signature)),
            ("SHA-256 of a Merkle node", lambda: hashlib.sha256(node).digest()),
            ("canonical JSON of a record", lambda: canonical(record)),
            ("durable write of 4 KB", _durable(folder / "durable")),
        )
    ]


def _durable(path: Path) -> Callable[[], object]:
    content = bytes(4096)

    def write() -> None:
        with path.open("ab") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    return write


def records_without_database(signer: Signer, payload: bytes) -> float:
    """How many records a second one core makes, signs, puts into a tree and signs a checkpoint over, keeping none."""
    statement, origin = Statement.parse(payload), "demo.bench.example"
    tree = [Frontier()]

    def record() -> None:
        octets = statement.payload()
        digest = hashlib.sha256(octets).hexdigest()
        signature = signer.sign(pae(PAYLOAD_TYPE, octets))
        keyid = signer.public.keyid
        entry = LogEntry(
            tag="0" * 32, seq=statement.seq, statement=digest, keyid=keyid, sig=signature
        ).to_bytes()
        tree[0], _ = tree[0].append(leaf_hash(entry))
        Checkpoint(origin, tree[0].size, tree[0].root()).sign(signer)

    return rate(record)
