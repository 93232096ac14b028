"""No sequence of acts releases a lot with a required result that fails, is missing, unverified or superseded.

Rules Q3, Q4 and R2; 21 CFR 610.1. What the service does is compared with an oracle that calls nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import Phase, event, given, settings

from qc_service.application.assessment import AssessLot, assess_lot
from qc_service.application.disposition import (
    HoldLot,
    LiftHold,
    ReleaseLot,
    hold_lot,
    lift_hold,
    release_case,
    release_lot,
)
from qc_service.application.investigations import (
    BeginPhase,
    ConcludeInvestigation,
    ConcludePhase,
    OpenInvestigation,
    begin_phase,
    conclude_investigation,
    conclude_phase,
    open_investigation,
)
from qc_service.application.results import (
    CorrectResult,
    InvalidateResult,
    RecordResult,
    VerifyResult,
    correct_result,
    invalidate_result,
    record_result,
    verify_result,
)
from qc_service.application.specifications import (
    ApproveSpecification,
    DraftSpecification,
    approve_specification,
    draft_specification,
)
from qc_service.domain.codec import from_plain
from qc_service.domain.criteria import Criterion
from qc_service.domain.errors import DomainError
from qc_service.domain.identifiers import PersonId
from qc_service.domain.permissions import Role
from qc_service.domain.products import PRODUCT as PRODUCTS
from qc_service.domain.release import release_reasons
from qc_service.domain.vocabulary import Purpose
from tests.application.lot_world import LOT_A
from tests.application.quality_world import QualityWorld
from tests.domain.quality_stories import SPECIFICATION
from tests.fakes import actor
from tests.release_acts import (
    BEGINNINGS,
    CRITERIA,
    ENDING,
    ENDOTOXIN,
    IDENTITY,
    LIMITS,
    PASSING,
    REQUIRED,
    RUNS,
    STERILITY,
    VALUES,
    acts,
    beginning,
    run,
    run_of,
    version_of,
)
from tests.release_oracle import Act, Plain, Story, says

PRODUCT = "EXO-QC-1"
TEXT = "As it was found."
_NAMED = {"product": PRODUCT}
_OF_LOT = {"lot": str(LOT_A)}


@dataclass
class Bench:
    """A lot in the laboratory and the people about it."""

    world: QualityWorld = field(default_factory=QualityWorld)

    def take(self, act: Act) -> bool:
        """Do it, and say whether the service took it."""
        if act.verb == "day":
            self.world.world.clock.tick(days=1)
            return True
        use_case, intent, said = self._intent(act)
        role = Role.ANALYST if act.who.endswith("analyst") else Role.QUALITY
        who = actor(role, person=f"t.{act.who.replace('_', '-')}")
        try:
            self.world.world.acts.perform(use_case, who, from_plain(intent, said))
        except DomainError:
            return False
        return True

    def _intent(self, act: Act) -> tuple[Callable[..., Any], Any, Plain]:
        read = self.world.world.clock() - timedelta(hours=1)
        today = self.world.world.clock().date()
        one, of = {**_OF_LOT, "result": act.number}, {**_OF_LOT, "investigation": act.number}
        table: dict[str, tuple[Callable[..., Any], Any, Callable[[], Plain]]] = {
            "record": (record_result, RecordResult, lambda: {**_OF_LOT, **run_of(act.said, read, "east-laboratory")}),
            "correct": (
                correct_result, CorrectResult,
                lambda: {**one, **run_of(act.said, read, "east-laboratory"), "reason": TEXT},
            ),
            "verify": (verify_result, VerifyResult, lambda: one),
            "investigate": (
                open_investigation, OpenInvestigation,
                lambda: {**one, "cause": "doubtful_result", "description": TEXT},
            ),
            "conclude": (
                conclude_investigation, ConcludeInvestigation,
                lambda: {**of, **act.said, "root_cause": TEXT},
            ),
            "begin": (begin_phase, BeginPhase, lambda: {**of, **act.said, "plan": TEXT}),
            "find": (
                conclude_phase, ConcludePhase, lambda: {**of, **act.said, "finding": TEXT},
            ),
            "invalidate": (invalidate_result, InvalidateResult, lambda: {**of, **act.said, "cause": TEXT}),
            "draft": (
                draft_specification, DraftSpecification,
                lambda: {**_NAMED, "change": TEXT, **version_of(act.said, today)},
            ),
            "approve": (approve_specification, ApproveSpecification, lambda: {**_NAMED, "version": act.number}),
            "assess": (assess_lot, AssessLot, lambda: _OF_LOT),
            "hold": (hold_lot, HoldLot, lambda: {**_OF_LOT, "explanation": TEXT}),
            "lift": (lift_hold, LiftHold, lambda: {**_OF_LOT, "hold": act.number, "explanation": TEXT}),
            "release": (release_lot, ReleaseLot, lambda: {**_OF_LOT, "purpose": "clinical"}),
        }  # fmt: skip
        use_case, intent, said = table[act.verb]
        return use_case, intent, said()

    @property
    def concerns(self) -> list[int | None]:
        """Which result each investigation is about."""
        return [one.result for one in self.world.quality.investigations]

    @property
    def version(self) -> int | None:
        """Which version of the specification judges the lot."""
        view, lot = self.world.world.view, self.world.lot()
        found = lot.quality.specification(view.get(PRODUCTS, lot.product), self.world.world.clock())
        return None if found is None else found.version

    @property
    def releasable(self) -> bool:
        """Whether a third person in quality could release the lot now."""
        view, now = self.world.world.view, self.world.world.clock()
        releaser = PersonId("t.third-quality")
        case = release_case(view, self.world.lot(), Purpose.CLINICAL, releaser=releaser, at=now)
        return not release_reasons(case)

    @property
    def usable(self) -> bool:
        """Whether the lot may be used on patients."""
        return self.world.lot().usable_for(Purpose.CLINICAL)


def played(bench: Bench, told: list[Act]) -> Story:
    """Play the acts; after each one, what the service allows must be what the oracle allows."""
    story = Story(today=date(2026, 11, 20))
    story.approved[1] = {"effective_from": "2026-01-01", "criteria": CRITERIA}
    for one in told:
        act = story.meant(one)
        if bench.take(act):
            if act.verb == "release":
                assert story.against(released=False) == set()
                assert act.who not in {one.analyst for one in story.results}
            story.heard(act)
            story.concerns = bench.concerns
        assert bench.version == story.version
        assert not (bench.releasable and story.against(released=False)), story
        assert not (bench.usable and story.against(released=True)), story
    return story


def test_the_first_version_is_the_one_that_the_oracle_knows() -> None:
    assert tuple(from_plain(Criterion, one) for one in CRITERIA) == SPECIFICATION.criteria


@settings(max_examples=150, phases=(Phase.generate,), deadline=None)
@given(BEGINNINGS, acts(4), acts(8))
def test_no_sequence_of_acts_releases_what_was_not_shown_to_pass(
    passing: tuple[str, ...], before: list[Act], after: list[Act]
) -> None:
    story = played(Bench(), [*beginning(passing), *before, *ENDING, *after, *ENDING])
    event("released" if story.released else "not released")


def test_what_has_nothing_against_it_is_released() -> None:
    bench = Bench()
    story = played(bench, [*beginning(list(PASSING)), Act("release", "quality")])
    assert bench.usable
    assert story.against(released=True) == set()


@pytest.mark.parametrize("verbs", RUNS)
@pytest.mark.parametrize("assay", REQUIRED)
def test_what_people_do_one_after_another_releases_nothing_either(verbs: str, assay: str) -> None:
    others = [one for one in REQUIRED if one != assay]
    played(Bench(), [*beginning(others), *run(verbs, assay), *ENDING])


@pytest.mark.parametrize("limit", LIMITS, ids=str)
@pytest.mark.parametrize("value", VALUES)
def test_each_version_releases_by_its_own_limit(limit: Plain, value: str) -> None:
    criterion = {**ENDOTOXIN, **limit}
    version = {"in_days": 0, "criteria": [criterion, STERILITY, IDENTITY]}
    recorded = {"assay": "endotoxin", "value": value, "unit": "EU/mL"}
    others = beginning(["sterility", "identity_transmembrane"])[:-1]
    in_force, measured = (
        run("draft approve", "endotoxin", version=version),
        run("record verify", "endotoxin", recorded=recorded),
    )
    story = played(Bench(), [*in_force, *others, *measured, *ENDING])
    assert story.released is (says(criterion, recorded) == "passes")


@pytest.mark.parametrize(
    ("verbs", "released"),
    [
        ("pass verify", True),
        ("fail begin find error invalidate pass verify", True),
        ("fail begin find error amend verify", True),
        ("pass", False),
        ("fail stands pass verify", False),
        ("fail begin nothing plan again verify none stands", False),
    ],
)
def test_the_runs_lead_where_they_should(verbs: str, released: bool) -> None:
    """So that the property is not kept by a bench on which nothing works."""
    bench = Bench()
    story = played(
        bench, [*beginning(["sterility", "identity_transmembrane"]), *run(verbs, "endotoxin"), *ENDING]
    )
    assert (story.released, bench.usable) == (released, released)
