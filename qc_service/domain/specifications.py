"""Versioned specifications: which assays a product must pass, from which day on.

Specification, result and instrument mean the same by an assay's name. ``ASSAYS`` has those that products
share: particle concentration and size by NTA, identity and purity markers, composition, potency, sterility
(USP <71>), endotoxin (USP <85>), mycoplasma (USP <63>), and the checks of filter, container and appearance.
A product may have assays of its own; a marker judged by itself has its own name, such as ``marker_cd9``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from qc_service.domain.criteria import Criterion, CriterionKind, Judgement
from qc_service.domain.identifiers import Slug, Text

__all__ = ["ASSAYS", "Criterion", "CriterionKind", "Judgement", "Specification", "specification_on"]

ASSAYS: Mapping[Slug, CriterionKind] = {
    Slug("particle_concentration"): CriterionKind.NUMERIC,
    Slug("particle_concentration_cv"): CriterionKind.NUMERIC,
    Slug("size_mode"): CriterionKind.NUMERIC,
    Slug("size_mean"): CriterionKind.NUMERIC,
    Slug("size_d10"): CriterionKind.NUMERIC,
    Slug("size_d50"): CriterionKind.NUMERIC,
    Slug("size_d90"): CriterionKind.NUMERIC,
    Slug("size_within_50_400"): CriterionKind.NUMERIC,
    Slug("identity_transmembrane"): CriterionKind.PRESENCE,
    Slug("identity_cytosolic"): CriterionKind.PRESENCE,
    Slug("purity_albumin"): CriterionKind.NUMERIC,
    Slug("purity_apolipoproteins"): CriterionKind.NUMERIC,
    Slug("purity_calnexin"): CriterionKind.PRESENCE,
    Slug("purity_gm130"): CriterionKind.PRESENCE,
    Slug("particles_per_protein"): CriterionKind.NUMERIC,
    Slug("zeta_potential"): CriterionKind.NUMERIC,
    Slug("ph"): CriterionKind.NUMERIC,
    Slug("osmolality"): CriterionKind.NUMERIC,
    Slug("residual_moisture"): CriterionKind.NUMERIC,
    Slug("residual_dna"): CriterionKind.NUMERIC,
    Slug("residual_antibiotic"): CriterionKind.NUMERIC,
    Slug("potency"): CriterionKind.NUMERIC,
    Slug("sterility"): CriterionKind.GROWTH,
    Slug("endotoxin"): CriterionKind.NUMERIC,
    Slug("mycoplasma"): CriterionKind.PRESENCE,
    Slug("filter_integrity"): CriterionKind.QUALITATIVE,
    Slug("visual_inspection"): CriterionKind.QUALITATIVE,
    Slug("container_closure"): CriterionKind.QUALITATIVE,
    Slug("fill_volume"): CriterionKind.NUMERIC,
    Slug("appearance"): CriterionKind.QUALITATIVE,
}
"""The assays that products share, and the kind of criterion each is judged by."""


@dataclass(frozen=True, kw_only=True)
class Specification:
    """One version of what a product must meet; its limits are frozen into a lot's records at assessment.

    ``change`` is the reason for the change against the version before.
    """

    version: int
    effective_from: date
    criteria: tuple[Criterion, ...]
    change: Text | None = None

    def criterion(self, assay: str) -> Criterion | None:
        """The criterion for an assay, if this version has one."""
        return next((criterion for criterion in self.criteria if criterion.assay == assay), None)


def specification_on(specifications: tuple[Specification, ...], day: date) -> Specification | None:
    """The version in effect that day: the latest of those whose day has come."""
    effective = [one for one in specifications if one.effective_from <= day]
    return max(effective, key=lambda one: one.version, default=None)
