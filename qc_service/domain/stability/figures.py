"""The figures of a study's evaluation, as answers show them and conclusions freeze them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from qc_service.domain.expiry import Bounded, Direction, Reach, Regression
from qc_service.domain.identifiers import Slug, Text


class LeftOutBecause(StrEnum):
    """Why a result is not among the points of a line."""

    INVALID = "shown_invalid"
    SUPERSEDED = "corrected"
    NO_EXACT_VALUE = "no_exact_value"
    OTHER_UNIT = "other_unit"
    EXCURSION = "after_excursion"
    INTERIM = "shows_nothing"


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A result that is not counted, by its number in the study, and why."""

    result: int
    because: LeftOutBecause


@dataclass(frozen=True, kw_only=True)
class AssayEvaluated:
    """One assay of a study, evaluated: the results counted, the regression or what is missing, and how far it reaches.

    ``covered`` is the time in months for which every lot has a result, by its time point. An assay judged in words has
    no regression; it reaches as far as one that does not change. ``failed`` are the results out of their limits.
    """

    assay: Slug
    limits: Text
    direction: Direction
    log: bool
    counted: tuple[int, ...]
    failed: tuple[int, ...]
    left_out: tuple[LeftOut, ...]
    covered: Decimal
    regression: Regression | None
    missing: Text | None
    reach: Reach | None


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What a study supports as its results stand: the shortest reach of its assays, in months."""

    assays: tuple[AssayEvaluated, ...]
    unverified: tuple[int, ...]

    @property
    def missing(self) -> tuple[Text, ...]:
        """What is missing before the study supports anything."""
        return tuple(one.missing for one in self.assays if one.missing is not None)

    @property
    def shortest(self) -> AssayEvaluated | None:
        """The assay that bounds the shelf life; ``None`` where something is missing for one."""
        if self.missing:
            return None
        reaching = [one for one in self.assays if one.reach is not None]
        return min(reaching, key=lambda one: one.reach.months if one.reach else Decimal(0), default=None)

    @property
    def supported(self) -> Decimal | None:
        """How many months are supported."""
        shortest = self.shortest
        return shortest.reach.months if shortest and shortest.reach else None

    @property
    def bounded(self) -> Bounded | None:
        """What bounded them."""
        shortest = self.shortest
        return shortest.reach.bounded if shortest and shortest.reach else None
