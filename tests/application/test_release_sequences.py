"""No sequence of acts releases a lot with a failing, missing, unverified or superseded result, nor leaves one in order.

The acts are the use cases themselves; what must come of them is kept by a model that knows none of their code.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qc_service.application.disposition import LiftHold, ReleaseLot, lift_hold, release_lot
from qc_service.application.investigations import ConcludeInvestigation, conclude_investigation
from qc_service.application.results import CorrectResult, InvalidateResult, correct_result, invalidate_result
from qc_service.domain.codec import from_plain
from qc_service.domain.errors import DomainError
from qc_service.domain.identifiers import Text
from qc_service.domain.investigations import Conclusion
from qc_service.domain.permissions import Role
from qc_service.domain.phases import InvestigationPhase
from qc_service.domain.vocabulary import Purpose
from tests.application.lot_world import LOT_A
from tests.application.quality_world import QualityWorld
from tests.domain.quality_stories import plain

REQUIRED = ("endotoxin", "sterility", "identity_transmembrane")
GOOD = {"endotoxin": {"value": "0.21"}, "sterility": {}, "identity_transmembrane": {"finding": "positive"}}
BAD = {
    "endotoxin": {"value": "9"}, "sterility": {"finding": "growth"}, "identity_transmembrane": {"finding": "absent"},
}  # fmt: skip


@dataclass
class Told:
    """One result as the model remembers it."""

    assay: str
    good: bool
    verified: bool = False
    counts: bool = True


@dataclass
class Model:
    """The lot at work, and what must be true of it."""

    world: QualityWorld = field(default_factory=QualityWorld)
    results: list[Told] = field(default_factory=list)
    released: bool = False

    @property
    def met(self) -> bool:
        """Whether every required assay has a verified result that passes, and none that fails."""
        standing = [one for one in self.results if one.counts]
        return all(
            any(one.assay == assay and one.good and one.verified for one in standing)
            and not any(one.assay == assay and not one.good for one in standing)
            for assay in REQUIRED
        )

    def act(self, verb: str, place: int, good: bool) -> None:
        """Try one act; the model follows only where it was taken."""
        with suppress(DomainError):
            getattr(self, verb)(place, good)

    def measure(self, place: int, good: bool) -> None:
        assay = REQUIRED[place % 3]
        self.world.measure(assay, **(GOOD if good else BAD)[assay])
        self.results.append(Told(assay, good))

    def verify(self, place: int, good: bool) -> None:
        self.world.verify(place, Role.QUALITY if good else Role.ANALYST)
        self.results[place - 1].verified = True

    def conclude(self, place: int, good: bool) -> None:
        if good:
            self.world.find_laboratory_error(place)
        found = Conclusion.LABORATORY_ERROR if good else Conclusion.INCONCLUSIVE
        intent = ConcludeInvestigation(
            lot=LOT_A, investigation=place, phase=InvestigationPhase.LABORATORY, root_cause=Text("Found."),
            conclusion=found,
        )  # fmt: skip
        self.world.act(conclude_investigation, intent, Role.QUALITY)

    def invalidate(self, place: int, good: bool) -> None:
        about = [one.number for one in self.world.quality.investigations if one.result == place]
        number = about[-1] if good and about else 1
        intent = InvalidateResult(lot=LOT_A, result=place, investigation=number, cause=Text("Found."))
        self.world.act(invalidate_result, intent, Role.QUALITY)
        self.results[place - 1].counts = False

    def correct(self, place: int, good: bool) -> None:
        assay = self.results[place - 1].assay if place <= len(self.results) else "endotoxin"
        said = plain(assay, **(GOOD if good else BAD)[assay])
        intent = from_plain(CorrectResult, {"lot": str(LOT_A), "result": place, "reason": "Swapped.", **said})
        self.world.act(correct_result, intent, Role.ANALYST)
        self.results[place - 1].counts = False
        self.results.append(Told(assay, good))

    def assess(self, _: int, __: bool) -> None:
        self.world.assess()

    def release(self, _: int, __: bool) -> None:
        self.world.act(release_lot, ReleaseLot(lot=LOT_A, purpose=Purpose.CLINICAL), Role.QUALITY)
        assert self.met, self.results
        self.released = True

    def lift(self, place: int, _: bool) -> None:
        intent = LiftHold(lot=LOT_A, hold=place, explanation=Text("Fine."))
        self.world.act(lift_hold, intent, Role.QUALITY)
        assert self.met, self.results

    def must_be_answered(self) -> None:
        """What a clinic hears at this moment."""
        row = self.world.world.store.lot_answer(LOT_A)
        assert row is not None
        codes = {reason["code"] for reason in orjson.loads(row.facts)["reasons"]}
        assert ("not_released" in codes) is not self.released
        if self.released and not self.met:
            assert "specification_not_met" in codes, self.results


EVERYTHING = [
    *(("measure", place, True) for place in range(3)),
    *(("verify", place, True) for place in (1, 2, 3)),
    ("assess", 1, True),
    ("release", 1, True),
]
VERBS = ("measure", "verify", "conclude", "invalidate", "correct", "assess", "release", "lift")
ACTS = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(1, 6), st.booleans()), min_size=1, max_size=14)


def test_a_lot_of_which_everything_passes_is_released() -> None:
    model = Model()
    for verb, place, good in EVERYTHING:
        model.act(verb, place, good)
    assert model.released
    model.must_be_answered()


@given(before=ACTS, everything=st.booleans(), after=ACTS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_sequence_of_acts_leaves_a_clinic_with_a_lot_that_does_not_meet_its_specification(
    before: list[tuple[str, int, bool]], everything: bool, after: list[tuple[str, int, bool]]
) -> None:
    """Half of the sequences begin with all that a release wants, so that they go on after one."""
    model = Model()
    for verb, place, good in [*(EVERYTHING if everything else before), *after]:
        model.act(verb, place, good)
        model.must_be_answered()
