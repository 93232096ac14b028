"""Records as they are handed out: the envelope as it was signed, never written anew."""

from __future__ import annotations

from qc_service.application.actor import Actor
from qc_service.application.decoding import recorded
from qc_service.application.index import catalogue_row
from qc_service.application.ports import Store, StoredRecord
from qc_service.application.view import View
from qc_service.domain.errors import NotFound
from qc_service.domain.permissions import Permission, Role
from qc_service.ledger.dsse import PAYLOAD_TYPE, Envelope


def envelope(record: StoredRecord) -> dict[str, object]:
    """The DSSE envelope of a record: the bytes that were signed and the signature over them."""
    kept = Envelope(record.payload, PAYLOAD_TYPE, record.keyid, record.signature)
    return dict(kept.to_dict())


def enclosed(store: Store, record: StoredRecord) -> bytes | None:
    """The first file that came with a record, if one did."""
    for file in recorded(record).files[:1]:
        kept = store.file(file.sha256)
        return None if kept is None else kept.content
    return None


def records_of(store: Store, actor: Actor, stream: str) -> tuple[StoredRecord, ...]:
    """A stream's records, for its owner and for auditors. Raises ``NotFound`` alike where there are none."""
    actor.must(Permission.READ_RECORDS)
    found = store.stream(stream)
    if not found or not _owns(View(store), actor, stream, found):
        raise NotFound(f"No records of {stream} are yours to read.")
    return found


def _owns(view: View, actor: Actor, stream: str, found: tuple[StoredRecord, ...]) -> bool:
    if actor.roles & {Role.AUDITOR, Role.ADMINISTRATOR}:
        return True
    row = catalogue_row(view, stream)
    if row is not None:
        return row.organisation == actor.organisation
    return all(recorded(one).signer.organisation == actor.organisation for one in found)
