"""Which certification scheme shows what: dated tables from a scheme to the operations that it can cover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qc_service.domain.vocabulary import Operation


class CertificationType(StrEnum):
    """What kind of statement a facility certification is."""

    REGISTRATION = "registration"
    ACCREDITATION = "accreditation"
    CERTIFICATE = "certificate"
    INSPECTION_OUTCOME = "inspection_outcome"
    LICENCE = "licence"


class Scheme(StrEnum):
    """Under which scheme a facility certification was given (domain rule P6)."""

    FDA_HCTP_REGISTRATION = "fda_hctp_registration"
    DRUG_ESTABLISHMENT_REGISTRATION = "drug_establishment_registration"
    CGMP_INSPECTION = "cgmp_inspection"
    ISO_13485 = "iso_13485"
    ISO_IEC_17025 = "iso_iec_17025"
    ISO_15189 = "iso_15189"
    ISO_20387 = "iso_20387"
    AABB = "aabb"
    AATB = "aatb"
    FACT = "fact"
    CLIA = "clia"
    STATE_LICENCE = "state_licence"
    FOREIGN_GMP = "foreign_gmp"


TYPES: Mapping[Scheme, frozenset[CertificationType]] = {
    Scheme.FDA_HCTP_REGISTRATION: frozenset({CertificationType.REGISTRATION}),
    Scheme.DRUG_ESTABLISHMENT_REGISTRATION: frozenset({CertificationType.REGISTRATION}),
    Scheme.CGMP_INSPECTION: frozenset({CertificationType.INSPECTION_OUTCOME}),
    Scheme.ISO_13485: frozenset({CertificationType.CERTIFICATE}),
    Scheme.ISO_IEC_17025: frozenset({CertificationType.ACCREDITATION}),
    Scheme.ISO_15189: frozenset({CertificationType.ACCREDITATION}),
    Scheme.ISO_20387: frozenset({CertificationType.ACCREDITATION}),
    Scheme.AABB: frozenset({CertificationType.ACCREDITATION}),
    Scheme.AATB: frozenset({CertificationType.ACCREDITATION}),
    Scheme.FACT: frozenset({CertificationType.ACCREDITATION}),
    Scheme.CLIA: frozenset({CertificationType.CERTIFICATE}),
    Scheme.STATE_LICENCE: frozenset({CertificationType.LICENCE}),
    Scheme.FOREIGN_GMP: frozenset({CertificationType.CERTIFICATE, CertificationType.LICENCE}),
}
"""What kind of statement each scheme gives; abroad, GMP is shown by a certificate or by a licence."""

IN_WORDS: Mapping[Scheme, str] = {
    Scheme.FDA_HCTP_REGISTRATION: "registered with FDA (not an approval)",
    Scheme.DRUG_ESTABLISHMENT_REGISTRATION: "registered with FDA as a drug establishment (not an approval)",
    Scheme.CGMP_INSPECTION: "inspected for current good manufacturing practice (not a product approval)",
    Scheme.ISO_13485: "certified to ISO 13485, a quality system for medical devices",
    Scheme.ISO_IEC_17025: "accredited to ISO/IEC 17025 as a testing laboratory",
    Scheme.ISO_15189: "accredited to ISO 15189 as a medical laboratory",
    Scheme.ISO_20387: "accredited to ISO 20387 as a biobank (not for therapeutic use)",
    Scheme.AABB: "accredited by AABB",
    Scheme.AATB: "accredited by AATB as a tissue bank",
    Scheme.FACT: "accredited by FACT",
    Scheme.CLIA: "certified under CLIA as a clinical laboratory",
    Scheme.STATE_LICENCE: "licensed by the state",
    Scheme.FOREIGN_GMP: "holds a GMP certificate from its own country's authority (not a product approval)",
}
"""Each scheme as a page says it; a registration is no approval (21 CFR 1271.27(b), 207.77)."""


@dataclass(frozen=True, kw_only=True)
class Satisfaction:
    """One dated table: from ``since`` on, which operations a certification under each scheme can cover."""

    since: date
    covers: Mapping[Scheme, frozenset[Operation]]


_DONATION = frozenset(
    {Operation.DONOR_RECOVERY, Operation.TISSUE_PROCESSING, Operation.DONOR_TESTING, Operation.STORAGE}
)
_MAKING = frozenset({Operation.CELL_PROCESSING, Operation.EV_PROCESSING, Operation.FILL, Operation.STORAGE})
_TESTING = frozenset({Operation.QC_ASSAY, Operation.STERILITY_TESTING})

SATISFACTIONS: tuple[Satisfaction, ...] = (
    Satisfaction(
        since=date(2025, 1, 1),
        covers={
            # Form FDA 3356: recover, process, test, store. What cells secrete is no HCT/P
            # (21 CFR 1271.3(d)(3)), so this registration says nothing of EV steps.
            Scheme.FDA_HCTP_REGISTRATION: _DONATION,
            # 21 CFR 207.17: whoever makes a drug registers; that says nothing of how a laboratory works.
            Scheme.DRUG_ESTABLISHMENT_REGISTRATION: _MAKING,
            # 21 CFR 210.1, 211.160: good manufacturing practice reaches from making to laboratory controls.
            Scheme.CGMP_INSPECTION: _MAKING | _TESTING,
            Scheme.FOREIGN_GMP: _MAKING | _TESTING,
            # A quality system for medical devices: nothing here is one.
            Scheme.ISO_13485: frozenset(),
            Scheme.ISO_IEC_17025: _TESTING,
            # Examination of human specimens, the equivalent of CLIA abroad; not the testing of products.
            Scheme.ISO_15189: frozenset({Operation.DONOR_TESTING}),
            # Its scope excludes material for therapeutic use.
            Scheme.ISO_20387: frozenset(),
            # Standards for cellular therapy (collection, processing, storage) and for donor testing.
            Scheme.AABB: _DONATION | {Operation.CELL_PROCESSING},
            # Standards for Tissue Banking: donors, tissue and its storage; testing is done under CLIA.
            Scheme.AATB: _DONATION - {Operation.DONOR_TESTING},
            # Collection, processing and banking of cells, cord blood included; nothing on what they secrete.
            Scheme.FACT: _DONATION - {Operation.DONOR_TESTING} | {Operation.CELL_PROCESSING},
            # 21 CFR 1271.80(c): donor tests are run by a laboratory certified under CLIA or its equivalent.
            Scheme.CLIA: frozenset({Operation.DONOR_TESTING}),
            # Tissue bank licences: recovery, processing, storage.
            Scheme.STATE_LICENCE: _DONATION - {Operation.DONOR_TESTING},
        },
    ),
)
"""The tables in order of their day; a new reading of a scheme is a new table, not a change of an old one."""


def satisfies(scheme: Scheme, operation: Operation, day: date) -> bool:
    """Whether a certification under the scheme can cover the operation, by the table of that day.

    What happened before the first table is judged by the first.
    """
    table = SATISFACTIONS[0]
    for later in SATISFACTIONS[1:]:
        if later.since <= day:
            table = later
    return operation in table.covers[scheme]
