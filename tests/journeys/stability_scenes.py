"""Scenes of a stability study, played over HTTP: three lots of one product in a refrigerator, pulled and tested."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests import scenes
from tests.staging import Stage

STUDY = "STB-2611-01"
COLD = {"min": "2", "max": "8", "unit": "Cel"}
LOTS = ("EX-STAB-A", "EX-STAB-B", "EX-STAB-C")
MONTHS = (0, 3, 6, 9, 12)
LEVELS = (("1.10E+11", "1.08E+11", "1.05E+11", "1.04E+11", "1.01E+11"),
          ("1.11E+11", "1.07E+11", "1.06E+11", "1.03E+11", "1.02E+11"),
          ("1.09E+11", "1.08E+11", "1.06E+11", "1.03E+11", "1.01E+11"))  # fmt: skip


def world(stage: Stage, *lots: str, stability: int = 40) -> None:
    """Filled lots of one product, each with so many vials kept for stability."""
    for number, lot in enumerate(lots, start=1):
        din = scenes.donation(stage, f"A9990260001{number:02}")
        scenes.registered_lot(stage, lot, din)
        stage.clock.tick(hours=2)
        counts = {
            "filled": 10 + 6 + stability, "rejected_at_inspection": 0, "qc_samples": 2, "retention": 4,
            "stability": stability, "stock": 10,
        }  # fmt: skip
        scenes.fill(stage, lot, counts=counts)


def plan(stage: Stage, *lots: str, **differing: Any) -> dict[str, Any]:
    """A study of these lots, whose vials are placed today."""
    today = stage.clock().date().isoformat()
    said: dict[str, Any] = {
        "study": STUDY, "product": scenes.PRODUCT, "kind": "long_term", "condition": COLD, "container": "2 mL vial",
        "facility": scenes.SITE, "location": "Chamber 2", "protocol": "STP-7 version 2",
        "lots": [{"lot": lot, "placed_on": today, "vials": 30} for lot in lots],
        "time_points": [{"months": months, "window_days": 7} for months in MONTHS],
        "assays": [{"assay": "particle_concentration", "direction": "decreases"}],
        "supporting": "STB-2611-02, 25 °C: no significant change in six months.",
    }  # fmt: skip
    return {**said, **differing}


def started(stage: Stage, *lots: str, **differing: Any) -> Any:
    """The study is started by quality."""
    return stage.post("quality", "/stability", **plan(stage, *lots, **differing))


def pulled(stage: Stage, point: int, *lots: str, **differing: Any) -> Any:
    """Two vials of each lot are pulled now."""
    said = {
        "pulled_at": scenes.at(stage.clock()), "samples": [{"lot": lot, "vials": 2} for lot in lots], **differing
    }  # fmt: skip
    return stage.post("technician", f"/stability/{STUDY}/time-points/{point}/pull", **said)


def measured(stage: Stage, lot: str, point: int, value: str, status: int = 201, **differing: Any) -> Any:
    """The analyst records a result of a lot at a time point."""
    now = stage.clock()
    said: dict[str, Any] = {
        "lot": lot, "point": point, "assay": "particle_concentration", "value": value, "unit": "particles/mL",
        "method": "NTA", "method_version": "1", "facility": scenes.LABORATORY,
        "started": scenes.at(now - timedelta(hours=1)), "read": scenes.at(now),
    }  # fmt: skip
    return stage.post("analyst", f"/stability/{STUDY}/results", status, **{**said, **differing})


def verified(stage: Stage, *numbers: int) -> None:
    """A second analyst verifies each of these results."""
    for number in numbers:
        stage.post("second_analyst", f"/stability/{STUDY}/results/{number}/verification")


def a_year(stage: Stage) -> None:
    """Every time point of a year is pulled and tested, and every result verified."""
    number, began = 0, stage.clock()
    for point, months in enumerate(MONTHS, start=1):
        stage.clock.now = began + timedelta(days=round(months * 30.4375))
        pulled(stage, point, *LOTS)
        for lot, levels in zip(LOTS, LEVELS, strict=True):
            measured(stage, lot, point, levels[point - 1])
            number += 1
            verified(stage, number)


def projection(stage: Stage) -> Any:
    """What the study supports now."""
    return stage.get("quality", f"/stability/{STUDY}/projection")
