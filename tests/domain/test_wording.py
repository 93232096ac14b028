"""Terms, days and figures in plain words."""

from __future__ import annotations

import pytest

from qc_service.domain.wording import day, figure, moment, month, words


@pytest.mark.parametrize(
    ("term", "said"), [("umbilical_cord", "Umbilical cord"), ("ph", "pH"), ("qc_assay", "QC assay")]
)
def test_a_term_is_written_as_a_person_does(term: str, said: str) -> None:
    assert words(term) == said


def test_days_and_moments_are_written_out() -> None:
    assert month("2026-09-01") == "September 2026"
    assert day("2027-10-31T10:00:00Z") == "31 October 2027"
    assert moment("2026-11-22T10:00:00Z") == "22 November 2026, 10:00 UTC"


@pytest.mark.parametrize(
    ("stated", "printed"),
    [
        ("1.05E+11", "1.05 × 10¹¹"),
        ("-80", "−80"),
        ("no_growth", "no growth"),
        ("SOP-12", "SOP-12"),
        ("2E-3", "2 × 10⁻³"),
    ],
)
def test_a_figure_is_printed_with_its_power_of_ten(stated: str, printed: str) -> None:
    assert figure(stated) == printed
