"""Records as they are handed out: the envelope as it was signed, never written anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qc_service.application.actor import Actor
from qc_service.application.decoding import recorded
from qc_service.application.disclosure import Reader
from qc_service.application.index import catalogue_row
from qc_service.application.ports import Store, StoredRecord
from qc_service.application.view import View
from qc_service.application.witness import kept_file
from qc_service.domain.errors import NotFound
from qc_service.domain.identifiers import OrganisationId
from qc_service.domain.permissions import Permission
from qc_service.ledger.dsse import PAYLOAD_TYPE, Envelope


def envelope(record: StoredRecord) -> dict[str, object]:
    """The DSSE envelope of a record: the bytes that were signed and the signature over them."""
    kept = Envelope(record.payload, PAYLOAD_TYPE, record.keyid, record.signature)
    return dict(kept.to_dict())


def enclosed(store: Store, record: StoredRecord) -> bytes | None:
    """The first file that came with a record, if one did. Raises ``Tampered`` where it was changed."""
    for file in recorded(record).files[:1]:
        kept = kept_file(store, file.sha256)
        return None if kept is None else kept.content
    return None


@dataclass(frozen=True, kw_only=True)
class HandedOut:
    """A record of a stream that somebody asked for; where it is ``withheld`` only its place is theirs to know."""

    record: StoredRecord
    withheld: bool


def records_of(store: Store, actor: Actor, stream: str) -> tuple[HandedOut, ...]:
    """A stream's records, for its owner and for those who see every organisation's.

    Screening values are withheld from whoever may not read them (domain rule D6). Raises ``NotFound`` alike whether
    there are none or they are not theirs.
    """
    actor.must(Permission.READ_RECORDS)
    found = store.stream(stream)
    owner = _owner(View(store), stream, found) if found else None
    if owner is None or not actor.sees(owner):
        raise NotFound(f"No records of {stream} are yours to read.")
    reader = Reader(actor=actor, owner=owner)
    return tuple(HandedOut(record=one, withheld=not reader.sees(recorded(one))) for one in found)


def _owner(view: View, stream: str, found: Sequence[StoredRecord]) -> OrganisationId:
    """Whose a stream is: a vial's stream, which is not listed, is the one's who filled it."""
    row = catalogue_row(view, stream)
    if row is not None:
        return OrganisationId(row.organisation)
    lot, _, serial = stream.partition("/")[2].partition("/")
    vial = view.find_vial(lot, serial)
    return vial.organisation if vial else recorded(found[0]).signer.organisation
