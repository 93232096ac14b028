"""Certificates of analysis: which were issued for a lot, what each stands on, and whether it still says what is on
record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from qc_service.domain.errors import Malformed, Reason, Refused
from qc_service.domain.identifiers import Line, Sha256, Text
from qc_service.domain.quality import Quality
from qc_service.domain.records import Body, Fold, Recorded, Signer, record


@record("lot")
@dataclass(frozen=True, kw_only=True)
class CertificateIssued(Body):
    """Quality issued a certificate: ``document`` is the sealed file, ``contents`` everything that it says.

    ``number`` counts the lot's certificates from 1; each takes the place of the one before, and the record's reason
    says why. ``assessment`` and ``release`` are the records that it stands on, ``seal`` the key that sealed the file.
    """

    number: int
    document: Sha256
    contents: Sha256
    seal: Line
    assessment: Sha256
    release: Sha256 | None

    def __post_init__(self) -> None:
        """Refuse a number below one."""
        if self.number < 1:
            raise Malformed("certificates are numbered from 1", field="number")

    def cites(self) -> tuple[str, ...]:
        """The key that sealed it: what becomes of that is a question to this lot's certificates."""
        return (f"key/{self.seal}",)


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """One certificate as it was issued; ``seq`` is its record's place in the lot's stream."""

    issued: CertificateIssued
    seq: int
    at: datetime
    signer: Signer
    reason: Text | None

    @property
    def number(self) -> int:
        """Its number within the lot."""
        return self.issued.number

    @property
    def code(self) -> str:
        """What stands on paper and in its symbol, to be held against the record: the beginning of ``contents``."""
        return self.issued.contents[:CODE_LENGTH]


CODE_LENGTH = 16
Certificates = tuple[Certificate, ...]
CERTIFICATES: Fold[Certificates] = Fold("lot")


@CERTIFICATES.on(CertificateIssued)
def _issued(state: Certificates, recorded: Recorded, body: CertificateIssued) -> Certificates:
    certificate = Certificate(
        issued=body, seq=recorded.seq, at=recorded.recorded_at, signer=recorded.signer, reason=recorded.reason
    )
    return (*state, certificate)


class CertificateRefused(Refused):
    """A certificate states the results of a lot that quality has assessed as they stand (rule Q2)."""


class ReissueNeedsReason(Refused):
    """The lot has a certificate: another takes its place for a reason, which is on record."""


def must_be_certifiable(quality: Quality) -> None:
    """Refuse a lot that is not assessed, or whose results changed since. Raises ``CertificateRefused``."""
    assessment = quality.assessment
    if assessment is not None and not assessment.outdated:
        return
    code, detail = "assessment_outdated", "Results changed after the assessment; assess the lot again."
    if assessment is None:
        code, detail = "not_assessed", "The lot is not assessed against its specification; assess it first."
    raise CertificateRefused(
        "No certificate can be issued yet.", (Reason(code=code, detail=detail, source="Q2"),)
    )


def must_have_reason(certificates: Certificates, reason: Text | None) -> None:
    """Refuse to supersede a certificate for no stated reason. Raises ``ReissueNeedsReason``."""
    if certificates and reason is None:
        detail = f"Certificate {len(certificates)} is on record; say why another takes its place."
        raise ReissueNeedsReason(
            detail, (Reason(code="reason_missing", detail=detail, source="21 CFR 11.10(e)"),)
        )
