"""docs/verdict.md shows the decision table as the code has it, and every code says when it is given."""

from __future__ import annotations

from pathlib import Path

from qc_service.domain.decision_table import NOTICED, WHEN, decision_table
from qc_service.domain.verdict import NOTICES, RULES

PAGE = Path(__file__).parents[2] / "docs" / "verdict.md"


def test_the_page_s_tables_are_the_code_s() -> None:
    assert decision_table() in PAGE.read_text("utf-8"), "put decision_table() into docs/verdict.md"


def test_every_code_says_when_it_is_given_and_none_is_made_up() -> None:
    assert list(WHEN) == list(RULES)
    assert list(NOTICED) == list(NOTICES)


def test_no_word_of_the_table_promises_more_than_records_can() -> None:
    assert not {"authentic", "approved", "safe", "effective"} & set(decision_table().lower().split())
