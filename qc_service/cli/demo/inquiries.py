"""The story's inquiries: a result that was the laboratory's own error, and a failure from which quality learns."""

from __future__ import annotations

from collections.abc import Iterable

from qc_service.application.capas import (
    CompleteAction,
    OpenCapa,
    PlanAction,
    PlanCheck,
    complete_action,
    open_capa,
    plan_action,
    plan_check,
)
from qc_service.application.investigations import (
    BeginPhase,
    ConcludeInvestigation,
    ConcludePhase,
    begin_phase,
    conclude_investigation,
    conclude_phase,
)
from qc_service.application.results import InvalidateResult, invalidate_result
from qc_service.application.tasks import (
    AssignInvestigation,
    NoteOnInvestigation,
    assign_investigation,
    note_on_investigation,
)
from qc_service.cli.demo.making import tested, verified
from qc_service.cli.demo.products import ENDOTOXIN, Assay
from qc_service.cli.demo.stage import Stage
from qc_service.domain.lots import LOT

CAPA = "CAPA-01"
PIPETTE = "The eight-channel pipette gave twice the volume; its check of that morning is missing."


def laboratory_error(stage: Stage, lot: str, assays: Iterable[Assay]) -> None:
    """Endotoxin is out of specification; the laboratory finds its own error, and tests again by a plan."""
    with stage.telling("Its assays: endotoxin is far too high. An investigation opens by itself."):
        tested(stage, lot, [assay for assay in assays if assay is not ENDOTOXIN])
        tested(stage, lot, [ENDOTOXIN], comparator="=", value="9.9")
        verified(stage, lot)
    first = len(stage.view.get(LOT, lot).quality.results)
    about = {"lot": lot, "investigation": 1}
    with stage.telling(
        "Quality asks Bela Sample to look into it within five days, the laboratory's work first."
    ):
        stage.act(
            "quality", assign_investigation, AssignInvestigation,
            assignee=stage.cast["second analyst"], due_on=stage.clock.day(35).isoformat(), **about,
        )  # fmt: skip
        stage.act(
            "quality", begin_phase, BeginPhase,
            phase="laboratory", plan="Ask the analyst; check the curve, the pipettes and the plate.", **about,
        )  # fmt: skip
        stage.act("second analyst", note_on_investigation, NoteOnInvestigation, note=PIPETTE, **about)
    stage.refuse(
        "Quinn Sample would call it a laboratory error before anybody has said so.",
        "quality", conclude_investigation, ConcludeInvestigation,
        phase="laboratory", root_cause=PIPETTE, conclusion="laboratory_error", **about,
    )  # fmt: skip
    stage.clock.on(39)
    with stage.telling(
        "The phase finds the cause. Two retests are ordered, no more and no fewer; both are low."
    ):
        stage.act(
            "quality", conclude_phase, ConcludePhase, phase="laboratory", finding=PIPETTE, cause="laboratory", **about
        )  # fmt: skip
        stage.act(
            "quality", begin_phase, BeginPhase,
            phase="retest", plan="Two retests of the same sample with another pipette.", retests=2, **about,
        )  # fmt: skip
        for _ in range(2):
            tested(stage, lot, [ENDOTOXIN], retests=first)
        verified(stage, lot)
        stage.act(
            "quality", conclude_phase, ConcludePhase,
            phase="retest", finding="Both retests are below the limit.", cause="laboratory", **about,
        )  # fmt: skip
    with stage.telling("A laboratory error: the first result is disregarded, and stays on record for ever."):
        stage.act(
            "quality", conclude_investigation, ConcludeInvestigation,
            phase="retest", root_cause=PIPETTE, conclusion="laboratory_error", disposition="release", **about,
        )  # fmt: skip
        stage.act("quality", invalidate_result, InvalidateResult, result=first, cause=PIPETTE, **about)


def capa_after_growth(stage: Stage, lot: str) -> None:
    """What quality has done so that it does not come back: one action is overdue by now."""
    analyst, technician = stage.cast["analyst"], stage.cast["technician"]
    with stage.telling(
        "A CAPA: sterile connectors alone, and a check of each on receipt; then whether it helped."
    ):
        stage.act(
            "quality", open_capa, OpenCapa,
            capa=CAPA, title="Connectors of the filler", investigations=[{"lot": lot, "number": 1}],
            description="A connector that was not sterile reached the filler.",
        )  # fmt: skip
        for owner, kind, days_ago, what in (
            (technician, "corrective", 30, "Replace every connector in stock by sterile ones."),
            (analyst, "preventive", 12, "Write and train a check of connectors on receipt."),
        ):
            stage.act(
                "quality", plan_action, PlanAction,
                capa=CAPA, kind=kind, description=what, owner=owner, due_on=stage.clock.day(days_ago).isoformat(),
            )  # fmt: skip
        stage.act(
            "quality", plan_check, PlanCheck,
            capa=CAPA, method="No growth in the next ten fills.", owner=analyst,
            due_on=stage.clock.day(-60).isoformat(),
        )  # fmt: skip
        stage.act(
            "technician", complete_action, CompleteAction,
            capa=CAPA, action=1, evidence="Delivery note 4471; the old ones were destroyed.",
        )  # fmt: skip
