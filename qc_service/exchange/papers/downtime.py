"""The paper form for downtime: one sheet a vial, filled in by hand while the service cannot be reached (V11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from qc_service.exchange.labels.drawing import Box, Words
from qc_service.exchange.labels.paper import Paper
from qc_service.exchange.labels.typeface import POINT
from qc_service.exchange.papers.page import MARGIN, PAGE, Writing, printable

CELL = 6.6
"""Millimetres: the side of a box for one character."""
GAP = 3.0
ROW = 9.6
"""From one line to write on to the next."""
QUESTIONS = (
    "Is this lot released, in date, and neither recalled nor on hold?",
    "Is this serial on record, sent to us, and not recorded as used, returned, lost, stolen or destroyed?",
    "Does anything else on record forbid using this vial now, such as its temperature on the way?",
)
ACTS = ("Thawed", "Reconstituted", "Punctured", "Given", "Wasted", "Set aside")
LATER = (
    "Enter every sheet once the service answers, in the order of what happened, with its times: late is accepted.",
    "Send each act under one identifier (a UUID) of its own and keep to it: what is sent twice then counts once.",
    "Something given is entered even where nobody could clear it, with the reason. Keep this sheet.",
)


def downtime_form(phones: Sequence[tuple[str, str]], at: datetime) -> bytes:
    """The form as a PDF; ``phones`` are the manufacturers' quality units to call, each with its number."""
    with Paper(title="Paper form for downtime", at=at) as paper:
        form = _Form(Writing(paper))
        form.writing.begin()
        form.writing.say("When the service cannot be reached: one sheet for each vial", 15, bold=True)
        form.writing.say(
            "STOP – not checked. An unchecked vial waits. Where it cannot wait, call quality first:",
            10.5,
            bold=True,
        )
        for name, phone in phones:
            form.writing.say(f"{name}: {phone}", 10.5, bold=True, indent=4)
        if not phones:
            form.writing.say("No telephone number is on record. Write yours here: " + "_" * 34, 10.5)
        form.asked()
        form.writing.rule(apart=1.6)
        form.vial()
        form.done()
        form.person()
        form.writing.rule(apart=1.6)
        for number, line in enumerate(LATER, 1):
            form.writing.say(f"{number}. {line}", 9)
        form.entered()
        return paper.finished()


class _Form:
    def __init__(self, writing: Writing) -> None:
        self.writing = writing

    def asked(self) -> None:
        """The questions for the telephone, each with a box for yes and no, and who answered."""
        for number, question in enumerate(QUESTIONS, 1):
            top = self.writing.top
            self.writing.say(f"{number}. {question}", 10)
            right = PAGE[0] - MARGIN
            for place, word in enumerate(("yes", "no")):
                left = right - 26 + place * 14
                self._box(left, top, 3.6)
                self._words(word, left + 4.6, top + 3.2, 9)
            self.writing.top = max(self.writing.top, top + 6.0)
        self._lines(("Answered by", 70.0), ("on, at (with time zone)", 0.0))

    def vial(self) -> None:
        """Lot, serial in its groups and expiry, a box for each character as on the label."""
        self._cells("Lot", (20,))
        self._cells("Serial", (4, 4, 4))
        self._cells("Expires (year, month, day)", (4, 2, 2))

    def done(self) -> None:
        """What was done with the vial, and when."""
        self.writing.say("What was done, and when (year-month-day, hour:minute, time zone)", 10, bold=True)
        top = self.writing.top + 0.6
        for place, act in enumerate(ACTS):
            row, column = divmod(place, 2)
            left = self.writing.left + column * self.writing.width / 2
            line = top + row * ROW
            self._box(left, line, 4.2)
            self._words(act, left + 6, line + 3.6, 10)
            self._rule(left + 33, line + 4.4, left + self.writing.width / 2 - 4)
        self.writing.top = top + 3 * ROW

    def person(self) -> None:
        """The patient by the clinic's own code, what was given, and who did it."""
        self._cells("Patient code: PT- and 4 to 16 letters or digits, no name", (16,), before="PT-")
        self._lines(("Route and site", 70.0), ("Session no.", 24.0), ("Device", 0.0))
        self._lines(("Given (mL)", 30.0), ("Wasted (mL)", 30.0), ("Doses", 0.0))
        self._lines(("If nobody cleared it: why it was given", 0.0))
        self._lines(("Name in print", 70.0), ("Signature", 0.0))

    def entered(self) -> None:
        """Where it is noted that the sheet was entered."""
        self._lines(("Entered by, on", 70.0), ("Check number", 0.0))

    def _cells(self, name: str, counts: Sequence[int], before: str = "") -> None:
        self._words(name, self.writing.left, self.writing.top + 3.2, 9)
        top, left = self.writing.top + 4.8, self.writing.left
        if before:
            self._words(before, left, top + 4.8, 12)
            left += 9
        for count in counts:
            for _ in range(count):
                self._box(left, top, CELL)
                left += CELL
            left += GAP
        self.writing.top = top + CELL + 3.0

    def _lines(self, *named: tuple[str, float]) -> None:
        """Names with a line to write on, each so long; 0 is the rest of the page."""
        top, left = self.writing.top + 2.6, self.writing.left
        for name, length in named:
            words = self._words(name, left, top + 4.0, 9)
            start = left + words.width + 1.5
            end = start + length if length else PAGE[0] - MARGIN
            self._rule(start, top + 4.6, end)
            left = end + 4
        self.writing.top = top + ROW

    def _words(self, text: str, left: float, baseline: float, points: float) -> Words:
        words = Words(printable(text), left, baseline, points)
        self.writing.paper.put(words)
        return words

    def _box(self, left: float, top: float, side: float) -> None:
        self.writing.paper.outline(Box(left, top, left + side, top + side))

    def _rule(self, left: float, top: float, right: float) -> None:
        self.writing.paper.outline(Box(left, top, right, top + POINT * 0.1))
