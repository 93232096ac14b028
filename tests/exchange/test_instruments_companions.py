"""Which files are of one measurement, and what each says of the others."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from qc_service.exchange.instruments import Reading, Run, completed, read_instrument, together

FIXTURES = Path(__file__).parent / "fixtures"
EXPORTS = Path(__file__).parents[3] / "shared" / "instruments"
SIZE = (FIXTURES / "zetaview-size.txt").read_text("latin-1")
POSITIONS = (FIXTURES / "20260201_0007_EV-TEST-7_size_488_3pos.txt").read_text("latin-1")


def size(traces: str = "25", particles: str = "120.000000", original: str = "20260201_0007") -> Reading:
    """A size export with these figures in its header."""
    text = SIZE.replace("Traces:\t10", f"Traces:\t{traces}").replace("120.500000", particles)
    return read_instrument(text.replace("\\20260201_0007", f"\\{original}").encode("latin-1"), "any.txt")


def positions(filename: str = "20260201_0007_EV-TEST-7_size_488_3pos.txt") -> Reading:
    return read_instrument(POSITIONS.encode("latin-1"), filename)


def test_a_size_export_and_its_companion_are_found_by_what_both_print() -> None:
    other = size(traces="306")
    assert together([other, positions("renamed.txt"), size()]) == ((0,), (1, 2))
    assert together([positions(), other]) == ((0,), (1,))
    assert together([]) == ()


def test_figures_agree_as_far_as_the_companion_prints_them() -> None:
    assert together([size(particles="120.049000"), positions()]) == ((0, 1),)
    assert together([size(particles="120.051000"), positions()]) == ((0,), (1,))


def test_of_two_that_fit_the_one_under_the_same_name_is_taken_and_without_one_none() -> None:
    same, other = size(), size(original="20260201_0008")
    assert together([other, same, positions()]) == ((0,), (1, 2))
    assert together([other, same, positions("renamed.txt")]) == ((0,), (1,), (2,))
    assert together([same, same, positions()]) == ((0,), (1,), (2,))


def test_a_measurement_of_which_every_position_failed_is_found_by_its_name() -> None:
    lines = POSITIONS.replace("\nX\t", "\n\t").split("\n")
    mean = next(place for place, line in enumerate(lines) if line.startswith("\tMean"))
    for place in range(mean, mean + 3):
        lines[place] = "\t".join([*lines[place].split("\t")[:2], *["0.0"] * 9, ""])
    failed = read_instrument(
        "\n".join(lines).replace("\t\n", "\tMAX_DRIFT\n").encode("latin-1"),
        "20260201_0007_EV-TEST-7_size_488_3pos.txt",
    )
    nothing = size(traces="0", particles="0.000000")
    others = size(traces="0", particles="0.000000", original="20260201_0009")
    assert together([others, nothing, failed]) == ((0,), (1, 2))
    assert failed.values == ()
    codes = [warning.code for warning in completed(failed, nothing).warnings]
    assert codes == ["zero_traces", "positions_removed", "zero_traces"]


def test_a_reading_of_one_size_export_belongs_to_no_other_and_none_to_what_prints_other_figures() -> None:
    nameless = replace(size(), run=None)
    other_marks = replace(positions(), run=Run(name=None, marks=(("wells", Decimal(3)),)))
    assert together([size(), size(), nameless, other_marks]) == ((0,), (1,), (2,), (3,))


def test_a_companion_takes_over_what_only_its_size_export_says() -> None:
    drifted = SIZE.replace("Drift Check Result:\tgood", "Drift Check Result:\ttoo high")
    mate = read_instrument(drifted.encode("latin-1"), "size.txt")
    alone = positions("renamed.txt")
    assert [warning.code for warning in alone.warnings] == ["positions_removed", "sample_not_named"]
    told = completed(alone, mate)
    assert (told.sample, told.operator, told.measured_at) == (
        "EV-TEST-7",
        "Operator B",
        "2026-02-01T10:20:30",
    )
    assert (told.serial, told.dilution) == ("00-0000", "500.000000")
    assert told.software == "ZetaView (version 8.06.01 SP1)"
    assert told.values == alone.values
    assert [warning.code for warning in told.warnings] == ["positions_removed", "drift_too_high"]
    assert told.also_named == ("renamed", "20260201_0007_EV-TEST-7_size_488", "20260201_0007")
    assert completed(mate, alone).sample == "EV-TEST-7"
    assert completed(alone) == alone


def test_the_real_companions_find_their_size_exports_whatever_they_are_called() -> None:
    if not EXPORTS.is_dir():
        pytest.skip("the real exports are not beside the project")
    paths = sorted(EXPORTS.iterdir())
    readings = [read_instrument(path.read_bytes(), f"{number}.txt") for number, path in enumerate(paths)]
    pairs = [
        {paths[place].name.replace("_11pos", "") for place in group}
        for group in together(readings)
        if len(group) > 1
    ]
    assert len(pairs) == 2
    assert all(len(names) == 1 for names in pairs)
