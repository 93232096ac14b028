"""Printing: a job becomes the file that goes to the printer, the same file whenever it is asked for.

Every sheet says in its margins what it is and carries the regulatory sentence; a roll begins with a label that does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from qc_service.domain.errors import Reason
from qc_service.domain.label_prints import (
    THERMAL,
    CharacterNotPrintable,
    LabelFormat,
    LabelTooSmall,
)
from qc_service.exchange.labels.drawing import Drawing
from qc_service.exchange.labels.jobs import LabelJob, Placement
from qc_service.exchange.labels.layout import Area, Block, TooSmall, laid_out
from qc_service.exchange.labels.paper import Paper
from qc_service.exchange.labels.pixels import png
from qc_service.exchange.labels.stocks import STOCKS, Stock
from qc_service.exchange.labels.typeface import CharacterMissing, must_print
from qc_service.exchange.labels.vectors import svg
from qc_service.exchange.labels.vial_label import DOTS, OFFICE_DOTS, drawings
from qc_service.exchange.labels.zpl import zpl

MEDIA_TYPES = {
    LabelFormat.PDF: "application/pdf",
    LabelFormat.ZPL_203: "text/plain; charset=utf-8",
    LabelFormat.ZPL_300: "text/plain; charset=utf-8",
    LabelFormat.SVG: "image/svg+xml",
    LabelFormat.PNG: "image/png",
}
ENDINGS = {LabelFormat.ZPL_203: "zpl", LabelFormat.ZPL_300: "zpl"}
PNG_DOTS = DOTS[LabelFormat.PNG]
_MARGIN_POINTS = 6.5
_LEAST_POINTS = 2.5
"""Only a very long name is ever printed so small, on no label of a vial."""
_EDGE = 10.0
_UNPRINTED = 4.8
"""Millimetres at a sheet's edge that office printers leave white."""
_APART = 0.8


def proof(job: LabelJob) -> None:
    """See that the job can be printed. Raises ``LabelTooSmall`` and ``CharacterNotPrintable``."""
    _proven(job)


def pressed(job: LabelJob, placement: Placement) -> bytes:
    """The file to print. Raises as ``proof`` does."""
    labels = _proven(job)
    if job.format in THERMAL:
        dpi = THERMAL[job.format]
        return "".join(zpl(label, dpi) for label in (_leader(job), *labels)).encode()
    if job.format is LabelFormat.PDF:
        return _rolled(job, labels) if job.stock.roll else _sheets(job, labels, placement)
    label = next(labels)
    title = f"Label of lot {job.label.words.lot}"
    return png(label, PNG_DOTS) if job.format is LabelFormat.PNG else svg(label, title)


def name_of(job: LabelJob) -> str:
    """What the file is called."""
    ending = ENDINGS.get(job.format, job.format.value)
    return f"{job.label.words.lot}-labels-{job.number}.{ending}"


def _proven(job: LabelJob) -> Iterator[Drawing]:
    try:
        must_print(f"{job.by}{job.label.link}{_said(job)}")
        return drawings(job)
    except CharacterMissing as error:
        raise _refused_character(str(error)) from error
    except TooSmall as error:
        raise LabelTooSmall(f"{error}. {_larger(job)}", _why("label_too_small", str(error))) from error


def _refused_character(error: str) -> CharacterNotPrintable:
    mend = "State the word in letters that it has, by a new record."
    return CharacterNotPrintable(
        f"A word on the label cannot be printed: {error}. {mend}", _why("no_character", error)
    )


def _why(code: str, detail: str) -> tuple[Reason, ...]:
    return (Reason(code=code, detail=detail, source="21 CFR 201.15(a)"),)


def _said(job: LabelJob) -> str:
    words = job.label.words
    address = " ".join(words.address.split())
    cautions = "".join((*words.cautions, *words.footing, words.regulatory))
    return (
        f"{words.product}{words.contents}{words.keeping}{words.maker}{words.establishment}{address}{cautions}"
    )


def _larger(job: LabelJob) -> str:
    """Which stocks would do."""
    fitting = [stock.code for stock in STOCKS.values() if stock.roll == job.stock.roll and _fits(job, stock)]
    return f"It fits on {', '.join(fitting)}." if fitting else "No stock here is large enough."


def _fits(job: LabelJob, stock: Stock) -> bool:
    try:
        drawings(replace(job, stock=stock, vials=job.vials[:1]))
    except TooSmall:
        return False
    return True


def _leader(job: LabelJob) -> Drawing:
    """The first label of a roll: what follows, and the regulatory sentence; it goes on no vial."""
    width, height = job.stock.size
    dpi = DOTS.get(job.format, OFFICE_DOTS)
    area = Area(width=width, height=height, margin=1.0, dpi=dpi, least_points=_LEAST_POINTS)
    return laid_out(area, None, (*_heading(job), _sentence(job))).drawing


def _rolled(job: LabelJob, labels: Iterable[Drawing]) -> bytes:
    with _paper(job) as paper:
        for label in (_leader(job), *labels):
            paper.page(label.width, label.height)
            paper.draw(label)
        return paper.finished()


def _sheets(job: LabelJob, labels: Iterable[Drawing], placement: Placement) -> bytes:
    stock, first = job.stock, placement.start - 1
    right, down = float(placement.right), float(placement.down)
    pages = -(-(first + len(job.vials)) // stock.per_page)
    with _paper(job) as paper:
        for place, label in enumerate(labels, first):
            page, at = divmod(place, stock.per_page)
            if place == first or at == 0:
                paper.page(*stock.page)
                for drawing, height in _margins(job, page + 1, pages):
                    paper.draw(drawing, _EDGE + right, height + down)
            left, top = stock.corner(at)
            paper.draw(label, left + right, top + down)
        return paper.finished()


def _paper(job: LabelJob) -> Paper:
    return Paper(title=f"Labels of lot {job.label.words.lot}, print {job.number}", at=job.at)


def _margins(job: LabelJob, page: int, pages: int) -> Iterator[tuple[Drawing, float]]:
    """What stands above and below the labels of a sheet, and at which height."""
    width, height = job.stock.page
    _, free = job.stock.corner(0)
    area = Area(
        width=width - 2 * _EDGE, height=free - _UNPRINTED - _APART, margin=0.0, dpi=OFFICE_DOTS,
        least_points=_LEAST_POINTS, most_points=_MARGIN_POINTS,
    )  # fmt: skip
    yield laid_out(area, None, tuple(_heading(job, f" · sheet {page} of {pages}"))).drawing, _UNPRINTED
    yield laid_out(area, None, (_sentence(job),)).drawing, height - free + _APART


def _heading(job: LabelJob, behind: str = "") -> Iterator[Block]:
    count = len(job.vials)
    labels = "1 label" if count == 1 else f"{count:,} labels"
    print_of = f"Lot {job.label.words.lot} · print {job.number} · {labels}"
    yield Block(text=f"{print_of} · {job.by}, {job.at:%Y-%m-%d %H:%M} UTC{behind}", bold=True)
    if job.label.words.sheet_warning:
        yield Block(text=job.label.words.sheet_warning, bold=True)


def _sentence(job: LabelJob) -> Block:
    return Block(text=" ".join(job.label.words.regulatory.split()))
