"""The story as the terminal tells it: what happened, what was signed for it, and why something was refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from textwrap import wrap

import click

from qc_service.application.ports import StoredRecord
from qc_service.domain.errors import DomainError, Reason, Refused

WIDTH = 104
SHOWN_RECORDS = 4
SHOWN_REASONS = 6


class Narrator:
    """Tells the story line by line to whoever listens."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._chapters = 0

    def chapter(self, title: str) -> None:
        """Begin a chapter."""
        self._chapters += 1
        heading = f"── {self._chapters} · {title} "
        self._say("")
        self._say(click.style(heading.ljust(WIDTH, "─"), bold=True))

    def tell(self, day: date, text: str) -> None:
        """Tell what happened on a day."""
        for place, line in enumerate(wrap(text, WIDTH - 15)):
            self._say(f"{day.strftime('%d %b %Y') if place == 0 else '':11}  {line}")

    def signed(self, records: Sequence[StoredRecord]) -> None:
        """Show what was signed: each record, or of many their kinds and places."""
        if len(records) <= SHOWN_RECORDS:
            for one in records:
                place = f"{one.stream} #{one.seq}"
                self._line(
                    "✎", f"{one.kind:22} {place:40} log {one.index:<4} sha256:{one.digest[:12]}…", "green"
                )
            return
        kinds = Counter(one.kind for one in records)
        named = " · ".join(f"{count} {kind}" if count > 1 else kind for kind, count in kinds.items())
        for line in wrap(named, WIDTH - 15):
            self._line("✎", line, "green")
        first, last = records[0], records[-1]
        self._line(" ", f"log {first.index} to {last.index}, the last sha256:{last.digest[:12]}…", "green")

    def refused(self, day: date, text: str, refusal: DomainError) -> None:
        """Tell of a decision that was refused, with every reason."""
        self.tell(day, text)
        self._line("✗", f"{type(refusal).__name__}: {refusal.detail}", "red")
        reasons = refusal.reasons if isinstance(refusal, Refused) else ()
        for reason in reasons[:SHOWN_REASONS]:
            self._reason(reason)
        if len(reasons) > SHOWN_REASONS:
            self._line(
                " ", f"… and {len(reasons) - SHOWN_REASONS} more reasons, all in the same answer", "red"
            )

    def note(self, text: str) -> None:
        """Show what a record holds."""
        self._line("→", text, "yellow")

    def _reason(self, reason: Reason) -> None:
        lines = wrap(f"{reason.code}: {reason.detail}", WIDTH - 20)
        source = f"  [{reason.source}]" if reason.source else ""
        for place, line in enumerate(lines):
            self._say(
                f"{'':13}  {'·' if place == 0 else ' '} {line}{source if place == len(lines) - 1 else ''}"
            )

    def _line(self, mark: str, text: str, colour: str) -> None:
        self._say(f"{'':11}  {click.style(mark, fg=colour)} {text}")
