"""Whatever quality, analysts and owners do, in whatever order: a lot that is released has nothing against it.

What a release may stand on is kept here beside the service, from what was sent and whether it was taken; the service's
own judgement is not asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from qc_service.application.capas import (
    CompleteAction,
    OpenCapa,
    PlanAction,
    complete_action,
    open_capa,
    plan_action,
)
from qc_service.application.disposition import ReleaseLot, release_lot
from qc_service.application.investigations import (
    BeginPhase,
    ConcludeInvestigation,
    ConcludePhase,
    begin_phase,
    conclude_investigation,
    conclude_phase,
)
from qc_service.application.results import InvalidateResult, invalidate_result
from qc_service.domain.capa_acts import ActionKind
from qc_service.domain.errors import DomainError
from qc_service.domain.identifiers import CapaId, Line, PersonId, Text
from qc_service.domain.investigations import Conclusion, ProposedDisposition
from qc_service.domain.permissions import Role
from qc_service.domain.phases import AssignableCause, InvestigationPhase
from qc_service.domain.vocabulary import Purpose
from tests.application.lot_world import LOT_A
from tests.application.quality_world import QualityWorld

TEXT = Text("As it was found.")
CAPA = CapaId("CAPA-1")
ASSAYS = ("endotoxin", "identity_transmembrane")
UNWELCOME: dict[str, dict[str, Any]] = {
    "endotoxin": {"value": "9"}, "identity_transmembrane": {"finding": "negative"},
}  # fmt: skip
LABORATORY, RETEST, _ = InvestigationPhase
MOVES = (
    "good", "bad", "retest", "resample", "verify", "look", "find", "find nothing", "plan", "end plan", "conclude",
    "give up", "invalidate", "assess", "capa", "done", "release",
)  # fmt: skip


@dataclass
class Bench:
    """A lot at the bench, and beside it what was taken of what was sent."""

    world: QualityWorld = field(default_factory=QualityWorld)
    results: list[dict[str, Any]] = field(default_factory=list)
    found: set[int] = field(default_factory=set)
    concluded: set[int] = field(default_factory=set)
    opened: int = 0
    waiting: int = 0
    released: bool = False

    def __post_init__(self) -> None:
        """What is not looked at here is in order: sterility and size."""
        self.world.measure("sterility")
        self.world.measure("size_mode")
        self.world.verify(1)
        self.results += [
            {"assay": "sterility", "good": True, "verified": True, "valid": True},
            {"assay": "size_mode"},
        ]

    def move(self, name: str, number: int) -> None:
        """Try an act; what the rules refuse leaves nothing."""
        try:
            getattr(self, f"_{name.replace(' ', '_')}")(number)
        except DomainError:
            return

    def _measured(self, assay: str, good: bool, **link: int) -> None:
        bodies = self.world.measure(assay, **({} if good else UNWELCOME[assay]), **link)
        self.opened += sum(type(body).__name__ == "InvestigationOpened" for body in bodies)
        self.results.append({"assay": assay, "good": good, "verified": False, "valid": True})

    def _good(self, number: int) -> None:
        self._measured(ASSAYS[number % 2], good=True)

    def _bad(self, number: int) -> None:
        self._measured(ASSAYS[number % 2], good=False)

    def _retest(self, number: int) -> None:
        self._measured(ASSAYS[number % 2], good=True, retests=number + 2)

    def _resample(self, number: int) -> None:
        self._measured(ASSAYS[number % 2], good=True, resamples=number + 2)

    def _verify(self, number: int) -> None:
        self.world.verify(number + 2)
        self.results[number + 1]["verified"] = True

    def _look(self, number: int) -> None:
        self._quality(begin_phase, BeginPhase(lot=LOT_A, investigation=number, phase=LABORATORY, plan=TEXT))

    def _find(self, number: int, cause: AssignableCause = AssignableCause.LABORATORY) -> None:
        said = ConcludePhase(lot=LOT_A, investigation=number, phase=LABORATORY, finding=TEXT, cause=cause)
        self._quality(conclude_phase, said)
        if cause is AssignableCause.LABORATORY:
            self.found.add(number)

    def _find_nothing(self, number: int) -> None:
        self._find(number, AssignableCause.NONE)

    def _plan(self, number: int) -> None:
        self._quality(
            begin_phase, BeginPhase(lot=LOT_A, investigation=number, phase=RETEST, plan=TEXT, retests=1)
        )

    def _end_plan(self, number: int) -> None:
        said = ConcludePhase(
            lot=LOT_A, investigation=number, phase=RETEST, finding=TEXT, cause=AssignableCause.NONE
        )
        self._quality(conclude_phase, said)

    def _conclude(self, number: int, conclusion: Conclusion = Conclusion.LABORATORY_ERROR) -> None:
        said = ConcludeInvestigation(
            lot=LOT_A, investigation=number, phase=LABORATORY, root_cause=TEXT, conclusion=conclusion,
            disposition=ProposedDisposition.RETEST,
        )  # fmt: skip
        self._quality(conclude_investigation, said)
        assert conclusion is not Conclusion.LABORATORY_ERROR or number in self.found
        self.concluded.add(number)

    def _give_up(self, number: int) -> None:
        self._conclude(number, Conclusion.INCONCLUSIVE)

    def _invalidate(self, number: int) -> None:
        of = self.world.quality.investigation(number).result
        assert of is not None
        self._quality(
            invalidate_result, InvalidateResult(lot=LOT_A, result=of, investigation=number, cause=TEXT)
        )
        assert number in self.found & self.concluded
        self.results[of - 1]["valid"] = False

    def _assess(self, _: int) -> None:
        self.world.assess()

    def _capa(self, _: int) -> None:
        if self.waiting == 0:
            self._quality(open_capa, OpenCapa(capa=CAPA, title=Line("A"), description=TEXT, lots=(LOT_A,)))
        planned = PlanAction(
            capa=CAPA, kind=ActionKind.CORRECTIVE, description=TEXT, owner=PersonId("t.analyst"),
            due_on=date(2026, 12, 1), before_release=(LOT_A,),
        )  # fmt: skip
        self._quality(plan_action, planned)
        self.waiting += 1

    def _done(self, number: int) -> None:
        self.world.act(complete_action, CompleteAction(capa=CAPA, action=number, evidence=TEXT), Role.ANALYST)
        self.waiting -= 1

    def _release(self, _: int) -> None:
        self._quality(release_lot, ReleaseLot(lot=LOT_A, purpose=Purpose.CLINICAL))
        self.released = True
        assert self.opened == len(self.concluded)
        assert self.waiting == 0
        counting = [one for one in self.results if one.get("valid")]
        assert all(one["good"] for one in counting)
        passed = {one["assay"] for one in counting if one["verified"]}
        assert passed == {"sterility", *ASSAYS}

    def _quality(self, use_case: Any, intent: Any) -> None:
        self.world.act(use_case, intent, Role.QUALITY)


ACTS = st.lists(st.tuples(st.sampled_from(MOVES), st.integers(1, 3)), max_size=25)
TO_RELEASE = (
    *(("good", number) for number in (1, 2)), *(("verify", number) for number in range(1, 9)), ("assess", 1),
    ("release", 1),
)  # fmt: skip


def test_the_bench_does_come_to_a_release_also_by_way_of_a_laboratory_error() -> None:
    straight = Bench()
    for move in TO_RELEASE:
        straight.move(*move)
    assert straight.released
    error = Bench()
    for move in (("bad", 2), ("look", 1), ("find", 1), ("plan", 1), ("release", 1)):
        error.move(*move)
    error.move("retest", 1)
    assert [one["assay"] for one in error.results] == ["sterility", "size_mode", "endotoxin"]
    error._measured("endotoxin", good=True, retests=3)
    for move in (("end plan", 1), ("conclude", 1), ("invalidate", 1), *TO_RELEASE):
        error.move(*move)
    assert error.released
    assert [one["valid"] for one in error.results[2:4]] == [False, True]


@settings(max_examples=25, deadline=None)
@given(acts=ACTS)
def test_no_sequence_of_acts_releases_a_lot_that_something_speaks_against(
    acts: list[tuple[str, int]],
) -> None:
    bench = Bench()
    for move in (*acts, *TO_RELEASE):
        if bench.released:
            break
        bench.move(*move)
