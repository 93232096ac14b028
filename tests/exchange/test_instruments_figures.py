"""Figures and moments: the digits of the file survive, and nothing that is no number passes for one."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.exchange.instruments import UnreadableFile
from qc_service.exchange.instruments.figures import (
    cv_percent,
    decimal_text,
    mean,
    per_millilitre,
    percentile,
    printed_number,
)
from qc_service.exchange.instruments.moment import local_moment

EXPORTS = Path(__file__).parents[3] / "shared" / "instruments"


def read(cell: str, *, decimal_comma: bool = False) -> str | None:
    """A cell as it comes out again."""
    figure = printed_number(cell, "The cell", decimal_comma=decimal_comma)
    return None if figure is None else decimal_text(figure)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("96.40", "96.40"),
        (" 1470000000 ", "1470000000"),
        ("+6.72e+08", "6.72E+8"),
        ("1.000E+2", "100.0"),
        (".5", "0.5"),
        ("12.", "12"),
        ("-0.0", "0.0"),
        ("-22.210896", "-22.210896"),
    ],
)
def test_a_number_keeps_its_digits(cell: str, text: str) -> None:
    assert read(cell) == text
    assert Decimal(text) == Decimal(cell.strip())


@pytest.mark.parametrize("cell", ["", " ", "-", "--", "NaN", "n/a", "Not recorded", "No Data"])
def test_a_cell_may_say_that_there_is_no_figure(cell: str) -> None:
    assert read(cell) is None


@pytest.mark.parametrize(
    "cell",
    ["1,470", "1_000", "٣", "12..3", "Infinity", "1e", "1E+100", "9E+99", "1E-99", "0x10", "5 nm", "1" * 41],
)
def test_what_is_no_number_is_refused(cell: str) -> None:
    with pytest.raises(UnreadableFile, match=r"^malformed: The cell holds"):
        read(cell)


def test_a_decimal_comma_is_read_only_where_commas_part_no_cells() -> None:
    assert read("1,47E+09", decimal_comma=True) == "1.47E+9"
    with pytest.raises(UnreadableFile):
        read("1,470,000", decimal_comma=True)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=9))
def test_every_plain_decimal_survives_unchanged(figure: Decimal) -> None:
    assert read(f"{figure:f}") == decimal_text(figure)


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ("Particles / ml", "1.9E+11"),
        ("E8 particles/ml", "1.9E+19"),
        ("p./mL", "1.9E+11"),
        ("p./cm^3", "1.9E+11"),
        ("p./cm3", "1.9E+11"),
        ("p./cm³", "1.9E+11"),
        ("p./µL", "1.9E+14"),
        ("p./μL", "1.9E+14"),
        ("particles/L", "1.9E+8"),
        ("AU", None),
        ("mg/ml", None),
    ],
)
def test_counts_per_volume_become_particles_per_millilitre(unit: str, text: str | None) -> None:
    converted = per_millilitre(Decimal("1.9E+11"), unit)
    assert (None if converted is None else decimal_text(converted)) == text


def test_mean_and_spread_are_exact_decimals_with_stated_rounding() -> None:
    videos = [Decimal("6.00E+8"), Decimal("8.00E+8"), Decimal("7.01E+8")]
    assert decimal_text(mean(videos)) == "7.003E+8"
    assert cv_percent([Decimal(100), Decimal(110)]) == Decimal("6.7")
    assert cv_percent([Decimal(5), Decimal(5)]) == Decimal("0.0")
    assert cv_percent([Decimal(5)]) is None
    assert cv_percent([Decimal(0), Decimal(0)]) is None


def bins(*counts: int) -> list[tuple[Decimal, Decimal]]:
    """Counts at 10, 20, 30 …"""
    return [(Decimal(10 * place), Decimal(count)) for place, count in enumerate(counts, start=1)]


@pytest.mark.parametrize(
    ("counts", "percent", "size"),
    [
        ((0, 4, 0, 4), 50, "20.0"),
        ((0, 4, 0, 4), 75, "35.0"),
        ((0, 4, 0, 4), 100, "40.0"),
        ((3, 1), 50, "6.7"),
        ((0, 0), 50, None),
        ((4,), 50, None),
        ((), 50, None),
    ],
)
def test_a_percentile_is_linear_between_cumulative_counts(
    counts: tuple[int, ...], percent: int, size: str | None
) -> None:
    figure = percentile(bins(*counts), percent)
    assert (None if figure is None else str(figure)) == size


@pytest.mark.parametrize(
    ("date", "time", "hint", "text", "code"),
    [
        ("2025-02-19", "12:26:19", "", "2025-02-19T12:26:19", None),
        ("19.02.2025", "7:26:19", "", "2025-02-19T07:26:19", None),
        ("01.02.2025", "07:26:19", "", "2025-02-01T07:26:19", None),
        ("16/06/2020", "11:52:04", "", "2020-06-16T11:52:04", None),
        ("06/16/2020", "11:52:04", "", "2020-06-16T11:52:04", None),
        ("05/05/2020", "11:52:04", "", "2020-05-05T11:52:04", None),
        ("01/04/2021", "15:28:16", "", "2021-04-01T15:28:16", "date_ambiguous"),
        ("01/04/2021", "15:28:16", "EMT 2021-04-01 15-28-16", "2021-04-01T15:28:16", None),
        ("01/04/2021", "15:28:16", "EMT 2021-01-04 15-28-16", "2021-01-04T15:28:16", None),
        ("31/31/2021", "15:28:16", "", None, "date_unreadable"),
        ("2025-02-19", "noon", "", None, "date_unreadable"),
        ("yesterday", "12:00:00", "", None, "date_unreadable"),
        ("", "", "", None, None),
    ],
)
def test_the_instrument_clock(date: str, time: str, hint: str, text: str | None, code: str | None) -> None:
    moment = local_moment(date, time, hint=hint)
    assert moment.text == text
    assert [warning.code for warning in moment.warnings] == ([code] if code else [])


@pytest.mark.parametrize(
    ("name", "median"),
    [
        ("zetaview-20250219_0002_EV_ip_p1_F8-1000_size_488.txt", "95.0"),
        ("zetaview-20250219_0004_EV_ip_p1_F7-1000_size_488.txt", "141.3"),
    ],
)
def test_the_computed_median_is_the_one_the_instrument_prints(name: str, median: str) -> None:
    path = EXPORTS / name
    if not path.is_file():
        pytest.skip("the real exports are not beside the project")
    table = path.read_text("latin-1").split("Size / nm", 1)[1].split("\n-1.000E+0", 1)[0].split("\n")[1:]
    distribution = [(Decimal(row.split("\t")[0]), Decimal(row.split("\t")[1])) for row in table]
    assert str(percentile(distribution, 50)) == median
