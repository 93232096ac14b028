"""A vial in use over HTTP: clocks that start later, freezing again, and a page that says until when it may be given."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests import scenes
from tests.answering import answer, codes
from tests.staging import Stage

LOT, GTIN = "EX-CLOCKS", "09506000134369"


@pytest.fixture(scope="module")
def serials(stage: Stage) -> tuple[str, ...]:
    """Vials that keep for a day once thawed, four hours once reconstituted and two once punctured."""
    scenes.product(
        stage,
        "EXO-CLOCKS",
        gtin=GTIN,
        hours_after_thaw=24,
        hours_after_reconstitution=4,
        hours_after_puncture=2,
    )
    scenes.released_lot(stage, LOT, scenes.donation(stage, "A999026000501"), code="EXO-CLOCKS")
    return scenes.consigned(stage, LOT, "SHP-CLOCKS", count=4)


def told(stage: Stage, serial: str) -> Any:
    """The answer to the clinic."""
    return answer(stage, LOT, serial, "clinician", gtin=GTIN)


def started(stage: Stage, serial: str, clock: str) -> str:
    """Start a clock now; until when the vial may be given, as the answer says it."""
    stage.post("clinician", f"/vials/{LOT}/{serial}/clocks", starts=[clock])
    return str(told(stage, serial)["vial"]["use_before"])


def after(stage: Stage, **passed: float) -> str:
    """A moment from now, as an answer writes it."""
    return scenes.at(stage.clock() + timedelta(**passed))


def test_v4_each_clock_that_starts_ends_the_time_sooner(stage: Stage, serials: tuple[str, ...]) -> None:
    serial = serials[0]
    stage.post("clinician", f"/vials/{LOT}/{serial}/preparation", starts=["thaw"], route="injection")
    assert told(stage, serial)["vial"]["use_before"] == after(stage, hours=24)
    stage.clock.tick(minutes=30)
    assert started(stage, serial, "reconstitution") == after(stage, hours=4)
    stage.clock.tick(minutes=30)
    ends = started(stage, serial, "puncture")
    assert ends == after(stage, hours=2)
    in_use = stage.get("clinician", f"/vials/{LOT}/{serial}")["in_use"]
    assert (in_use["use_before"], in_use["punctured_at"]) == (ends, after(stage))
    assert [in_use["thawed_at"], in_use["reconstituted_at"]] == [
        after(stage, hours=-1),
        after(stage, hours=-0.5),
    ]
    page = stage.send(
        "clinician", "GET", f"//01/{GTIN}/10/{LOT}/21/{serial}", status=200, headers={"Accept": "text/html"}
    ).text
    assert "In use at your clinic: use it before" in page
    assert f"{ends[11:16]} UTC" in page
    assert "In use at your clinic" not in stage.send(
        None, "GET", f"//01/{GTIN}/10/{LOT}/21/{serial}", status=200, headers={"Accept": "text/html"}
    ).text  # fmt: skip
    stage.clock.tick(hours=2, seconds=1)
    assert codes(told(stage, serial)) == ["in_use_time_exceeded"]


def test_v4_a_vial_opened_without_a_claim_waits_for_quality(stage: Stage, serials: tuple[str, ...]) -> None:
    serial = serials[1]
    stage.post("clinician", f"/vials/{LOT}/{serial}/clocks", starts=["thaw"])
    assert codes(told(stage, serial)) == ["set_aside"]
    assert stage.get("quality", f"/vials/{LOT}/{serial}")["doubts"] == ["opened_unclaimed"]
    stage.post("other_clinician", f"/vials/{LOT}/{serial}/clocks", 404, starts=["thaw"])
    stage.post("clinician", f"/vials/{LOT}/{serial}/clocks", 422, starts=[])


def test_p12_a_vial_frozen_again_is_not_used(stage: Stage, serials: tuple[str, ...]) -> None:
    serial = serials[2]
    stage.post("clinician", f"/vials/{LOT}/{serial}/preparation", starts=["thaw"], route="injection")
    scenes.disposed(stage, LOT, serial, "refreeze")
    assert codes(told(stage, serial)) == ["temperature_excursion"]
    history = stage.get("clinician", f"/vials/{LOT}/{serial}")["history"]
    assert history[-1]["in_words"] == "Frozen again, which it does not stand."


def test_v6_the_right_vial_gets_what_was_recorded_of_the_wrong_one(
    stage: Stage, serials: tuple[str, ...]
) -> None:
    wrong, right = scenes.consigned(stage, LOT, "SHP-CLOCKS-2", count=2)
    for serial in (wrong, right):
        stage.post("clinician", f"/vials/{LOT}/{serial}/preparation", starts=["thaw"], route="injection")
    scenes.given(stage, LOT, wrong)
    reply = scenes.disposed(
        stage, LOT, wrong, "undo", statement="wrong_vial", right_vial={"lot": LOT, "serial": right}
    )
    assert [one["kind"] for one in reply["also_recorded"]] == ["VialAdministered"]
    assert codes(told(stage, right)) == ["already_used"]
    scenes.disposed(
        stage, LOT, wrong, "undo", statement="wrong_vial", right_vial={"lot": LOT, "serial": right}
    )
    vial = stage.get("clinician", f"/vials/{LOT}/{wrong}")
    assert (vial["state"], vial["in_use"], codes(told(stage, wrong))) == ("received", None, [])
