"""A stability study of three lots in the freezer: planned, pulled and tested three times, and what it supports."""

from __future__ import annotations

from qc_service.application.stability.planning import StartStudy, start_study
from qc_service.application.stability.pulls import PullTimePoint, pull_time_point
from qc_service.application.stability.testing import (
    RecordStabilityResult,
    VerifyStabilityResult,
    record_stability_result,
    verify_stability_result,
)
from qc_service.cli.demo.network import ASSAYS, NORTH
from qc_service.cli.demo.products import COLD, CONCENTRATION, INJECTABLE
from qc_service.cli.demo.stage import Stage
from qc_service.domain.stability import STABILITY

STUDY = "STB-DEMO-01"
LEVELS = (("1.05E+10", "1.04E+10", "1.06E+10"), ("1.04E+10", "1.02E+10", "1.04E+10"),
          ("1.02E+10", "1.01E+10", "1.03E+10"))  # fmt: skip
"""The particles per mL of each lot, at each time point that was pulled."""
MONTHS, PULLED_AT_ONCE = (0, 1, 2, 6), 2


def study_started(stage: Stage, *lots: str) -> None:
    """Vials of three lots are placed in the freezer today, and the first of them pulled."""
    stage.narrator.chapter("A stability study in the freezer")
    placed = {"placed_on": stage.clock.today.isoformat(), "vials": len(MONTHS) * PULLED_AT_ONCE}
    with stage.telling(
        f"Quinn Sample starts {STUDY} at {COLD['min']} to {COLD['max']} °C with vials that the fills of "
        f"{', '.join(lots)} kept for stability; their limits are frozen into it."
    ):
        stage.act(
            "quality", start_study, StartStudy,
            study=STUDY, product=INJECTABLE.code, kind="long_term",
            condition={"min": COLD["min"], "max": COLD["max"]}, container="2R vial, type I glass", facility=NORTH,
            location="Freezer 2, shelf A", protocol="STP-7 version 2", lots=[{"lot": lot, **placed} for lot in lots],
            time_points=[{"months": months, "window_days": 7} for months in MONTHS],
            assays=[{"assay": CONCENTRATION.criterion["assay"], "direction": "decreases"}],
        )  # fmt: skip
    time_point(stage, 1, "Pulled on the day itself, for the beginning of each line.")


def time_point(stage: Stage, point: int, text: str) -> None:
    """Vials of every lot are pulled, counted on the tracker three hours later, and the results verified."""
    lots = [str(placed.lot) for placed in stage.view.get(STABILITY, STUDY).plan.lots]
    with stage.telling(text):
        stage.act(
            "technician", pull_time_point, PullTimePoint,
            study=STUDY, point=point, pulled_at=stage.clock.spoken(),
            samples=[{"lot": lot, "vials": PULLED_AT_ONCE} for lot in lots],
        )  # fmt: skip
        started = stage.clock.spoken()
        stage.clock.wait(hours=3)
        for lot, value in zip(lots, LEVELS[point - 1], strict=True):
            said = {**CONCENTRATION.result, "value": value, "started": started, "read": stage.clock.spoken()}
            stage.act(
                "analyst", record_stability_result, RecordStabilityResult,
                study=STUDY, lot=lot, point=point, facility=ASSAYS, method_version="2", **said,
            )  # fmt: skip
        for number, result in enumerate(stage.view.get(STABILITY, STUDY).results, start=1):
            if result.verified_by is None:
                stage.act(
                    "second analyst",
                    verify_stability_result,
                    VerifyStabilityResult,
                    study=STUDY,
                    result=number,
                )


def study_a_month_on(stage: Stage) -> None:
    """The second time point: two are too few for a line."""
    stage.narrator.chapter("The stability study, a month on")
    time_point(stage, 2, "The second pull. Two times are too few for a line, and the projection says so.")


def study_two_months_on(stage: Stage) -> None:
    """The third time point, with which there is a projection; the fourth is still to come."""
    stage.narrator.chapter("The stability study, two months on")
    time_point(
        stage,
        3,
        "The third pull, of the recalled lot too. The lots change alike and began apart: one slope, three lines. What "
        f"they support is at /api/v1/stability/{STUDY}/projection, drawn at /api/v1/stability/{STUDY}/projection.svg: "
        "in a freezer no longer than the data cover, far as the lines may be from the limit. The pull at six months "
        "is still to come.",
    )
