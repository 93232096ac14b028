"""A recall over HTTP: previewed, reaching every descendant at once, answered by each clinic, taken back by two."""

from __future__ import annotations

from typing import Any

import pytest

from tests import scenes
from tests.answering import answer, codes, refused
from tests.staging import CLINIC, OTHER_CLINIC, Stage

DIN = "A999026000101"
LOT, SISTER = "EX-ONE", "EX-TWO"


def recall_decided(stage: Stage, recall: str, act: str, who: str = "quality", **body: Any) -> Any:
    """A decision on a recall, with its reason."""
    said = {"reason": "As it was found.", **body}
    return stage.decide(who, f"/recalls/{recall}/{act}", f"recall/{recall}", **said)


def recall_refused(stage: Stage, recall: str, act: str, reasons: list[str], *, who: str = "quality") -> None:
    """A decision on a recall that is refused for exactly these reasons."""
    rule = "TerminationRefused" if act == "termination" else "RescissionRefused"
    refused(
        stage, who, f"/recalls/{recall}/{act}", rule, reasons, deciding=f"recall/{recall}",
        reason="As it was found.",
    )  # fmt: skip


@pytest.fixture(scope="module")
def serials(stage: Stage) -> dict[str, tuple[str, ...]]:
    """Two lots of one donation; both clinics have vials, and one was given to a patient."""
    scenes.donation(stage, DIN)
    for lot in (LOT, SISTER):
        scenes.released_lot(stage, lot, DIN, stock=5)
    sent = {
        LOT: scenes.consigned(stage, LOT, "SHP-1", count=3),
        SISTER: scenes.consigned(stage, SISTER, "SHP-2", count=2, to=OTHER_CLINIC),
    }
    scenes.prepared(stage, LOT, sent[LOT][0])
    scenes.given(stage, LOT, sent[LOT][0])
    return sent


@pytest.fixture(scope="module")
def recalled(stage: Stage, serials: dict[str, tuple[str, ...]]) -> str:
    """Everything of the donation is recalled; what a preview said before is what it reached."""
    preview = stage.get("quality", f"/recalls/preview?donations={DIN}")
    assert {one["lot"]: one["vials"] for one in preview["lots"]} == {LOT: 13, SISTER: 13}
    assert preview["vials_by_state"]["administered"] == 1
    reached = [{"organisation": CLINIC, "vials": 3}, {"organisation": OTHER_CLINIC, "vials": 2}]
    assert preview["consignees"] == reached
    before = stage.made.store.head().size
    reply = scenes.recall(stage, "RC-1", donations=[DIN])
    assert [one["stream"] for one in reply["also_recorded"]] == [f"lot/{LOT}", f"lot/{SISTER}"]
    assert stage.made.store.head().size == before + 3
    told = stage.get("quality", "/recalls/RC-1")
    assert (told["lots"], told["consignees"], told["status"]) == ([LOT, SISTER], reached, "open")
    assert serials
    return "RC-1"


def test_r4_every_answer_changes_at_once(
    stage: Stage, recalled: str, serials: dict[str, tuple[str, ...]]
) -> None:
    assert recalled
    used, spare, _ = serials[LOT]
    assert codes(answer(stage, LOT, spare)) == ["recalled"]
    assert codes(answer(stage, LOT, None)) == ["recalled"]
    assert codes(answer(stage, SISTER, serials[SISTER][0], "other_clinician")) == ["recalled"]
    assert codes(answer(stage, LOT, used, "clinician")) == ["recalled", "already_used"]
    refused(
        stage, "clinician", f"/vials/{LOT}/{spare}/preparation", "PreparationRefused", ["recalled"],
        starts=["thaw"], route="injection",
    )  # fmt: skip


def test_p1_recalled_after_an_administration_the_trace_finds_the_clinic_and_the_session(
    stage: Stage, recalled: str, serials: dict[str, tuple[str, ...]]
) -> None:
    used = serials[LOT][0]
    for start in (f"donation:{DIN}", f"lot:{LOT}", f"vial:{LOT}/{used}", f"facility:{scenes.SITE}"):
        told = stage.get("quality", f"/trace?from={start}")
        (given,) = told["administrations"]
        assert (given["clinic"], given["serial"], given["session"]) == (CLINIC, used, 1)
        assert given["patient"] is None
        assert [one["recall"] for one in told["recalls"]] == [recalled]
        assert [one["din"] for one in told["donations"]] == [DIN]
    assert stage.get("quality", f"/trace?from=lot:{LOT}")["organisations"] == ["demo-biologics", CLINIC]
    (own,) = stage.get("clinician", f"/trace?from=vial:{LOT}/{used}")["administrations"]
    assert own["patient"] == "PT-4F7K2"


def test_r4_each_clinic_is_told_of_its_own_part_and_answers_for_itself(stage: Stage, recalled: str) -> None:
    told = stage.get("clinician", f"/recalls/{recalled}")
    assert told["consignees"] == [{"organisation": CLINIC, "vials": 3}]
    assert told["unanswered"] == [CLINIC]
    assert OTHER_CLINIC not in str(told)
    assert [one["id"] for one in stage.get("clinician", "/recalls")["items"]] == [recalled]
    recall_refused(stage, recalled, "termination", ["not_acknowledged", "not_acknowledged"])
    stage.post("clinician", f"/recalls/{recalled}/acknowledgements", set_aside=2, used=1, missing=0)
    recall_refused(stage, recalled, "termination", ["not_acknowledged"])
    whole = stage.get("quality", f"/recalls/{recalled}")
    assert (whole["unanswered"], whole["effectiveness_percent"]) == ([OTHER_CLINIC], "50.0")


def test_r4_the_class_is_the_authoritys_and_comes_later(stage: Stage, recalled: str) -> None:
    day = stage.clock().date().isoformat()
    stage.post(
        "quality", f"/recalls/{recalled}/classification", recall_class="II", authority="Demonstration authority",
        classified_on=day,
    )  # fmt: skip
    assert stage.get("quality", f"/recalls/{recalled}")["classified"]["recall_class"] == "II"


def test_r4_one_person_alone_does_not_take_a_recall_back(
    stage: Stage, serials: dict[str, tuple[str, ...]]
) -> None:
    scenes.recall(stage, "RC-2", "withdrawal", lots=[SISTER])
    spare = serials[SISTER][1]
    assert "withdrawn" in codes(answer(stage, SISTER, spare))
    recall_refused(stage, "RC-2", "rescission", ["not_proposed"])
    recall_decided(stage, "RC-2", "rescission-proposal")
    recall_refused(stage, "RC-2", "rescission-proposal", ["proposed"], who="second_quality")
    recall_refused(stage, "RC-2", "rescission", ["same_person"])
    recall_decided(stage, "RC-2", "rescission", "second_quality")
    assert "withdrawn" not in codes(answer(stage, SISTER, spare))
    recall_refused(stage, "RC-2", "rescission", ["rescinded"], who="second_quality")
    recall_refused(stage, "RC-2", "termination", ["not_open", "not_acknowledged"])


def test_r4_a_recall_reaches_what_came_of_a_reagent_an_instrument_or_a_site_on_its_days(stage: Stage) -> None:
    stage.post("technician", "/equipment", id="TFF-1", name="Tangential flow filter")
    stage.post(
        "technician", "/reagents", id="MEDIUM-1", name="Medium", supplier="Demonstration supplier",
        supplier_lot="S-1", expires_on="2027-12-31",
    )  # fmt: skip
    lot = scenes.registered_lot(stage, "EX-THREE", scenes.donation(stage, "A999026000001"))
    scenes.step(stage, lot, "tissue_digestion", equipment=["TFF-1"], reagents=["MEDIUM-1"])
    day = stage.clock().date().isoformat()
    for query in (
        "reagents=MEDIUM-1", "equipment=TFF-1", f"facility={scenes.SITE}&since={day}&until={day}",
        f"facility={scenes.RECOVERY}&since={day}&until={day}",
    ):  # fmt: skip
        assert [one["lot"] for one in stage.get("quality", f"/recalls/preview?{query}")["lots"]] == [lot]
    stage.post("technician", "/equipment", id="TFF-2", name="Another filter")
    refused(
        stage, "quality", "/recalls", "RecallReachesNothing", ["reaches_nothing"], recall="RC-NOTHING", kind="recall",
        depth="clinic", explanation="A filter was torn.", scope={"equipment": ["TFF-2"]},
    )  # fmt: skip
    refused(
        stage, "quality", "/recalls", "RecallExists", http=409, recall="RC-1", kind="recall", depth="clinic",
        explanation="Again.", scope={"lots": [lot]},
    )  # fmt: skip


def test_r4_a_recall_ends_when_everybody_answered_or_is_excused_by_name(stage: Stage, recalled: str) -> None:
    recall_decided(stage, recalled, "termination", excused=[OTHER_CLINIC])
    assert stage.get("quality", f"/recalls/{recalled}")["status"] == "terminated"
    assert codes(answer(stage, LOT, None)) == ["recalled"]
