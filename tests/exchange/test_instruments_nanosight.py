"""NanoSight summaries: what is read, what is warned of, and what is refused."""

from decimal import Decimal
from pathlib import Path

import pytest

from qc_service.exchange.instruments import MeasuredValue, Reading, UnreadableFile, read_instrument

TEXT = (
    (Path(__file__).parent / "fixtures" / "nanosight-two-videos.csv").read_text("utf-8").replace("\r\n", "\n")
)
DILUTION = "Dilution factor (concentrations adjusted for this factor),1.00e+03,1.00e+03,,,"


def read(*edits: tuple[str, str], text: str = TEXT) -> Reading:
    """The reading of the summary with some of its text replaced."""
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return read_instrument(text.encode(), "summary.csv")


def code(*edits: tuple[str, str], text: str = TEXT) -> str:
    """The code with which the edited summary is refused."""
    with pytest.raises(UnreadableFile) as caught:
        read(*edits, text=text)
    return caught.value.code


def warnings(reading: Reading) -> dict[str, str]:
    """Detail by code."""
    return {warning.code: warning.detail for warning in reading.warnings}


def value(reading: Reading, assay: str) -> MeasuredValue:
    """The one value of an assay."""
    (found,) = (value for value in reading.values if value.assay == assay)
    return found


def without_averages(text: str) -> str:
    """The summary as a sample changer's program writes it: no Average, no Standard Error."""
    text = text.replace("Average,Standard Error,", "")
    for row in ("7.00e+08,1.00e+08,", "35.0,5.0,"):
        text = text.replace(row, "")
    lines = text.split("\n")
    sizes = ("Mean,", "Mode,", "SD,", "D10,", "D50,", "D90,")
    return "\n".join(",".join(line.split(",")[:3]) if line.startswith(sizes) else line for line in lines)


def test_the_average_column_is_the_value_and_each_video_a_replicate() -> None:
    reading = read()
    assert (reading.instrument, reading.format) == ("NanoSight NTA", "nanosight-nta-summary")
    assert (reading.sample, reading.operator) == ("EV-TEST-7", "Operator A")
    assert reading.measured_at == "2026-02-01T09:15:00"
    assert value(reading, "particle_concentration") == MeasuredValue(
        assay="particle_concentration", value="7.00E+8", unit="particles/mL", standard_error="1.00E+8"
    )
    assert value(reading, "size_d50").value == "112.0"
    assert value(reading, "particle_concentration_cv") == MeasuredValue(
        assay="particle_concentration_cv", value="20.2", unit="%", derived=True
    )
    labels = [(r.label, r.value) for r in reading.replicates if r.assay == "particle_concentration"]
    assert labels == [("run_00", "6.00E+8"), ("run_01", "8.00E+8")]
    assert reading.warnings == ()
    assert ("Camera Level", "12") in reading.settings
    assert ("Temperature/C", "22.000, 22.100") in reading.settings
    assert ("Videos", "run_00, run_01") in reading.settings


def test_a_summary_tells_its_program_its_dilution_and_its_distribution() -> None:
    reading = read()
    assert reading.software == "NTA 3.4 Build 3.4.000"
    assert reading.dilution == "1.00E+3"
    assert reading.also_named == (
        "EV made up 2026-02-01 09-15-00.nano", "made up, for tests", "run_00", "run_01"
    )  # fmt: skip
    assert reading.distribution is not None
    assert reading.distribution.unit == "particles/mL"
    assert reading.distribution.bins == (
        (Decimal("25.5"), Decimal(0)), (Decimal("75.5"), Decimal(11)), (Decimal("125.5"), Decimal(22)),
        (Decimal("175.5"), Decimal(33)), (Decimal("225.5"), Decimal(44)),
    )  # fmt: skip
    unknown = read(("Software Version,NTA 3.4 Build 3.4.000", "Software Version,Unknown"))
    assert unknown.software == "NTA 3.4 Build 3.4.000"
    silent = read(("Software Version,NTA 3.4 Build 3.4.000", ""), ("Created with NTA", "Written by NTA"))
    assert silent.software is None


def test_a_distribution_in_other_columns_units_or_order() -> None:
    head = "Bin centre (nm),Concentration (particles / ml),Concentration (particles / ml)"
    scaled = read((head, head.replace("particles", "E6 particles"))).distribution
    assert scaled is not None
    assert scaled.bins[1] == (Decimal("75.5"), Decimal("11E+6"))
    assert read((head, head.replace("particles / ml", "AU"))).distribution is None
    assert read((head, "Percentage of bins")).distribution is None
    assert read(("75.5,10,12,11,1", "15.5,10,12,11,1")).distribution is None
    lone = "\n".join(
        ",".join(line.split(",")[:3]) if line.split(",")[0].endswith(".5") else line
        for line in without_averages(TEXT).split("\n")
    )
    averaged = read(text=lone).distribution
    assert averaged is not None
    assert averaged.bins[1] == (Decimal("75.5"), Decimal(11))


@pytest.mark.parametrize("factor", ["Not recorded", "0", "-1"])
def test_a_factor_that_is_none_is_no_dilution(factor: str) -> None:
    assert read((DILUTION, DILUTION.replace("1.00e+03", factor))).dilution is None


def test_a_single_analysis_as_a_continental_program_writes_it() -> None:
    single = (Path(__file__).parent / "fixtures" / "nanosight-single-analysis.csv").read_bytes()
    reading = read_instrument(single, "summary.csv")
    assert (reading.sample, reading.measured_at) == ("EV-TEST-7, passage 2", "2026-02-03T11:00:00")
    assert (reading.software, reading.dilution) == ("NTA 3.1 Build 3.1.54", "500")
    assert value(reading, "particle_concentration").value == "6.505E+8"
    assert value(reading, "size_mode").value == "101.5"
    assert not [one for one in reading.values if one.derived]
    assert reading.distribution is not None
    assert reading.distribution.bins[2] == (Decimal("125.5"), Decimal("22.25E+6"))
    assert reading.warnings == ()


@pytest.mark.parametrize(
    ("said", "factor"),
    [
        ("1000", "1000"),
        ("1:1000", "1000"),
        ("1/500", "500"),
        ("1000x", "1000"),
        ("x 20", "20"),
        ("some", None),
    ],
)
def test_a_factor_is_read_however_it_is_written(said: str, factor: str | None) -> None:
    reading = read((DILUTION, DILUTION.replace("1.00e+03", said)))
    assert reading.dilution == factor
    assert ("dilution_unclear" in warnings(reading)) is (factor is None)


def test_labels_may_carry_their_unit_and_a_failed_video_no_figure() -> None:
    reading = read(
        ("\nD50,", "\nD50 (nm),"), ("\nMode,", "\nMode/nm,"), ("6.00e+08,8.00e+08,", "NaN,8.00e+08,")
    )
    assert value(reading, "size_d50").value == "112.0"
    assert value(reading, "size_mode").value == "102.0"
    replicates = [one.label for one in reading.replicates if one.assay == "particle_concentration"]
    assert replicates == ["run_01"]


def test_other_delimiters_with_decimal_commas() -> None:
    comma = "\n".join(line.replace(",", ";").replace(".", ",") for line in TEXT.split("\n"))
    reading = read(("2026-02-01 09-15-00,nano", "2026-02-01 09-15-00.nano"), text=comma)
    assert value(reading, "particle_concentration").value == "7.00E+8"
    assert value(reading, "size_d10").value == "81.0"


def test_columns_are_found_by_title_in_any_order() -> None:
    def swapped(line: str) -> str:
        cells = line.split(",")
        return ",".join([cells[0], *cells[3:5], *cells[1:3]]) if len(cells) == 6 and cells[1] else line

    text = "\n".join(swapped(line) for line in TEXT.split("\n"))
    text = text.replace("[Results],,,Average,Standard Error,", "[Results],Average,Standard Error,,,")
    text = text.replace("Filename:,run_00,run_01,", "Filename:,,,run_00,run_01,")
    for section in (",22.000,22.100,", ",12,12,", ",5,5,", ",OK,OK,", ",No,No,"):
        text = text.replace(section, ",," + section)
    text = "\n".join(
        f"{line.split(',')[0]},,,{','.join(line.split(',')[1:])}"
        if line.endswith(".5,") and line.count(",") == 3
        else line
        for line in text.split("\n")
    )
    reading = read(text=text)
    assert value(reading, "particle_concentration").value == "7.00E+8"
    assert value(reading, "size_d90").value == "175.0"


@pytest.mark.parametrize(
    "row", [DILUTION.replace("1.00e+03", "Not recorded"), DILUTION.replace("1.00e+03", ""), ",,,,,"]
)
def test_a_dilution_that_is_not_recorded_is_missing_not_one(row: str) -> None:
    reading = read((DILUTION, row))
    assert warnings(reading)["dilution_not_recorded"].startswith("Dilution factor: not recorded.")
    assert value(reading, "particle_concentration").value == "7.00E+8"


def test_dilutions_that_differ_or_lack_for_some_videos_are_named() -> None:
    differing = read((DILUTION, DILUTION.replace("1.00e+03", "500", 1)))
    assert "1.00e+03, 500" in warnings(differing)["dilution_differs"]
    lacking = read((DILUTION, DILUTION.replace("1.00e+03", "Not recorded", 1)))
    assert "for run_00" in warnings(lacking)["dilution_not_recorded"]


def test_without_an_average_column_the_mean_is_computed_and_said() -> None:
    reading = read(text=without_averages(TEXT))
    mean = value(reading, "particle_concentration")
    assert (mean.value, mean.derived, mean.standard_error) == ("7.000E+8", True, None)
    assert value(reading, "size_d50").value == "112.0"
    assert "average_computed" in warnings(reading)


def test_a_single_analysis_gives_its_only_video() -> None:
    lines = without_averages(TEXT).replace('"made up, for tests"', "made up").split("\n")
    lines = [",".join(line.split(",")[:2]) for line in lines]
    text = "\n".join(lines).replace("NTA Experiment Summary File", "NTA Single Analysis Summary File")
    reading = read(text=text)
    concentration = value(reading, "particle_concentration")
    assert (concentration.value, concentration.derived) == ("6.00E+8", False)
    assert reading.warnings == ()
    assert not [v for v in reading.values if v.assay == "particle_concentration_cv"]


def test_the_sample_falls_back_to_the_experiment_with_a_warning() -> None:
    named = "Sample Name,EV-TEST-7,\n"
    reading = read((named, ""))
    assert reading.sample == "EV made up 2026-02-01 09-15-00"
    assert "EV made up" in warnings(reading)["sample_not_named"]
    described = read(
        (named, "Sample Description,d200,\n"), ("Experiment Name,EV made up 2026-02-01 09-15-00.nano,\n", "")
    )
    assert described.sample == "d200"
    nameless = read((named, "Sample Name\n"), ("Experiment Name,EV made up 2026-02-01 09-15-00.nano,\n", ""))
    assert nameless.sample is None
    assert warnings(nameless)["sample_not_named"] == "The file names no sample. Say which sample it was."
    assert "date_ambiguous" in warnings(nameless)


def test_what_the_software_complains_of_becomes_warnings() -> None:
    reading = read(
        ("measurement,OK,OK,", "measurement,OK,Be cautious of data due to noise,"),
        ("Vibration detected,No,No,", "Vibration detected,Minor vibration,No,"),
        ("Errors (1),,,", "Errors (1)"),
    )
    assert warnings(reading) == {
        "concentration_warning": (
            "Validity of concentration measurement: Be cautious of data due to noise (run_01)."
        ),
        "instrument_note": "Vibration detected: Minor vibration (run_00).",
    }


def test_videos_without_tracks_and_samples_without_particles() -> None:
    some = read(("tracks,1000,1200", "tracks,0,1200"))
    assert warnings(some)["zero_traces"].startswith("Completed tracks: 0 in run_00")
    none = read(("6.00e+08,8.00e+08,7.00e+08,1.00e+08", "0,0,0,0"), ("D10,80.0,82.0,81.0,1.0", "D10,0,0,0,0"))
    assert warnings(none)["zero_traces"] == "No concentration was measured."
    assert value(none, "particle_concentration").value == "0"
    assert {"size_d10", "particle_concentration_cv"}.isdisjoint(v.assay for v in none.values)
    negative = read(("6.00e+08,8.00e+08,7.00e+08,1.00e+08", "-1,-1,-1,"))
    assert {"particle_concentration", "particle_concentration_cv"}.isdisjoint(
        v.assay for v in negative.values
    )
    blank = read(("6.00e+08,8.00e+08,7.00e+08,1.00e+08", ",,,"))
    assert "zero_traces" in warnings(blank)


def test_sizes_are_taken_by_number_only() -> None:
    reading = read(("Weighting,Number", "Weighting,Surface Area"))
    assert "no_number_weighting" in warnings(reading)
    assert not [v for v in reading.values if v.unit == "nm"]


def test_other_units_are_converted_or_refused() -> None:
    label = "Concentration (Particles / ml)"
    assert (
        value(read((label, "Concentration (E2 particles/ml)")), "particle_concentration").value == "7.00E+10"
    )
    assert code((label, "Concentration (AU)")) == "unknown_unit"


@pytest.mark.parametrize(
    "edits",
    [
        [("[Results]", "[Result]")],
        [("Concentration (Particles / ml),6.00e+08", "Conc,6.00e+08")],
        [("Filename:,run_00,run_01,", "Filename:,,,")],
        [("Filename,run_00,run_01,Average,Standard Error,", "File,,,,,")],
        [("D90,170.0", "D95,170.0")],
        [("100,140.0,141.5,", "99,140.0,141.5,")],
        [("100,140.0,141.5,", "100,140.0,")],
        [
            (
                "[Data Included],\n",
                "[Data Included],\nDiffusion distribution - Number weighting - With Percentiles,\n",
            )
        ],
    ],
)
def test_what_is_missing_is_called_truncated(edits: list[tuple[str, str]]) -> None:
    assert code(*edits) == "truncated"


def test_only_announced_distributions_are_asked_for() -> None:
    before, _, rest = TEXT.partition("[Data Included]")
    _, _, after = rest.partition("[Size Data]")
    assert read(text=f"{before}[Size Data]{after}").warnings == ()
    assert code(("Weighting", "Weight"), text=f"{before}[Size Data]{after}") == "truncated"


@pytest.mark.parametrize(
    "edits",
    [
        [("6.00e+08", "six")],
        [("D50,110.0", 'D50,"1,100"')],
        [("D50,110.0", f'D50,"{"1" * 140_000}"')],
    ],
)
def test_what_is_no_number_or_no_csv_is_malformed(edits: list[tuple[str, str]]) -> None:
    assert code(*edits) == "malformed"
