"""The dated panel: which donor tests a tissue, a place and a season require, and what an adverse one does.

A panel is configuration with a date: a donation is judged by the panel in force on the day of its recovery,
for ever. What is taken from a clause known but not re-read is paraphrased here, never quoted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qc_service.domain.identifiers import CountryCode, Line, Slug
from qc_service.domain.vocabulary import Tissue


class Effect(StrEnum):
    """What an adverse result of a required test does (21 CFR 1271.80(d)(1); domain rule D3)."""

    INELIGIBLE = "ineligible"
    BY_SOP = "by_sop"
    CONFIRMATORY = "confirmatory"


EVERY_TISSUE = frozenset(Tissue)
LEUKOCYTE_RICH = frozenset({Tissue.CORD_BLOOD})
EVERY_MONTH = frozenset(range(1, 13))
WEST_NILE_SEASON = frozenset(range(6, 11))
"""June to October, when donations recovered in the United States are tested for West Nile virus."""


@dataclass(frozen=True, kw_only=True)
class RequiredAssay:
    """One test of a panel: for which tissues, in which months at home (elsewhere all year), and its effect.

    ``settled_by`` names the assay whose negative result settles an adverse one (``confirmatory`` only), and
    which may stand in for it.
    """

    assay: Slug
    name: Line
    source: Line
    effect: Effect = Effect.INELIGIBLE
    settled_by: Slug | None = None
    tissues: frozenset[Tissue] = EVERY_TISSUE
    months_in_us: frozenset[int] = EVERY_MONTH

    def applies(self, tissue: Tissue, country: CountryCode, recovered: date) -> bool:
        """Whether a donation of this tissue, recovered there and then, needs the test."""
        in_season = country != "US" or recovered.month in self.months_in_us
        return tissue in self.tissues and in_season


@dataclass(frozen=True, kw_only=True)
class Panel:
    """The required tests from a day on, until the next panel begins."""

    since: date
    reference: Line
    assays: tuple[RequiredAssay, ...]

    def required(self, tissue: Tissue, country: CountryCode, recovered: date) -> tuple[RequiredAssay, ...]:
        """The tests that a donation of this tissue, recovered there and then, needs (domain rules D2, D3)."""
        return tuple(assay for assay in self.assays if assay.applies(tissue, country, recovered))

    def entry(self, assay: Slug) -> RequiredAssay:
        """The panel's entry of that name; a test that it does not list makes the donor ineligible."""
        unlisted = RequiredAssay(assay=assay, name=Line(assay), source=Line("domain rule D3"))
        return next((entry for entry in self.assays if entry.assay == assay), unlisted)


def _assay(
    assay: str,
    name: str,
    source: str,
    *,
    effect: Effect = Effect.INELIGIBLE,
    settled_by: Slug | None = None,
    tissues: frozenset[Tissue] = EVERY_TISSUE,
    months_in_us: frozenset[int] = EVERY_MONTH,
) -> RequiredAssay:
    return RequiredAssay(
        assay=Slug(assay), name=Line(name), source=Line(source), effect=effect,
        settled_by=settled_by, tissues=tissues, months_in_us=months_in_us,
    )  # fmt: skip


TREPONEMAL = Slug("syphilis_treponemal")

_RULE = (
    _assay("hiv_1_antibody", "HIV-1 antibody", "21 CFR 1271.85(a)(1)"),
    _assay("hiv_1_nat", "HIV-1 NAT", "21 CFR 1271.85(a)(1)"),
    _assay("hiv_2_antibody", "HIV-2 antibody", "21 CFR 1271.85(a)(2)"),
    _assay("hbv_surface_antigen", "hepatitis B surface antigen", "21 CFR 1271.85(a)(3)"),
    _assay("hbv_core_antibody", "hepatitis B core antibody", "21 CFR 1271.85(a)(3)"),
    _assay("hcv_antibody", "hepatitis C antibody", "21 CFR 1271.85(a)(4)"),
    _assay("hcv_nat", "hepatitis C NAT", "21 CFR 1271.85(a)(4)"),
    _assay(
        "syphilis_non_treponemal", "Treponema pallidum, non-treponemal", "21 CFR 1271.85(a)(5), .80(d)(1)",
        effect=Effect.CONFIRMATORY, settled_by=TREPONEMAL,
    ),
    _assay("htlv_antibody", "HTLV-I/II antibody", "21 CFR 1271.85(b)(1)", tissues=LEUKOCYTE_RICH),
    _assay(
        "cmv_antibody", "cytomegalovirus antibody", "21 CFR 1271.85(b)(2)",
        effect=Effect.BY_SOP, tissues=LEUKOCYTE_RICH,
    ),
)  # fmt: skip

_SINCE_NAT_GUIDANCE = (
    _assay("hbv_nat", "hepatitis B NAT", "FDA guidance on hepatitis B NAT for HCT/P donors, 2016"),
    _assay(
        "wnv_nat", "West Nile virus NAT", "FDA guidance on West Nile virus NAT for living HCT/P donors, 2016",
        months_in_us=WEST_NILE_SEASON,
    ),
)  # fmt: skip

PANELS: tuple[Panel, ...] = (
    Panel(since=date(2005, 5, 25), reference=Line("21 CFR 1271.85"), assays=_RULE),
    Panel(
        since=date(2017, 3, 12),
        reference=Line("21 CFR 1271.85 with FDA's NAT guidances of 2016, implemented within six months"),
        assays=_RULE + _SINCE_NAT_GUIDANCE,
    ),
)
"""Every panel, oldest first; a new guidance is a new panel with its date, never an edit of an old one."""


def panel_on(day: date) -> Panel:
    """The panel in force on a day; a donation older than all of them is judged by the first."""
    return next((panel for panel in reversed(PANELS) if panel.since <= day), PANELS[0])
