"""How a specification rounds a value before it compares it (rule Q6; USP General Notices 7.20)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from enum import StrEnum


class Rounding(StrEnum):
    """Which way a 5 goes: up in magnitude (USP), to the even digit, or nowhere, as nothing is rounded."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    NONE = "none"


_WAY = {Rounding.HALF_UP: ROUND_HALF_UP, Rounding.HALF_EVEN: ROUND_HALF_EVEN}
_WORDS = {Rounding.HALF_UP: "rounded half up", Rounding.HALF_EVEN: "rounded half to even"}
_WIDE = 2500
"""Digits enough for every decimal that can be recorded (40 either side, exponents of three digits)."""
KEPT = 30
"""Significant digits that are kept of a number that does not end, such as a third."""
_READ = Context(prec=6, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, kw_only=True)
class RoundingRule:
    """A rule with its precision: so many decimals, so many significant digits, or the limit's own last place."""

    rounding: Rounding
    decimals: int | None
    significant_digits: int | None

    def rounded(self, value: Decimal, limit: Decimal) -> Decimal:
        """The value as it is compared with this limit, written out to the place it was rounded to."""
        if self.rounding is Rounding.NONE:
            return value
        if self.significant_digits is not None:
            return self._to_digits(value, self.significant_digits)
        return self._to_place(
            value, int(limit.as_tuple().exponent) if self.decimals is None else -self.decimals
        )

    @property
    def in_words(self) -> str:
        """The rule as a person reads it: ``rounded half up to 1 decimal``."""
        if self.rounding is Rounding.NONE:
            return "compared as stated, without rounding"
        if self.significant_digits is not None:
            return f"{_WORDS[self.rounding]} to {_many(self.significant_digits, 'significant digit')}"
        place = "the limit's last place" if self.decimals is None else _many(self.decimals, "decimal")
        return f"{_WORDS[self.rounding]} to {place}"

    def _to_digits(self, value: Decimal, digits: int) -> Decimal:
        shortened = Context(prec=digits, rounding=_WAY[self.rounding]).plus(value)
        return self._to_place(shortened, shortened.adjusted() - digits + 1) if shortened else value

    def _to_place(self, value: Decimal, place: int) -> Decimal:
        exact = Context(prec=_WIDE, rounding=_WAY[self.rounding])
        return value.quantize(Decimal((0, (1,), place)), context=exact)


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def as_read(number: Decimal) -> str:
    """A number as a person reads it: one that never ends, of which ``KEPT`` digits are kept, by its first six."""
    return f"about {_READ.plus(number)}" if len(number.as_tuple().digits) >= KEPT else str(number)
