"""ZetaView exports with a header: size distribution and zeta potential profile."""

from decimal import Decimal
from pathlib import Path

import pytest

from qc_service.exchange.instruments import MeasuredValue, Reading, UnreadableFile, read_instrument

FIXTURES = Path(__file__).parent / "fixtures"
SIZE = (FIXTURES / "zetaview-size.txt").read_text("latin-1")
NOTHING = (FIXTURES / "zetaview-size-nothing.txt").read_text("latin-1")
PROFILE = (FIXTURES / "zetaview-profile.txt").read_text("latin-1").replace("\r\n", "\n")
SENTINEL = "-1.000E+0\t-1.000E+0\t-1.000E+0\t-1.000E+0\t0.000E+0\n"


def read(text: str, *edits: tuple[str, str]) -> Reading:
    """The reading of an export with some of its text replaced."""
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return read_instrument(text.encode("latin-1"), "export.txt")


def code(text: str, *edits: tuple[str, str]) -> str:
    """The code with which the edited export is refused."""
    with pytest.raises(UnreadableFile) as caught:
        read(text, *edits)
    return caught.value.code


def warnings(reading: Reading) -> dict[str, str]:
    """Detail by code."""
    return {warning.code: warning.detail for warning in reading.warnings}


def figures(reading: Reading) -> dict[str, str]:
    """Value by assay."""
    return {value.assay: value.value for value in reading.values}


def test_a_size_export_gives_the_printed_median_and_computes_the_rest() -> None:
    reading = read(SIZE)
    assert (reading.instrument, reading.format) == ("ZetaView", "zetaview-size")
    assert (reading.sample, reading.operator) == ("EV-TEST-7", "Operator B")
    assert reading.measured_at == "2026-02-01T10:20:30"
    assert reading.values == (
        MeasuredValue(assay="size_d10", value="55.0", unit="nm", derived=True),
        MeasuredValue(assay="size_d50", value="67.500000", unit="nm"),
        MeasuredValue(assay="size_d90", value="80.0", unit="nm", derived=True),
        MeasuredValue(assay="particles_per_frame", value="120.500000", unit="particles/frame"),
    )
    assert reading.warnings == ()
    settings = dict(reading.settings)
    assert settings["Dilution"] == "500.000000"
    assert settings["Conductivity"] == "53.000000 sensed"
    assert settings["size_d10"].startswith("computed from the Number column")
    assert "Remarks" not in settings


@pytest.mark.parametrize("name", ["Number (D10)", "D10 Number", "X10 Number", "Median Number (D10)"])
def test_printed_percentiles_are_preferred(name: str) -> None:
    reading = read(SIZE, ("Median Volume", f"{name}:\t54.900000\nMedian Volume"))
    assert figures(reading)["size_d10"] == "54.900000"


def test_a_size_export_tells_its_instrument_its_dilution_and_its_distribution() -> None:
    reading = read(SIZE)
    assert (reading.serial, reading.software) == ("00-0000", "ZetaView (version 8.06.01 SP1)")
    assert reading.dilution == "500.000000"
    assert reading.also_named == ("20260201_0007_EV-TEST-7_size_488", "20260201_0007")
    assert reading.distribution is not None
    assert reading.distribution.unit == "particles"
    assert reading.distribution.bins[1] == (Decimal("6.000E+1"), Decimal("2.000E+0"))
    assert len(reading.distribution.bins) == 6
    assert read(NOTHING).distribution is None
    assert read(SIZE, ("Dilution::\t500.000000", "Dilution::\tNaN")).dilution is None
    assert read(SIZE, ("Dilution::\t500.000000", "Dilution::\t-1.000000")).dilution is None
    assert read(SIZE, ("Positions:\t3\n", "")).run is None


def test_a_median_that_is_not_printed_is_computed() -> None:
    reading = read(SIZE, ("Median Number (D50):\t67.500000\n", ""))
    assert figures(reading)["size_d50"] == "67.5"


def test_decimal_commas_and_other_columns_first() -> None:
    assert read(SIZE.replace(".", ",").replace("8,06,01", "8.06.01")).values == read(SIZE).values
    rows = [line.split("\t") for line in SIZE.split("\n")]
    moved = "\n".join(
        "\t".join([*row[2:5], *row[:2]]) if len(row) == 5 and row[0][0] in "S-1579678" else "\t".join(row)
        for row in rows
    )
    assert figures(read(moved))["size_d10"] == "55.0"


def test_nothing_traced_is_warned_of_and_gives_no_size() -> None:
    assert read(NOTHING).values == ()
    assert "Number of Traces: 0." in warnings(read(NOTHING))["zero_traces"]
    unsaid = read(NOTHING, ("Number of Traces:\t0\t(at 0.099990)\t", ""))
    assert "not recorded" in warnings(unsaid)["zero_traces"]
    assert "zero_traces" in warnings(read(SIZE, ("Traces:\t10", "Traces:\t0")))


def test_a_single_bin_gives_only_what_is_printed() -> None:
    before, _, _ = SIZE.partition("5.000E+1")
    reading = read(
        f"{before}5.000E+1\t4.000E+0\t0.000E+0\t0.000E+0\t0.000E+0\n{SENTINEL}", ("120.500000", "NaN")
    )
    assert figures(reading) == {"size_d50": "67.500000"}


@pytest.mark.parametrize(
    ("edit", "expected", "detail"),
    [
        (("Check Result:\tgood", "Check Result:\ttoo high"), "drift_too_high", "too high (Particle Drift"),
        (("Check Result:\tgood", "Check Result:\tfailed"), "drift_check", "failed"),
        (("Particle Drift Check Result:\tgood\n", ""), "drift_check", "not recorded"),
        (("Check Result:\tGood", "Check Result:\tBad"), "cell_check", "Bad (Cell Checked: 2026-02-01"),
        (("Cell Check Result:\tGood\n", ""), "cell_check", "not recorded"),
        (("Sample:\tEV-TEST-7", "Sample:\t"), "sample_not_named", "no sample"),
        (("Date:\t2026-02-01", "Date:\tsoon"), "date_unreadable", "soon"),
    ],
)
@pytest.mark.parametrize("text", [SIZE, PROFILE])
def test_the_instruments_own_checks(text: str, edit: tuple[str, str], expected: str, detail: str) -> None:
    reading = read(text, edit)
    assert detail in warnings(reading)[expected]
    assert len(reading.warnings) == 1


def test_checks_without_a_time_say_so() -> None:
    reading = read(
        SIZE,
        ("Particle Drift Checked:\t2026-02-01 09:00:00\n", ""),
        ("Cell Checked:\t2026-02-01 08:55:00\n", ""),
        ("Result:\tgood", "Result:\tToo High"),
        ("Result:\tGood", "Result:\tpoor"),
    )
    assert all("Checked: not recorded" in detail for detail in warnings(reading).values())


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([("Size Distribution\n", "Size\n")], "truncated"),
        ([("Number\tConc", "Count\tConc")], "truncated"),
        ([(SENTINEL, "")], "malformed"),
        ([("1.000E+2\t0.000E+0\t0.000E+0\t0.000E+0\t0.000E+0\n", "")], "truncated"),
        ([("6.000E+1\t2.000E+0", "6.000E+1")], "malformed"),
        ([("6.000E+1\t2.000E+0", "6.000E+1\t-2.000E+0")], "malformed"),
        ([("6.000E+1\t2.000E+0", "4.000E+1\t2.000E+0")], "malformed"),
        ([("6.000E+1\t2.000E+0", "6.000E+1\t")], "malformed"),
        ([("6.000E+1\t2.000E+0", "6.000E+1\ttwo")], "malformed"),
        ([("Traces:\t10", "Traces:\tten")], "malformed"),
    ],
)
def test_a_distribution_out_of_form_is_refused(edits: list[tuple[str, str]], expected: str) -> None:
    assert code(SIZE, *edits) == expected


@pytest.mark.parametrize(
    "end",
    [
        "Size Distribution\n",
        "Size / nm",
        "Volume / nm^3\tArea / nm^2\n",
        "4.000E+0\t0.000E",
        "1.000E+2\t0.000E+0\t0",
    ],
)
def test_a_size_export_cut_off_is_truncated(end: str) -> None:
    cut = SIZE[: SIZE.index(end) + len(end)]
    assert code(cut.replace("Type of Measurement:\tSize Distribution\n", "")) == "truncated"


def test_a_size_export_without_its_closing_row_is_truncated() -> None:
    before, _, _ = SIZE.partition(SENTINEL)
    assert code(before) == "truncated"
    assert code(f"{before}{SENTINEL}"[:-3]) == "truncated"


def test_a_profile_gives_the_zeta_potential() -> None:
    reading = read(PROFILE)
    assert reading.format == "zetaview-profile"
    assert figures(reading) == {"zeta_potential": "-22.250000", "particles_per_frame": "8.250000"}
    assert dict(reading.settings)["Parabola"] == "zp = 1.5*x^2 + -2.5*x + 9.5"
    assert dict(reading.settings)["Zeta Potential @ 25°C / mV"] == "-22.200000"


@pytest.mark.parametrize(
    "edit", [("Number of Traces:\t77", "Number of Traces:\t0"), ("\t-22.250000", "\tNaN")]
)
def test_a_profile_of_nothing_gives_no_zeta_potential(edit: tuple[str, str]) -> None:
    reading = read(PROFILE, edit)
    assert reading.values == ()
    assert "no zeta potential was measured" in warnings(reading)["zero_traces"]


def test_a_profile_that_breaks_off_is_truncated() -> None:
    assert code(PROFILE.partition("ZP Profile:")[0]) == "truncated"
    assert code(PROFILE.partition("9.000E-1")[0]) == "truncated"
    assert code(PROFILE, ("Zeta Potential / mV:\t-22.250000\n", "")) == "truncated"
    assert code(PROFILE.partition("Positive V")[0]) == "truncated"
    assert read(PROFILE, ("Positions:\t3\n", "")).values
