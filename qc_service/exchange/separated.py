"""Tables as comma-separated values (RFC 4180) that a spreadsheet takes for values and for nothing else."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV Injection); some take full-width signs, too."""
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([Ee][-+]?\d+)?", re.ASCII)


def separated(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The table in UTF-8, its headings first.

    A text that would begin a formula stands behind an apostrophe; a number stays one, whatever its sign.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue().encode()


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) and not _NUMBER.fullmatch(text) else text
