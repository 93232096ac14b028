"""The review of a lot over HTTP: one screen, for its organisation alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import scenes
from tests.staging import Stage, raise_stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A service with a lot that was released."""
    raised = raise_stage(tmp_path_factory.mktemp("home"))
    scenes.sites(raised)
    scenes.product(raised)
    scenes.donation(raised, "A999026000101")
    scenes.released_lot(raised, "EX-R1", "A999026000101")
    scenes.registered_lot(raised, "EX-R2", "A999026000101")
    yield raised
    raised.made.close()


def test_nothing_stands_out_of_a_lot_that_was_released(stage: Stage) -> None:
    told = stage.get("quality", "/lots/EX-R1/review")
    assert (told["in_words"], told["nothing_stands_out"]) == ("Nothing stands out.", True)
    assert [one["code"] for one in told["against_release"] if "clinical" in one["purposes"]] == [
        "released_before"
    ]
    assert told["next"] == []


def test_a_lot_that_was_just_registered_lacks_what_is_to_be_done(stage: Stage) -> None:
    told = stage.get("analyst", "/lots/EX-R2/review")
    assert not told["nothing_stands_out"]
    assert {"assay_missing", "step_missing", "not_filled", "not_assessed"} <= {
        one["code"] for one in told["missing"]
    }
    assert {role for step in told["next"] for role in step["roles"]} >= {"technician", "analyst", "quality"}


def test_a_review_is_for_its_organisation_and_takes_no_parameter(stage: Stage) -> None:
    stage.get("clinician", "/lots/EX-R1/review", 404)
    stage.get("quality", "/lots/EX-R9/review", 404)
    stage.get(None, "/lots/EX-R1/review", 401)
    told = stage.get("quality", "/lots/EX-R1/review?full=1", 422)
    assert [one["pointer"] for one in told["errors"]] == ["/full"]
