"""A stability study's result recorded wrongly, put right over HTTP; and a correction that is no way past a failure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests import scenes
from tests.answering import audited, refused
from tests.journeys.stability_scenes import (
    LOTS,
    STUDY,
    measured,
    projection,
    pulled,
    started,
    verified,
    world,
)
from tests.staging import Stage, raise_stage

LOT = LOTS[0]
REASON = "Two digits were swapped."


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A study of one lot with its first pull."""
    raised = raise_stage(tmp_path)
    scenes.sites(raised)
    scenes.product(raised)
    world(raised, LOT)
    started(raised, LOT)
    pulled(raised, 1, LOT)
    yield raised
    audited(raised)
    raised.made.close()


def path(number: int, act: str = "correction") -> str:
    """The route of an act upon a result."""
    return f"/stability/{STUDY}/results/{number}/{act}"


def anew(stage: Stage, value: str, /, **differing: Any) -> dict[str, Any]:
    """A correction's statement."""
    now = stage.clock()
    said = {
        "assay": "particle_concentration", "value": value, "unit": "particles/mL", "method": "NTA",
        "method_version": "1", "facility": scenes.LABORATORY, "started": scenes.at(now - timedelta(hours=1)),
        "read": scenes.at(now), "reason": REASON,
    }  # fmt: skip
    return {**said, **differing}


def conclude(stage: Stage, number: int, conclusion: str) -> None:
    """Quality concludes an investigation of the lot, whose laboratory phase found the error."""
    one = f"/lots/{LOT}/investigations/{number}"
    stage.post("quality", f"{one}/phases", phase="laboratory", plan="Look at the worksheet.")
    stage.post("quality", f"{one}/phases/laboratory/conclusion", finding="Swapped.", cause="laboratory")
    stage.post(
        "quality", f"{one}/conclusion", phase="laboratory", root_cause="Swapped.", conclusion=conclusion
    )


def test_a_slip_is_corrected_and_the_first_counts_no_more(stage: Stage) -> None:
    measured(stage, LOT, 1, "1.10E+11")
    verified(stage, 1)
    reply = stage.post("analyst", path(1), **anew(stage, "1.01E+11"))
    assert (reply["kind"], reply["body"]["corrects"], reply["also_recorded"]) == (
        "StabilityResultRecorded", 1, [],
    )  # fmt: skip
    assert (reply["body"]["lot"], reply["body"]["point"], reply["body"]["pull"]) == (LOT, 1, 1)
    first, second = stage.get("quality", f"/stability/{STUDY}")["results"]
    assert (first["valid"], first["superseded_by"], first["value"]) == (False, 2, "1.10E+11")
    assert (second["valid"], second["corrects"], second["verified_by"]) == (True, 1, None)
    found = projection(stage)
    assert found["unverified"] == [2]
    (assay,) = found["assays"]
    assert (assay["counted"], assay["left_out"]) == ([2], [{"result": 1, "because": "corrected"}])
    done = f"/stability/{STUDY}/conclusion"
    refused(stage, "quality", done, "StudyConclusionRefused", ["result_unverified"], statement="Stopped.")
    refused(stage, "analyst", path(2, "verification"), "VerificationRefused", ["verifier_is_analyst"])
    verified(stage, 2)
    stage.post("quality", done, statement="Stopped.")
    table = stage.send("quality", "GET", f"/stability/{STUDY}/projection.csv", status=200).get_data(
        as_text=True
    )
    assert "corrected" in table


def test_what_was_corrected_is_not_corrected_verified_or_shown_invalid_again(stage: Stage) -> None:
    measured(stage, LOT, 1, "1.10E+11")
    stage.post("analyst", path(1), **anew(stage, "1.01E+11"))
    superseded = ["result_superseded"]
    refused(stage, "quality", path(1), "CorrectionRefused", superseded, **anew(stage, "1.02E+11"))
    refused(stage, "second_analyst", path(1, "verification"), "VerificationRefused", superseded)
    stage.post("quality", path(1, "investigation"), description="Why was it swapped?")
    conclude(stage, 1, "laboratory_error")
    said: dict[str, Any] = {"investigation": 1, "cause": "Swapped."}
    refused(stage, "quality", path(1, "invalidation"), "InvalidationRefused", superseded, **said)


def test_a_failing_result_is_corrected_once_its_investigations_found_the_laboratorys_error(
    stage: Stage,
) -> None:
    measured(stage, LOT, 1, "1.0E+10")
    said = anew(stage, "1.00E+11")
    both = ["investigation_open", "no_laboratory_error"]
    refused(stage, "analyst", path(1), "CorrectionRefused", both, **said)
    conclude(stage, 1, "laboratory_error")
    stage.post("quality", path(1, "investigation"), description="The dilution, too.")
    refused(stage, "analyst", path(1), "CorrectionRefused", both, **said)
    conclude(stage, 2, "laboratory_error")
    reply = stage.post("analyst", path(1), **said)
    assert (reply["body"]["out_of_specification"], reply["also_recorded"]) == (False, [])


def test_an_investigation_that_left_the_result_standing_bars_its_correction(stage: Stage) -> None:
    measured(stage, LOT, 1, "1.01E+11")
    stage.post("quality", path(1, "investigation"), description="The video was out of focus.")
    conclude(stage, 1, "inconclusive")
    refused(
        stage, "analyst", path(1), "CorrectionRefused", ["no_laboratory_error"], **anew(stage, "1.02E+11")
    )


def test_a_correction_that_fails_opens_an_investigation_of_the_new_result(stage: Stage) -> None:
    measured(stage, LOT, 1, "1.00E+11")
    reply = stage.post("quality", path(1), **anew(stage, "1.00E+10"))
    assert reply["body"]["out_of_specification"] is True
    assert [one["kind"] for one in reply["also_recorded"]] == ["InvestigationOpened"]
    (opened,) = stage.get("quality", f"/lots/{LOT}/results")["investigations"]
    assert opened["study_result"] == {"study": STUDY, "result": 2}
    refused(
        stage, "analyst", path(2), "CorrectionRefused", ["investigation_open", "no_laboratory_error"],
        **anew(stage, "1.00E+11"),
    )  # fmt: skip


def test_a_correction_is_of_the_same_lot_time_point_and_assay(stage: Stage) -> None:
    measured(stage, LOT, 1, "1.10E+11")
    pulled(stage, 1, LOT)
    for member, differing in (
        ("/assay", {"assay": "ph", "value": "7.3", "unit": "pH"}), ("/pull", {"pull": 3}), ("/lot", {"lot": LOT}),
        ("/reason", {"reason": ""}), ("/read", {"read": "2040-01-01T00:00:00Z"}),
    ):  # fmt: skip
        problem = stage.post("analyst", path(1), 422, **anew(stage, "1.01E+11", **differing))
        assert problem["errors"][0]["pointer"] == member, problem
    stage.post("analyst", path(2), 404, **anew(stage, "1.01E+11"))
    assert stage.post("analyst", path(1), **anew(stage, "1.01E+11"))["body"]["pull"] == 1
    assert stage.post("analyst", path(2), **anew(stage, "1.01E+11", pull=2))["body"]["pull"] == 2
