"""Which key could sign which record: the trust root's keys, and what the ``key/`` records say of them and of others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from qc_service.application.decoding import recorded
from qc_service.application.ports import StoredRecord
from qc_service.domain.errors import DomainError
from qc_service.domain.keys import KeyCompromised, KeyIntroduced, KeyRetired
from qc_service.domain.records import Recorded
from qc_service.ledger.dsse import PAYLOAD_TYPE, pae
from qc_service.ledger.keys import AuthorisedKey, KeyRing, KeyRole, PublicKey, SignatureVerdict
from qc_service.ledger.shape import Malformed, from64
from qc_service.ledger.trust import TrustRoot

GOOD = frozenset({SignatureVerdict.VALID, SignatureVerdict.VALID_KEY_RETIRED})


def verdict(ring: KeyRing, record: StoredRecord) -> SignatureVerdict:
    """What is known of a record's signature, at its place in the log."""
    return ring.verdict(
        record.keyid, pae(PAYLOAD_TYPE, record.payload), record.signature, "record", record.index
    )


def ring_of(root: TrustRoot, key_records: Iterable[StoredRecord]) -> KeyRing:
    """The ring after all key records, taken in the order of the log.

    A key record takes effect from the entry after it, and only where the ring before it vouches for its signature;
    one that cannot be read or does not fit changes nothing. The audit of its stream says so.
    """
    ring = KeyRing(tuple(AuthorisedKey(key, "record") for key in root.record_keys))
    for record in sorted(key_records, key=lambda one: one.index):
        if verdict(ring, record) in GOOD:
            try:
                ring = _after(ring, recorded(record))
            except (DomainError, ValueError):
                continue
    return ring


def _after(ring: KeyRing, said: Recorded) -> KeyRing:
    match said.body:
        case KeyIntroduced(role=role, algorithm=algorithm, public=public):
            key = PublicKey("ed25519" if algorithm == "ed25519" else "ecdsa-p256", from64(str(public)))
            if key.keyid != said.name:
                raise Malformed("the stream is not named after its key")
            known = ring.find(key.keyid, role.value)
            return ring if known else ring.introduce(key, role.value, said.index + 1)
        case KeyRetired():
            return ring.retire(said.name, _role(ring, said.name), said.index + 1)
        case KeyCompromised(since_size=size):
            return ring.compromise(said.name, _role(ring, said.name), size)
        case _:
            raise Malformed("not a record of a key")


def _role(ring: KeyRing, keyid: str) -> KeyRole:
    return next((role for role in get_args(KeyRole) if ring.find(keyid, role)), "record")
