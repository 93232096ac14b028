"""Scenes of a made-up network, played over HTTP: sites, products, an eligible donation, a lot from tissue to vial."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from tests.staging import CLINIC, Stage

SITE = "north-site"
RECOVERY = "birth-centre"
LABORATORY = "south-laboratory"
PRODUCT = "EXO-INJ-1"
GTIN = "09506000134352"
BANK = "MSC-BANK"
ASSAYS = (
    "hiv_1_antibody", "hiv_1_nat", "hiv_2_antibody", "hbv_surface_antigen", "hbv_core_antibody", "hbv_nat",
    "hcv_antibody", "hcv_nat", "syphilis_non_treponemal", "wnv_nat",
)  # fmt: skip
CRITERIA: tuple[dict[str, object], ...] = (
    {
        "assay": "particle_concentration", "kind": "numeric", "method": "NTA", "unit": "particles/mL",
        "low": "8E+10", "high": "1.2E+11",
    },
    {"assay": "sterility", "kind": "growth", "method": "USP <71>", "expected": "no_growth"},
    {
        "assay": "endotoxin", "kind": "numeric", "method": "USP <85>", "unit": "EU/mL", "high": "0.50",
        "basis": "K/M with K = 5 EU/kg/h",
    },
    {"assay": "mycoplasma", "kind": "presence", "method": "USP <63>", "expected": "not_detected"},
)  # fmt: skip


def at(moment: datetime) -> str:
    """The moment as a request states it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def sites(stage: Stage) -> None:
    """A recovery site, a manufacturing site and a testing laboratory, each with what it may do in force."""
    for site, kind, certified in (
        (RECOVERY, "recovery_site", (("fda_hctp_registration", "registration", ["donor_recovery"]),)),
        (
            SITE, "manufacturing_site",
            (
                ("cgmp_inspection", "inspection_outcome", ["cell_processing", "ev_processing", "fill", "storage"]),
                ("fda_hctp_registration", "registration", ["tissue_processing"]),
            ),
        ),
        (
            LABORATORY, "testing_laboratory",
            (
                ("clia", "certificate", ["donor_testing"]),
                ("iso_iec_17025", "accreditation", ["qc_assay", "sterility_testing"]),
            ),
        ),
    ):  # fmt: skip
        stage.post(
            "quality", "/facilities", id=site, name=site.replace("-", " ").title(), address="1 Example Road",
            kind=kind, country="US", zone="America/New_York", identifiers={},
        )  # fmt: skip
        for scheme, type_, scope in certified:
            stage.post(
                "quality", f"/facilities/{site}/certifications", type=type_, scheme=scheme, number="DEMO-1",
                issuer="Demonstration authority", scope=scope, valid_from="2025-01-01", valid_until="2027-12-31",
            )  # fmt: skip


def product(stage: Stage, code: str = PRODUCT, **differing: Any) -> None:
    """An injectable product under a made-up IND, with its specification."""
    defined: dict[str, Any] = {
        "code": code, "name": "Demonstration exosomes", "gtin": GTIN, "source_tissues": ["umbilical_cord"],
        "routes_allowed": ["injection"], "dose_form": "suspension", "country": "US", "zone": "America/New_York",
        "storage": [{"min": "-90", "max": "-70", "unit": "Cel", "shelf_life_days": 365}],
        "process": ["tissue_digestion", "harvest", "fill"], "hours_after_thaw": 4,
        "bases": [
            {"country": "US", "route": "injection", "kind": "ind", "reference": "IND 999999", "since": "2026-01-15"}
        ],
    }  # fmt: skip
    stage.post("quality", "/products", **{**defined, **differing})
    stage.decide(
        "quality", f"/products/{code}/specifications", f"product/{code}",
        effective_from=stage.clock().date().isoformat(), criteria=list(CRITERIA),
    )  # fmt: skip


def donation(stage: Stage, din: str, *, determine: bool = True) -> str:
    """A donation collected an hour ago, screened, tested and, unless told otherwise, determined eligible."""
    now = stage.clock()
    day = now.date().isoformat()
    stage.post(
        "technician", "/donations", din=din, tissue="umbilical_cord", collected_at=at(now - timedelta(hours=1)),
        facility=RECOVERY,
        consent={
            "reference": "CF-0001", "version": "3", "given_on": day, "uses": ["manufacturing", "clinical_use"],
        },
    )  # fmt: skip
    part = {"by": "T. Screener", "on": day, "finding": "no_risk_found"}
    stage.post(
        "technician", f"/donations/{din}/screenings",
        screening={
            "interview": part, "physical_examination": part, "records_review": part,
            "plasma_dilution": {"blood_and_colloids_ml": 0, "crystalloids_ml": 0},
        },
        reports=[
            {
                "laboratory": LABORATORY, "laboratory_number": "05D9999999", "specimen_of": "donor", "specimen_on": day,
                "results": [
                    {
                        "assay": assay, "kit": "Demonstration kit", "status": "fda_donor_screening", "result_on": day,
                        "outcome": "non_reactive",
                    }
                    for assay in ASSAYS
                ],
            }
        ],
    )  # fmt: skip
    if determine:
        stage.decide("quality", f"/donations/{din}/eligibility", f"donation/{din}", standing="eligible")
    return din


def step(stage: Stage, lot: str, kind: str, **differing: Any) -> Any:
    """A step that was performed in the last hour."""
    now = stage.clock()
    said: dict[str, Any] = {
        "kind": kind, "facility": SITE, "started_at": at(now - timedelta(hours=1)), "ended_at": at(now),
        "procedure": {"id": f"SOP-{kind}", "version": "2"},
    }  # fmt: skip
    return stage.post("technician", f"/lots/{lot}/steps", **{**said, **differing})


def filled_lot(stage: Stage, lot: str, din: str, *, stock: int = 10, code: str = PRODUCT) -> str:
    """A finished lot from one donation: digested, harvested, filled, every label accounted for."""
    stage.post(
        "technician", "/lots", number=lot, kind="finished", product=code, donations=[din],
        quantity={"amount": "50", "unit": "mL"},
    )  # fmt: skip
    for kind in ("tissue_digestion", "harvest"):
        stage.clock.tick(hours=2)
        step(stage, lot, kind)
    stage.clock.tick(hours=2)
    now = stage.clock()
    counts = {
        "filled": stock + 8, "rejected_at_inspection": 1, "qc_samples": 2, "retention": 4, "stability": 1,
        "stock": stock,
    }  # fmt: skip
    stage.post(
        "technician", f"/lots/{lot}/fill", facility=SITE, started_at=at(now - timedelta(hours=1)), ended_at=at(now),
        procedure={"id": "SOP-fill", "version": "1"}, counts=counts, container="2 mL glass vial, rubber stopper",
        expires_on=(now.date() + timedelta(days=300)).isoformat(), fill_volume={"amount": "1.0", "unit": "mL"},
        particles_per_vial="1E+11", test_quantity=2,
    )  # fmt: skip
    labels = {"issued": stock + 10, "used": stock + 8, "spoiled": 1, "returned": 1}
    stage.post("technician", f"/lots/{lot}/labels-reconciliation", **labels)
    return lot


PASSING: tuple[dict[str, object], ...] = (
    {"assay": "particle_concentration", "value": "1.05E+11", "unit": "particles/mL"},
    {"assay": "endotoxin", "comparator": "<", "value": "0.05", "unit": "EU/mL"},
    {"assay": "mycoplasma", "finding": "not_detected"},
)


def result(stage: Stage, lot: str, said: dict[str, Any], *, days: int = 0, who: str = "analyst") -> Any:
    """A result of an assay that was started ``days`` ago and read just now."""
    now = stage.clock()
    run: dict[str, object] = {
        "method": "SOP-QC", "method_version": "1", "facility": LABORATORY,
        "started": at(now - timedelta(days=days, hours=1)), "read": at(now),
    }  # fmt: skip
    return stage.post(who, f"/lots/{lot}/results", **{**run, **said})


def tested_lot(stage: Stage, lot: str) -> str:
    """Every assay passed and was verified by a second analyst; sterility after fourteen days."""
    stage.clock.tick(days=15)
    for said in PASSING:
        result(stage, lot, said)
    result(stage, lot, {"assay": "sterility", "finding": "no_growth"}, days=14)
    for number in range(1, 5):
        stage.post("second_analyst", f"/lots/{lot}/results/{number}/verification")
    return lot


def released_lot(stage: Stage, lot: str, din: str, *, stock: int = 10, code: str = PRODUCT) -> str:
    """A lot from tissue to release for clinical use."""
    tested_lot(stage, filled_lot(stage, lot, din, stock=stock, code=code))
    stage.decide("quality", f"/lots/{lot}/assessment", f"lot/{lot}")
    stage.decide("quality", f"/lots/{lot}/release", f"lot/{lot}", purpose="clinical")
    return lot


def consigned(stage: Stage, lot: str, shipment: str, *, count: int = 3, to: str = CLINIC) -> tuple[str, ...]:
    """Vials of a lot sent to a clinic and received there; their serials."""
    stage.post(
        "logistics", "/shipments", shipment=shipment, recipient=to, contents=[{"lot": lot, "count": count}],
        packed_by="T. Packer", courier="Demonstration courier",
    )  # fmt: skip
    stage.clock.tick(hours=20)
    who = "clinician" if to == CLINIC else "other_clinician"
    stage.post(who, f"/shipments/{shipment}/receipt")
    told = stage.get("logistics", f"/shipments/{shipment}")
    return tuple(serial for vials in told["contents"] for serial in vials["serials"])


def expiry(stage: Stage, lot: str) -> date:
    """The last day on which the lot's vials may be used."""
    return date.fromisoformat(stage.get("quality", f"/lots/{lot}")["expires_on"])
