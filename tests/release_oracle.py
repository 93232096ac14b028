"""A lot's story as the acts told it, and an oracle of its own: what a release of it would stand on.

The oracle knows the acts that were taken and what they said, as they come over the wire, and calls nothing of the
service: which version judges the lot, what a result says and whether it counts are worked out here a second time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

Plain = dict[str, Any]


@dataclass(frozen=True)
class Act:
    """Somebody does something: to the result, investigation, version or hold of this number, if to any."""

    verb: str
    who: str
    number: int = 0
    said: Plain = field(default_factory=dict)


@dataclass
class Told:
    """A result as it was told, and what became of it."""

    said: Plain
    analyst: str
    verified: bool = False
    shown_invalid: bool = False
    superseded: bool = False

    @property
    def counts(self) -> bool:
        """Whether it stands."""
        return not (self.shown_invalid or self.superseded)


@dataclass
class Story:
    """Everything that was done and taken; ``concerns`` says which result each investigation is about."""

    today: date
    drafts: dict[int, Plain] = field(default_factory=dict)
    drafters: dict[int, set[str]] = field(default_factory=dict)
    approved: dict[int, Plain] = field(default_factory=dict)
    results: list[Told] = field(default_factory=list)
    concerns: list[int | None] = field(default_factory=list)
    found: set[int] = field(default_factory=set)
    errors: set[int] = field(default_factory=set)
    frozen: int | None = None
    released: bool = False
    concluded: set[int] = field(default_factory=set)
    held: bool = False

    def meant(self, act: Act) -> Act:
        """The act with the number of the latest in place of 0."""
        latest = {
            "verify": len(self.results), "correct": len(self.results), "investigate": len(self.results),
            "approve": max(self.drafts, default=1), "lift": 1,
        }  # fmt: skip
        number = act.number or latest.get(act.verb, len(self.concerns))
        wanted = "retests" if act.verb == "record" else "result"
        if act.said.get(wanted) != 0:
            return replace(act, number=number)
        place = len(self.concerns) if act.verb == "record" else number
        concerned = dict(enumerate(self.concerns, start=1)).get(place)
        return replace(act, number=number, said={**act.said, wanted: concerned or 1})

    def heard(self, act: Act) -> None:
        """Take in an act that the service took."""
        getattr(self, f"_{act.verb}", lambda _: None)(act)

    def _record(self, act: Act) -> None:
        self.results.append(Told(act.said, act.who))

    def _correct(self, act: Act) -> None:
        corrected = self.results[act.number - 1]
        about = {place for place, one in enumerate(self.concerns, start=1) if one == act.number}
        assert about <= self.errors, "a result was corrected while it was looked into, or although it stands"
        assert about or "fails" not in self._said(corrected.said), "a failing result was corrected away"
        assert corrected.said["assay"] == act.said["assay"], "a result was corrected by another assay's"
        corrected.superseded = True
        self.results.append(Told(act.said, act.who))

    def _said(self, said: Plain) -> list[str]:
        """What a result says of its criterion in the version that judges the lot, if it has one."""
        criteria = self.judging["criteria"] if self.judging else ()
        return [says(one, said) for one in criteria if one["assay"] == said["assay"]]

    def _verify(self, act: Act) -> None:
        told = self.results[act.number - 1]
        others = {
            one.analyst for one in self.results if one.said["assay"] == told.said["assay"] == "sterility"
        }
        assert act.who not in {told.analyst, *others}, "somebody verified their own work"
        told.verified = True

    def _hold(self, _: Act) -> None:
        self.held = True

    def _lift(self, _: Act) -> None:
        self.held = False

    def _conclude(self, act: Act) -> None:
        self.concluded.add(act.number)
        if act.said["conclusion"] == "laboratory_error":
            assert act.number in self.found, "an error was concluded that no phase found"
            self.errors.add(act.number)

    def _find(self, act: Act) -> None:
        if act.said["cause"] == "laboratory":
            self.found.add(act.number)

    def _invalidate(self, act: Act) -> None:
        result = act.said["result"]
        assert act.number in self.errors, "a result was disregarded without a cause"
        assert self.concerns[act.number - 1] == result, "by an investigation of another"
        self.results[result - 1].shown_invalid = True

    def _draft(self, act: Act) -> None:
        version = len(self.drafters) + len(self.approved.keys() - self.drafters.keys()) + 1
        begins = self.today + timedelta(days=act.said["in_days"])
        self.drafts[version] = {**act.said, "effective_from": begins.isoformat()}
        self.drafters[version] = {act.who}

    def _day(self, _: Act) -> None:
        self.today += timedelta(days=1)

    def _approve(self, act: Act) -> None:
        assert act.who not in self.drafters[act.number], "somebody approved their own draft"
        self.approved[act.number] = self.drafts[act.number]

    def _release(self, _: Act) -> None:
        self.released = True

    def _assess(self, _: Act) -> None:
        self.frozen = self.version

    @property
    def judging(self) -> Plain | None:
        """The version that judges the lot: as frozen, or the latest in force today."""
        return None if self.version is None else self.approved[self.version]

    @property
    def version(self) -> int | None:
        """Its number."""
        begun = [
            number
            for number, one in self.approved.items()
            if date.fromisoformat(one["effective_from"]) <= self.today
        ]
        return self.frozen or max(begun, default=None)

    def against(self, *, released: bool) -> set[str]:
        """The required assays without a result to stand on, a hold, and before a release an open investigation.

        A lot that was released stands on its verified results: a further one that passes and waits for its
        verification takes nothing away from them.
        """
        judging = self.judging
        if judging is None:
            return {"specification"}
        required = [one for one in judging["criteria"] if one.get("required", True)]
        return {one["assay"] for one in required if not self._met(one, released=released)} | {
            word
            for word, true in (
                ("hold", self.held),
                ("investigation", not released and len(self.concluded) < len(self.concerns)),
            )
            if true
        }

    def _met(self, criterion: Plain, *, released: bool) -> bool:
        counted = [one for one in self.results if one.counts and one.said["assay"] == criterion["assay"]]
        said = [(says(criterion, one.said), one.verified) for one in counted]
        waiting = ("passes", False) in said and not released
        return ("passes", True) in said and not waiting and all(word != "fails" for word, _ in said)


def says(criterion: Plain, said: Plain) -> str:
    """What a result says of a criterion: ``passes``, ``fails``, or ``nothing``."""
    finding = said.get("finding")
    if criterion["kind"] == "growth":
        final = said["days"] >= 14
        return "fails" if finding == "growth" else "passes" if final else "nothing"
    if criterion["kind"] == "presence":
        return "passes" if finding == criterion["expected"] else "fails"
    return _number_says(criterion, said["value"], said.get("comparator", "="))


def _number_says(criterion: Plain, value: str, comparator: str) -> str:
    """A value below or above a bound passes only if all such values do, and fails only if none does."""
    low, high = criterion.get("low"), criterion.get("high")
    below = low is not None and not _within(value, low, criterion.get("low_comparator", ">="), criterion)
    above = high is not None and not _within(value, high, criterion.get("high_comparator", "<="), criterion)
    if comparator == "=":
        return "fails" if below or above else "passes"
    at_low, at_high = (limit is not None and Fraction(value) == Fraction(limit) for limit in (low, high))
    fails, passes = (
        (below or at_low, low is None and (at_high or not above))
        if comparator == "<"
        else (above or at_high, high is None and (at_low or not below))
    )
    return "fails" if fails else "passes" if passes else "nothing"


def _within(value: str, limit: str, comparator: str, criterion: Plain) -> bool:
    places = criterion.get("decimals", len(limit.partition(".")[2]))
    compared, bound = Fraction(value), Fraction(limit)
    if criterion.get("rounding", "half_up") == "half_up":
        compared = Fraction(math.floor(compared * 10**places + Fraction(1, 2)), 10**places)
    return {
        ">=": compared >= bound, ">": compared > bound, "<=": compared <= bound, "<": compared < bound,
    }[comparator]  # fmt: skip
