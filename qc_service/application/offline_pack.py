"""The offline pack: what one organisation's vials and lots would be answered by, in one signed file (V11).

    {"payload": <base64 of the canonical JSON below>, "payloadType": "application/vnd.qc-service.offline-pack+json",
     "signatures": [{"keyid": <thumbprint of the newest record key>, "sig": <base64>}]}

    {"format": "qc-service/offline-pack/v1", "issuer": <the log's origin>, "organisation": "harbour-clinic",
     "zone": "America/New_York", "country": "US", "number": 97, "as_of": "2026-11-22T10:00:00Z",
     "next_update": "2026-11-23T10:00:00Z", "checkpoint": <signed note of size 97>,
     "lots": [{"lot", "gtin", "expires_on", "zone", "altered", "facts": {…}, "said": {"product", "contact"},
               "vials": [{"like": {"state", "custody", …}, "serials": […]}, …]}, …]}

The number is the size of the log, so it never falls. Vials that differ in their serial alone stand together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from qc_service.application.actor import Actor
from qc_service.application.keys import must_be_usable
from qc_service.application.ports import UNRELEASED, LotAnswerRow, Query, Store
from qc_service.application.publishing import Publisher
from qc_service.application.view import View
from qc_service.domain.codec import from_plain, to_plain
from qc_service.domain.errors import Malformed as Ungrammatical
from qc_service.domain.errors import Reason, Refused
from qc_service.domain.identifiers import OrganisationId, VialSerial
from qc_service.domain.keys import KEY
from qc_service.domain.lots import LOT
from qc_service.domain.moments import instant_text, parse_instant
from qc_service.domain.parties import Organisation
from qc_service.domain.permissions import Permission
from qc_service.domain.vials import Vial
from qc_service.ledger.canonical import canonical, parse
from qc_service.ledger.checkpoint import open_checkpoint
from qc_service.ledger.dsse import Envelope, pae
from qc_service.ledger.keys import Signer
from qc_service.ledger.note import NoteForged, NoteUnverified, NoteVerifier
from qc_service.ledger.shape import Malformed, count, items, members, text
from qc_service.ledger.trust import TrustRoot

FORMAT = "qc-service/offline-pack/v1"
PAYLOAD_TYPE = "application/vnd.qc-service.offline-pack+json"
LASTS = timedelta(hours=24)
"""How long a pack is good for before a newer one should be fetched."""
MOST_VIALS, MOST_LOTS, AT_ONCE = 10_000, 2_000, 200
LARGEST = 32 * 1024 * 1024
_MEMBERS = frozenset({
    "format", "issuer", "organisation", "zone", "country", "number", "as_of", "next_update", "checkpoint", "lots",
})  # fmt: skip
_LOT = frozenset({"lot", "gtin", "expires_on", "zone", "altered", "facts", "said", "vials"})
_ALIKE = frozenset({"like", "serials"})
_KEPT_OF_A_VIAL = ("organisation", "state", "custody", "consignees", "in_use", "doses_left", "doubts")
Plain = dict[str, Any]


class PackTooLarge(Refused):
    """The organisation holds more vials or lots than a pack takes; ask online."""


class PackRefused(ValueError):
    """The file is no pack of this trust root; the message says why."""


@dataclass(frozen=True, kw_only=True)
class PackedLot:
    """One lot of a pack: its ready answer, and those of its vials that were there."""

    row: LotAnswerRow
    altered: str
    vials: dict[str, Vial]


@dataclass(frozen=True, kw_only=True)
class Pack:
    """An opened pack: what was known, of whom and when."""

    issuer: str
    organisation: OrganisationId
    zone: str
    country: str
    number: int
    as_of: datetime
    next_update: datetime
    lots: dict[str, PackedLot]


@dataclass(frozen=True, kw_only=True)
class Packer:
    """Makes packs for the one issuer; ``signer`` is the record key."""

    store: Store
    publisher: Publisher
    signer: Signer
    issuer: str

    def pack(self, actor: Actor, organisation: Organisation, at: datetime) -> bytes:
        """The pack of the actor's own organisation, signed. The size is taken first, so nothing up to it is missing.

        Raises ``PackTooLarge`` and ``ForkDetected``, ``Tampered`` where a row was edited, and ``SigningKeyWithdrawn``
        once another record key took the place of this one.
        """
        actor.must(Permission.RECEIVE)
        must_be_usable(View(self.store).find(KEY, self.signer.public.keyid))
        note = self.publisher.publish(at_least=self.store.head().size)
        own = actor.organisation
        as_of = max(at, self.store.head().recorded_at or at)
        payload = canonical({
            "format": FORMAT, "issuer": self.issuer, "organisation": str(own), "zone": str(organisation.zone),
            "country": str(organisation.country), "as_of": instant_text(as_of),
            "number": open_checkpoint(note, NoteVerifier.parse(self.publisher.verifier)).size,
            "next_update": instant_text(as_of + LASTS), "checkpoint": note.decode(), "lots": self._lots(own),
        })  # fmt: skip
        sig = self.signer.sign(pae(PAYLOAD_TYPE, payload))
        return canonical(Envelope(payload, PAYLOAD_TYPE, self.signer.public.keyid, sig).to_dict())

    def _lots(self, own: OrganisationId) -> list[Plain]:
        """Every lot that was ever consigned to the organisation or is its own, with the vials that it holds."""
        held = self.store.held(own, MOST_VIALS + 1)
        by_lot: dict[str, list[Vial]] = {}
        for vial in held:
            by_lot.setdefault(vial.lot, []).append(vial)
        names = sorted({*by_lot, *self._consigned(own)})
        if len(held) > MOST_VIALS or len(names) > MOST_LOTS:
            detail = f"A pack takes {MOST_VIALS} vials of {MOST_LOTS} lots; you have more. Ask online."
            raise PackTooLarge(detail, (Reason(code="too_much_for_a_pack", detail=detail, source="V11"),))
        found = ((self.store.lot_answer(name), by_lot.get(name, [])) for name in names)
        return [self._lot(own, row, vials) for row, vials in found if row is not None]

    def _consigned(self, own: OrganisationId) -> Iterator[str]:
        after, more, seen = "", True, 0
        while more and seen <= MOST_LOTS:
            rows, after = self.store.catalogue(Query(room=LOT.room, size=AT_ONCE, after=after, seen_by=own))
            yield from (row.stream.partition("/")[2] for row in rows)
            more, seen = bool(after), seen + len(rows)

    def _lot(self, own: OrganisationId, row: LotAnswerRow, vials: list[Vial]) -> Plain:
        serials = {str(vial.serial) for vial in vials}
        facts, said = orjson.loads(row.facts), orjson.loads(b"{%b}" % row.stable)
        facts["suspect_serials"] = [one for one in facts["suspect_serials"] if one in serials]
        alike: dict[bytes, Plain] = {}
        for vial in vials:
            like = _told_to(own, vial)
            alike.setdefault(canonical(like), {"like": like, "serials": []})["serials"].append(
                str(vial.serial)
            )
        return {
            "lot": row.lot, "gtin": row.gtin, "expires_on": row.expires_on, "zone": row.zone,
            "altered": self.store.doubted.get(row.lot, ""), "facts": facts,
            "said": {name: said[name] for name in ("product", "contact")}, "vials": list(alike.values()),
        }  # fmt: skip


def _told_to(own: OrganisationId, vial: Vial) -> Plain:
    """What an answer to this organisation rests on; who else had the vial is not its to know."""
    plain: Plain = to_plain(vial)
    plain["consignees"] = [one for one in plain["consignees"] if one == own]
    if plain["in_use"] and plain["in_use"]["claimed_by"] != own:
        plain["in_use"]["claimed_by"] = plain["organisation"]
    return {name: plain[name] for name in _KEPT_OF_A_VIAL if plain[name] is not None}


def open_pack(octets: bytes, root: TrustRoot) -> Pack:
    """The pack in a file that the record key of this root signed. Raises ``PackRefused``.

    1. The file is an envelope of this type, in its one spelling. 2. Its key is the root's newest record key, which
    stands last: one before it may be in other hands by now. 3. The signature fits. 4. The pack is of the root's issuer
    and in its one spelling. 5. Its checkpoint is signed by the root's log, and its number is that checkpoint's size.
    """
    try:
        if len(octets) > LARGEST:
            raise PackRefused(f"The file is larger than {LARGEST} bytes.")
        return _read(_verified(octets, root), root)
    except (Malformed, Ungrammatical, NoteForged, NoteUnverified, KeyError) as error:
        raise PackRefused(f"The file is no offline pack: {error}.") from error


def _verified(octets: bytes, root: TrustRoot) -> bytes:
    envelope = Envelope.from_dict(parse(octets))
    if envelope.payload_type != PAYLOAD_TYPE:
        raise PackRefused(f"The file is no offline pack, but {envelope.payload_type}.")
    key = root.record_keys[-1]
    if envelope.keyid != key.keyid:
        raise PackRefused(
            "The pack is not signed by the newest record key of this trust root: if that key was replaced, get the "
            "next root, and a pack made since."
        )
    if not envelope.verified_by(key):
        raise PackRefused("The pack's signature does not fit: something was changed.")
    return envelope.payload


def _read(payload: bytes, root: TrustRoot) -> Pack:
    plain = members(parse(payload), _MEMBERS)
    if plain["format"] != FORMAT or plain["issuer"] != root.issuer:
        raise PackRefused(f"The pack is not of {root.issuer}, or of another format than {FORMAT}.")
    if open_checkpoint(text(plain["checkpoint"]).encode(), root.log).size != count(plain["number"]):
        raise PackRefused("The pack's checkpoint is of another size than its number.")
    return Pack(
        issuer=root.issuer, organisation=OrganisationId(text(plain["organisation"])), zone=text(plain["zone"]),
        country=text(plain["country"]), number=plain["number"], as_of=parse_instant(text(plain["as_of"])),
        next_update=parse_instant(text(plain["next_update"])),
        lots={one["lot"]: _packed(members(one, _LOT)) for one in items(plain["lots"])},
    )  # fmt: skip


def _packed(plain: Plain) -> PackedLot:
    row = LotAnswerRow(
        lot=_said(plain["lot"]), gtin=_said(plain["gtin"]), expires_on=_said(plain["expires_on"]),
        zone=_said(plain["zone"]), facts=orjson.dumps(plain["facts"]), stable=orjson.dumps(plain["said"])[1:-1],
        release_index=UNRELEASED,
    )  # fmt: skip
    vials = {
        serial: vial
        for alike in items(plain["vials"])
        for serial, vial in _vials(row.lot, members(alike, _ALIKE))
    }
    return PackedLot(row=row, altered=_said(plain["altered"]), vials=vials)


def _said(value: object) -> str:
    """A text, which may be empty: what is not so is not known."""
    if not isinstance(value, str):
        raise Malformed("expected a text")
    return value


def _vials(lot: str, alike: Plain) -> Iterator[tuple[str, Vial]]:
    serials = items(alike["serials"])
    first = from_plain(
        Vial, {"custody": None, **alike["like"], "lot": lot, "serial": serials[0], "ordinal": 0}
    )
    for serial in serials:
        yield text(serial), Vial(**{**vars(first), "serial": VialSerial(serial)})
