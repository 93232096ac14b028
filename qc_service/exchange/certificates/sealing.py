"""Sealing a PDF so that any stock checker of signatures can tell that it is whole (PAdES B-B, ETSI EN 319 142-1).

The seal certifies the whole file and permits no change (ISO 32000-2, 12.8.2.2): what is added later, even properly,
makes a checker object. Nothing here opens a connection: with a ``stamp``, which asks a time-stamp authority, the seal
also proves when it was made (B-T).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto import tsp
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers, timestamps
from pyhanko_certvalidator.registry import SimpleCertificateStore

from qc_service.ledger.seal import Seal

FIELD = "Seal"
DIGEST = "sha256"
Stamp = Callable[[bytes], bytes]
"""Takes a time-stamp request (RFC 3161) and brings the authority's response, both in DER."""


def sealed(pdf: bytes, seal: Seal, *, at: datetime, by: str, why: str, stamp: Stamp | None = None) -> bytes:
    """The file with its seal, said to be made at ``at`` in the name of ``by``, for the reason ``why``."""
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm=DIGEST, name=by, reason=why, certify=True,
        subfilter=fields.SigSeedSubFilter.PADES, docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )  # fmt: skip
    stamper = None if stamp is None else _Stamper(stamp)
    sealing = _At(at, metadata, signer=_Sealer(seal), timestamper=stamper)
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    made = sealing.sign_pdf(writer, bytes_reserved=_room(seal, stamped=stamp is not None))
    return bytes(made.getbuffer())


def _room(seal: Seal, *, stamped: bool) -> int:
    """Hexadecimal digits for the signature: its certificates, and 2 kB beside them, a time stamp 12 kB more."""
    return 2 * (sum(map(len, seal.chain)) + 2048 + (12_288 if stamped else 0))


class _At(signers.PdfSigner):
    """Signs as of a moment of ours, which a demonstration scripts, and not of the machine's clock."""

    def __init__(self, at: datetime, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._at = at

    def init_signing_session(self, *given: Any, **named: Any) -> Any:
        session = super().init_signing_session(*given, **named)
        session.system_time = self._at
        return session


class _Sealer(signers.Signer):
    """The seal's key, which stays with its signer, as the library wants to be served: ECDSA with SHA-256."""

    def __init__(self, seal: Seal) -> None:
        first, *above = (next(iter(load_certs_from_pemder_data(one))) for one in seal.chain)
        known = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        known.register_multiple(above)
        super().__init__(signing_cert=first, cert_registry=known)
        self._seal = seal

    async def async_sign_raw(self, octets: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if digest_algorithm != DIGEST:
            raise ValueError(f"a seal is made over {DIGEST}")
        if dry_run:
            return bytes(72)  # what the longest signature in DER takes
        pair = self._seal.signer.sign(octets)
        return encode_dss_signature(int.from_bytes(pair[:32]), int.from_bytes(pair[32:]))


class _Stamper(timestamps.TimeStamper):
    """A time-stamp authority that somebody else speaks with."""

    def __init__(self, stamp: Stamp) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._stamp = stamp

    async def async_request_tsa_response(self, req: Any) -> Any:
        return tsp.TimeStampResp.load(self._stamp(req.dump()))
