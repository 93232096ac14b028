"""Files on record by their digest: attaching them, and giving them back to those who may see them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qc_service.application.access import readable
from qc_service.application.actor import Actor, Occasion
from qc_service.application.view import View
from qc_service.domain.errors import Conflict, Malformed, NotFound
from qc_service.domain.identifiers import Sha256, Text
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.parties import ORGANISATION, FileAttached
from qc_service.domain.permissions import SEE_EVERYTHING, Permission
from qc_service.domain.records import Enclosure, File, New


class AlreadyAttached(Conflict):
    """Your organisation has put this very file on record before."""


@dataclass(frozen=True, kw_only=True)
class AttachFile:
    """A file that later records are to name: a certificate's scan, a calibration report."""

    upload: Enclosure
    description: Text | None = None


def attach_file(view: View, occasion: Occasion, intent: AttachFile) -> tuple[New, ...]:
    """Keep a file's bytes and record its digest for the actor's organisation; raises ``AlreadyAttached``."""
    actor = occasion.actor
    actor.must(Permission.ATTACH_FILE)
    upload = intent.upload
    if not upload.content:
        raise Malformed("the file is empty", field="file")
    if _attached(view, actor, upload.file.sha256) is not None:
        raise AlreadyAttached(f"The file {upload.file.sha256} is on record already: name it by this digest.")
    body = FileAttached(
        file=upload.file,
        media_type=upload.media_type,
        size=len(upload.content),
        description=intent.description,
    )
    return (New(name=actor.organisation, body=body, enclosed=(upload,)),)


def read_attachment(view: View, actor: Actor, sha256: str, lot: str | None = None) -> Enclosure:
    """A file that the reader's organisation attached, or that a record of its own ``lot`` came with.

    So a second person has the raw file beside the result (21 CFR 211.194(a)(8)). Auditors and administrators
    read every file. Raises ``NotFound`` in the same words whether or not another organisation has it.
    """
    actor.must(Permission.READ_RECORDS)
    kept = view.file(sha256)
    if kept is not None and (
        actor.roles & SEE_EVERYTHING
        or _attached(view, actor, sha256) is not None
        or (lot is not None and _came_with(view, readable(view, actor, LOT, lot), sha256))
    ):
        return kept
    raise NotFound(f"No file {sha256} of yours is on record.")


def document(view: View, actor: Actor, sha256: Sha256 | None) -> tuple[File, ...]:
    """The attached file that a statement names as its ``document``; none where it names none.

    Raises ``Malformed`` where the actor's organisation has attached no such file.
    """
    if sha256 is None:
        return ()
    attached = _attached(view, actor, sha256)
    if attached is None:
        raise Malformed("no file of yours has this digest: attach it first", field="document")
    return (attached.file,)


def documents(view: View, actor: Actor, digests: Iterable[Sha256]) -> tuple[File, ...]:
    """The attached files that a statement names as its ``documents``. Raises ``Malformed`` at the one that is not
    on record."""
    found: list[File] = []
    for place, sha256 in enumerate(digests):
        try:
            found += document(view, actor, sha256)
        except Malformed as error:
            raise Malformed(error.detail, field=f"documents/{place}") from error
    return tuple(found)


def _came_with(view: View, lot: Lot, sha256: str) -> bool:
    history = view.history(f"{LOT.room}/{lot.number}")
    return any(file.sha256 == sha256 for recorded in history for file in recorded.files)


def _attached(view: View, actor: Actor, sha256: str) -> FileAttached | None:
    for recorded in view.history(f"{ORGANISATION.room}/{actor.organisation}"):
        if isinstance(recorded.body, FileAttached) and recorded.body.file.sha256 == sha256:
            return recorded.body
    return None
