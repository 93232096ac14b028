"""The provenance bundle: one file with everything a lot or a vial stands on, each record proven to one checkpoint.

    {"about": {"lot", "serial"}, "as_of", "checkpoint": <signed note>, "claimed": {"donations", "lots", "vial"},
     "fill": {"serial", "salt", "ordinal", "proof"} or null, "format", "issuer", "timestamps": [],
     "records": [{"index", "entry", "proof", "envelope" or null where it is withheld}, …], "manifest": <envelope>}

docs/record-format.md describes every member; ``verifier/verify_bundle.py`` checks them and nothing of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from qc_service.application.access import visible
from qc_service.application.actor import Actor
from qc_service.application.claims import claimed, replayed_vial
from qc_service.application.closure import Closure
from qc_service.application.disclosure import Reader, anybody
from qc_service.application.keys import must_be_usable
from qc_service.application.manifest import read_manifest
from qc_service.application.ports import Store
from qc_service.application.publishing import Publisher
from qc_service.application.records import envelope
from qc_service.application.view import View
from qc_service.application.witness import kept_file
from qc_service.domain.errors import NotFound
from qc_service.domain.keys import KEY
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.moments import instant_text
from qc_service.domain.permissions import Permission
from qc_service.domain.vials import Vial
from qc_service.ledger.canonical import canonical, digest
from qc_service.ledger.checkpoint import open_checkpoint
from qc_service.ledger.dsse import Envelope, pae
from qc_service.ledger.fill import fill_proof, serial_salt
from qc_service.ledger.keys import Signer
from qc_service.ledger.note import NoteVerifier
from qc_service.ledger.shape import to64

FORMAT = "qc-service/provenance-bundle/v1"
MANIFEST_TYPE = "application/vnd.qc-service.bundle-manifest+json"
Plain = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Bundler:
    """Makes bundles for the one issuer; ``signer`` is the record key, which signs the manifest."""

    store: Store
    publisher: Publisher
    signer: Signer
    issuer: str

    def lot(self, actor: Actor, lot: str, as_of: datetime) -> bytes:
        """The bundle of a lot. Raises ``NotFound`` alike for a lot that is not on record and one not theirs."""
        actor.must(Permission.READ_RECORDS)
        owned = visible(View(self.store), actor, LOT, lot)
        return self._bundle(Reader(actor=actor, owner=owned.organisation), owned, None, as_of)

    def consignable(self, lot: Lot, as_of: datetime) -> bytes:
        """The bundle of a lot as whoever receives its vials may see it, whoever that is: what a certificate carries."""
        return self._bundle(anybody(lot.organisation), lot, None, as_of)

    def vial(self, actor: Actor, lot: str, serial: str, as_of: datetime) -> bytes:
        """The bundle of a vial: its lot's, the proof of its serial, its shipments and the acts on it."""
        actor.must(Permission.READ_RECORDS)
        view = View(self.store)
        owner = visible(view, actor, LOT, lot)
        vial = view.find_vial(lot, serial)
        theirs = vial is not None and (actor.sees(vial.organisation) or vial.concerns(actor.organisation))
        if vial is None or not theirs:
            raise NotFound(f"No vial {lot}/{serial} of yours is on record.")
        return self._bundle(Reader(actor=actor, owner=owner.organisation), owner, vial, as_of)

    def envelope(self, payload_type: str, payload: bytes) -> Plain:
        """Something signed with the record key that is no record. Raises ``SigningKeyWithdrawn``."""
        must_be_usable(View(self.store).find(KEY, self.signer.public.keyid))
        sig = self.signer.sign(pae(payload_type, payload))
        return Envelope(payload, payload_type, self.signer.public.keyid, sig).to_dict()

    def _bundle(self, reader: Reader, lot: Lot, vial: Vial | None, as_of: datetime) -> bytes:
        """One size of the log is taken first; nothing later is read, so the parts belong together.

        Raises ``SigningKeyWithdrawn``.
        """
        must_be_usable(View(self.store).find(KEY, self.signer.public.keyid))
        note = self.publisher.publish(at_least=self.store.head().size)
        size = open_checkpoint(note, NoteVerifier.parse(self.publisher.verifier)).size
        closure = Closure(self.store, size, reader, lot=lot.number, serial=vial.serial if vial else None)
        fill, then = (None, None) if vial is None else self._filled(lot, vial, closure)
        records = closure.records()
        paths = self.publisher.paths([record.index for record in records], note)
        recorded_at = max(one.recorded_at for history in closure.histories.values() for one in history)
        parts: Plain = {
            "about": {"lot": str(lot.number), "serial": str(vial.serial) if vial else None},
            "as_of": instant_text(max(as_of, recorded_at)),
            "checkpoint": note.decode(),
            "claimed": claimed(closure.histories, max(as_of, recorded_at), then),
            "fill": fill,
            "format": FORMAT,
            "issuer": self.issuer,
            "records": [
                {
                    "entry": to64(record.entry),
                    "envelope": envelope(record) if closure.shows(record) else None,
                    "index": record.index,
                    "proof": [to64(one) for one in path],
                }
                for record, path in zip(records, paths, strict=True)
            ],
            "timestamps": [],
        }
        return canonical(parts | {"manifest": self._manifest(parts, closure)})

    def _filled(self, lot: Lot, vial: Vial, closure: Closure) -> tuple[Plain, Vial]:
        """The proof that the lot's fill record commits to the serial, and the vial as these records leave it."""
        fill = lot.filling.fill
        kept = kept_file(self.store, fill.manifest) if fill else None
        if kept is None:
            raise NotFound(f"The fill manifest of lot {lot.number} is not kept here.")
        manifest = read_manifest(kept.content)
        path = fill_proof(manifest.secret, [str(serial) for serial in manifest.serials], vial.ordinal)
        every = (recorded for history in closure.histories.values() for recorded in history)
        return {
            "ordinal": vial.ordinal,
            "proof": [to64(one) for one in path],
            "salt": serial_salt(manifest.secret, vial.serial),
            "serial": str(vial.serial),
        }, replayed_vial(lot, vial.ordinal, manifest, every)

    def _manifest(self, parts: Plain, closure: Closure) -> Plain:
        """What was bundled, signed: the digest of every part, and each stream's length, so that nothing can be cut off.

        A stream of which nothing is shown goes by its tag alone.
        """
        streams = [
            {
                "length": len(records),
                "records": [record.index for record in records],
                "stream": name if any(map(closure.shows, records)) else None,
                "tag": records[0].tag,
            }
            for name, records in sorted(closure.streams.items())
        ]
        payload = canonical(
            {name: parts[name] for name in ("about", "as_of", "format", "issuer")}
            | {
                "checkpoint": digest(parts["checkpoint"].encode()),
                "parts": {name: digest(canonical(parts[name])) for name in ("claimed", "fill", "timestamps")},
                "records": [
                    {"index": one["index"], "sha256": digest(canonical(one))} for one in parts["records"]
                ],
                "streams": streams,
            }
        )
        return self.envelope(MANIFEST_TYPE, payload)
