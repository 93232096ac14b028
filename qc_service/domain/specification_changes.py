"""What a version of a specification changes against another, member by member, and whether that is stricter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Context, Decimal
from enum import StrEnum

from qc_service.domain.criteria import Criterion, CriterionKind
from qc_service.domain.rounding import Rounding
from qc_service.domain.specifications import Specification


class Effect(StrEnum):
    """What a change does to the results that pass: fewer, more, some fewer and some more, or it cannot be said."""

    TIGHTENED = "tightened"
    LOOSENED = "loosened"
    BOTH = "both"
    UNCLEAR = "unclear"


class Alteration(StrEnum):
    """What became of an assay."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, kw_only=True)
class MemberChange:
    """One member of a criterion as it was and as it is, in plain text; without ``effect`` the same results pass."""

    member: str
    before: str | None
    after: str | None
    effect: Effect | None

    @property
    def in_words(self) -> str:
        """``high: 0.5 → 0.1 (tightened)``."""
        effect = "" if self.effect is None else f" ({self.effect})"
        return f"{self.member.replace('_', ' ')}: {_said(self.before)} → {_said(self.after)}{effect}"


@dataclass(frozen=True, kw_only=True)
class AssayChange:
    """What became of one assay."""

    alteration: Alteration
    before: Criterion | None
    after: Criterion | None
    members: tuple[MemberChange, ...]
    effect: Effect | None

    @property
    def assay(self) -> str:
        """The assay."""
        return str(self._latest.assay)

    @property
    def in_words(self) -> str:
        """``endotoxin changed: high: 0.5 → 0.1 (tightened)``; with its limits where it was added or removed."""
        if self.alteration is Alteration.CHANGED:
            return f"{self.assay} changed: {'; '.join(one.in_words for one in self.members)}"
        weight = "required" if self._latest.required else "informative"
        return f"{self.assay} {self.alteration}: {self._latest.in_words}, {weight}"

    @property
    def _latest(self) -> Criterion:
        latest = self.after or self.before
        assert latest is not None  # noqa: S101  a change has one side at least: _of makes no other
        return latest


def specification_changes(before: Specification | None, after: Specification) -> tuple[AssayChange, ...]:
    """Every assay that was added, removed or changed, in the order of the later version, those removed last."""
    earlier = {one.assay: one for one in before.criteria} if before else {}
    later = {one.assay: one for one in after.criteria}
    pairs = [(earlier.get(assay), criterion) for assay, criterion in later.items()]
    gone = [(criterion, None) for assay, criterion in earlier.items() if assay not in later]
    changes = (_of(old, new) for old, new in (*pairs, *gone))
    return tuple(one for one in changes if one.alteration is not Alteration.CHANGED or one.members)


def overall(effects: Iterable[Effect | None]) -> Effect | None:
    """The effects together; none where there is none."""
    said = {effect for effect in effects if effect is not None}
    if Effect.UNCLEAR in said:
        return Effect.UNCLEAR
    return Effect.BOTH if len(said) > 1 else next(iter(said), None)


def _of(old: Criterion | None, new: Criterion | None) -> AssayChange:
    if old is not None and new is not None:
        members = tuple(_members(old, new))
        effect = overall(one.effect for one in members)
        return AssayChange(
            alteration=Alteration.CHANGED, before=old, after=new, members=members, effect=effect
        )
    weighs = any(one.required for one in (old, new) if one is not None)
    alteration, effect = (
        (Alteration.ADDED, Effect.TIGHTENED) if old is None else (Alteration.REMOVED, Effect.LOOSENED)
    )
    return AssayChange(
        alteration=alteration, before=old, after=new, members=(), effect=effect if weighs else None
    )


def _members(old: Criterion, new: Criterion) -> Iterator[MemberChange]:
    for field in fields(Criterion):
        before, after = _stated(old, field.name), _stated(new, field.name)
        if before != after:
            effect = _EFFECTS[field.name](old, new) if field.name in _EFFECTS else None
            yield MemberChange(member=field.name, before=before, after=after, effect=effect)


def _stated(criterion: Criterion, member: str) -> str | None:
    """A member in plain words; what passes a test for growth is the same whether it is written out or not."""
    if member == "expected" and criterion.kind is CriterionKind.GROWTH:
        return criterion.in_words
    return _plain(getattr(criterion, member))


_NO_END = Decimal("Infinity")
_EXACT = Context(prec=2500)
Judge = Callable[[Criterion, Criterion], Effect | None]
End = tuple[Decimal, int]
"""Where passing ends, and by how little: 0, or 1 inwards where the value itself does not pass."""


def _number(value: Decimal | int | None, absent: Decimal = Decimal(0)) -> End:
    return (absent if value is None else Decimal(value)), 0


def _ordered(before: End, after: End) -> Effect | None:
    """More lets fewer results pass."""
    if before == after:
        return None
    return Effect.TIGHTENED if after > before else Effect.LOOSENED


def _limit_effect(old: Criterion, new: Criterion, *, upper: bool) -> Effect | None:
    """By where the values that pass end on this side, rounding and comparator taken into account.

    It cannot be said for a limit that is finer than the values compared with it, which no approval takes.
    """
    if (old.kind, old.unit) != (new.kind, new.unit):
        return Effect.UNCLEAR
    before, after = (_end(criterion, upper=upper) for criterion in (old, new))
    if (
        before[0].is_finite()
        and after[0].is_finite()
        and (_finer(old, upper=upper) or _finer(new, upper=upper))
    ):
        return Effect.UNCLEAR
    if before[0].is_finite() and after[0].is_finite() and old.rule != new.rule:
        digits = {old.significant_digits, new.significant_digits}
        if digits != {None} or (before == after and old.rounding is not new.rounding):
            return Effect.UNCLEAR
    return _ordered(after, before) if upper else _ordered(before, after)


def _end(criterion: Criterion, *, upper: bool) -> End:
    """The value, before it is rounded, at which results begin or cease to pass; infinite without a limit.

    What is rounded to significant digits keeps its order, so that the limit stands for itself.
    """
    limit = criterion.high if upper else criterion.low
    outwards = 1 if upper else -1
    if limit is None:
        return outwards * _NO_END, 0
    passes = criterion.high_passes if upper else criterion.low_passes
    if criterion.rounding is Rounding.NONE or criterion.significant_digits is not None:
        return limit, 0 if passes else -outwards
    half = _half_a_place(criterion, limit)
    return _EXACT.add(limit, half if passes is upper else -half), 0


def _finer(criterion: Criterion, *, upper: bool) -> bool:
    limit = criterion.high if upper else criterion.low
    return limit is not None and criterion.rounded(limit, limit) != limit


def _half_a_place(criterion: Criterion, limit: Decimal) -> Decimal:
    place = int(criterion.rounded(limit, limit).as_tuple().exponent)
    return Decimal((0, (5,), place - 1))


def _low(old: Criterion, new: Criterion) -> Effect | None:
    return _limit_effect(old, new, upper=False)


def _high(old: Criterion, new: Criterion) -> Effect | None:
    return _limit_effect(old, new, upper=True)


def _rule(old: Criterion, new: Criterion) -> Effect | None:
    return overall((_low(old, new), _high(old, new)))


def _spread(old: Criterion, new: Criterion) -> Effect | None:
    return _ordered(_number(new.highest_cv, _NO_END), _number(old.highest_cv, _NO_END))


def _method(old: Criterion, new: Criterion) -> Effect | None:
    return Effect.UNCLEAR if old.method_binding or new.method_binding else None


def _more(member: str) -> Judge:
    return lambda old, new: _ordered(_number(getattr(old, member)), _number(getattr(new, member)))


def _unclear(_: Criterion, __: Criterion) -> Effect:
    return Effect.UNCLEAR


_EFFECTS: Mapping[str, Judge] = {
    **dict.fromkeys(("kind", "unit", "expected"), _unclear),
    **dict.fromkeys(("low", "low_comparator"), _low),
    **dict.fromkeys(("high", "high_comparator"), _high),
    **dict.fromkeys(("rounding", "decimals", "significant_digits"), _rule),
    **dict.fromkeys(("method", "method_version"), _method),
    **{member: _more(member) for member in ("required", "replicates", "method_binding")},
    "highest_cv": _spread,
}
"""What a member's change does; members that move the same limit together have the effect of that limit."""


def _plain(value: object) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if value is None else str(value)


def _said(value: str | None) -> str:
    return "nothing" if value is None else value
