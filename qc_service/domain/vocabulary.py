"""The field's standard terms, each list in one place; a new term is one line here."""

from __future__ import annotations

from enum import StrEnum


class Tissue(StrEnum):
    """What was donated."""

    PLACENTA = "placenta"
    AMNIOTIC_MEMBRANE = "amniotic_membrane"
    UMBILICAL_CORD = "umbilical_cord"
    WHARTONS_JELLY = "whartons_jelly"
    CORD_BLOOD = "cord_blood"


class LotKind(StrEnum):
    """What a lot is of: donation → cell bank → intermediate → bulk → finished."""

    CELL_BANK = "cell_bank"
    INTERMEDIATE = "intermediate"
    BULK = "bulk"
    FINISHED = "finished"


class Purpose(StrEnum):
    """What a lot is released for: to be made into something else, or to be used on a patient."""

    FURTHER_PROCESSING = "further_processing"
    CLINICAL = "clinical"

    @property
    def spoken(self) -> str:
        """The purpose as a sentence has it."""
        return "clinical use" if self is Purpose.CLINICAL else "further processing"


class StepKind(StrEnum):
    """A processing step (MISEV2023; domain rule P3)."""

    RECEIPT = "receipt"
    TISSUE_DIGESTION = "tissue_digestion"
    CELL_ISOLATION = "cell_isolation"
    EXPANSION = "expansion"
    BANKING = "banking"
    THAW = "thaw"
    CONDITIONING = "conditioning"
    HARVEST = "harvest"
    CLARIFICATION = "clarification"
    CONCENTRATION = "concentration"
    ULTRACENTRIFUGATION = "ultracentrifugation"
    CHROMATOGRAPHY = "chromatography"
    STERILE_FILTRATION = "sterile_filtration"
    FORMULATION = "formulation"
    FILL = "fill"
    INSPECTION = "inspection"
    LYOPHILISATION = "lyophilisation"
    LABELLING = "labelling"
    STORAGE = "storage"


class Operation(StrEnum):
    """What a facility certification may cover."""

    DONOR_RECOVERY = "donor_recovery"
    DONOR_TESTING = "donor_testing"
    TISSUE_PROCESSING = "tissue_processing"
    CELL_PROCESSING = "cell_processing"
    EV_PROCESSING = "ev_processing"
    FILL = "fill"
    STORAGE = "storage"
    QC_ASSAY = "qc_assay"
    STERILITY_TESTING = "sterility_testing"


class AdministrationRoute(StrEnum):
    """How a product may reach a patient; ``none`` is for material that must not."""

    INJECTION = "injection"
    TOPICAL = "topical"
    NONE = "none"


class BasisKind(StrEnum):
    """On what footing a product is offered in a country; none of them is an approval by itself."""

    IND = "ind"
    CLINICAL_TRIAL = "clinical_trial"
    LICENCE = "licence"
    COSMETIC = "cosmetic"
    NONE = "none"


STEP_OPERATION: dict[StepKind, Operation] = {
    StepKind.RECEIPT: Operation.STORAGE,
    StepKind.TISSUE_DIGESTION: Operation.TISSUE_PROCESSING,
    StepKind.CELL_ISOLATION: Operation.CELL_PROCESSING,
    StepKind.EXPANSION: Operation.CELL_PROCESSING,
    StepKind.BANKING: Operation.CELL_PROCESSING,
    StepKind.THAW: Operation.CELL_PROCESSING,
    StepKind.CONDITIONING: Operation.EV_PROCESSING,
    StepKind.HARVEST: Operation.EV_PROCESSING,
    StepKind.CLARIFICATION: Operation.EV_PROCESSING,
    StepKind.CONCENTRATION: Operation.EV_PROCESSING,
    StepKind.ULTRACENTRIFUGATION: Operation.EV_PROCESSING,
    StepKind.CHROMATOGRAPHY: Operation.EV_PROCESSING,
    StepKind.STERILE_FILTRATION: Operation.EV_PROCESSING,
    StepKind.FORMULATION: Operation.EV_PROCESSING,
    StepKind.FILL: Operation.FILL,
    StepKind.INSPECTION: Operation.EV_PROCESSING,
    StepKind.LYOPHILISATION: Operation.EV_PROCESSING,
    StepKind.LABELLING: Operation.EV_PROCESSING,
    StepKind.STORAGE: Operation.STORAGE,
}
"""The operation that a facility's certification must cover for each step (domain rule P7)."""
