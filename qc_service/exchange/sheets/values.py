"""What people write into cells, read without guessing: numbers with comparators, units, moments."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from difflib import get_close_matches

from qc_service.domain.measurements import Comparator, Unit
from qc_service.domain.obtaining import DoseUnit, StatedDose


class Unclear(Exception):
    """A cell that cannot be read; ``what`` is wrong there, ``mend`` what to write, if not what the column takes."""

    def __init__(self, what: str, mend: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend


@dataclass(frozen=True, slots=True)
class Stated:
    """A number as it was written, with the comparator before it; without a number, below the LOD or LOQ."""

    comparator: Comparator
    value: Decimal | None


_COMPARATORS = {
    "<=": Comparator.AT_MOST, "=<": Comparator.AT_MOST, "≤": Comparator.AT_MOST,
    ">=": Comparator.AT_LEAST, "=>": Comparator.AT_LEAST, "≥": Comparator.AT_LEAST,
    "<": Comparator.LESS, ">": Comparator.GREATER, "=": Comparator.EQUAL,
}  # fmt: skip
_BELOW = {
    "lod": Comparator.BELOW_LOD, "lld": Comparator.BELOW_LOD, "below lod": Comparator.BELOW_LOD,
    "below_lod": Comparator.BELOW_LOD, "loq": Comparator.BELOW_LOQ, "lloq": Comparator.BELOW_LOQ,
    "below loq": Comparator.BELOW_LOQ, "below_loq": Comparator.BELOW_LOQ,
}  # fmt: skip
_NUMBER = re.compile(r"[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:E[+-]?\d{1,2})?", re.ASCII)
_LARGEST_POWER = 30
_POWER_OF_TEN = re.compile(r"\s*[x×·*]\s*10\s*\^?\s*([+-]?\d{1,3})$", re.ASCII)
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}([.,])\d{3}(?:\1\d{3})*", re.ASCII)
_AROUND_FACTOR = re.compile(r"^\s*(?:1\s*[:/]|x)\s*|\s*[x×]\s*$", re.IGNORECASE)
_DOSE_UNITS = {one.value.casefold(): one for one in DoseUnit} | {"vial": DoseUnit.VIALS}
_DOSE = re.compile(
    r"(\d{1,9}(?:[.,]\d{1,9})?)\s*(mL/kg/h|mL/kg|mL|vials?)(?:\s+for\s+(\d{1,4}(?:[.,]\d{1,3})?)\s*kg)?"
    r"(?:\s+over\s+(\d{1,3}(?:[.,]\d{1,3})?)\s*h)?(?:,?\s+of\s+(\d{1,4}(?:[.,]\d{1,3})?)\s*mL a vial)?",
    re.ASCII | re.IGNORECASE,
)
_MOST_DIGITS = 15
"""A spreadsheet keeps no more digits of what somebody typed; more come from its own arithmetic."""
_ONE_FIGURE = "write one number without thousands separators, such as 1430 or 1.430"


def stated(text: str, *, comma_is_decimal: bool) -> Stated:
    """Read ``7.30``, ``<0,05``, ``≥ 1.9x10^11`` or ``<LOD``. Raises ``Unclear``."""
    sign = next((mark for mark in _COMPARATORS if text.startswith(mark)), "")
    rest = text[len(sign) :].strip()
    below = _BELOW.get(rest.casefold())
    if below and sign in {"", "<"}:
        return Stated(below, None)
    return Stated(_COMPARATORS.get(sign, Comparator.EQUAL), number(rest, comma_is_decimal=comma_is_decimal))


def comparator(text: str) -> Comparator:
    """Read what stands in the column of comparators. Raises ``Unclear``."""
    found = _COMPARATORS.get(text) or _BELOW.get(text.casefold())
    if found is None:
        raise Unclear(f"{text!r} is no comparator")
    return found


def number(text: str, *, comma_is_decimal: bool) -> Decimal:
    """Read a number with the digits it is written with. Raises ``Unclear`` for what may mean two numbers."""
    plain = text.translate(_SUPERSCRIPT).replace("−", "-")
    plain = _POWER_OF_TEN.sub(r"E\1", plain).upper()
    thousands = _THOUSANDS.fullmatch(plain)
    if thousands and (thousands[1] == ".") is comma_is_decimal:
        raise Unclear(f"{text!r} may be a number with thousands separators", _ONE_FIGURE)
    if "," in plain and "." in plain:
        raise Unclear(f"{text!r} has a comma and a point", _ONE_FIGURE)
    plain = plain.replace(",", ".")
    if not _NUMBER.fullmatch(plain):
        raise Unclear(f"{text!r} is not a number")
    return _measurable(Decimal(plain), text)


def typed_number(text: str) -> Decimal:
    """A number that a workbook holds as one. Raises ``Unclear`` where its digits are of its arithmetic."""
    figure = Decimal(text)
    if not figure.is_finite() or (len(figure.as_tuple().digits) > _MOST_DIGITS and "." in text):
        raise Unclear(
            f"{text} has more digits than a workbook keeps of what is typed",
            "type the value as text, or round it, with the digits to be kept",
        )
    return _measurable(figure, text)


def _measurable(figure: Decimal, text: str) -> Decimal:
    if figure and abs(figure.adjusted()) > _LARGEST_POWER:
        raise Unclear(f"{text!r} is no number that anything measures")
    return figure or figure.copy_abs()


def factor(text: str) -> Decimal:
    """How many times something was diluted: ``1000``, ``1:1000`` or ``1000x``. Raises ``Unclear``."""
    return number(_AROUND_FACTOR.sub("", text), comma_is_decimal=False)


def dose(text: str) -> StatedDose:
    """A dose in words: ``2 mL/kg``, ``10 mL for 70 kg over 1 h`` or ``1 vials, of 2 mL a vial``. Raises ``Unclear``."""
    found = _DOSE.fullmatch(text)
    if found is None:
        raise Unclear(f"{text!r} is no dose")
    amount, said, *others = found.groups()
    body_mass, hours, vial_volume = (_bare(other) if other else None for other in others)
    return StatedDose(
        amount=_bare(amount),
        unit=_DOSE_UNITS[said.casefold()],
        body_mass=body_mass,
        hours=hours,
        vial_volume=vial_volume,
    )


def _bare(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def unit(text: str) -> Unit:
    """The unit of this name, whatever its case and spaces. Raises ``Unclear`` with the nearest one."""
    try:
        return Unit(text)
    except ValueError:
        pass
    found = [one for one in Unit if _folded(one) == _folded(text)]
    if len(found) == 1:
        return found[0]
    raise Unclear(f"{text!r} is no unit that is known", _did_you_mean(text, Unit))


def _folded(text: str) -> str:
    return text.casefold().replace(" per ", "/").replace("μ", "u").replace("µ", "u").replace(" ", "")


def _did_you_mean(text: str, known: Iterable[str]) -> str | None:
    close = get_close_matches(text.casefold(), {one.casefold(): one for one in known}, n=1, cutoff=0.6)
    return next((f"did you mean {one}?" for one in known if close and one.casefold() == close[0]), None)


_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ]+(\d{1,2}:\d\d(?::\d\d)?)(?:\.\d+)?)?\s*(Z|[+-]\d\d:\d\d)?", re.ASCII
)
_DAY_FIRST = re.compile(r"(\d{1,2})([./])(\d{1,2})\2(\d{4})(?:,?[ T]+(\d{1,2}:\d\d(?::\d\d)?))?", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1990, 2099
_FIRST_SERIAL, _LAST_SERIAL = 32874, 73050
"""Days that a workbook counts from 1990 to 2099; other numbers in a column of dates are no dates."""


def moment(text: str) -> str:
    """Read ``2026-11-02 15:00``, with a zone or without, or ``02.11.2026 15:00``.

    Returns ``2026-11-02T15:00:00`` with the zone where one is written; a day alone begins at midnight. Raises
    ``Unclear`` where day and month may be meant the other way round.
    """
    found = _ISO.fullmatch(text)
    if found:
        return _moment(found[1], found[2], found[3] or "", text)
    found = _DAY_FIRST.fullmatch(text)
    if not found:
        raise Unclear(f"{text!r} is no time")
    day, mark, month, year, time = found.groups()
    if mark == "/" and int(day) <= 12 and int(month) <= 12 and day != month:
        raise Unclear(
            f"{text!r} may be the {int(day)}th of month {int(month)} or the other way round",
            f"write {year}-{month:0>2}-{day:0>2} or {year}-{day:0>2}-{month:0>2}",
        )
    if mark == "/" and int(month) > 12:
        day, month = month, day
    return _moment(f"{year}-{month:0>2}-{day:0>2}", time, "", text)


def _moment(day: str, time: str | None, zone: str, text: str) -> str:
    clock = f"{time or '0:00':0>5}"
    try:
        there = datetime.fromisoformat(f"{day}T{clock}")
    except ValueError:
        raise Unclear(f"{text!r} is no time that exists") from None
    if not _FIRST_YEAR <= there.year <= _LAST_YEAR:
        raise Unclear(f"{text!r} is no time of an assay", f"write a year from {_FIRST_YEAR} to {_LAST_YEAR}")
    return f"{there.isoformat()}{zone}"


def serial_moment(text: str, day_nought: date) -> str:
    """Read a date that a workbook shows as the number it keeps, such as 46328.625. Raises ``Unclear``."""
    days = Decimal(text)
    if not _FIRST_SERIAL <= days <= _LAST_SERIAL:
        raise Unclear(f"{text} is no date")
    seconds = int((days * 86400).to_integral_value())
    start = datetime.combine(day_nought, datetime.min.time())
    return (start + timedelta(seconds=seconds)).isoformat()
