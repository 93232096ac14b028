"""How the story's people make a lot, test it and decide on it: the moves that every lot's chapter is told with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from qc_service.application.assessment import AssessLot, assess_lot
from qc_service.application.certificates.issuing import IssueCertificate, issue_certificate
from qc_service.application.disposition import ReleaseLot, release_lot
from qc_service.application.filling import ReconcileLabels, RecordFill, reconcile_labels, record_fill
from qc_service.application.labels import PrintLabels, print_labels
from qc_service.application.lots import RegisterLot, register_lot
from qc_service.application.many_readings import read_files, show_readings
from qc_service.application.processing import DecideDeviation, RecordStep, decide_deviation, record_step
from qc_service.application.readings import Confirmation, ImportResults, import_results
from qc_service.application.results import RecordResult, VerifyResult, record_result, verify_result
from qc_service.cli.demo.files import tracked
from qc_service.cli.demo.network import ASSAYS, NORTH
from qc_service.cli.demo.products import STERILITY, Assay, Made
from qc_service.cli.demo.stage import Plain, Stage
from qc_service.domain.codec import from_plain
from qc_service.domain.identifiers import Line, LotNumber
from qc_service.domain.lots import LOT
from qc_service.domain.records import Enclosure

WITH: dict[str, Plain] = {
    "tissue_digestion": {"reagents": ["COLLAGENASE-1"]},
    "expansion": {"medium": {"name": "Serum-free medium", "serum": "serum_free", "reagent": "MEDIUM-1"}},
    "conditioning": {"medium": {"name": "Serum-free medium", "serum": "serum_free", "reagent": "MEDIUM-1"},
                     "parameters": [{"name": "duration", "value": "48", "unit": "h"}]},
    "harvest": {"output": {"amount": "12.0", "unit": "L"}},
    "concentration": {"equipment": ["TFF-01"], "input": {"amount": "12.0", "unit": "L"},
                      "output": {"amount": "0.6", "unit": "L"}},
    "formulation": {"reagents": ["BUFFER-1"]},
    "sterile_filtration": {"parameters": [{"name": "pore_size", "value": "0.22", "unit": "µm"},
                                          {"name": "integrity_after_use", "observation": "pass"}]},
    "storage": {"location": "Freezer 4, shelf B", "parameters": [{"name": "temperature", "value": "-80.4",
                                                                  "unit": "Cel"}]},
}  # fmt: skip
"""What a step of each kind is recorded with, beside who, when and where."""

SAMPLES, RETAINED, STABILITY, SPOILED = 5, 8, 12, 1
"""Of every fill: vials for quality control, retained (twice what the tests need), for stability, and with a fault."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A finished lot: its number, what it is, what it is made from, how many vials, and for how many days."""

    number: str
    made: Made
    parent: str
    vials: int = 24
    keeps: int = 365


def numbered(stage: Stage, prefix: str, days_ago: int, letter: str = "A") -> str:
    """A lot number that says when the lot was made."""
    return f"{prefix}{stage.clock.day(days_ago):%y%m%d}{letter}"


def registered(stage: Stage, number: str, kind: str, made: Made, *, quantity: str, **origin: object) -> None:
    """Register a lot of so much, such as ``600 mL``."""
    amount, unit = quantity.split()
    stage.act(
        "technician", register_lot, RegisterLot,
        number=number, kind=kind, product=made.code, quantity={"amount": amount, "unit": unit}, **origin,
    )  # fmt: skip


def step(
    stage: Stage,
    lot: str,
    kind: str,
    *,
    facility: str = NORTH,
    hours_ago: float = 0,
    reason: str | None = None,
) -> None:
    """Record a step of fifty minutes that ended now, or so many hours ago."""
    stage.clock.wait(minutes=50)
    stage.act(
        "technician", record_step, RecordStep,
        lot=lot, kind=kind, facility=facility, procedure=_procedure(kind), reason=reason,
        started_at=stage.clock.spoken(hours=hours_ago, minutes=50), ended_at=stage.clock.spoken(hours=hours_ago),
        **WITH.get(kind, {}),
    )  # fmt: skip


def steps(stage: Stage, lot: str, kinds: Iterable[str]) -> None:
    """Record steps one after the other."""
    for kind in kinds:
        step(stage, lot, kind)


def _procedure(kind: str) -> Plain:
    return {"id": f"SOP-{kind.replace('_', '-')}", "version": "4"}


def filled(stage: Stage, batch: Batch) -> None:
    """Fill the vials, inspect, label and store them, and account for every label."""
    stage.clock.wait(minutes=50)
    every = batch.vials + SAMPLES + RETAINED + STABILITY + SPOILED
    stage.act(
        "technician", record_fill, RecordFill,
        lot=batch.number, facility=NORTH, procedure=_procedure("fill"), equipment=["FILLER-01"],
        started_at=stage.clock.spoken(minutes=50), ended_at=stage.clock.spoken(),
        counts={"filled": every, "rejected_at_inspection": SPOILED, "qc_samples": SAMPLES, "retention": RETAINED,
                "stability": STABILITY, "stock": batch.vials},
        expires_on=(stage.clock.today + timedelta(days=batch.keeps)).isoformat(),
        container="2R vial, type I glass", fill_volume={"amount": "1.0", "unit": "mL"}, test_quantity=4,
        particles_per_vial="1.02E+10",
    )  # fmt: skip


def labels_printed(stage: Stage, batch: Batch, symbol: str = "gs1_data_matrix", **members: object) -> None:
    """Print labels for every vial that was not rejected, or what is said instead."""
    stage.act(
        "technician", partial(print_labels, stage.made.press), PrintLabels,
        **{"lot": batch.number, "stock": "a4_65_38x21", "symbol": symbol, "format": "pdf", **members},
    )  # fmt: skip


def labels_counted(stage: Stage, batch: Batch, *, spoiled: int = 0) -> None:
    """Account for every label of the fill: those of the print, and those that were printed again."""
    used = batch.vials + RETAINED + STABILITY + SAMPLES
    stage.act(
        "technician", reconcile_labels, ReconcileLabels,
        lot=batch.number, issued=used + spoiled, used=used, spoiled=spoiled, returned=0,
    )  # fmt: skip


def finished(stage: Stage, batch: Batch) -> None:
    """Register a finished lot and take it through its process."""
    parents = [{"lot": batch.parent, "amount": "60", "unit": "mL"}]
    registered(stage, batch.number, "finished", batch.made, quantity="60 mL", parents=parents)
    steps(stage, batch.number, ("formulation", "sterile_filtration"))
    filled(stage, batch)
    labels_printed(stage, batch)
    steps(stage, batch.number, ("inspection", "labelling", "storage"))
    labels_counted(stage, batch)


def tested(stage: Stage, lot: str, assays: Iterable[Assay], **changes: object) -> None:
    """Record results of assays that took three hours until now."""
    for assay in assays:
        timed = {"started": stage.clock.spoken(hours=3), "read": stage.clock.spoken()}
        said = {**timed, **assay.result, **changes}
        stage.act(
            "analyst", record_result, RecordResult, lot=lot, facility=ASSAYS, method_version="2", **said
        )


def imported(stage: Stage, lot: str) -> None:
    """The tracker's file of a lot, measured three hours ago, becomes results by the statement that is suggested."""
    measured = datetime.fromisoformat(stage.clock.spoken(hours=3))
    upload = Enclosure(
        name=Line(f"{lot}-ExperimentSummary.csv"), media_type=Line("text/csv"), content=tracked(lot, measured)
    )
    occasion = stage.made.acts.occasion(stage.actor("analyst"))
    files = read_files(occasion.actor, (upload,))
    (shown,) = show_readings(stage.made.store, stage.view, occasion, files, ())["files"]
    statement = {name: said for name, said in shown["statement"].items() if name != "lot"}
    confirmed = ImportResults(
        lot=LotNumber(shown["lot"]), upload=upload, confirmation=from_plain(Confirmation, statement)
    )
    stage.perform("analyst", import_results, confirmed)


def sterility_read(stage: Stage, lot: str, day: int, finding: str = "no_growth") -> None:
    """Record what the sterility test shows so many days after its start."""
    tested(stage, lot, [STERILITY], started=stage.clock.spoken(days=day), finding=finding)


def verified(stage: Stage, lot: str) -> None:
    """A second analyst verifies every result of the lot that counts and waits for it."""
    for result in stage.view.get(LOT, lot).quality.results:
        if result.valid and result.verified_by is None:
            stage.act("second analyst", verify_result, VerifyResult, lot=lot, result=result.number)


def assessed(stage: Stage, lot: str) -> None:
    """Quality judges the lot by its specification."""
    stage.act("quality", assess_lot, AssessLot, lot=lot)


def released(stage: Stage, lot: str, purpose: str = "clinical") -> None:
    """Quality judges the lot, releases it for a purpose, and certifies what is for patients."""
    assessed(stage, lot)
    stage.act("quality", release_lot, ReleaseLot, lot=lot, purpose=purpose)
    if purpose == "clinical":
        certified(stage, lot)


def certified(stage: Stage, lot: str, **reason: str) -> None:
    """Quality issues a certificate of analysis; another in the place of one wants a ``reason``."""
    issue = partial(issue_certificate, stage.made.notary)
    stage.act("quality", issue, IssueCertificate, lot=lot, **reason)


def justified(stage: Stage, lot: str, statement: str) -> None:
    """Quality decides every open deviation of the lot with one statement."""
    for deviation in stage.view.get(LOT, lot).processing.open_deviations():
        stage.act(
            "quality", decide_deviation, DecideDeviation,
            lot=lot, deviation=deviation.number, outcome="justified", statement=statement,
        )  # fmt: skip


def but_sterility(made: Made) -> tuple[Assay, ...]:
    """The product's assays that do not take two weeks."""
    return tuple(assay for assay in made.assays if assay is not STERILITY)
