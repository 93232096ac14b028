"""The recall list: what somebody without a network checks a label against, signed and with its own best-before.

    {"payload": <base64 of the canonical JSON below>, "payloadType": "application/vnd.qc-service.recall-list+json",
     "signatures": [{"keyid": <thumbprint of a record key of the trust root>, "sig": <base64>}]}

    {"type": "recall-list", "version": 1, "issuer": <the log's origin>, "number": 97, "tree_size": 97,
     "issued_at": "2026-11-22T10:00:00Z", "next_update": "2026-11-23T10:00:00Z", "checkpoint": <signed note>,
     "lots": [{"lot": "EX261105R", "status": "recalled"}, …],
     "label_keys": [{"kid": <16 hex>, "public": <jwk>, "introduced": 3, "retired": null, "revoked_from": null}, …]}

The number is the size of the log, so it never falls. A token by a key is refused where its log index is at or above
that key's ``retired`` or ``revoked_from``. Only the newest record key may sign the list: a label key cannot acquit its
own labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from qc_service.domain.errors import Malformed as Ungrammatical
from qc_service.domain.identifiers import LotNumber
from qc_service.domain.moments import instant_text, parse_instant
from qc_service.exchange.label_kids import kid_of
from qc_service.ledger.canonical import canonical, parse
from qc_service.ledger.checkpoint import open_checkpoint
from qc_service.ledger.dsse import Envelope, pae
from qc_service.ledger.keys import AuthorisedKey, PublicKey, Signer
from qc_service.ledger.note import NoteForged, NoteUnverified
from qc_service.ledger.shape import Malformed, count, items, members, text
from qc_service.ledger.trust import TrustRoot

PAYLOAD_TYPE = "application/vnd.qc-service.recall-list+json"
STATUSES = ("recalled", "withdrawn", "on_hold", "rejected")
"""What a lot on the list may be; of the last two, those that were released before."""
LASTS = timedelta(hours=24)
"""How long a list is good for."""
LARGEST = 32 * 1024 * 1024
"""A file of more bytes is no list: it has room for half a million lots."""

_MEMBERS = {
    "type", "version", "issuer", "number", "tree_size", "issued_at", "next_update", "checkpoint", "lots", "label_keys",
}  # fmt: skip
_KEY = {"kid", "public", "introduced", "retired", "revoked_from"}


class ListRefused(ValueError):
    """The file is no recall list of this trust root; the message says why."""


@dataclass(frozen=True, kw_only=True)
class RecallList:
    """Every lot that is called back or stopped, and every label key, as of one size of the log."""

    issuer: str
    number: int
    issued_at: datetime
    checkpoint: str
    lots: tuple[tuple[LotNumber, str], ...]
    label_keys: tuple[AuthorisedKey, ...]

    @property
    def next_update(self) -> datetime:
        """When a newer list must be fetched."""
        return self.issued_at + LASTS

    def status_of(self, lot: str) -> str | None:
        """What the list says of a lot, or ``None``."""
        return dict[str, str](self.lots).get(lot)

    def payload(self) -> bytes:
        """The canonical JSON that is signed."""
        return canonical({
            "type": "recall-list", "version": 1, "issuer": self.issuer, "number": self.number,
            "tree_size": self.number, "issued_at": instant_text(self.issued_at),
            "next_update": instant_text(self.next_update), "checkpoint": self.checkpoint,
            "lots": [{"lot": str(lot), "status": status} for lot, status in self.lots],
            "label_keys": [_plain_key(key) for key in self.label_keys],
        })  # fmt: skip


def sealed_list(recalls: RecallList, signer: Signer) -> bytes:
    """The file, signed by the record key; the same list and key give the same bytes."""
    payload = recalls.payload()
    sig = signer.sign(pae(PAYLOAD_TYPE, payload))
    return canonical(Envelope(payload, PAYLOAD_TYPE, signer.public.keyid, sig).to_dict())


def open_list(octets: bytes, root: TrustRoot) -> RecallList:
    """The list in a file that a record key of this root signed. Raises ``ListRefused``.

    1. The file is an envelope of this type, in its one spelling. 2. Its key is the root's newest record key, which
    stands last: one before it may be in other hands by now. 3. The signature fits. 4. The list is of the root's issuer
    and in its one spelling. 5. Its checkpoint is signed by the root's log, and its number is that checkpoint's size.
    6. No label key may sign anything else.
    """
    try:
        if len(octets) > LARGEST:
            raise ListRefused(f"The file is larger than {LARGEST} bytes.")
        recalls = _read(_verified(octets, root), root)
    except (Malformed, Ungrammatical, NoteForged, NoteUnverified) as error:
        raise ListRefused(f"The file is no recall list: {error}.") from error
    return recalls


def _verified(octets: bytes, root: TrustRoot) -> bytes:
    envelope = Envelope.from_dict(parse(octets))
    if envelope.payload_type != PAYLOAD_TYPE:
        raise ListRefused(f"The file is no recall list, but {envelope.payload_type}.")
    key = root.record_keys[-1]
    if envelope.keyid != key.keyid:
        raise ListRefused(
            "The list is not signed by the newest record key of this trust root: if that key was replaced, get the "
            "next root."
        )
    if not envelope.verified_by(key):
        raise ListRefused("The list's signature does not fit: something was changed.")
    return envelope.payload


def _read(payload: bytes, root: TrustRoot) -> RecallList:
    plain = members(parse(payload), _MEMBERS)
    if plain["issuer"] != root.issuer:
        raise ListRefused(f"The list is not of {root.issuer}.")
    recalls = RecallList(
        issuer=root.issuer, number=count(plain["number"]), issued_at=parse_instant(text(plain["issued_at"])),
        checkpoint=text(plain["checkpoint"]), lots=tuple(map(_lot, items(plain["lots"]))),
        label_keys=tuple(map(_key, items(plain["label_keys"]))),
    )  # fmt: skip
    if recalls.payload() != payload:
        raise Malformed("its members do not agree with each other")
    if [lot for lot, _ in recalls.lots] != sorted({lot for lot, _ in recalls.lots}):
        raise Malformed("its lots are not in order, each once")
    if open_checkpoint(recalls.checkpoint.encode(), root.log).size != recalls.number:
        raise Malformed("its checkpoint is of another size")
    _must_be_apart(recalls, root)
    return recalls


def _must_be_apart(recalls: RecallList, root: TrustRoot) -> None:
    """No key signs for two purposes."""
    others = {*root.record_keys, root.log.public}
    kids = [kid_of(key.public) for key in recalls.label_keys]
    if len(set(kids)) < len(kids) or any(key.public in others for key in recalls.label_keys):
        raise Malformed("a label key is listed twice, or signs for another purpose as well")


def _lot(plain: object) -> tuple[LotNumber, str]:
    said = members(plain, {"lot", "status"})
    if said["status"] not in STATUSES:
        raise Malformed(f"a lot is {', '.join(STATUSES)}")
    return LotNumber(text(said["lot"])), text(said["status"])


def _plain_key(key: AuthorisedKey) -> dict[str, Any]:
    return {
        "kid": kid_of(key.public).hex(), "public": key.public.jwk(), "introduced": key.introduced,
        "retired": key.retired, "revoked_from": key.compromised,
    }  # fmt: skip


def _key(plain: object) -> AuthorisedKey:
    said = members(plain, _KEY)
    retired, revoked = (
        None if said[name] is None else count(said[name]) for name in ("retired", "revoked_from")
    )
    public = PublicKey.from_jwk(said["public"])
    return AuthorisedKey(public, "label", count(said["introduced"]), retired, revoked)
