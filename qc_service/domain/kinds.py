"""Every record kind there is: importing this enters them all, so that any stored record can be read."""

from __future__ import annotations

from qc_service.domain import (
    assessment,
    capa_acts,
    certificates,
    certifications,
    code_checks,
    collection,
    consent,
    disposition,
    drafting,
    eligibility,
    facilities,
    filling,
    investigations,
    keys,
    label_prints,
    lookback,
    lots,
    parties,
    phases,
    policies,
    processing,
    products,
    reactions,
    recalls,
    registers,
    results,
    screening,
    shipments,
    stability,
    storage,
    suspicions,
    tasks,
    unknown_vials,
    vial_acts,
    vial_clocks,
)
from qc_service.domain.records import KINDS

ROOMS_OF_RECORDS = (
    assessment, capa_acts, certificates, certifications, code_checks, collection, consent, disposition,
    drafting, eligibility, facilities, filling, investigations, keys, label_prints, lookback, lots, parties,
    phases, policies, processing, products, reactions, recalls, registers, results, screening, shipments,
    stability, storage, suspicions, tasks, unknown_vials, vial_acts, vial_clocks,
)  # fmt: skip
"""The modules that state record kinds; a new one is named here."""

__all__ = ["KINDS", "ROOMS_OF_RECORDS"]
