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
LABEL_SYMBOLS = ("gs1_data_matrix", "digital_link_qr", "isbt128_data_matrix", "offline_token_qr")
LABEL_FORMATS = ("pdf", "zpl_203", "zpl_300", "svg", "png")
