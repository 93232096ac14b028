"""Vials of several doses, several vials in one act, and acts taken back, over HTTP."""

from __future__ import annotations

import pytest

from tests import scenes
from tests.answering import answer, codes
from tests.staging import Stage

GTIN = "09506000134369"
DOSE = {"amount": "0.5", "unit": "mL"}


@pytest.fixture(scope="module")
def serials(stage: Stage) -> tuple[str, ...]:
    """Vials of two doses at a clinic; opened, they keep for six hours."""
    scenes.product(stage, "EXO-TWO", gtin=GTIN, doses_per_vial=2, hours_after_puncture=6, hours_after_thaw=24)
    scenes.released_lot(stage, "EX-DOSES", scenes.donation(stage, "A999026000001"), code="EXO-TWO")
    return scenes.consigned(stage, "EX-DOSES", "SHP-1", count=4)


def told(stage: Stage, serial: str, who: str = "clinician") -> list[str]:
    """The codes of the answer about a vial."""
    return codes(answer(stage, "EX-DOSES", serial, who, gtin=GTIN))


def state(stage: Stage, serial: str) -> tuple[str, int | None]:
    """Where a vial stands and how many doses are left."""
    vial = stage.get("clinician", f"/vials/EX-DOSES/{serial}")
    return vial["state"], vial["doses_left"]


def test_p12_a_vial_of_two_doses_is_given_twice_and_then_no_more(
    stage: Stage, serials: tuple[str, ...]
) -> None:
    serial = serials[0]
    stage.post("clinician", f"/vials/EX-DOSES/{serial}/preparation", starts=["thaw"], route="injection")
    scenes.given(stage, "EX-DOSES", serial, given=DOSE)
    assert (state(stage, serial), told(stage, serial)) == (("partly_used", 1), [])
    assert told(stage, serial, "other_clinician") == ["not_consigned_here", "used_elsewhere"]
    stage.clock.tick(hours=3)
    scenes.given(stage, "EX-DOSES", serial, given=DOSE, patient="PT-OTHER1")
    assert (state(stage, serial), told(stage, serial)) == (("administered", 0), ["already_used"])
    history = stage.get("clinician", f"/vials/EX-DOSES/{serial}")["history"]
    assert not [one for one in history if one["body"].get("given_without_clear_answer")]


def test_v4_several_vials_are_one_administration_with_what_was_wasted(
    stage: Stage, serials: tuple[str, ...]
) -> None:
    first, second = serials[1:3]
    for serial in (first, second):
        stage.post(
            "clinician", f"/vials/EX-DOSES/{serial}/preparation", starts=["puncture"], route="injection"
        )
    reply = scenes.given(
        stage, "EX-DOSES", first, doses=2, device="microneedling", wasted=DOSE,
        also=[{"lot": "EX-DOSES", "serial": second, "given": DOSE}],
    )  # fmt: skip
    (further,) = reply["also_recorded"]
    assert (further["stream"], further["body"]["reasons"]) == (f"vial/EX-DOSES/{second}", [])
    assert (reply["body"]["doses_left"], further["body"]["doses_left"]) == (0, 1)
    assert (state(stage, first), state(stage, second)) == (("administered", 0), ("partly_used", 1))
    stage.clock.tick(hours=7)
    assert told(stage, second) == ["in_use_time_exceeded"]


def test_v6_a_dose_recorded_by_mistake_is_taken_back_and_stays_on_record(
    stage: Stage, serials: tuple[str, ...]
) -> None:
    serial = serials[3]
    stage.post("clinician", f"/vials/EX-DOSES/{serial}/preparation", starts=["thaw"], route="injection")
    scenes.given(stage, "EX-DOSES", serial, doses=2)
    assert told(stage, serial) == ["already_used"]
    scenes.disposed(stage, "EX-DOSES", serial, "undo", statement="nothing_given")
    assert (state(stage, serial), told(stage, serial)) == (("in_preparation", None), [])
    (one,) = stage.get("quality", f"/trace?from=vial:EX-DOSES/{serial}")["administrations"]
    assert one["undone"] is True
    scenes.given(stage, "EX-DOSES", serial, doses=2)
    assert told(stage, serial) == ["already_used"]
