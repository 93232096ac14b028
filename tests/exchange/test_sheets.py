"""The template for results as it was filled in: what each cell may say, and what is wrong where."""

from __future__ import annotations

import contextlib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qc_service.domain.measurements import Comparator, Unit
from qc_service.domain.obtaining import Dilution
from qc_service.exchange.instruments import UnreadableFile
from qc_service.exchange.sheets.columns import COLUMNS
from qc_service.exchange.sheets.grid import MAX_CELL, MAX_COLUMNS, MAX_ROWS, MAX_SHEET_BYTES, column_letters
from qc_service.exchange.sheets.reading import read_sheet
from qc_service.exchange.sheets.template import Filled, filled_dict

NAMES = [column.name for column in COLUMNS]
GOOD = {
    "lot": "EX261101A", "assay": "endotoxin", "value": "0.05", "unit": "EU/mL", "method": "SOP-QC-12",
    "method_version": "3", "facility": "east-laboratory", "started": "2026-11-02 15:00", "read": "2026-11-02 16:10",
}  # fmt: skip


def sheet(*rows: dict[str, str], delimiter: str = ",", names: list[str] | None = None) -> bytes:
    """A CSV file of rows that are good but for what they change."""
    titles = names or NAMES
    lines = [titles, *([{**GOOD, **row}.get(name, "") for name in NAMES] for row in rows)]
    return "\n".join(delimiter.join(line) for line in lines).encode()


def at(name: str, row: int = 2) -> str:
    """The cell of a column in the template."""
    return f"{column_letters(NAMES.index(name))}{row}"


def read(*rows: dict[str, str], **how: str) -> Filled:
    return read_sheet(sheet(*rows, **how))  # type: ignore[arg-type]


def fault(**changes: str) -> tuple[str, str, str]:
    """The one fault of a row: its cell, what is wrong, how to mend it."""
    filled = read(changes)
    assert filled.results == ()
    (found,) = filled.faults
    assert found.row == 2
    return found.cell, found.what, found.mend


def test_a_good_row_becomes_a_result_with_its_digits() -> None:
    (result,) = read(
        {"value": "7.30", "assay": "ph", "unit": "pH", "lod": "0.1", "instrument": "PH-01"}
    ).results
    assert (result.row, result.rows, result.lot, result.assay) == (2, (2,), "EX261101A", "ph")
    assert (str(result.value), result.unit, str(result.lod)) == ("7.30", Unit.PH, "0.1")
    assert (result.started, result.read) == ("2026-11-02T15:00:00", "2026-11-02T16:10:00")
    assert (result.method, result.method_version, result.facility) == ("SOP-QC-12", "3", "east-laboratory")
    assert (result.instrument, result.remark, result.dilution, result.specimen) == ("PH-01", None, None, None)


@pytest.mark.parametrize(
    ("text", "comparator", "value"),
    [
        ("0.05", "=", "0.05"), ("<0.05", "<", "0.05"), ("< 0.05", "<", "0.05"), ("≤0.05", "<=", "0.05"),
        (">=1.50", ">=", "1.50"), ("≥ 2", ">=", "2"), (">3", ">", "3"), ("=4", "=", "4"),
        ("1.9E+11", "=", "1.9E+11"), ("1.9e11", "=", "1.9E+11"), ("1.9x10^11", "=", "1.9E+11"),
        ("1.9 × 10¹¹", "=", "1.9E+11"), ("2·10⁻³", "=", "0.002"), ("−22.5", "=", "-22.5"), ("-0", "=", "0"),
        (".5", "=", "0.5"), ("\u00a07.3 ", "=", "7.3"),
    ],
)  # fmt: skip
def test_a_value_may_be_written_in_many_ways(text: str, comparator: str, value: str) -> None:
    (result,) = read({"value": text}).results
    assert (result.comparator, str(result.value)) == (comparator, value)


@pytest.mark.parametrize("text", ["<LOD", "< lod", "LOD", "below LOD", "below_lod"])
def test_below_the_limit_of_detection_has_no_value(text: str) -> None:
    (result,) = read({"value": text, "lod": "0.005"}).results
    assert (result.comparator, result.value, result.lod) == (Comparator.BELOW_LOD, None, Decimal("0.005"))
    assert fault(value=text)[0] == "G2"


def test_a_comparator_has_a_column_of_its_own() -> None:
    (result,) = read({"comparator": "<", "value": "0.05"}).results
    assert result.comparator is Comparator.LESS
    assert read({"comparator": "<", "value": "<0.05"}).results[0].comparator is Comparator.LESS
    assert fault(comparator="<", value=">0.05")[1] == "says < where the value says >"
    assert fault(comparator="about")[:2] == ("C2", "'about' is no comparator")


@pytest.mark.parametrize(
    ("changes", "cell", "what"),
    [
        ({"lot": ""}, "A2", "is missing"),
        ({"lot": "ex 1"}, "A2", "'ex 1' is not a lot number: write it like EX261101A"),
        ({"assay": "endo!"}, "B2", "is not a slug"),
        ({"value": ""}, "D2", "is missing"),
        ({"value": "about 300"}, "D2", "is not a number"),
        ({"value": "1e99"}, "D2", "no number that anything measures"),
        ({"value": "NaN"}, "D2", "is not a number"),
        ({"value": "٣"}, "D2", "is not a number"),
        ({"unit": ""}, "E2", "is missing: a number without its unit says nothing"),
        ({"unit": "EU/ml."}, "E2", "is no unit that is known"),
        ({"finding": "detected"}, "F2", "give a value or a finding, not both"),
        ({"lod": "low"}, "G2", "is not a number"),
        ({"facility": "East Laboratory"}, "K2", "is not a facility id"),
        ({"started": "yesterday"}, "M2", "is no time"),
        ({"started": "2026-02-30"}, "M2", "is no time that exists"),
        ({"started": "03/11/2026 15:00"}, "M2", "may be the 3th of month 11 or the other way round"),
        ({"read": "2026-11-02 14:00"}, "N2", "is before the assay was started"),
        ({"retests": "first"}, at("retests"), "is no number of a result"),
        ({"dilution": "some"}, at("dilution"), "is not a number"),
        ({"dilution": "0.5"}, at("dilution"), "is 1 or more"),
        ({"measured": "5"}, at("dilution"), "is missing, and measured is given"),
        ({"taken": "2026-11-02"}, at("specimen"), "is missing, and taken is given"),
        ({"specimen": "S", "taken": "2026-11-03"}, at("specimen"), "is after the assay was started"),
        ({"dose": "a spoon"}, at("dose"), "is no dose"),
        ({"dose": "2 mL/kg for 70 kg"}, at("dose"), "has it in its unit already"),
        ({"started": "1899-11-02"}, "M2", "is no time of an assay"),
        ({"assay": "sterility"}, "F2", "a test for sterility finds growth or no_growth"),
    ],
)
def test_what_is_wrong_is_named_at_its_cell_with_its_mend(
    changes: dict[str, str], cell: str, what: str
) -> None:
    found = fault(**changes)
    assert found[0] == cell
    assert what in found[1]
    assert found[2]


def test_a_unit_is_known_whatever_its_case_and_a_wrong_one_has_a_nearest() -> None:
    assert [one.unit for one in read({"unit": "eu/ml"}, {"unit": "Particles / mL"}, {"unit": "ug per mL"}).results] == [
        Unit.ENDOTOXIN_PER_ML, Unit.PARTICLES_PER_ML, Unit.MICROGRAM_PER_ML,
    ]  # fmt: skip
    assert fault(unit="EU/mll")[2] == "did you mean EU/mL?"
    assert fault(unit="furlongs")[2].startswith("write the value's unit")


@pytest.mark.parametrize(
    ("delimiter", "text", "value"),
    [
        (";", "0,05", "0.05"), (";", "1,430", "1.430"), (";", "0.05", "0.05"), ("\t", "0,05", "0.05"),
        ("|", "12,5", "12.5"), (",", "1.430", "1.430"),
    ],
)  # fmt: skip
def test_a_decimal_comma_is_read_where_it_can_only_be_one(delimiter: str, text: str, value: str) -> None:
    (result,) = read({"value": text}, delimiter=delimiter).results
    assert str(result.value) == value


@pytest.mark.parametrize(
    ("delimiter", "text"),
    [(";", "1.430"), ("\t", "1,430"), (";", "1.430,5"), ("\t", "1,430,000"), (";", "1.430.000")],
)
def test_a_number_that_may_be_two_is_asked_about(delimiter: str, text: str) -> None:
    (found,) = read({"value": text}, delimiter=delimiter).faults
    assert found.column == "value"
    assert "thousands separators" in found.mend


def test_points_elsewhere_in_a_sheet_show_what_a_point_is() -> None:
    filled = read({"value": "1.430"}, {"value": "0.05"}, delimiter=";")
    assert [str(one.value) for one in filled.results] == ["1.430", "0.05"]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-02T15:00:05+01:00", "2026-11-02T15:00:05+01:00"), ("2026-11-02 15:00Z", "2026-11-02T15:00:00Z"),
        ("2026-11-02", "2026-11-02T00:00:00"), ("02.11.2026 9:05", "2026-11-02T09:05:00"),
        ("16/09/2026 08:00", "2026-09-16T08:00:00"), ("09/16/2026", "2026-09-16T00:00:00"),
        ("2026-11-02 15:00:00.000", "2026-11-02T15:00:00"),
    ],
)  # fmt: skip
def test_a_time_is_read_where_it_can_only_be_one(text: str, moment: str) -> None:
    (result,) = read(
        {"started": text, "read": "2026-12-01T00:00:00Z" if moment[19:] else "2026-12-01"}
    ).results
    assert result.started == moment


def test_rows_that_differ_in_value_and_replicate_are_one_result() -> None:
    named = [
        {"value": value, "replicate": label} for value, label in (("7.31", "a"), ("7.33", "b"), ("7.36", "c"))
    ]
    (mean,) = read(*named).results
    assert (mean.rows, mean.value) == ((2, 3, 4), None)
    assert [(one.label, str(one.value)) for one in mean.replicates] == [
        ("a", "7.31"),
        ("b", "7.33"),
        ("c", "7.36"),
    ]
    (stated,) = read(*named, {"value": "7.3"}).results
    assert (stated.row, stated.rows, str(stated.value), len(stated.replicates)) == (2, (2, 3, 4, 5), "7.3", 3)
    other_lot = read(*named, {**named[0], "lot": "EX261101B"}).results
    assert [(one.lot, len(one.replicates)) for one in other_lot] == [("EX261101A", 3), ("EX261101B", 1)]


def test_a_lone_replicate_below_a_limit_is_the_result_itself() -> None:
    (result,) = read({"value": "<0.05", "replicate": "well A1"}).results
    assert (result.comparator, result.replicates, result.remark) == ("<", (), "Replicate: well A1.")


def test_replicates_and_their_result_wait_for_a_row_that_is_wrong() -> None:
    named = [
        {"value": "7.31", "replicate": "a"},
        {"value": "7,3,3", "replicate": "b"},
        {"value": "7.2", "lot": "EX2"},
    ]
    filled = read(*named, delimiter=";")
    assert [one.lot for one in filled.results] == ["EX2"]
    assert [(one.row, one.column) for one in filled.faults] == [(2, "replicate"), (3, "value")]
    assert "row 3" in filled.faults[0].what
    elsewhere = read({"value": "7.31", "replicate": "a"}, {"lot": "EX2", "value": "x", "replicate": "b"})
    assert len(elsewhere.results) == 1


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        ([{"replicate": "a"}, {"replicate": "a", "value": "1"}], [(2, "replicate"), (3, "replicate")]),
        ([{"replicate": "a"}, {"replicate": "b", "value": "<1"}], [(2, "replicate"), (3, "value")]),
        (
            [{"replicate": "a"}, {"value": "1"}, {"value": "2"}],
            [(2, "replicate"), (3, "replicate"), (4, "replicate")],
        ),
        ([{}, {}], [(3, "value")]),
        ([{"value": "", "unit": "", "finding": "detected"}] * 2, [(3, "finding")]),
    ],
)
def test_rows_that_are_alike_and_do_not_fit_are_named(
    rows: list[dict[str, str]], faults: list[tuple[int, str]]
) -> None:
    assert [(one.row, one.column) for one in read(*rows).faults] == faults


def test_what_no_member_holds_is_kept_in_words() -> None:
    (result,) = read({"specimen": "S-12", "remark": "Thawed twice."}).results
    assert (result.specimen, result.remark) == ("S-12", "Specimen: S-12. Thawed twice.")


def test_how_a_value_was_got_has_columns_of_its_own() -> None:
    (result,) = read(
        {"value": "", "measured": "1.9E+8", "dilution": "1:1000", "specimen": "S-12", "taken": "2026-11-02",
         "resamples": "3", "dose": "10 mL for 70 kg over 1 h"}
    ).results  # fmt: skip
    assert result.dilution == Dilution(factor=Decimal(1000), measured=Decimal("1.9E+8"))
    assert (result.value, result.specimen, result.taken) == (None, "S-12", "2026-11-02T00:00:00")
    assert (result.resamples, result.remark) == (3, None)
    assert result.dose is not None
    assert result.dose.in_words == "10 mL for 70 kg over 1 h"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2 mL/kg", "2 mL/kg"), ("2,5 ml/kg/h", "2.5 mL/kg/h"), ("1 vial", "1 vials"),
        ("2 vials, of 1.5 mL a vial", "2 vials, of 1.5 mL a vial"),
    ],
)  # fmt: skip
def test_a_dose_is_written_in_words(text: str, said: str) -> None:
    (result,) = read({"dose": text}, delimiter="|").results
    assert result.dose is not None
    assert result.dose.in_words == said


def test_replicates_of_what_was_measured_or_diluted_otherwise_are_results_of_their_own() -> None:
    rows = [{"replicate": "a", "dilution": "10"}, {"replicate": "b", "dilution": "100"}]
    assert [one.rows for one in read(*rows).results] == [(2,), (3,)]


def test_columns_are_found_by_name_below_a_title_and_other_columns_are_named() -> None:
    titles = ["Results of November", "", ""]
    names = [
        "Batch",
        "Test",
        "Result (number)",
        "Units",
        "Metod",
        "SOP",
        "Version",
        "Laboratory",
        "Start",
        "Read at",
    ]
    row = ["EX1", "pH", "7.3", "pH", "x", "SOP-1", "2", "east-laboratory", "2026-11-02", "2026-11-02"]
    filled = read_sheet("\n".join(",".join(line) for line in (titles, names, row, [""] * 10)).encode())
    (result,) = filled.results
    assert (result.row, result.assay, str(result.value)) == (3, "ph", "7.3")
    assert [one.what for one in filled.header.unread] == ["Column E 'Metod' is not read."]
    assert filled_dict(filled)["unread"] == ["Column E 'Metod' is not read."]


@pytest.mark.parametrize(
    ("names", "code", "said"),
    [
        (["metod" if name == "method" else name for name in NAMES], "malformed", "Did you mean method?"),
        (["lot"] * 2 + NAMES[1:-1], "malformed", "Columns A and B are both lot"),
        ([f"x{name}" for name in NAMES], "unknown_format", "lot, assay"),
    ],
)
def test_a_header_that_does_not_fit_is_refused_with_the_nearest_name(
    names: list[str], code: str, said: str
) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_sheet(sheet({}, names=names))
    assert (caught.value.code, said in caught.value.detail) == (code, True)


def test_a_sheet_without_value_or_finding_states_nothing() -> None:
    kept = [name for name in NAMES if name not in {"value", "finding"}]
    with pytest.raises(UnreadableFile, match="value or finding"):
        read_sheet(",".join(kept).encode())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_any_encoding_and_line_end(encoding: str) -> None:
    text = sheet({"remark": "Kühl – µ"}).decode().replace("\n", "\r\n")
    (result,) = read_sheet(text.encode(encoding)).results
    assert result.remark == "Kühl – µ"


def test_encodings_may_be_mixed_and_a_first_line_may_say_the_delimiter() -> None:
    first, second = (sheet({"remark": text}).split(b"\n")[1] for text in ("", ""))
    mixed = b"\n".join([
        ",".join(NAMES).encode(), first + "Kühl".encode(), second.replace(b"0.05", b"0.06") + "Kühl".encode("cp1252"),
    ])  # fmt: skip
    assert [one.remark for one in read_sheet(mixed).results] == ["Kühl", "Kühl"]
    said = read_sheet(b"sep=|\n" + sheet({}, {"value": "x"}, delimiter="|"))
    assert [one.row for one in said.results] == [3]
    assert [one.cell for one in said.faults] == ["D4"]


@pytest.mark.parametrize(
    "content",
    [
        b"x" * (MAX_SHEET_BYTES + 1),
        sheet(*[{"value": str(number)} for number in range(MAX_ROWS + 1)]),
        sheet({"remark": "x" * (MAX_CELL + 1)}),
        sheet({}) + b"," * MAX_COLUMNS + b"x",
    ],
)
def test_a_sheet_has_bounds(content: bytes) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_sheet(content)
    assert caught.value.code == "too_large"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"), (b"\n,,\n;\n", "unknown_format"), (b'lot,assay,"' + b"x" * 140_000, "malformed"),
        (b"\xd0\xcf\x11\xe0", "binary"), (b"\0\1\2\3", "binary"),
    ],
)  # fmt: skip
def test_what_is_no_sheet_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_sheet(content)
    assert caught.value.code == code


def test_columns_are_lettered_as_a_spreadsheet_does() -> None:
    assert [column_letters(place) for place in (0, 25, 26, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip


SAMPLE = sheet({}, {"value": "<LOD", "lod": "1"}, {"replicate": "a"}, {"replicate": "b", "value": "2"})


@settings(max_examples=400, deadline=None)
@given(
    edits=st.lists(
        st.tuples(
            st.integers(0, 2000), st.integers(0, 30),
            st.one_of(st.binary(max_size=4), st.sampled_from([b",", b"\n", b'"', b"1E99", b"<", b"9" * 40, b"\xb5"])),
        ),
        max_size=8,
    ),
    delimiter=st.sampled_from([b",", b";", b"\t"]),
)  # fmt: skip
def test_a_mutated_sheet_is_read_or_refused(edits: list[tuple[int, int, bytes]], delimiter: bytes) -> None:
    content = SAMPLE.replace(b",", delimiter)
    for place, length, replacement in edits:
        start = place % (len(content) + 1)
        content = content[:start] + replacement + content[start + length :]
    with contextlib.suppress(UnreadableFile):
        filled_dict(read_sheet(content))


@settings(max_examples=300, deadline=None)
@given(
    value=st.text(max_size=30),
    moment=st.text(max_size=25),
    name=st.sampled_from(NAMES),
    text=st.text(max_size=60),
)
def test_whatever_stands_in_a_cell_every_row_is_read_or_named(
    value: str, moment: str, name: str, text: str
) -> None:
    plain = str.maketrans(dict.fromkeys('|\n\r"\0', " "))
    row = {"value": value, "started": moment, name: text}
    content = sheet({key: said.translate(plain) for key, said in row.items()}, {"lot": "EX2"}, delimiter="|")
    with contextlib.suppress(UnreadableFile):
        filled = read_sheet(content)
        told = {one.row for one in filled.faults} | {row for one in filled.results for row in one.rows}
        assert {2, 3} <= told


def test_the_how_to_names_every_column_as_it_is() -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "import-a-spreadsheet.md").read_text("utf-8")
    for column in COLUMNS:
        star = " *" if column.required else ""
        assert f"| `{column.name}`{star} | {column.takes} | {', '.join(column.also)} |" in page
