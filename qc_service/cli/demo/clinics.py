"""What happens in the story's clinics: checks, preparations, what was given, a recall, a hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from qc_service.application.checks import RecordCheck, record_check
from qc_service.application.copies import SettleSuspicion, settle_suspicion
from qc_service.application.disposition import HoldLot, hold_lot
from qc_service.application.preparation import PrepareVial, prepare_vial
from qc_service.application.reactions import (
    ReportReaction,
    SubmitReaction,
    report_reaction,
    submit_reaction,
)
from qc_service.application.recalls import (
    AcknowledgeRecall,
    InitiateRecall,
    acknowledge_recall,
    initiate_recall,
)
from qc_service.application.shipments import DispatchShipment, dispatch_shipment
from qc_service.application.use import AdministerVial, administer_vial
from qc_service.cli.demo.network import HARBOUR, LAKESIDE
from qc_service.cli.demo.products import INJECTABLE
from qc_service.cli.demo.shipping import consignment, on_hand
from qc_service.cli.demo.stage import Plain, Stage
from qc_service.domain.vials import Vial


@dataclass(frozen=True, kw_only=True)
class Used:
    """A vial given at one clinic, and one given at the other."""

    here: Vial
    elsewhere: Vial


def _of(vial: Vial) -> Plain:
    return {"lot": str(vial.lot), "serial": str(vial.serial)}


def _check(stage: Stage, part: str, vial: Vial) -> None:
    code = {"gtin": INJECTABLE.gtin, **_of(vial)}
    stage.act(part, record_check, RecordCheck, country="US", route="injection", **code)


def _prepare(stage: Stage, part: str, vial: Vial) -> None:
    stage.act(part, prepare_vial, PrepareVial, starts=["thaw", "puncture"], route="injection", **_of(vial))


def _give(stage: Stage, part: str, vial: Vial, patient: str, **more: object) -> None:
    stage.act(
        part, administer_vial, AdministerVial,
        patient=patient, route="injection", site="left knee", session=1, given={"amount": "1.0", "unit": "mL"},
        **_of(vial), **more,
    )  # fmt: skip


def at_the_clinic(stage: Stage, good: str, serum: str) -> Used:
    """A vial is checked, claimed and given; a second claim and a wrong route are refused."""
    stage.narrator.chapter("At the clinic")
    here, elsewhere = on_hand(stage, good, LAKESIDE)[0], on_hand(stage, good, HARBOUR)[0]
    stage.clock.on(71)
    with stage.telling(
        f"Carla Sample scans vial {here.serial.grouped}. The records are in order; that she asked, and what she "
        "was answered, is signed. She thaws it, which claims it for her clinic, and gives it half an hour later."
    ):
        _check(stage, "clinician", here)
        _prepare(stage, "clinician", here)
        stage.clock.wait(minutes=30)
        _give(stage, "clinician", here, "PT-4F7K2")
    stage.refuse(
        "The same label is scanned once more to prepare it.",
        "clinician", prepare_vial, PrepareVial, starts=["thaw"], route="injection", **_of(here),
    )  # fmt: skip
    stage.clock.on(70)
    with stage.telling(
        f"Omar Sample at the other clinic checks, prepares and gives {elsewhere.serial.grouped}."
    ):
        _check(stage, "other_clinician", elsewhere)
        _prepare(stage, "other_clinician", elsewhere)
        stage.clock.wait(minutes=20)
        _give(stage, "other_clinician", elsewhere, "PT-90XQ1")
    stage.clock.on(69)
    with stage.telling("A label with that serial turns up at Carla Sample's clinic, and she checks it."):
        _check(stage, "clinician", elsewhere)
    with stage.telling("A copy is suspected. Quality finds the label's backing in a chart, and settles it."):
        stage.act(
            "quality", settle_suspicion, SettleSuspicion, outcome="false_alarm",
            reason="The label came with the chart of a patient who changed clinics.", **_of(elsewhere),
        )  # fmt: skip
    stage.refuse(
        "She would inject the topical serum.",
        "clinician", prepare_vial, PrepareVial,
        starts=["thaw"], route="injection", **_of(on_hand(stage, serum, LAKESIDE)[0]),
    )  # fmt: skip
    return Used(here=here, elsewhere=elsewhere)


def recalled(stage: Stage, lot: str) -> None:
    """A recall reaches every vial at once; one of them is given all the same, and that is recorded too."""
    stage.narrator.chapter("A recall")
    recall = f"RCL-{lot}"
    stage.clock.on(20)
    with stage.telling(
        f"Quality recalls {lot} for glass flakes. It is one act, and every answer changes with it."
    ):
        stage.act(
            "quality", initiate_recall, InitiateRecall,
            recall=recall, kind="recall", depth="clinic", scope={"lots": [lot]},
            explanation="Glass flakes were seen in retained vials.",
        )  # fmt: skip
    stage.clock.on(19)
    left = on_hand(stage, lot, LAKESIDE)
    stage.refuse(
        "Carla Sample has not read the notice and would prepare a vial of it.",
        "clinician", prepare_vial, PrepareVial, starts=["thaw"], route="injection", **_of(left[0]),
    )  # fmt: skip
    with stage.telling("She acknowledges the recall: all her vials are set apart."):
        stage.act(
            "clinician", acknowledge_recall, AcknowledgeRecall,
            recall=recall, set_aside=len(left), used=0, missing=0,
        )  # fmt: skip
    _given_regardless(stage, lot, recall)


def _given_regardless(stage: Stage, lot: str, recall: str) -> None:
    stage.clock.on(18)
    held = on_hand(stage, lot, HARBOUR)
    with stage.telling(
        "At the other clinic a vial of it was given without asking. What was done is recorded, never refused: "
        "'given without a clear answer', with everything that stood against it, and an alert to quality."
    ):
        _give(
            stage, "other_clinician", held[0], "PT-77B3C", reason="The vial was taken from the wrong shelf."
        )
    stage.clock.on(17)
    with stage.telling(
        "The patient's knee swells: serious, unexpected; under an IND, FDA must hear in 15 days."
    ):
        stage.act(
            "other_clinician", report_reaction, ReportReaction,
            reaction=f"ADR-{lot}", vials=[_of(held[0])], patient="PT-77B3C",
            first_received=stage.clock.today.isoformat(), onset=stage.clock.spoken(hours=18),
            outcome="recovering", severity="moderate", criteria=["important_medical_event"], expected=False,
            relatedness="possible", narrative="Swelling of the treated knee on the evening of the injection.",
        )  # fmt: skip
        stage.act(
            "other_clinician", acknowledge_recall, AcknowledgeRecall,
            recall=recall, set_aside=len(held) - 1, used=1, missing=0,
        )  # fmt: skip
    stage.clock.on(16, time(12))
    with stage.telling("FDA is told the next day, which stops the clock."):
        stage.act(
            "quality", submit_reaction, SubmitReaction,
            reaction=f"ADR-{lot}", authority="FDA", reference="IND safety report 1 (made up)",
            submitted_on=stage.clock.today.isoformat(),
        )  # fmt: skip


def on_hold(stage: Stage, lot: str) -> None:
    """Quality holds a released lot; nothing more of it may leave."""
    stage.narrator.chapter("On hold")
    stage.clock.on(9)
    with stage.telling(f"A clinic complains of a loose stopper in {lot}. Quality holds the lot meanwhile."):
        stage.act(
            "quality", hold_lot, HoldLot,
            lot=lot, cause="complaint", explanation="A clinic complains of a loose stopper.",
        )  # fmt: skip
    stage.clock.on(8)
    stage.refuse(
        "Lara Sample would send more of it.",
        "logistics", dispatch_shipment, DispatchShipment, **consignment(lot, HARBOUR, 4),
    )  # fmt: skip
