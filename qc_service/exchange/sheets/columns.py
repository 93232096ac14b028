"""The columns of the template: their names, what each takes, and where they stand in a sheet that was filled in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from qc_service.exchange.instruments.reading import UnreadableFile
from qc_service.exchange.sheets.grid import Row, Sheet, column_letters


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column of the template: ``takes`` says what to write and is the mend of whatever is wrong there."""

    name: str
    takes: str
    example: str = ""
    required: bool = False
    also: tuple[str, ...] = ()


COLUMNS = (
    Column(name="lot", takes="the lot's number as it is on record", example="EX261101A", required=True,
           also=("lot number", "lot no", "batch", "batch number")),
    Column(name="assay", takes="the assay's name, such as endotoxin; pick it from the list", example="endotoxin",
           required=True, also=("test", "analysis", "parameter")),
    Column(name="comparator", takes="= < > <= >= below_lod or below_loq; or write it before the value",
           also=("operator", "sign")),
    Column(name="value", takes="the number with the digits to be kept, such as 7.30, <0.05, 1.9E+11 or <LOD",
           example="<0.05", also=("result", "figure", "reading")),
    Column(name="unit", takes="the value's unit, such as EU/mL; pick it from the list", example="EU/mL",
           also=("units",)),
    Column(name="finding", takes="a finding in words in place of a value, such as no_growth or not_detected",
           also=("observation", "outcome")),
    Column(name="lod", takes="the limit of detection, a number in the value's unit",
           also=("limit of detection", "detection limit")),
    Column(name="loq", takes="the limit of quantitation, a number in the value's unit",
           also=("limit of quantitation", "limit of quantification", "quantitation limit")),
    Column(name="method", takes="the written method, such as SOP-QC-12", example="SOP-QC-12", required=True,
           also=("sop", "procedure")),
    Column(name="method_version", takes="the method's version, such as 3", example="3", required=True,
           also=("version", "sop version")),
    Column(name="facility", takes="the laboratory's name on record, such as east-laboratory",
           example="east-laboratory", required=True, also=("laboratory", "lab", "site")),
    Column(name="instrument", takes="the instrument's number on record, such as NTA-01",
           also=("equipment", "device")),
    Column(name="started", takes="when it began, such as 2026-11-02 15:00, in the laboratory's time, or with a zone",
           example="2026-11-02 15:00", required=True, also=("start", "started at", "begun")),
    Column(name="read", takes="when it was read, written as under started", example="2026-11-02 16:10",
           required=True, also=("read at", "finished", "ended", "end")),
    Column(name="replicate", takes="the replicate's name, such as well A1; rows alike but for it become one result",
           also=("replicate label", "well", "repeat")),
    Column(name="measured", takes="what was read in the diluted specimen, where its value is to be worked out",
           also=("measured value", "diluted value")),
    Column(name="dilution", takes="how many times the specimen was diluted, such as 1000; the value is not diluted",
           also=("dilution factor", "diluted")),
    Column(name="dose", takes="the dose of a limit per kg or per dose, such as 2 mL/kg or 10 mL for 70 kg over 1 h",
           also=("stated dose",)),
    Column(name="specimen", takes="the specimen's number", also=("sample", "sample id", "specimen id")),
    Column(name="taken", takes="when the specimen was taken, written as under started",
           also=("taken at", "sampled", "sampled at")),
    Column(name="retests", takes="the number of the lot's first result, where this is a retest of it",
           also=("retest of",)),
    Column(name="resamples", takes="the number of the lot's first result, where this is of another specimen",
           also=("resample of",)),
    Column(name="remark", takes="whatever was noted", also=("remarks", "comment", "comments", "note", "notes")),
)  # fmt: skip
"""In the template's order. One of ``value`` and ``finding`` is needed, too."""

BY_NAME: Mapping[str, Column] = {column.name: column for column in COLUMNS}
_HEADER_WITHIN = 20
_FEWEST = 3
_LONGEST_TITLE = 80
_UNIT = re.compile(r"[(\[].*[)\]]$")


def _plain(title: str) -> str:
    """A title without case, marks, underscores and what stands in brackets behind it; one too long is none."""
    if len(title) > _LONGEST_TITLE:
        return ""
    words = _UNIT.sub("", title.strip()).casefold().replace("_", " ").replace("-", " ").strip(" *:")
    return " ".join(words.split())


_KNOWN = {_plain(title): column.name for column in COLUMNS for title in (column.name, *column.also)}


def is_known(title: str) -> bool:
    """Whether a title names a column of the template."""
    return _plain(title) in _KNOWN


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """A column that is not read; ``nearest`` is the one of the template whose name is most like its title."""

    place: int
    title: str
    nearest: str | None

    @property
    def what(self) -> str:
        """What is said of it."""
        meant = f" Did you mean {self.nearest}?" if self.nearest else ""
        return f"Column {column_letters(self.place)} {self.title!r} is not read.{meant}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """Where the template's columns stand, found by their titles whatever their order."""

    row: int
    places: Mapping[str, int]
    unread: tuple[Unread, ...]


def header_of(sheet: Sheet) -> tuple[Header, tuple[Row, ...]]:
    """The header and the rows below it.

    It is the row with the most of the template's titles among the first twenty that hold something. Raises
    UnreadableFile ``unknown_format`` where none has three, ``malformed`` where a column stands twice or one that
    every row needs is missing.
    """
    first = sheet.rows[:_HEADER_WITHIN]
    if not first:
        raise UnreadableFile("empty", "The sheet holds nothing. Fill in the template and send it.")
    found = max(first, key=lambda row: sum(is_known(cell.text) for cell in row.cells))
    titles = [cell.text for cell in found.cells]
    if sum(map(is_known, titles)) < _FEWEST:
        raise UnreadableFile(
            "unknown_format",
            "None of the first rows has the template's column names: "
            f"{', '.join(column.name for column in COLUMNS if column.required)} and value or finding.",
        )
    places = _places(titles)
    unread = tuple(
        Unread(place=place, title=title, nearest=_nearest(title, places))
        for place, title in enumerate(titles)
        if title and not is_known(title)
    )
    _must_have_what_every_row_needs(places, unread)
    below = tuple(row for row in sheet.rows if row.number > found.number)
    return Header(row=found.number, places=places, unread=unread), below


def _places(titles: Sequence[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, title in enumerate(titles):
        name = _KNOWN.get(_plain(title))
        if name is None:
            continue
        if name in places:
            here, there = column_letters(places[name]), column_letters(place)
            detail = f"Columns {here} and {there} are both {name}. Keep one and rename the other."
            raise UnreadableFile("malformed", detail)
        places[name] = place
    return places


def _nearest(title: str, places: Mapping[str, int]) -> str | None:
    """The missing column whose name or other title is most like this one."""
    open_titles = [known for known, name in _KNOWN.items() if name not in places]
    close = get_close_matches(_plain(title), open_titles, n=1, cutoff=0.7)
    return _KNOWN[close[0]] if close else None


def _must_have_what_every_row_needs(places: Mapping[str, int], unread: Sequence[Unread]) -> None:
    missing = [column.name for column in COLUMNS if column.required and column.name not in places]
    if "value" not in places and "finding" not in places:
        missing.append("value or finding")
    if missing:
        hints = " ".join(one.what for one in unread if one.nearest)
        detail = f"The sheet has no column {', '.join(missing)}, which every row needs. {hints}".strip()
        raise UnreadableFile("malformed", detail)
