"""Consent: what a donor agreed to, by the number of the signed form, and its withdrawal (rules D1, D9)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Code, Line
from qc_service.domain.records import Body, record
from qc_service.domain.vocabulary import Purpose


class ConsentReference(Code):
    """The number of a signed consent form; a social security number is refused (domain rule D1)."""

    GRAMMAR = re.compile(r"(?!\d{3}-\d{2}-\d{4}\Z)[A-Z0-9][A-Z0-9-]{1,28}[A-Z0-9]", re.ASCII)
    EXAMPLE = "CF-2611-004"


class ConsentUse(StrEnum):
    """What a donor may consent to."""

    MANUFACTURING = "manufacturing"
    CLINICAL_USE = "clinical_use"
    RESEARCH = "research"


NEEDED_USE: dict[Purpose, ConsentUse] = {
    Purpose.FURTHER_PROCESSING: ConsentUse.MANUFACTURING,
    Purpose.CLINICAL: ConsentUse.CLINICAL_USE,
}
"""The consented use that a release or a shipment for a purpose stands on (domain rule D9)."""


@dataclass(frozen=True, kw_only=True)
class Consent:
    """One consent: the form, its version, the day it was signed, the uses agreed to, each named once."""

    reference: ConsentReference
    version: Line
    given_on: date
    uses: tuple[ConsentUse, ...]

    def __post_init__(self) -> None:
        """Raise ``Malformed`` where no use is named, or one twice."""
        if not self.uses or len(set(self.uses)) < len(self.uses):
            raise Malformed("name each use that the donor agreed to, once", field="uses")

    def covers(self, purpose: Purpose) -> bool:
        """Whether the donor agreed to this purpose."""
        return NEEDED_USE[purpose] in self.uses


@record("donation")
@dataclass(frozen=True, kw_only=True)
class ConsentWithdrawn(Body):
    """A donor withdrew; what then happens to vials already out is decided under this version of the consent.

    The record is for the owner and auditors: no answer to a clinic or a patient says so (domain rule D9).
    """

    withdrawn_on: date
    reference: ConsentReference
    version: Line
