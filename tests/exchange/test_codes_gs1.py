"""GS1 element strings and Digital Links: read strictly, never repaired, and written so that they read back."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.domain.identifiers import Gtin, LotNumber, VialSerial
from qc_service.exchange.codes import (
    Fault,
    Form,
    Reading,
    Unreadable,
    digital_link,
    element_string,
    gs1_scan,
    read_code,
    scanned,
)
from qc_service.exchange.codes.application_identifiers import LINES, TABLE, beginning
from qc_service.exchange.codes.formats import CHARACTERS, Part

TODAY = date(2026, 11, 22)
GTIN = Gtin("09506000134352")
LOT = LotNumber("EX261101A")
SERIAL = VialSerial.minted(b"sixteen bytes..!")
EXPIRES = date(2027, 10, 31)
GS = "\x1d"


def reading(raw: str) -> Reading:
    read = read_code(raw, TODAY)
    assert isinstance(read, Reading), read.detail
    return read


def refusal(raw: str) -> Unreadable:
    refused = read_code(raw, TODAY)
    assert isinstance(refused, Unreadable)
    return refused


def test_our_label_reads_back_in_every_form() -> None:
    scan = gs1_scan(GTIN, LOT, SERIAL, EXPIRES)
    printed = element_string(GTIN, LOT, SERIAL, EXPIRES)
    address = digital_link("https://qc.example/", GTIN, LOT, SERIAL, EXPIRES)
    assert address == f"https://qc.example/01/{GTIN}/10/{LOT}/21/{SERIAL}?17=271031"
    codes = {scanned(reading(raw)) for raw in (scan, scan.removeprefix("]d2"), printed, address)}
    assert len(codes) == 1
    (code,) = codes
    assert (code.gtin, code.lot, code.serial, code.expires_on) == (GTIN, LOT, SERIAL, EXPIRES)
    assert reading(scan).canonical == printed


def test_the_line_that_a_label_prints_may_be_typed_with_its_spaces() -> None:
    printed = element_string(GTIN, LOT, SERIAL, EXPIRES)
    assert reading(printed.replace("(", " (").strip()) == reading(printed)


def test_a_lots_address_names_no_vial() -> None:
    code = scanned(reading(digital_link("https://qc.example", GTIN, LOT)))
    assert (code.lot, code.serial, code.expires_on) == (LOT, None, None)


def test_how_a_code_reached_us_is_told() -> None:
    assert reading(gs1_scan(GTIN, LOT, SERIAL, EXPIRES)).form is Form.SCAN
    assert reading("(01)09506000134352").form is Form.BRACKETED
    assert reading("http://qc.example/01/09506000134352").form is Form.LINK


@pytest.mark.parametrize("start", ["", GS, "]d2", "]C1", "]Q3", "]e0"])
def test_a_scan_may_begin_with_its_symbology_or_not(start: str) -> None:
    assert reading(f"{start}010950600013435210EX{GS}21V1").fields["serial"] == "V1"


def test_a_separator_is_welcome_where_none_is_needed() -> None:
    assert reading(f"]d20109506000134352{GS}10EX{GS}").canonical == "(01)09506000134352(10)EX"


@pytest.mark.parametrize("symbol", ["]d1", "]Q1", "]C0"])
def test_a_plain_symbol_carries_links_and_no_element_strings(symbol: str) -> None:
    assert reading(f"{symbol}https://qc.example/01/09506000134352").form is Form.LINK
    assert "FNC1" in refusal(f"{symbol}010950600013435210EX").detail


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("", "nothing"),
        ("]d2", "nothing behind"),
        ("]d289x", "'89x'"),
        ("]d20109506000134353", "check digit"),
        ("]d2010950600013435", "too short"),
        ("(01)", "empty"),
        ("(01)09506000134352(10)", "empty"),
        ("(01)09506000134352(10)a b", "' '"),
        ("(01)09506000134352(10)\u20ac", "cannot stand here"),
        ("(01)09506000134352(99", "should stand"),
        ("(01)09506000134352(0000)1", "not read here"),
        ("(01) 09506000134352", "cannot stand here"),
        ("(01)09506000134352  (10)EX261101A", "too long"),
        ("(01)\u0660\u0661506000134352", "cannot stand here"),
        ("(01)09506000134352(17)270231", "day 31"),
        ("(01)09506000134352(7003)2706302460", "hour 24"),
        ("(01)09506000134352(8008)270630146", "odd"),
        ("(01)09506000134352(8008)27063014606", "odd"),
        ("(01)09506000134352(7003)2706301460", "minute 60"),
        ("(01)09506000134352(7003)2706001400", "day 00"),
        ("(01)09506000134352(235)A(21)B", "exclude"),
        ("(01)09506000134352(37)5", "exclude"),
        ("(01)09506000134352(22)A(7022)B", "needs 01+7021"),
        ("(8006)095060001343520302", "piece"),
        ("(8003)109506000134352", "first digit"),
        ("(8010)9506B(8011)01", "begins with 0"),
        ("(8017)095060001343520004(7241)11", "check digit"),
        ("x" * 3000, "longer than"),
        ("ftp://qc.example/01/09506000134352", "no kind of code"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(raw: str, words: str) -> None:
    refused = refusal(raw)
    assert refused.reason is Fault.MALFORMED
    assert words in refused.detail


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("https:///01/09506000134352", "no host"),
        ("https://a b/01/09506000134352", "no host"),
        ("https://qc.example/01/09506000134352/21/A/10/B", "in their order"),
        ("https://qc.example/01/09506000134352/10", "no GS1 key"),
        ("https://qc.example/01/09506000134352/10/A%2", "percent sign"),
        ("https://qc.example/01/09506000134352/10/A%FF", "UTF-8"),
        ("https://qc.example/01/09506000134352?8888=1", "8888 in the query"),
        ("https://qc.example/01/09506000134352?01=09506000134352", "belongs in the path"),
        ("https://qc.example/01/09506000134352?8200=a", "may not stand"),
        ("https://qc.example/01/09506000134352?17=2710%003", "cannot stand here"),
        ("https://qc.example/01/09506000134352?240=A+B", "' '"),
        ("https://qc.example/01/9506000134352", "too short"),
    ],
)
def test_what_is_wrong_with_an_address_is_said(raw: str, words: str) -> None:
    assert words in refusal(raw).detail


@pytest.mark.parametrize(
    ("raw", "reason", "words"),
    [
        ("EXO1:abc", Fault.MALFORMED, "damaged"),
        ("+A123BJC5D6E71G", Fault.UNSUPPORTED, "HIBCC"),
        ("=]202710", Fault.UNSUPPORTED, "ISBT 128"),
        ("]E09506000134352", Fault.UNSUPPORTED, "symbology"),
        ("]", Fault.UNSUPPORTED, "symbology"),
        ("EX261101A", Fault.MALFORMED, "look it up"),
    ],
)
def test_codes_of_other_kinds_are_named(raw: str, reason: Fault, words: str) -> None:
    refused = refusal(raw)
    assert refused.reason is reason
    assert words in refused.detail


@pytest.mark.parametrize(
    "raw",
    [
        f"]d201{GTIN}1727103110{LOT}21{SERIAL}",
        f"]d201{GTIN}10{LOT}^21{SERIAL}",
        f"]d201{GTIN}10{LOT}<GS>21{SERIAL}",
        f"01{GTIN}10{LOT}|21V1",
        f"01{GTIN}10{LOT}\u241d21V1",
    ],
)
def test_a_scanner_that_drops_or_replaces_the_separator_is_told_apart(raw: str) -> None:
    assert refusal(raw).reason is Fault.SCANNER


def test_a_value_too_long_where_separators_stand_is_a_fault_of_the_code() -> None:
    assert refusal(f"]d201{GTIN}10{'A' * 21}{GS}21V1").reason is Fault.MALFORMED
    assert refusal(f"(01){GTIN}(10){'A' * 21}").reason is Fault.MALFORMED


def test_lots_in_lower_and_upper_case_differ() -> None:
    assert reading("(01)09506000134352(10)ex1").fields["lot"] == "ex1"
    assert reading("(01)09506000134352(10)EX1").fields["lot"] == "EX1"


@given(st.text(alphabet=CHARACTERS["x"], min_size=1, max_size=20))
def test_any_serial_survives_an_address_and_brackets(serial: str) -> None:
    first = reading(f"]d201{GTIN}10A{GS}21{serial}") if "<GS>" not in serial else None
    if first is None:
        return
    assert first.digital_link is not None
    assert scanned(reading(first.digital_link)) == scanned(first)
    assert scanned(reading(first.canonical)) == scanned(first)


@given(st.text(max_size=60))
def test_nothing_makes_the_reader_fail(raw: str) -> None:
    assert isinstance(read_code(raw, TODAY), Reading | Unreadable)


@given(
    st.lists(
        st.sampled_from([*TABLE, "(", ")", GS, "1", "0", "09506000134352", "/", "%", "?", "="]), max_size=12
    )
)
def test_nothing_that_looks_like_a_code_makes_the_reader_fail(pieces: list[str]) -> None:
    for start in ("", "]d2", "(", "https://a/01/09506000134352/", "="):
        assert isinstance(read_code(start + "".join(pieces), TODAY), Reading | Unreadable)


@pytest.mark.parametrize(
    ("year", "printed", "meant"),
    [(2026, "76", 2076), (2026, "77", 1977), (2051, "01", 2101), (2051, "02", 2002)],
)
def test_years_of_two_digits_lie_from_49_before_to_50_after(year: int, printed: str, meant: int) -> None:
    read = read_code(f"(01){GTIN}(17){printed}0630", date(year, 6, 1))
    assert isinstance(read, Reading)
    assert read.fields["expires_on"] == f"{meant}-06-30"


def test_day_00_is_the_months_last() -> None:
    assert reading("(01)09506000134352(17)280200").fields["expires_on"] == "2028-02-29"


@pytest.mark.parametrize(
    ("raw", "name", "value"),
    [
        (f"(01){GTIN}(7003)2706301430", "expires_at", "2027-06-30T14:30"),
        (f"(01){GTIN}(8008)27063014", "produced_at", "2027-06-30T14"),
        (f"(01){GTIN}(8008)270630143059", "produced_at", "2027-06-30T14:30:59"),
        (f"(01){GTIN}(7007)270629270630", "harvested_on", "2027-06-29/2027-06-30"),
        (f"(01){GTIN}(7007)270629", "harvested_on", "2027-06-29"),
        ("(8013)1987654Ad4X4bL5ttr2310c2K", "gmn", "1987654Ad4X4bL5ttr2310c2K"),
        ("(414)4012345000115(7040)1ABC", "uic_extension", "1ABC"),
    ],
)
def test_values_are_read_by_their_formats(raw: str, name: str, value: str) -> None:
    assert reading(raw).fields[name] == value


def test_what_may_not_stand_in_an_address_has_none() -> None:
    assert reading(f"(01){GTIN}(8200)a").digital_link is None
    assert reading("(400)A").digital_link is None


def test_the_table_is_free_of_prefixes_and_knows_its_own_references() -> None:
    for ai, known in TABLE.items():
        assert beginning(ai) is known
        named = known.excludes.union(*known.needs, *(known.paths or ()))
        assert named <= TABLE.keys(), ai
    assert sum(1 for line in LINES.split("\n") if line) <= len(TABLE)


def test_a_format_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ValueError, match="not a part"):
        Part.written("q9")
