"""The ZetaView companion by position: the concentration of the sample, and what was removed."""

from pathlib import Path

import pytest

from qc_service.exchange.instruments import Reading, UnreadableFile, read_instrument

COMPANION = "20260201_0007_EV-TEST-7_size_488_3pos.txt"
POSITIONS = (Path(__file__).parent / "fixtures" / COMPANION).read_text("latin-1")


def read(text: str, *edits: tuple[str, str], filename: str = "export.txt") -> Reading:
    """The reading of an export with some of its text replaced."""
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return read_instrument(text.encode("latin-1"), filename)


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


def test_a_companion_gives_the_undiluted_concentration_and_says_what_was_removed() -> None:
    reading = read(POSITIONS, filename=f"D:\\exports\\{COMPANION}")
    assert (reading.instrument, reading.format) == ("ZetaView", "zetaview-positions")
    assert (reading.sample, reading.measured_at, reading.operator) == ("EV-TEST-7", None, None)
    assert reading.settings == (("Experiment", "20260201_0007"),)
    assert figures(reading) == {
        "particle_concentration": "6.0E+10",
        "particle_concentration_measured": "1.2E+8",
        "particle_concentration_cv": "24",
        "size_median": "110.0",
        "size_mode": "100.7",
        "particles_per_frame": "120.0",
    }
    assert warnings(reading) == {"positions_removed": "1 of 3 positions were removed: 0.50 (MIN_TRACES)."}
    assert [(r.label, r.value) for r in reading.replicates] == [
        ("position 0.10", "5.0E+10"),
        ("position 0.90", "7.0E+10"),
    ]


@pytest.mark.parametrize(
    ("filename", "sample", "experiment"),
    [
        (COMPANION, "EV-TEST-7", "20260201_0007"),
        ("zetaview-" + COMPANION, "EV-TEST-7", "20260201_0007"),
        ("plain name_size_640_11pos.txt", "plain name", None),
        ("20260201_0007__size_488_3pos.txt", "", "20260201_0007"),
        ("20260201_0007_size_488_3pos.txt", "20260201_0007", None),
        ("_size_488_3pos.txt", None, None),
        ("anything.txt", None, None),
    ],
)
def test_a_companions_sample_stands_in_its_name(
    filename: str, sample: str | None, experiment: str | None
) -> None:
    reading = read(POSITIONS, filename=filename)
    assert reading.sample == (sample or None)
    assert reading.settings == ((("Experiment", experiment),) if experiment else ())
    assert ("sample_not_named" in warnings(reading)) is not bool(sample)


def test_a_companion_in_other_words() -> None:
    assert "dilution_not_recorded" in warnings(read(POSITIONS, ("Orig. Conc. (p./cm^3)", "Other")))
    only_original = read(POSITIONS, ("Conc. (p./mL)\tOrig.", "Other\tOrig."))
    assert figures(only_original)["particle_concentration"] == "6.0E+10"
    assert "particle_concentration_measured" not in figures(only_original)
    converted = read(POSITIONS, ("Orig. Conc. (p./cm^3)", "Orig. Conc. (p./L)"))
    assert figures(converted)["particle_concentration"] == "6.0E+7"
    trimmed = read("\n".join(line.rstrip() for line in POSITIONS.split("\n")))
    assert figures(trimmed) == figures(read(POSITIONS))
    without_use = read(POSITIONS, ("Use\t", "Kept\t"))
    assert "1 of 3" in warnings(without_use)["positions_removed"]
    unreasoned = read(POSITIONS, ("MIN_TRACES", ""))
    assert "0.50 (no reason given)" in warnings(unreasoned)["positions_removed"]
    assert "positions_removed" not in warnings(read(POSITIONS, ("\n\t0.50", "\nX\t0.50")))
    spreadless = read(POSITIONS, ("2.4E+1\t2.4E+1", "NaN\tNaN"))
    assert "particle_concentration_cv" not in figures(spreadless)
    sizeless = read(POSITIONS, ("110.0\t100.7", "NaN\t0.0"))
    assert {"size_median", "size_mode"}.isdisjoint(figures(sizeless))
    nowhere = read(POSITIONS, ("\t13\t105.0", "\t13\tNaN"), ("5.0E+10", "NaN"))
    assert len(nowhere.replicates) == 1


@pytest.mark.parametrize(
    "edits",
    [
        [("1.2E+8\t6.0E+10", "-1.0E+0\t-1.0E+0")],
        [("1.2E+8\t6.0E+10", "0.0E+0\t0.0E+0")],
        [("6.0E+10\t12.5", "6.0E+10\t0.0")],
    ],
)
def test_a_companion_of_nothing_gives_no_concentration(edits: list[tuple[str, str]]) -> None:
    reading = read(POSITIONS, *edits)
    assert "zero_traces" in warnings(reading)
    assert "particle_concentration" not in figures(reading)


def test_a_companion_out_of_form_is_refused() -> None:
    assert code(POSITIONS, ("p./cm^3", "AU")) == "unknown_unit"
    assert code(POSITIONS, ("Use\t", "Use" + "\t" * 4000)) == "unknown_format"
    assert code(POSITIONS, ("\tRemoval", "")) == "truncated"
    assert code(POSITIONS.partition("\tSt.Dev.")[0]) == "truncated"
    assert code(POSITIONS.partition("\tMean\t")[0]) == "truncated"
    assert code(POSITIONS[:-30]) == "truncated"
    assert code(POSITIONS, ("X\t0.10\t25.8\t100.0", "X\t0.10")) == "malformed"
    assert code(POSITIONS, ("6.0E+10", "much")) == "malformed"
    assert code("Removal\tConc. (p./mL)\tPosition\nx\t1\t2\n") == "malformed"
