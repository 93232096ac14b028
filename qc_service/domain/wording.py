"""Terms, days and figures as a person reads them, on pages and on paper alike."""

from __future__ import annotations

import re

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_TENS = re.compile(r"(?<=\d)E([+-]?\d+)", re.ASCII)
_MINUS = re.compile(r"(?<!\w)-(?=\d)", re.ASCII)
_WRITTEN = {"ph": "pH", "qc_assay": "QC assay", "purity_gm130": "Purity GM130"}
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def words(slug: str) -> str:
    """A term of a vocabulary as a person writes it: ``umbilical_cord`` is "Umbilical cord", and ``ph`` is "pH"."""
    spoken = slug.replace("_", " ")
    return _WRITTEN.get(slug, spoken[:1].upper() + spoken[1:])


def month(text: str) -> str:
    """``2026-09`` is "September 2026"."""
    return f"{_MONTHS[int(text[5:7]) - 1]} {text[:4]}"


def day(text: str) -> str:
    """``2027-10-31`` is "31 October 2027"; whatever follows the day is left out."""
    return f"{int(text[8:10])} {month(text)}"


def moment(text: str) -> str:
    """``2026-11-22T10:00:00Z`` is "22 November 2026, 10:00 UTC"."""
    return f"{day(text)}, {text[11:16]} UTC"


def figure(text: str) -> str:
    """A stated value as printed: ``1.05E+11`` is "1.05 × 10¹¹", ``-80`` is "−80" and ``no_growth`` is "no growth"."""
    tens = _TENS.sub(lambda found: f" × 10{found[1].lstrip('+').translate(_RAISED)}", text)
    return _MINUS.sub("−", tens).replace("_", " ")
