"""The page about setting up a scanner: what it shows is what is said."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from qc_service.exchange.codes import read_line

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "set-up-a-scanner.md"
ROWS = re.findall(r"^\| `(.+)` \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
TODAY = date(2026, 11, 22)


def test_the_page_has_its_rows() -> None:
    assert len(ROWS) >= 10


@pytest.mark.parametrize(("arrives", "said"), ROWS)
def test_what_the_page_shows_is_what_is_said(arrives: str, said: str) -> None:
    answer = read_line(arrives, TODAY)
    assert (answer["ok"], answer["reason"]) == (False, "scanner_configuration")
    assert said in str(answer["detail"])
