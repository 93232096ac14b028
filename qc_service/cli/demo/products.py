"""What the story's manufacturer makes: five materials, how each is made, and what each must meet."""

from __future__ import annotations

from dataclasses import dataclass

from qc_service.application.products import RegisterProduct, register_product
from qc_service.application.specifications import (
    ApproveSpecification,
    DraftSpecification,
    ReturnSpecification,
    ReviseSpecification,
    approve_specification,
    draft_specification,
    return_specification,
    revise_specification,
)
from qc_service.cli.demo.clock import ZONE
from qc_service.cli.demo.stage import Plain, Stage

FROZEN: Plain = {"min": "-90", "max": "-70", "unit": "Cel", "shelf_life_days": 365}
COLD: Plain = {"min": "-25", "max": "-15", "unit": "Cel", "shelf_life_days": 90}


@dataclass(frozen=True, kw_only=True)
class Assay:
    """One line of a specification, and the result that a good lot gives."""

    criterion: Plain
    result: Plain


def _number(
    assay: str, unit: str, typical: str, method: str, *, low: str | None = None, high: str | None = None,
    basis: str | None = None, instrument: str | None = None,
) -> Assay:  # fmt: skip
    criterion: Plain = {"assay": assay, "kind": "numeric", "unit": unit, "low": low, "high": high}
    return Assay(
        criterion={**criterion, "method": method, "basis": basis},
        result={"assay": assay, "value": typical, "unit": unit, "method": method, "instrument": instrument},
    )


def _finding(assay: str, expected: str, method: str, *, kind: str = "qualitative") -> Assay:
    return Assay(
        criterion={"assay": assay, "kind": kind, "expected": expected, "method": method},
        result={"assay": assay, "finding": expected, "method": method},
    )


CONCENTRATION = _number(
    "particle_concentration",
    "particles/mL",
    "1.02E+10",
    "NTA",
    low="8.0E+9",
    high="1.2E+10",
    instrument="NTA-01",
)
SIZE = _number("size_mode", "nm", "112.4", "NTA", low="80", high="150", instrument="NTA-01")
PH = _number("ph", "pH", "7.31", "USP <791>", low="7.0", high="7.6")
TRANSMEMBRANE = _finding(
    "identity_transmembrane", "positive", "Flow cytometry, CD63 and CD81", kind="presence"
)
CYTOSOLIC = _finding("identity_cytosolic", "positive", "Western blot, TSG101", kind="presence")
CALNEXIN = _finding("purity_calnexin", "not_detected", "Western blot, calnexin", kind="presence")
MYCOPLASMA = _finding("mycoplasma", "not_detected", "USP <63>", kind="presence")
STERILITY = _finding("sterility", "no_growth", "USP <71>, direct inoculation", kind="growth")
ENDOTOXIN = _number(
    "endotoxin", "EU/mL", "0.12", "USP <85>, kinetic chromogenic", high="5.0", instrument="READER-01",
    basis="K/M with K = 5 EU/kg/h and at most 1 mL/kg/h",
)  # fmt: skip
BIOBURDEN = _number("bioburden", "CFU/mL", "0", "USP <61>", high="10")
FILTER = _finding("filter_integrity", "pass", "Bubble point after use")
INSPECTION = _finding("visual_inspection", "pass", "100 % visual inspection, USP <790>")
VIABILITY = _number("cell_viability", "%", "94.1", "Dye exclusion", low="80.0")
PEPTIDE = _number("peptide_content", "µg/mL", "101.3", "HPLC", low="90.0", high="110.0")


@dataclass(frozen=True, kw_only=True)
class Made:
    """A product or in-house material with its specification, and the footing on which it is offered, if any."""

    code: str
    definition: Plain
    process: tuple[str, ...]
    assays: tuple[Assay, ...]
    basis: Plain | None = None

    @property
    def gtin(self) -> str:
        """Its GTIN, of the range kept for demonstrations; empty for what is never sold."""
        return str(self.definition.get("gtin", ""))


def _in_house(code: str, name: str, process: tuple[str, ...], *assays: Assay) -> Made:
    definition: Plain = {
        "name": name, "routes_allowed": ["none"], "storage": [FROZEN], "dose_form": "in_process_material",
        "source_tissues": ["umbilical_cord", "placenta", "amniotic_membrane"],
    }  # fmt: skip
    return Made(code=code, definition=definition, process=process, assays=assays)


def _topical(code: str, name: str, gtin: str, *assays: Assay) -> Made:
    definition: Plain = {
        "name": name, "gtin": gtin, "routes_allowed": ["topical"], "storage": [FROZEN, COLD],
        "source_tissues": ["placenta"], "dose_form": "solution", "hours_after_thaw": 24,
    }  # fmt: skip
    basis: Plain = {"country": "US", "route": "topical", "kind": "cosmetic"}
    return Made(code=code, definition=definition, process=FINISHING, assays=assays, basis=basis)


FINISHING = ("formulation", "sterile_filtration", "fill", "inspection", "labelling", "storage")

BANK = _in_house(
    "CELL-BANK", "Perinatal stromal cell bank",
    ("receipt", "tissue_digestion", "cell_isolation", "expansion", "banking"),
    VIABILITY, STERILITY, MYCOPLASMA,
)  # fmt: skip
BULK = _in_house(
    "EV-BULK", "Purified vesicle bulk",
    ("thaw", "expansion", "conditioning", "harvest", "clarification", "concentration", "chromatography"),
    CONCENTRATION, SIZE, TRANSMEMBRANE, CALNEXIN,
)  # fmt: skip
INJECTABLE = Made(
    code="EXO-INJ-1",
    definition={
        "name": "Demonstration cord exosomes for injection", "gtin": "09506000134352",
        "source_tissues": ["umbilical_cord"], "routes_allowed": ["injection"], "storage": [FROZEN, COLD],
        "dose_form": "suspension", "hours_after_thaw": 6, "hours_after_puncture": 1,
        "label_claims": [{"what": "fill_volume", "value": "1.0", "unit": "mL"}],
    },
    basis={"country": "US", "route": "injection", "kind": "ind", "reference": "IND 999999 (made up)"},
    process=FINISHING,
    assays=(CONCENTRATION, SIZE, PH, TRANSMEMBRANE, CYTOSOLIC, CALNEXIN, ENDOTOXIN, MYCOPLASMA, FILTER,
            INSPECTION, STERILITY),
)  # fmt: skip
TOPICAL = _topical(
    "EXO-TOP-1", "Demonstration placental serum", "09506000134369", CONCENTRATION, SIZE, PH, BIOBURDEN
)
FORMULATED = _topical(
    "EXO-PEP-1", "Demonstration placental serum with peptide", "09506000134376",
    CONCENTRATION, SIZE, PH, PEPTIDE, BIOBURDEN,
)  # fmt: skip
EVERYTHING = (BANK, BULK, INJECTABLE, TOPICAL, FORMULATED)


def products(stage: Stage) -> None:
    """Register the products with their footing, and bring a specification into force for each."""
    stage.narrator.chapter("What is made, and what it must meet")
    stage.clock.on(199)
    with stage.telling(
        "Five materials: an injectable under a made-up IND, a topical, the topical with a peptide as a product of "
        "its own, and what they come from: a cell bank and a bulk that no patient ever gets."
    ):
        since = stage.clock.day(300).isoformat()
        for made in EVERYTHING:
            stage.act(
                "quality", register_product, RegisterProduct,
                code=made.code, process=list(made.process), country="US", zone=ZONE,
                bases=[{**made.basis, "since": since}] if made.basis else [], **made.definition,
            )  # fmt: skip
    with stage.telling(
        "Paula Sample of quality drafts what each must meet; the injectable's draft lacks sterility."
    ):
        for made in EVERYTHING:
            _draft(stage, made, leaving_out="sterility" if made is INJECTABLE else "")
    stage.refuse(
        "Paula Sample would approve her own draft. Both reasons at once:",
        "second quality", approve_specification, ApproveSpecification, product=INJECTABLE.code, version=1,
    )  # fmt: skip
    with stage.telling("Quinn Sample gives the draft back, and Anton Sample of the laboratory revises it."):
        stage.act(
            "quality", return_specification, ReturnSpecification,
            product=INJECTABLE.code, version=1, remark="An injectable must pass the test for sterility.",
        )  # fmt: skip
        stage.act(
            "analyst", revise_specification, ReviseSpecification, version=1, **_stated(stage, INJECTABLE)
        )
    with stage.telling("As the second person, Quinn Sample approves all five; they are in force from today."):
        for made in EVERYTHING:
            stage.act("quality", approve_specification, ApproveSpecification, product=made.code, version=1)


def _draft(stage: Stage, made: Made, *, leaving_out: str) -> None:
    stated = _stated(stage, made, leaving_out)
    stage.act("second quality", draft_specification, DraftSpecification, **stated)


def _stated(stage: Stage, made: Made, leaving_out: str = "") -> Plain:
    criteria = [one.criterion for one in made.assays if one.criterion["assay"] != leaving_out]
    return {"product": made.code, "effective_from": stage.clock.today.isoformat(), "criteria": criteria}
