"""Whether a certificate still says what is on record: it is current, records changed after it, or another took its
place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from qc_service.domain.certificates import Certificate, CertificateIssued, Certificates
from qc_service.domain.errors import NotFound
from qc_service.domain.filling import LabelsReconciled
from qc_service.domain.label_prints import LabelsPrinted
from qc_service.domain.lots import LotMaterialConsumed
from qc_service.domain.records import Recorded
from qc_service.domain.storage import StorageTemperatureRecorded


class Currency(StrEnum):
    """Whether a certificate is the one that holds."""

    CURRENT = "current"
    OUTDATED = "outdated"
    SUPERSEDED = "superseded"


UNSHOWN = (
    CertificateIssued,
    LabelsPrinted,
    LabelsReconciled,
    LotMaterialConsumed,
    StorageTemperatureRecorded,
)
"""What may follow on the lot's stream without changing anything that a certificate says; whatever else does."""


@dataclass(frozen=True, kw_only=True)
class CertificateStanding:
    """How one certificate stands: since when it is not current, and which took its place."""

    certificate: Certificate
    currency: Currency
    since: datetime | None = None
    superseded_by: int | None = None

    @property
    def in_words(self) -> str:
        """For whoever has it in hand."""
        number = self.certificate.number
        if self.superseded_by is not None:
            return f"Certificate {number} was superseded by certificate {self.superseded_by} on {_day(self.since)}."
        if self.currency is Currency.OUTDATED:
            return (
                f"Records of this lot changed after certificate {number} was issued, on {_day(self.since)}."
            )
        return f"Certificate {number} is the current one: no record that it reports has changed since."


def _day(at: datetime | None) -> str:
    return "" if at is None else at.date().isoformat()


def standing_of(certificates: Certificates, number: int, history: Iterable[Recorded]) -> CertificateStanding:
    """How the lot's certificate of this number stands by the lot's whole history. Raises ``NotFound``."""
    if not 1 <= number <= len(certificates):
        raise NotFound(f"this lot has no certificate {number}")
    certificate = certificates[number - 1]
    if number < len(certificates):
        following = certificates[number]
        return CertificateStanding(
            certificate=certificate, currency=Currency.SUPERSEDED, since=following.at,
            superseded_by=following.number,
        )  # fmt: skip
    changed = (one for one in history if one.seq > certificate.seq and not isinstance(one.body, UNSHOWN))
    first = next(changed, None)
    if first is None:
        return CertificateStanding(certificate=certificate, currency=Currency.CURRENT)
    return CertificateStanding(certificate=certificate, currency=Currency.OUTDATED, since=first.recorded_at)
