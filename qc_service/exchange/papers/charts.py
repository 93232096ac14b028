"""A check or an administration for the patient's chart: one page to print, and a sticker.

The sticker carries no symbol of the vial: what is stuck into a chart must not scan as the vial's own label.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from qc_service.exchange.labels.drawing import Drawing
from qc_service.exchange.labels.layout import Area, Block, laid_out
from qc_service.exchange.labels.paper import Paper
from qc_service.exchange.papers.page import Writing, printable

TOPICAL_ONLY = "TOPICAL ONLY – NOT FOR INJECTION"
ANSWERS = {
    "in_order": "Records in order",
    "do_not_use": "DO NOT USE",
    "cannot_verify": "STOP – not checked",
}
IN_ORDER = "The code matched a released record that was in date, not recalled and not recorded as used."
CANNOT_SEE = "It cannot see inside the vial: seal, label, storage and the order were for its user to check."
STICKER = (70.0, 40.0)
"""Width and height of a sticker in millimetres."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What page and sticker say: ``groups`` is the serial as printed; ``dose`` is there for an administration."""

    check_number: str
    clinic: str
    zone: str
    by: str
    occurred_at: str
    recorded_at: str
    product: str | None
    lot: str | None
    groups: str | None
    expires_on: date | None
    topical_only: bool
    decision: str
    reasons: Sequence[tuple[str, str]]
    dose: Sequence[tuple[str, str]]
    taken_back: bool
    statement: str
    quality_phone: str | None

    @property
    def answer(self) -> str:
        """The answer in the words that the clinic saw."""
        if self.dose:
            given = "Given without a clear answer" if self.reasons else "Given, records in order"
            return f"TAKEN BACK: {given.lower()}" if self.taken_back else given
        return ANSWERS.get(self.decision, self.decision)

    def local(self, moment: str) -> str:
        """A moment as the clinic's clock showed it: ``2026-11-22 05:00 (America/New_York)``."""
        there = datetime.fromisoformat(moment).astimezone(ZoneInfo(self.zone))
        return f"{there:%Y-%m-%d %H:%M} ({self.zone})"


def chart_page(evidence: Evidence) -> bytes:
    """The page as a PDF; the same record makes the same file."""
    title = "Administration" if evidence.dose else "Check of a vial"
    at = datetime.fromisoformat(evidence.recorded_at)
    with Paper(title=f"{title} {evidence.check_number}", at=at) as paper:
        writing = Writing(paper)
        writing.begin()
        writing.say(f"{title} – for the patient's chart", 16, bold=True)
        writing.rule()
        if evidence.topical_only:
            writing.say(TOPICAL_ONLY, 22, bold=True)
        writing.say(evidence.answer, 18, bold=True)
        for code, detail in evidence.reasons:
            writing.say(f"• {detail} [{code}]", 10, indent=4)
        if evidence.decision == "in_order":
            writing.say(IN_ORDER, 10)
        writing.rule()
        for name, value in _values(evidence):
            writing.named(name, value)
        writing.rule()
        writing.say(CANNOT_SEE, 10)
        writing.say(evidence.statement, 10)
        writing.say(
            "The check number is the record's place in the log of signed records and the beginning of its SHA-256: "
            "with it anybody who may see the record finds it again and can prove that it was not changed.",
            9,
        )
        return paper.finished()


def _values(evidence: Evidence) -> Sequence[tuple[str, str]]:
    return (
        ("Product", evidence.product or "not on record"),
        ("Lot", evidence.lot or "not read"),
        ("Serial", evidence.groups or "not read"),
        ("Expires", evidence.expires_on.isoformat() if evidence.expires_on else "not on record"),
        *evidence.dose,
        ("Check number", evidence.check_number),
        ("Time", evidence.local(evidence.occurred_at)),
        ("Recorded", evidence.local(evidence.recorded_at)),
        ("By", f"{evidence.by}, {evidence.clinic}"),
        ("Quality unit", evidence.quality_phone or "no telephone number on record"),
    )


def sticker(evidence: Evidence, dpi: int) -> Drawing:
    """The sticker, for a printer of so many dots an inch. Raises ``TooSmall``."""
    expires = evidence.expires_on.isoformat() if evidence.expires_on else "?"
    lines = [
        Block(text=TOPICAL_ONLY, scale=1.2, bold=True) if evidence.topical_only else None,
        Block(text=evidence.answer, scale=1.1, bold=True),
        Block(text=_short(evidence.product or "Product not on record", 60)),
        Block(text=_short(f"LOT {evidence.lot or '?'}  EXP {expires}", 60), bold=True),
        Block(text=_short(f"SN {evidence.groups or '?'}", 40), bold=True),
        Block(text=_patient(evidence)) if evidence.dose else None,
        Block(text=f"Check {evidence.check_number}"),
        Block(text=evidence.local(evidence.occurred_at)),
    ]
    area = Area(width=STICKER[0], height=STICKER[1], margin=2.0, dpi=dpi)
    return laid_out(area, None, [block for block in lines if block is not None]).drawing


def sticker_page(evidence: Evidence) -> bytes:
    """The sticker as a PDF of its own size."""
    with Paper(
        title=f"Sticker {evidence.check_number}", at=datetime.fromisoformat(evidence.recorded_at)
    ) as paper:
        paper.page(*STICKER)
        paper.draw(sticker(evidence, 300))
        return paper.finished()


def _patient(evidence: Evidence) -> str:
    said = dict(evidence.dose)
    return f"{said['Patient']}  {said['Given']}  session {said['Session']}"


def _short(text: str, most: int) -> str:
    spoken = printable(text)
    return spoken if len(spoken) <= most else f"{spoken[: most - 1]}…"
