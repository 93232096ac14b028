"""Versioned specifications: which assays a product must pass, and how a result is judged by its limits.

Specification, result and instrument mean the same by an assay's name. ``ASSAYS`` has those that products
share: particle concentration and size by NTA, identity and purity markers, composition, potency, sterility
(USP <71>), endotoxin (USP <85>), mycoplasma (USP <63>), and the checks of filter, container and appearance.
A product may have assays of its own; a marker judged by itself has its own name, such as ``marker_cd9``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum

from qc_service.domain.errors import Fault, Malformed
from qc_service.domain.identifiers import Line, Slug
from qc_service.domain.measurements import GROWTH, NO_GROWTH, Comparator, Unit


class CriterionKind(StrEnum):
    """What a criterion looks at: a number, a finding in words, whether something is there, or growth."""

    NUMERIC = "numeric"
    QUALITATIVE = "qualitative"
    PRESENCE = "presence"
    GROWTH = "growth"


ASSAYS: Mapping[Slug, CriterionKind] = {
    Slug("particle_concentration"): CriterionKind.NUMERIC,
    Slug("particle_concentration_cv"): CriterionKind.NUMERIC,
    Slug("size_mode"): CriterionKind.NUMERIC,
    Slug("size_mean"): CriterionKind.NUMERIC,
    Slug("size_d10"): CriterionKind.NUMERIC,
    Slug("size_d50"): CriterionKind.NUMERIC,
    Slug("size_d90"): CriterionKind.NUMERIC,
    Slug("size_within_50_400"): CriterionKind.NUMERIC,
    Slug("identity_transmembrane"): CriterionKind.PRESENCE,
    Slug("identity_cytosolic"): CriterionKind.PRESENCE,
    Slug("purity_albumin"): CriterionKind.NUMERIC,
    Slug("purity_apolipoproteins"): CriterionKind.NUMERIC,
    Slug("purity_calnexin"): CriterionKind.PRESENCE,
    Slug("purity_gm130"): CriterionKind.PRESENCE,
    Slug("particles_per_protein"): CriterionKind.NUMERIC,
    Slug("zeta_potential"): CriterionKind.NUMERIC,
    Slug("ph"): CriterionKind.NUMERIC,
    Slug("osmolality"): CriterionKind.NUMERIC,
    Slug("residual_moisture"): CriterionKind.NUMERIC,
    Slug("residual_dna"): CriterionKind.NUMERIC,
    Slug("residual_antibiotic"): CriterionKind.NUMERIC,
    Slug("potency"): CriterionKind.NUMERIC,
    Slug("sterility"): CriterionKind.GROWTH,
    Slug("endotoxin"): CriterionKind.NUMERIC,
    Slug("mycoplasma"): CriterionKind.PRESENCE,
    Slug("filter_integrity"): CriterionKind.QUALITATIVE,
    Slug("visual_inspection"): CriterionKind.QUALITATIVE,
    Slug("container_closure"): CriterionKind.QUALITATIVE,
    Slug("fill_volume"): CriterionKind.NUMERIC,
    Slug("appearance"): CriterionKind.QUALITATIVE,
}
"""The assays that products share, and the kind of criterion each is judged by."""


class Judgement(StrEnum):
    """What a result says about a criterion; ``not_shown`` where it cannot be said to pass nor to fail."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    NOT_SHOWN = "not_shown"


_EXACT = Context(prec=2500, rounding=ROUND_HALF_UP)
"""Wide enough for every decimal that can be recorded (40 digits either side, exponents of three digits)."""
_UPWARDS = frozenset({Comparator.GREATER, Comparator.AT_LEAST})


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One line of a specification.

    ``low`` and ``high`` are both within the limits. ``decimals`` is the place to which a value is rounded
    before it is compared; without it, each limit's own last place counts. ``basis`` says where a limit comes
    from; for endotoxin it is K/M with its K (USP <85>).
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

    def __post_init__(self) -> None:
        """Raise ``Malformed`` naming every member that is missing or does not belong to this kind."""
        faults = self._numeric_faults() if self.kind is CriterionKind.NUMERIC else self._worded_faults()
        if faults:
            detail = "; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults)
            raise Malformed(detail, faults=faults)

    def _numeric_faults(self) -> tuple[Fault, ...]:
        faults = []
        if self.unit is None or self.unit not in [str(unit) for unit in Unit]:
            faults.append(Fault(pointer="/unit", detail=f"must be one of {', '.join(Unit)}"))
        if self.low is None and self.high is None:
            faults.append(Fault(pointer="/low", detail="state a low limit, a high one, or both"))
        if self.low is not None and self.high is not None and self.high < self.low:
            faults.append(Fault(pointer="/high", detail="is below the low limit"))
        if self.decimals is not None and not 0 <= self.decimals <= 12:
            faults.append(Fault(pointer="/decimals", detail="is between 0 and 12"))
        if self.expected is not None:
            faults.append(Fault(pointer="/expected", detail="belongs to a finding in words, not to a number"))
        return tuple(faults)

    def _worded_faults(self) -> tuple[Fault, ...]:
        numbers = ("unit", "low", "high", "decimals")
        faults = [
            Fault(pointer=f"/{member}", detail=f"belongs to a number, not to {self.kind}")
            for member in numbers
            if getattr(self, member) is not None
        ]
        if self.kind is CriterionKind.GROWTH and self.expected not in {None, NO_GROWTH}:
            faults.append(Fault(pointer="/expected", detail="growth is never expected"))
        if self.kind is not CriterionKind.GROWTH and self.expected is None:
            faults.append(Fault(pointer="/expected", detail="state the finding that passes"))
        return tuple(faults)

    def judge(self, comparator: Comparator, value: Decimal, unit: str) -> Judgement:
        """Judge a number; for a value below its LOD or LOQ, ``value`` is that LOD or LOQ.

        The value is rounded to the place of the limit, a 5 upwards in magnitude, and only then compared
        (USP General Notices 7.20). ``<``, ``>`` and "below" pass only if every value they allow passes, and
        fail only if none does: ``<5`` passes ``at most 10`` and is not shown to pass ``at most 3``. A number
        in another unit shows nothing.
        """
        if self.kind is not CriterionKind.NUMERIC or unit != self.unit:
            return Judgement.NOT_SHOWN
        if comparator is Comparator.EQUAL:
            within = not self._beneath_low(value) and not self._above_high(value)
            return Judgement.PASS if within else Judgement.FAIL
        if comparator in _UPWARDS:
            return _judged(
                passes=self.high is None and not self._beneath_low(value),
                fails=self._above_high(value) or (comparator is Comparator.GREATER and value == self.high),
            )
        return _judged(
            passes=self.low is None and not self._above_high(value),
            fails=self._beneath_low(value) or (comparator is not Comparator.AT_MOST and value == self.low),
        )

    def judge_finding(self, finding: Line) -> Judgement:
        """Judge a finding in words. Growth fails at once, on whatever day (USP <71>)."""
        if self.kind is CriterionKind.NUMERIC:
            return Judgement.NOT_SHOWN
        if self.kind is CriterionKind.GROWTH:
            return _judged(passes=finding == NO_GROWTH, fails=finding == GROWTH)
        return Judgement.PASS if finding == self.expected else Judgement.FAIL

    def rounded(self, value: Decimal, limit: Decimal) -> Decimal:
        """The value at the place where it is compared with this limit, as a certificate shows it."""
        place = int(limit.as_tuple().exponent) if self.decimals is None else -self.decimals
        return value.quantize(Decimal((0, (1,), place)), context=_EXACT)

    @property
    def in_words(self) -> str:
        """The limits as a person reads them: ``80 to 150 nm``, ``at most 10 EU/mL``, ``no_growth``."""
        if self.kind is CriterionKind.GROWTH:
            return str(NO_GROWTH)
        if self.expected is not None:
            return str(self.expected)
        if self.low is None:
            return f"at most {self.high} {self.unit}"
        if self.high is None:
            return f"at least {self.low} {self.unit}"
        return f"{self.low} to {self.high} {self.unit}"

    def _beneath_low(self, value: Decimal) -> bool:
        return self.low is not None and self.rounded(value, self.low) < self.low

    def _above_high(self, value: Decimal) -> bool:
        return self.high is not None and self.rounded(value, self.high) > self.high


def _judged(*, passes: bool, fails: bool) -> Judgement:
    if fails:
        return Judgement.FAIL
    return Judgement.PASS if passes else Judgement.NOT_SHOWN


@dataclass(frozen=True, kw_only=True)
class Specification:
    """One version of what a product must meet; its limits are frozen into a lot's records at assessment."""

    version: int
    effective_from: date
    criteria: tuple[Criterion, ...]

    def criterion(self, assay: str) -> Criterion | None:
        """The criterion for an assay, if this version has one."""
        return next((criterion for criterion in self.criteria if criterion.assay == assay), None)


def specification_on(specifications: tuple[Specification, ...], day: date) -> Specification | None:
    """The version in effect that day: the latest of those whose day has come."""
    effective = [one for one in specifications if one.effective_from <= day]
    return max(effective, key=lambda one: one.version, default=None)
