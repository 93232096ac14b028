"""Collection: what was donated, when, where and under which consent, by a donor whom no record identifies."""

from __future__ import annotations

from dataclasses import dataclass

from qc_service.domain.consent import Consent
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import (
    CountryCode,
    DonorCode,
    FacilityId,
    Line,
    OrganisationId,
    PersonId,
    Sha256,
    VialSerial,
)
from qc_service.domain.moments import ZonedTime
from qc_service.domain.records import Body, record
from qc_service.domain.vocabulary import Tissue


def minted_donor_code(random: bytes) -> DonorCode:
    """Mint a pseudonym from 16 random bytes; it says nothing about the donor (domain rule D1)."""
    number = int.from_bytes(random, "big")
    characters = []
    for _ in range(12):
        number, place = divmod(number, len(VialSerial.ALPHABET))
        characters.append(VialSerial.ALPHABET[place])
    return DonorCode("DN-" + "".join(characters))


@record("donation")
@dataclass(frozen=True, kw_only=True)
class DonationCollected(Body):
    """What was given, when, where and under which consent; nothing in it identifies the donor (rule D1).

    ``infant_age_days`` is stated where the donor is an infant; ``country`` and ``zone`` are the facility's.
    """

    donor_code: DonorCode
    tissue: Tissue
    collected_at: ZonedTime
    zone: Line
    facility: FacilityId
    country: CountryCode
    organisation: OrganisationId
    collector: PersonId
    consent: Consent
    infant_age_days: int | None = None

    def __post_init__(self) -> None:
        """Raise ``Malformed`` where an age is negative."""
        if self.infant_age_days is not None and self.infant_age_days < 0:
            raise Malformed("an age is 0 days or more", field="infant_age_days")

    def cites(self) -> tuple[str, ...]:
        """A donation stands on the facility that recovered it."""
        return (f"facility/{self.facility}",)


@record("donation")
@dataclass(frozen=True, kw_only=True)
class DonationCorrected(Body):
    """A mistyped tissue, time or site put right; ``supersedes`` is the digest of the misstating record."""

    supersedes: Sha256
    tissue: Tissue
    collected_at: ZonedTime
    zone: Line
    facility: FacilityId
    country: CountryCode

    def cites(self) -> tuple[str, ...]:
        """A corrected donation stands on the facility that did recover it."""
        return (f"facility/{self.facility}",)
