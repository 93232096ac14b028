"""The vocabularies of the wire that several nouns share."""

from __future__ import annotations

TISSUES = ("placenta", "amniotic_membrane", "umbilical_cord", "whartons_jelly", "cord_blood")
STEP_KINDS = (
    "receipt", "tissue_digestion", "cell_isolation", "expansion", "banking", "thaw", "conditioning", "harvest",
    "clarification", "concentration", "ultracentrifugation", "chromatography", "sterile_filtration", "formulation",
    "fill", "inspection", "lyophilisation", "labelling", "storage",
)  # fmt: skip
ROUTES = ("injection", "topical", "none")
RECALL_KINDS = ("recall", "withdrawal")
PURPOSES = ("further_processing", "clinical")
