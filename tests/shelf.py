"""A shelf of vials of every standing: in order, used, topical, on hold, and lots that are not released or recalled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from qc_service.domain.identifiers import Gtin, LotNumber, VialSerial
from qc_service.exchange.codes import gs1_scan
from tests import scenes
from tests.staging import OTHER_CLINIC, Stage, raise_stage

GOOD, TOPICAL, HELD, EARLY = "EX261101A", "EX261102T", "EX261103H", "EX261104Q"
TOPICAL_GTIN = "09506000134369"
DINS = {
    GOOD: "A999026000001",
    TOPICAL: "A999026000002",
    HELD: "A999026000003",
    EARLY: "A999026000004",
}


@dataclass
class Shelf:
    """The service and one serial by each standing."""

    stage: Stage
    serials: dict[str, str]
    expires_on: date

    def path(self, standing: str, lot: str = GOOD, gtin: str = scenes.GTIN) -> str:
        """The Digital Link's path of that vial."""
        return f"/01/{gtin}/10/{lot}/21/{self.serials[standing]}"

    def scan(self, standing: str, lot: str = GOOD) -> str:
        """What a scanner sends for that vial."""
        serial = VialSerial(self.serials[standing])
        return gs1_scan(Gtin(scenes.GTIN), LotNumber(lot), serial, self.expires_on)


def filled_shelf(home: Path) -> Shelf:
    """Fill it: four donations, four lots, two clinics."""
    stage = raise_stage(home)
    scenes.sites(stage)
    scenes.product(stage)
    scenes.product(
        stage, "EXO-TOP-1", name="Demonstration topical exosomes", gtin=TOPICAL_GTIN, routes_allowed=["topical"],
        bases=[{"country": "US", "route": "topical", "kind": "cosmetic", "since": "2026-01-15"}],
    )  # fmt: skip
    serials: dict[str, str] = {}
    for lot, code in ((GOOD, scenes.PRODUCT), (TOPICAL, "EXO-TOP-1"), (HELD, scenes.PRODUCT)):
        scenes.donation(stage, DINS[lot])
        scenes.released_lot(stage, lot, DINS[lot], code=code)
    serials["good"], serials["used"], serials["spare"] = scenes.consigned(stage, GOOD, "SHP-1")
    (serials["elsewhere"],) = scenes.consigned(stage, GOOD, "SHP-2", count=1, to=OTHER_CLINIC)
    serials["topical"], *_ = scenes.consigned(stage, TOPICAL, "SHP-3")
    serials["held"], *_ = scenes.consigned(stage, HELD, "SHP-4")
    stage.post("quality", f"/lots/{HELD}/hold", explanation="A temperature record is being looked into.")
    used = f"/vials/{GOOD}/{serials['used']}"
    stage.post("clinician", f"{used}/preparation", starts=["thaw", "puncture"], route="injection")
    stage.clock.tick(minutes=20)
    stage.post(
        "clinician", f"{used}/administration", patient="PT-4F7K2", route="injection", site="left knee", session=1,
        given={"amount": "0.9", "unit": "mL"}, wasted={"amount": "0.1", "unit": "mL"},
    )  # fmt: skip
    scenes.donation(stage, DINS[EARLY])
    scenes.filled_lot(stage, EARLY, DINS[EARLY])
    return Shelf(stage, serials, scenes.expiry(stage, GOOD))
