"""Review by exception: what stands out of a lot on one screen, and that nothing stands out where nothing does."""

from __future__ import annotations

from typing import Any

import pytest

from qc_service.application.investigations import OpenInvestigation, open_investigation
from qc_service.application.review import read_review
from qc_service.domain.errors import NotFound
from qc_service.domain.identifiers import LotNumber, Text
from qc_service.domain.investigations import InvestigationCause
from qc_service.domain.permissions import Role
from schemas.review import ReviewSchema
from tests.application.lot_world import LOT_A
from tests.application.trend_world import USUAL, TrendWorld
from tests.fakes import actor

READ = {"started": "2026-11-19T09:00:00Z", "read": "2026-11-19T11:00:00Z"}


@pytest.fixture
def world() -> TrendWorld:
    """A world with a lot that wants a review, and twenty lots before it."""
    made = TrendWorld()
    made.measured_lots(USUAL * 2)
    return made


def told(
    world: TrendWorld, role: Role = Role.QUALITY, organisation: str = "demo-biologics"
) -> dict[str, Any]:
    reader = actor(role, organisation)
    found = read_review(world.world.view, reader, LOT_A, at=world.world.clock())
    assert ReviewSchema().dump(found) == found
    return found


def finished(world: TrendWorld, **changes: Any) -> None:
    """Everything that the lot wants, its endotoxin as it is changed."""
    for number, assay in enumerate(
        ("endotoxin", "sterility", "identity_transmembrane", "size_mode"), start=1
    ):
        world.measure(assay, **(READ | changes if assay == "endotoxin" else {}))
        world.verify(number)
    world.assess()


def test_nothing_stands_out_of_a_lot_that_is_like_the_others(world: TrendWorld) -> None:
    finished(world)
    found = told(world)
    assert found["nothing_stands_out"], found
    assert found["in_words"] == "Nothing stands out."
    assert [found[part] for part in ("missing", "out", "odd", "open")] == [[], [], [], []]
    assert found["checked"] == {
        "specification": 1, "criteria": 4, "results": 4, "compared": 1, "lots_before": 20, "steps": 1,
        "deviations": 0, "investigations": 0,
    }  # fmt: skip
    assert [one["assay"] for one in found["not_compared"]] == ["size_mode"]
    (step,) = found["next"]
    assert (step["act"], step["roles"], step["not_by"]) == ("release a lot", ["quality"], ["Test"])
    assert step["detail"] == "Release the lot for clinical use: not Test."
    assert found["ready"]["clinical"]


def test_a_reader_who_analysed_the_lot_sees_that_another_releases_it(world: TrendWorld) -> None:
    finished(world)
    found = told(world, Role.ANALYST)
    assert found["nothing_stands_out"]
    assert not found["ready"]["clinical"]
    (both,) = [one for one in found["against_release"] if one["code"] == "releaser_is_analyst"]
    assert both["purposes"] == ["further_processing", "clinical"]


def test_a_value_that_is_far_from_the_lots_before_is_odd_within_its_limit(world: TrendWorld) -> None:
    finished(world, value="0.45")
    found = told(world)
    (odd,) = found["odd"]
    assert (odd["assay"], odd["value"], odd["lots"]) == ("endotoxin", "0.45", 20)
    assert [one["code"] for one in odd["why"]] == ["western_electric_1"]
    assert found["out"] == []
    assert (found["in_words"], found["nothing_stands_out"]) == ("1 odd.", False)
    assert found["ready"]["clinical"], "odd blocks nothing"


def test_what_is_missing_out_and_open_is_counted_and_is_somebodys(world: TrendWorld) -> None:
    world.measure(**READ, value="0.9")
    found = told(world)
    assert found["in_words"] == "5 missing, 1 out, 1 odd, 1 open."
    (out,) = found["out"]
    assert out == {
        "assay": "endotoxin", "result": 1, "stated": "0.9 EU/mL", "limit": "at most 0.5 EU/mL", "required": True,
        "verified": False, "investigations": [1],
    }  # fmt: skip
    (work,) = found["open"]
    assert (work["kind"], work["number"], work["overdue"]) == ("investigation", 1, False)
    verify = next(one for one in found["next"] if one["act"] == "verify a result")
    assert (verify["roles"], verify["results"], len(verify["not_by"])) == (["analyst", "quality"], [1], 1)
    last = found["next"][-1]
    assert (last["act"], last["roles"], last["due_on"]) == (None, ["quality"], work["due_on"])


def test_quality_alone_may_be_against_a_release(world: TrendWorld) -> None:
    finished(world)
    world.act(
        open_investigation,
        OpenInvestigation(
            lot=LotNumber(LOT_A), cause=InvestigationCause.COMPLAINT, description=Text("A smell.")
        ),
        Role.QUALITY,
    )
    assert told(world)["in_words"] == "1 open."


def test_lots_after_it_and_its_own_results_are_no_lots_before_it(world: TrendWorld) -> None:
    early = {"started": "2026-09-04T01:00:00Z", "read": "2026-09-04T02:00:00Z"}
    world.measure(**early)
    world.measure(**READ)
    found = told(world)
    assert [one["why"] for one in found["not_compared"]] == ["3 lots before it in EU/mL; 8 are needed"] * 2


def test_a_review_is_its_organisations_own(world: TrendWorld) -> None:
    with pytest.raises(NotFound, match="of yours is on record"):
        told(world, organisation="far-clinic")
