"""One line of a specification: its limits or the finding that passes, and how a result is judged by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from qc_service.domain.errors import Fault, Malformed
from qc_service.domain.identifiers import Line, Slug
from qc_service.domain.measurements import GROWTH, NO_GROWTH, Comparator, Unit
from qc_service.domain.rounding import Rounding, RoundingRule


class CriterionKind(StrEnum):
    """What a criterion looks at: a number, a finding in words, whether something is there, or growth."""

    NUMERIC = "numeric"
    QUALITATIVE = "qualitative"
    PRESENCE = "presence"
    GROWTH = "growth"


class Judgement(StrEnum):
    """What a result says about a criterion; ``not_shown`` where it cannot be said to pass nor to fail."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    NOT_SHOWN = "not_shown"


_UPWARDS = frozenset({Comparator.GREATER, Comparator.AT_LEAST})
_LOW_WORDS = {Comparator.AT_LEAST: "at least", Comparator.GREATER: "more than"}
_HIGH_WORDS = {Comparator.AT_MOST: "at most", Comparator.LESS: "less than"}
_OF_NUMBERS = (
    "unit", "low", "high", "decimals", "low_comparator", "high_comparator", "rounding", "significant_digits",
    "replicates", "highest_cv",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One line of a specification.

    A value passes that is ``low_comparator`` (``>=`` or ``>``) ``low`` and ``high_comparator`` (``<=`` or ``<``)
    ``high``. It is rounded first, to ``decimals`` or to ``significant_digits``; without either, each limit's own
    last place counts. ``replicates`` is how many values it rests on at least, and ``highest_cv`` their highest
    coefficient of variation in percent. With ``method_binding`` a result by another method, or another
    ``method_version`` where one is stated, does not count. ``basis`` says where a limit comes from; for
    endotoxin it is K/M with its K (USP <85>).
    """

    assay: Slug
    kind: CriterionKind
    method: Line
    required: bool = True
    unit: Line | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    expected: Line | None = None
    decimals: int | None = None
    basis: Line | None = None
    low_comparator: Comparator = Comparator.AT_LEAST
    high_comparator: Comparator = Comparator.AT_MOST
    rounding: Rounding = Rounding.HALF_UP
    significant_digits: int | None = None
    replicates: int | None = None
    highest_cv: Decimal | None = None
    method_version: Line | None = None
    method_binding: bool = False

    def __post_init__(self) -> None:
        """Raise ``Malformed`` naming every member that is missing or does not belong to this kind."""
        numeric = self.kind is CriterionKind.NUMERIC
        faults = tuple(
            (*self._limit_faults(), *self._precision_faults()) if numeric else self._worded_faults()
        )
        if faults:
            raise Malformed("; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults), faults=faults)

    def _limit_faults(self) -> Iterator[Fault]:
        if self.unit is None or self.unit not in [str(unit) for unit in Unit]:
            yield Fault(pointer="/unit", detail=f"must be one of {', '.join(Unit)}")
        if self.low is None and self.high is None:
            yield Fault(pointer="/low", detail="state a low limit, a high one, or both")
        if self.low_comparator not in _LOW_WORDS:
            yield Fault(pointer="/low_comparator", detail="must be >= or >")
        if self.high_comparator not in _HIGH_WORDS:
            yield Fault(pointer="/high_comparator", detail="must be <= or <")
        if self.low is not None and self.high is not None:
            if self.high < self.low:
                yield Fault(pointer="/high", detail="is below the low limit")
            elif self.high == self.low and not (self.low_passes and self.high_passes):
                yield Fault(pointer="/high", detail="leaves no value that passes")
        if self.expected is not None:
            yield Fault(pointer="/expected", detail="belongs to a finding in words, not to a number")

    def _precision_faults(self) -> Iterator[Fault]:
        if self.decimals is not None and not 0 <= self.decimals <= 12:
            yield Fault(pointer="/decimals", detail="is between 0 and 12")
        if self.significant_digits is not None and not 1 <= self.significant_digits <= 12:
            yield Fault(pointer="/significant_digits", detail="is between 1 and 12")
        if self.significant_digits is not None and self.decimals is not None:
            yield Fault(
                pointer="/significant_digits", detail="state decimals or significant digits, not both"
            )
        if self.rounding is Rounding.NONE and (self.significant_digits, self.decimals) != (None, None):
            yield Fault(pointer="/rounding", detail="none compares the value as stated: leave the places out")
        if self.replicates is not None and not 1 <= self.replicates <= 100:
            yield Fault(pointer="/replicates", detail="is between 1 and 100")
        if self.highest_cv is not None and self.highest_cv <= 0:
            yield Fault(pointer="/highest_cv", detail="is above 0")
        if self.highest_cv is not None and (self.replicates or 0) < 2:
            yield Fault(pointer="/replicates", detail="a spread needs 2 replicates or more: say how many")

    def _worded_faults(self) -> Iterator[Fault]:
        for member in _OF_NUMBERS:
            if getattr(self, member) != getattr(Criterion, member):
                yield Fault(pointer=f"/{member}", detail=f"belongs to a number, not to {self.kind}")
        if self.kind is CriterionKind.GROWTH and self.expected not in {None, NO_GROWTH}:
            yield Fault(pointer="/expected", detail="growth is never expected")
        if self.kind is not CriterionKind.GROWTH and self.expected is None:
            yield Fault(pointer="/expected", detail="state the finding that passes")

    @property
    def low_passes(self) -> bool:
        """Whether a value equal to the low limit passes."""
        return self.low_comparator is Comparator.AT_LEAST

    @property
    def high_passes(self) -> bool:
        """Whether a value equal to the high limit passes."""
        return self.high_comparator is Comparator.AT_MOST

    def is_by(self, method: Line, version: Line) -> bool:
        """Whether a method is this criterion's, in the version it states if it states one."""
        return method == self.method and self.method_version in {None, version}

    def judge(self, comparator: Comparator, value: Decimal, unit: str) -> Judgement:
        """Judge a number; for a value below its LOD or LOQ, ``value`` is that LOD or LOQ.

        The value is rounded by the criterion's rule and only then compared (USP General Notices 7.20). ``<``,
        ``>`` and "below" pass only if every value they allow passes, and fail only if none does: ``<5`` passes
        ``at most 10`` and is not shown to pass ``at most 3``. A number in another unit shows nothing.
        """
        if self.kind is not CriterionKind.NUMERIC or unit != self.unit:
            return Judgement.NOT_SHOWN
        if comparator is Comparator.EQUAL:
            within = not self._beneath_low(value) and not self._above_high(value)
            return Judgement.PASS if within else Judgement.FAIL
        if comparator in _UPWARDS:
            beyond = comparator is Comparator.GREATER
            return _judged(
                passes=self.high is None and (not self._beneath_low(value) or (beyond and value == self.low)),
                fails=self._above_high(value) or (beyond and value == self.high),
            )
        beyond = comparator is not Comparator.AT_MOST
        return _judged(
            passes=self.low is None and (not self._above_high(value) or (beyond and value == self.high)),
            fails=self._beneath_low(value) or (beyond and value == self.low),
        )

    def judge_finding(self, finding: Line) -> Judgement:
        """Judge a finding in words. Growth fails at once, on whatever day (USP <71>)."""
        if self.kind is CriterionKind.NUMERIC:
            return Judgement.NOT_SHOWN
        if self.kind is CriterionKind.GROWTH:
            return _judged(passes=finding == NO_GROWTH, fails=finding == GROWTH)
        return Judgement.PASS if finding == self.expected else Judgement.FAIL

    @property
    def rule(self) -> RoundingRule:
        """How a value is rounded before it is compared."""
        return RoundingRule(
            rounding=self.rounding, decimals=self.decimals, significant_digits=self.significant_digits
        )

    def rounded(self, value: Decimal, limit: Decimal) -> Decimal:
        """The value as it is compared with this limit, and as a certificate shows it."""
        return self.rule.rounded(value, limit)

    @property
    def in_words(self) -> str:
        """The limits as a person reads them: ``80 to 150 nm``, ``less than 10 EU/mL``, ``no_growth``."""
        if self.kind is CriterionKind.GROWTH:
            return str(NO_GROWTH)
        if self.expected is not None:
            return str(self.expected)
        if self.low is not None and self.high is not None and self.low_passes and self.high_passes:
            return f"{self.low} to {self.high} {self.unit}"
        low = [] if self.low is None else [f"{_LOW_WORDS[self.low_comparator]} {self.low}"]
        high = [] if self.high is None else [f"{_HIGH_WORDS[self.high_comparator]} {self.high}"]
        return f"{' and '.join(low + high)} {self.unit}"

    @property
    def terms_in_words(self) -> str:
        """How a result is judged, beside the limits: rounding, replicates and their spread, the method."""
        terms = [self.rule.in_words] if self.kind is CriterionKind.NUMERIC else []
        if self.replicates is not None:
            spread = "" if self.highest_cv is None else f" with a CV of at most {self.highest_cv} %"
            terms.append(f"{self.replicates} or more replicates{spread}")
        version = "" if self.method_version is None else f" version {self.method_version}"
        terms.append(f"{'only by' if self.method_binding else 'by'} {self.method}{version}")
        return "; ".join(terms)

    def _beneath_low(self, value: Decimal) -> bool:
        if self.low is None:
            return False
        compared = self.rounded(value, self.low)
        return compared < self.low or (compared == self.low and not self.low_passes)

    def _above_high(self, value: Decimal) -> bool:
        if self.high is None:
            return False
        compared = self.rounded(value, self.high)
        return compared > self.high or (compared == self.high and not self.high_passes)


def _judged(*, passes: bool, fails: bool) -> Judgement:
    if fails:
        return Judgement.FAIL
    return Judgement.PASS if passes else Judgement.NOT_SHOWN
