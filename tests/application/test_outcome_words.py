"""Every outcome of a criterion is put in words wherever people read it."""

from __future__ import annotations

from pathlib import Path

from qc_service.application.certificates import testing
from qc_service.domain.assessment import Outcome

VIAL_PAGE = Path(__file__).parents[2] / "qc_service" / "web" / "templates" / "vial.html"


def test_a_certificate_words_every_outcome() -> None:
    assert set(testing._OUTCOMES) == set(Outcome)


def test_a_vial_s_page_words_every_outcome() -> None:
    page = VIAL_PAGE.read_text(encoding="utf-8")
    assert all(f'"{outcome.value}": "' in page for outcome in Outcome)
