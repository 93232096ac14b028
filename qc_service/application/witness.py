"""Whether a stream is as it was recorded: no record edited or missing, each signed by a key that is trusted."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from qc_service.application.decoding import previous, recorded
from qc_service.application.ports import Store, StoredRecord, Tampered
from qc_service.domain.errors import DomainError
from qc_service.domain.keys import KEY
from qc_service.domain.records import Enclosure, Recorded
from qc_service.ledger.dsse import PAYLOAD_TYPE, pae
from qc_service.ledger.keys import PublicKey
from qc_service.ledger.shape import from64
from qc_service.ledger.statement import Statement

EDITED, MISSING = "signature_invalid", "record_missing"
"""The reasons that an answer gives for a record that is not as it was signed, and for one that is not there."""


def witnessed(
    store: Store, before: StoredRecord | None, added: Sequence[StoredRecord]
) -> tuple[Recorded, ...]:
    """These records as the domain reads them, where ``before`` is the one they follow in their stream.

    Raises ``Tampered``, which says what is wrong with the first that is not as it was recorded.
    """
    records = []
    for stored in added:
        record = _intact(stored)
        _must_follow(before, stored)
        if store.trusts and not _signed(store, stored):
            raise Tampered(f"{_where(stored)} is not signed by a key that is trusted here", EDITED)
        records.append(record)
        before = stored
    return tuple(records)


def kept_file(store: Store, sha256: str) -> Enclosure | None:
    """A file that a record names, or ``None`` where it is not kept. Raises ``Tampered`` where it was changed."""
    kept = store.file(sha256)
    if kept is not None and kept.file.sha256 != sha256:
        raise Tampered(f"file {sha256} was changed", EDITED)
    return kept


def _where(stored: StoredRecord) -> str:
    return f"record {stored.seq} of {stored.stream} (entry {stored.index})"


def _intact(stored: StoredRecord) -> Recorded:
    try:
        record = recorded(stored)
    except (DomainError, ValueError) as error:
        raise Tampered(f"{_where(stored)} was edited", EDITED) from error
    if record.digest != stored.digest or (record.stream, record.seq) != (stored.stream, stored.seq):
        raise Tampered(f"{_where(stored)} was edited", EDITED)
    return record


def _must_follow(before: StoredRecord | None, stored: StoredRecord) -> None:
    seq, prev = (before.seq + 1, before.digest) if before else (0, None)
    if stored.seq != seq or previous(stored) != prev:
        raise Tampered(f"what stood before {_where(stored)} is missing", MISSING)


def _signed(store: Store, stored: StoredRecord) -> bool:
    public = _key(store, stored.keyid)
    return public is not None and _fits(public, stored.payload, stored.signature)


@lru_cache(maxsize=32_768)
def _fits(public: PublicKey, payload: bytes, signature: bytes) -> bool:
    """Records never change, so each signature is checked once."""
    return public.verify(pae(PAYLOAD_TYPE, payload), signature)


def _key(store: Store, keyid: str) -> PublicKey | None:
    """The key of this thumbprint, where the trust root names it or a trusted key signed its introduction."""
    known = store.keys_known.get(keyid)
    if known is None:
        found = store.stream(f"{KEY.room}/{keyid}")
        known = _introduced(found[0].payload, keyid) if found else None
        if known is None or not _vouched(store, found[0]):
            return None
        store.keys_known[keyid] = known
    return known


def _vouched(store: Store, introduction: StoredRecord) -> bool:
    keyid = introduction.stream.partition("/")[2]
    if store.trusts is not None and store.trusts(keyid):
        return True
    return introduction.keyid != keyid and _signed(store, introduction)


def _introduced(payload: bytes, keyid: str) -> PublicKey | None:
    """The public key that a record introduces, if it is the one its stream is named after."""
    try:
        body = Statement.parse(payload).body
        public = PublicKey(
            "ed25519" if body["algorithm"] == "ed25519" else "ecdsa-p256", from64(str(body["public"]))
        )
    except (KeyError, TypeError, ValueError):
        return None
    return public if public.keyid == keyid else None
