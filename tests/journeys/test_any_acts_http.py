"""The same over HTTP and on SQLite: no sequence of acts releases a lot that was not shown to pass (Q3, R2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given, settings

from tests import scenes
from tests.answering import codes
from tests.release_acts import BEGINNINGS, CRITERIA, ENDING, PASSING, acts, beginning, run_of, version_of
from tests.release_oracle import Act, Plain, Story
from tests.staging import Stage, raise_stage

TEXT = "As it was found."
NUMBERS = count(1)
REFUSED = {403, 404, 409, 412, 422}


@dataclass
class Room:
    """A filled lot of a product of its own, and the people about it."""

    stage: Stage
    lot: str
    product: str

    def take(self, act: Act) -> bool:
        """Do it, and say whether the service took it."""
        if act.verb == "day":
            self.stage.clock.tick(days=1)
            return True
        path, body = self._request(act)
        room, _, name = path[1:].partition("/")
        seq = len(self.stage.made.store.stream(f"{room.removesuffix('s')}/{name.partition('/')[0]}")) - 1
        self.stage.keys += 1
        reply = self.stage.client.post(
            f"/api/v1{path}",
            json=body,
            headers={
                "Authorization": f"Bearer {self.stage.token(act.who)}", "If-Match": f'"{seq}"',
                "Idempotency-Key": f"key-{self.stage.keys:08d}",
            },
        )  # fmt: skip
        assert reply.status_code in {201, *REFUSED}, reply.text
        return reply.status_code == 201

    def _request(self, act: Act) -> tuple[str, Plain]:
        lot, now = f"/lots/{self.lot}", self.stage.clock()
        investigation = f"{lot}/investigations/{act.number}"
        specifications = f"/products/{self.product}/specifications"
        result, phase = act.said.get("result", act.number), act.said.get("phase")
        table: dict[str, tuple[str, Plain]] = {
            "verify": (f"{lot}/results/{act.number}/verification", {}),
            "investigate": (
                f"{lot}/investigations", {"cause": "doubtful_result", "description": TEXT, "result": act.number},
            ),
            "begin": (f"{investigation}/phases", {**act.said, "plan": TEXT}),
            "find": (f"{investigation}/phases/{phase}/conclusion", {"finding": TEXT, "cause": act.said.get("cause")}),
            "conclude": (f"{investigation}/conclusion", {**act.said, "root_cause": TEXT}),
            "invalidate": (f"{lot}/results/{result}/invalidation", {"investigation": act.number, "cause": TEXT}),
            "approve": (f"{specifications}/{act.number}/approval", {}),
            "assess": (f"{lot}/assessment", {}),
            "hold": (f"{lot}/hold", {"explanation": TEXT}),
            "lift": (f"{lot}/holds/{act.number}/lift", {"explanation": TEXT}),
            "release": (f"{lot}/release", {"purpose": "clinical"}),
        }  # fmt: skip
        if act.verb == "record":
            return f"{lot}/results", run_of(act.said, now - timedelta(hours=1), scenes.LABORATORY)
        if act.verb == "correct":
            run = run_of(act.said, now - timedelta(hours=1), scenes.LABORATORY)
            return f"{lot}/results/{act.number}/correction", {**run, "reason": TEXT}
        if act.verb == "draft":
            return specifications, {**version_of(act.said, now.date()), "change": TEXT}
        return table[act.verb]

    @property
    def concerns(self) -> list[int | None]:
        """Which result each investigation is about."""
        told = self.stage.get("auditor", f"/lots/{self.lot}/results")
        return [one["result"] for one in told["investigations"]]

    @property
    def releasable(self) -> bool:
        """Whether nothing stands against a release, but that the auditor who asks does not sign it."""
        return not self._told["next_release"]["blocked_by"]

    @property
    def version(self) -> int | None:
        """Which version of the specification judges the lot."""
        judging = self._told["quality"]["specification"]
        return None if judging is None else judging["version"]

    @property
    def _told(self) -> Plain:
        told: Plain = self.stage.get("auditor", f"/lots/{self.lot}")
        return told

    @property
    def usable(self) -> bool:
        """Whether nothing about the lot forbids its use."""
        told = self.stage.get(None, f"/verify?code={self.lot}")
        return codes(told) == ["serial_needed"]


def played(room: Room, told: list[Act]) -> Story:
    """Play the acts; after the last, and after each release, the service allows no more than the oracle."""
    story = Story(today=room.stage.clock().date())
    story.approved[1] = {"effective_from": "2026-01-01", "criteria": CRITERIA}
    for one in told:
        act = story.meant(one)
        if room.take(act):
            if act.verb == "release":
                assert story.against(released=False) == set()
            story.heard(act)
            story.concerns = room.concerns
    assert room.version == story.version
    assert not (room.releasable and story.against(released=False)), story
    assert not (room.usable and story.against(released=True)), story
    return story


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A service with its sites and an eligible donation."""
    raised = raise_stage(tmp_path_factory.mktemp("service"))
    scenes.sites(raised)
    scenes.donation(raised, "A999026000101")
    yield raised
    raised.made.close()


def room(stage: Stage) -> Room:
    """A lot of a new product, filled today."""
    number = next(NUMBERS)
    made = Room(stage, f"EX-SEQ-{number}", f"EXO-SEQ-{number}")
    scenes.product(stage, made.product, gtin=None, criteria=CRITERIA)
    scenes.filled_lot(stage, made.lot, "A999026000101", code=made.product)
    return made


@settings(max_examples=6, deadline=None)
@given(BEGINNINGS, acts(2), acts(4))
def test_no_sequence_of_acts_over_http_releases_what_was_not_shown_to_pass(
    stage: Stage, passing: tuple[str, ...], before: list[Act], after: list[Act]
) -> None:
    played(room(stage), [*beginning(passing), *before, *ENDING, *after, *ENDING])


def test_what_has_nothing_against_it_is_released_over_http(stage: Stage) -> None:
    made = room(stage)
    story = played(made, [*beginning(list(PASSING)), *ENDING])
    assert story.released
    assert made.usable


def test_what_fails_after_its_release_is_usable_no_more(stage: Stage) -> None:
    made = room(stage)
    failing = {"assay": "endotoxin", "value": "0.9", "unit": "EU/mL"}
    story = played(made, [*beginning(list(PASSING)), *ENDING, Act("record", "analyst", said=failing)])
    assert story.released
    assert not made.usable
