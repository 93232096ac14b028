"""The same act sent at the same moment: who comes second is answered as the first was, not refused because of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from qc_service.application.actor import Occasion
from qc_service.application.acts import Acts, Expected, KeyReused, RefusedOnRecord
from qc_service.application.ports import Retry
from qc_service.application.view import View
from qc_service.domain.errors import Conflict, Refused
from qc_service.domain.identifiers import Line
from qc_service.domain.permissions import Role
from qc_service.domain.records import New
from qc_service.domain.registers import ReagentRegistered
from tests.fakes import World, actor

RETRY = Retry(scope="t.technician POST /reagents a-key-of-ours", fingerprint="ab" * 32)
REAGENT = New(
    name="R-1",
    body=ReagentRegistered(
        name=Line("Medium"), supplier=Line("Supplier"), supplier_lot=Line("S-1"), expires_on=date(2027, 1, 1)
    ),
)


class Second:
    """An act that is overtaken by its own first sending while it is judged, and is refused for that reason."""

    def __init__(self, acts: Acts, refusal: Exception, first: Retry = RETRY) -> None:
        self.acts, self.refusal, self.first = acts, refusal, first

    def __call__(self, _view: View, occasion: Occasion, _intent: None) -> Sequence[New]:
        """Let the first sending commit; then refuse."""
        self.acts.perform(lambda *_: (REAGENT,), occasion.actor, None, retry=self.first)
        raise self.refusal


REFUSALS = [Conflict("R-1 is on record."), RefusedOnRecord(Refused("R-1 is claimed.", ()), (REAGENT,))]


@pytest.mark.parametrize("refusal", REFUSALS, ids=["refused", "refused on record"])
def test_who_is_refused_because_of_its_own_first_sending_gets_the_answer_of_that(refusal: Exception) -> None:
    world = World()
    again = world.acts.perform(Second(world.acts, refusal), actor(Role.TECHNICIAN), None, retry=RETRY)
    assert [record.stream for record in again.records] == ["reagent/R-1"]
    assert not again.first_time
    assert world.store.head().size == 1


def test_a_stream_that_its_own_first_sending_moved_is_not_stale() -> None:
    world = World()
    seen = Expected(stream="reagent/R-1", seq=-1)
    second = Second(world.acts, Conflict("R-1 is on record."))
    assert world.acts.perform(
        second, actor(Role.TECHNICIAN), None, retry=RETRY, expected=lambda: seen
    ).records


def test_another_act_under_the_same_key_is_told_so() -> None:
    world = World()
    second = Second(world.acts, Conflict("R-1 is on record."), replace(RETRY, fingerprint="cd" * 32))
    with pytest.raises(KeyReused):
        world.acts.perform(second, actor(Role.TECHNICIAN), None, retry=RETRY)


def test_who_is_refused_for_another_reason_stays_refused() -> None:
    world = World()
    second = Second(world.acts, Conflict("R-1 is on record."), replace(RETRY, scope="another"))
    with pytest.raises(Conflict, match="R-1 is on record"):
        world.acts.perform(second, actor(Role.TECHNICIAN), None, retry=RETRY)
