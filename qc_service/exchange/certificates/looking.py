"""Looking at a sealed file: whether it is whole, unchanged and by whom it was sealed, without opening a connection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from qc_service.exchange.certificates.attached import Attached

LARGEST = 24 * 1024 * 1024
"""Bytes of a file that is looked at."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What is seen of a file. ``faults`` says all that is wrong with it; ``certificate`` is the seal's own, in DER.

    ``trusted`` says whether that leads to one of the authorities that were named; ``stamped_at`` is the moment of a
    time stamp, whose authority is somebody else's to trust.
    """

    faults: tuple[str, ...]
    certificate: bytes | None = None
    sealed_by: str = ""
    claimed_at: datetime | None = None
    stamped_at: datetime | None = None
    trusted: bool = False
    attached: tuple[Attached, ...] = ()


def looked_at(pdf: bytes, authorities: bytes = b"", at: datetime | None = None) -> Seen:
    """Look at a file; ``authorities`` are the certificates in PEM that a seal may lead to, at this moment."""
    try:
        reader = PdfFileReader(BytesIO(pdf))
        found = list(reader.embedded_signatures)
        if len(found) != 1:
            return Seen(faults=(f"The file has {len(found)} signatures, and a certificate one seal.",))
        known = (
            list(load_certs_from_pemder_data(authorities)) if authorities else found[0].other_embedded_certs
        )
        context = ValidationContext(trust_roots=known, allow_fetching=False, moment=at)
        status = validate_pdf_signature(found[0], context)
        attached = tuple(_attached(reader))
    except Exception as error:  # whatever a reader of others' files trips over, it is one that cannot be read
        return Seen(faults=(f"This is not a sealed PDF that can be read: {error}",))
    faults = []
    if not status.intact or not status.valid:
        faults.append("The file is not as it was sealed: it was altered.")
    if status.coverage is not SignatureCoverageLevel.ENTIRE_FILE or status.modification_level not in (
        None, ModificationLevel.NONE,
    ):  # fmt: skip
        faults.append("Something was added to the file after it was sealed.")
    stamp = status.timestamp_validity
    return Seen(
        faults=tuple(faults), certificate=status.signing_cert.dump(),
        sealed_by=str(status.signing_cert.subject.human_friendly), claimed_at=status.signer_reported_dt,
        stamped_at=stamp.timestamp if stamp is not None and stamp.intact and stamp.valid else None,
        trusted=bool(authorities) and bool(status.trusted), attached=attached,
    )  # fmt: skip


def _attached(reader: PdfFileReader) -> list[Attached]:
    """The files inside, as the document's own table of names lists them."""
    names = reader.root.get("/Names", {}).get("/EmbeddedFiles", {}).get("/Names", ())
    found = []
    for place in range(1, len(names), 2):
        described = names[place].get_object() if hasattr(names[place], "get_object") else names[place]
        stream = described["/EF"]["/F"]
        found.append(
            Attached(name=str(described["/F"]), media_type="", description="", content=bytes(stream.data))
        )
    return found
