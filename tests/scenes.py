"""Scenes of a made-up network, played over HTTP: sites, products, an eligible donation, a lot from tissue to vial."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from tests.staging import CLINIC, OTHER_CLINIC, Stage

SITE = "north-site"
RECOVERY = "birth-centre"
LABORATORY = "south-laboratory"
PRODUCT = "EXO-INJ-1"
GTIN = "09506000134352"
BANK = "MSC-BANK"
CLINICIANS = {CLINIC: "clinician", OTHER_CLINIC: "other_clinician"}
ASSAYS = (
    "hiv_1_antibody", "hiv_1_nat", "hiv_2_antibody", "hbv_surface_antigen", "hbv_core_antibody", "hbv_nat",
    "hcv_antibody", "hcv_nat", "syphilis_non_treponemal", "wnv_nat",
)  # fmt: skip
CRITERIA: tuple[dict[str, Any], ...] = (
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


def product(stage: Stage, code: str = PRODUCT, *, criteria: Any = CRITERIA, **differing: Any) -> None:
    """An injectable product under a made-up IND, with its specification drafted by one and approved by another."""
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
    specified(stage, code, criteria=list(criteria))


def specified(stage: Stage, code: str = PRODUCT, **differing: Any) -> int:
    """A version of a product's specification comes into force today: drafted by one, approved by another."""
    stated = {"effective_from": stage.clock().date().isoformat(), "criteria": list(CRITERIA), **differing}
    drafted = stage.post("second_quality", f"/products/{code}/specifications", **stated)
    version: int = drafted["body"]["version"]
    stage.decide("quality", f"/products/{code}/specifications/{version}/approval", f"product/{code}")
    return version


def collected(stage: Stage, din: str, **differing: Any) -> str:
    """A donation collected an hour ago, with consent to everything; nothing else is known of the donor."""
    now = stage.clock()
    said: dict[str, Any] = {
        "din": din, "tissue": "umbilical_cord", "collected_at": at(now - timedelta(hours=1)), "facility": RECOVERY,
        "consent": {
            "reference": "CF-0001", "version": "3", "given_on": now.date().isoformat(),
            "uses": ["manufacturing", "clinical_use"],
        },
    }  # fmt: skip
    stage.post("technician", "/donations", **{**said, **differing})
    return din


def report(stage: Stage, *assays: str, outcome: str = "non_reactive", **differing: Any) -> dict[str, Any]:
    """A laboratory's report of today on these tests, on all that a donor needs unless named."""
    day = stage.clock().date().isoformat()
    said: dict[str, Any] = {
        "laboratory": LABORATORY, "laboratory_number": "05D9999999", "specimen_of": "donor", "specimen_on": day,
        "results": [
            {
                "assay": assay, "kit": "Demonstration kit", "status": "fda_donor_screening", "result_on": day,
                "outcome": outcome,
            }
            for assay in assays or ASSAYS
        ],
    }  # fmt: skip
    return {**said, **differing}


def screening(stage: Stage, finding: str = "no_risk_found", *, crystalloids_ml: int = 0) -> dict[str, Any]:
    """A donor's screening of today: all three parts with this finding, and what was infused at delivery."""
    part = {"by": "T. Screener", "on": stage.clock().date().isoformat(), "finding": finding}
    return {
        "interview": part, "physical_examination": part, "records_review": part,
        "plasma_dilution": {"blood_and_colloids_ml": 0, "crystalloids_ml": crystalloids_ml},
    }  # fmt: skip


def donation(stage: Stage, din: str, *, determine: bool = True, **differing: Any) -> str:
    """A donation collected an hour ago, screened, tested and, unless told otherwise, determined eligible."""
    collected(stage, din, **differing)
    said: dict[str, Any] = {"screening": screening(stage), "reports": [report(stage)]}
    stage.post("technician", f"/donations/{din}/screenings", **said)
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


def registered_lot(stage: Stage, lot: str, din: str, *, code: str = PRODUCT, **differing: Any) -> str:
    """A finished lot of 50 mL from one donation."""
    said: dict[str, Any] = {
        "number": lot, "kind": "finished", "product": code, "donations": [din],
        "quantity": {"amount": "50", "unit": "mL"},
    }  # fmt: skip
    stage.post("technician", "/lots", **{**said, **differing})
    return lot


def fill(stage: Stage, lot: str, *, stock: int = 10, days: int = 300, **differing: Any) -> Any:
    """A fill of the last hour, whose vials may be used for so many days, every vial and label accounted for."""
    now = stage.clock()
    said: dict[str, Any] = {
        "facility": SITE, "started_at": at(now - timedelta(hours=1)), "ended_at": at(now),
        "procedure": {"id": "SOP-fill", "version": "1"},
        "counts": {
            "filled": stock + 8, "rejected_at_inspection": 1, "qc_samples": 2, "retention": 4, "stability": 1,
            "stock": stock,
        },
        "container": "2 mL glass vial, rubber stopper", "expires_on": (now.date() + timedelta(days=days)).isoformat(),
        "fill_volume": {"amount": "1.0", "unit": "mL"}, "particles_per_vial": "1E+11", "test_quantity": 2,
    }  # fmt: skip
    reply = stage.post("technician", f"/lots/{lot}/fill", **{**said, **differing})
    labels: dict[str, Any] = {"issued": stock + 10, "used": stock + 8, "spoiled": 1, "returned": 1}
    stage.post("technician", f"/lots/{lot}/labels-reconciliation", **labels)
    return reply


def filled_lot(
    stage: Stage, lot: str, din: str, *, stock: int = 10, code: str = PRODUCT, days: int = 300, **differing: Any
) -> str:  # fmt: skip
    """A finished lot from one donation: digested, harvested, filled, every label accounted for."""
    registered_lot(stage, lot, din, code=code, **differing)
    for kind in ("tissue_digestion", "harvest"):
        stage.clock.tick(hours=2)
        step(stage, lot, kind)
    stage.clock.tick(hours=2)
    fill(stage, lot, stock=stock, days=days)
    return lot


PASSING: tuple[dict[str, Any], ...] = (
    {"assay": "particle_concentration", "value": "1.05E+11", "unit": "particles/mL"},
    {"assay": "endotoxin", "comparator": "<", "value": "0.05", "unit": "EU/mL"},
    {"assay": "mycoplasma", "finding": "not_detected"},
)


def result(stage: Stage, lot: str, said: dict[str, Any], *, days: int = 0, who: str = "analyst") -> Any:
    """A result of an assay that was started ``days`` ago and read just now."""
    now = stage.clock()
    run: dict[str, Any] = {
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


def assessed_lot(
    stage: Stage, lot: str, din: str, *, stock: int = 10, code: str = PRODUCT, days: int = 300
) -> str:
    """A lot from tissue to the moment before its release: nothing speaks against it."""
    tested_lot(stage, filled_lot(stage, lot, din, stock=stock, code=code, days=days))
    stage.decide("quality", f"/lots/{lot}/assessment", f"lot/{lot}")
    return lot


def release(stage: Stage, lot: str, purpose: str = "clinical") -> Any:
    """Quality releases a lot."""
    return stage.decide("quality", f"/lots/{lot}/release", f"lot/{lot}", purpose=purpose)


def released_lot(
    stage: Stage, lot: str, din: str, *, stock: int = 10, code: str = PRODUCT, days: int = 300
) -> str:
    """A lot from tissue to release for clinical use."""
    release(stage, assessed_lot(stage, lot, din, stock=stock, code=code, days=days))
    return lot


def dispatched(stage: Stage, lot: str, shipment: str, *, count: int = 3, to: str = CLINIC) -> tuple[str, ...]:
    """Vials of a lot on their way to a clinic; their serials."""
    stage.post(
        "logistics", "/shipments", shipment=shipment, recipient=to, contents=[{"lot": lot, "count": count}],
        packed_by="T. Packer", courier="Demonstration courier",
    )  # fmt: skip
    told = stage.get("logistics", f"/shipments/{shipment}")
    return tuple(serial for vials in told["contents"] for serial in vials["serials"])


def consigned(stage: Stage, lot: str, shipment: str, *, count: int = 3, to: str = CLINIC) -> tuple[str, ...]:
    """Vials of a lot sent to a clinic and received there; their serials."""
    serials = dispatched(stage, lot, shipment, count=count, to=to)
    stage.clock.tick(hours=20)
    stage.post(CLINICIANS[to], f"/shipments/{shipment}/receipt")
    return serials


def prepared(stage: Stage, lot: str, serial: str, who: str = "clinician") -> Any:
    """A vial thawed and opened at a clinic, which claims it."""
    return stage.post(
        who, f"/vials/{lot}/{serial}/preparation", starts=["thaw", "puncture"], route="injection"
    )


def given(stage: Stage, lot: str, serial: str, who: str = "clinician", **differing: Any) -> Any:
    """An injection of the whole vial."""
    said: dict[str, Any] = {
        "patient": "PT-4F7K2", "route": "injection", "site": "left knee", "session": 1,
        "given": {"amount": "1.0", "unit": "mL"},
    }  # fmt: skip
    return stage.post(who, f"/vials/{lot}/{serial}/administration", **{**said, **differing})


def disposed(stage: Stage, lot: str, serial: str, kind: str, who: str = "clinician", **more: Any) -> Any:
    """What became of a vial, with a reason."""
    return stage.post(who, f"/vials/{lot}/{serial}/disposition", kind=kind, reason="As it happened.", **more)


def hold(stage: Stage, lot: str) -> Any:
    """Quality holds a lot."""
    return stage.post("quality", f"/lots/{lot}/hold", explanation="A question is open.")


def recall(stage: Stage, recall: str, kind: str = "recall", **scope: Any) -> Any:
    """Quality recalls, or withdraws, whatever came of a scope."""
    return stage.post(
        "quality", "/recalls", recall=recall, kind=kind, depth="clinic", explanation="Glass flakes were seen.",
        scope=scope,
    )  # fmt: skip


def expiry(stage: Stage, lot: str) -> date:
    """The last day on which the lot's vials may be used."""
    return date.fromisoformat(stage.get("quality", f"/lots/{lot}")["expires_on"])
