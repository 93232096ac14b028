"""ISBT 128: what our own label says reads back, any message does, and a message with a flaw is refused as a whole."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Din, LotNumber, VialSerial, checksum_37_2
from qc_service.domain.verdict import ScannedCode
from qc_service.exchange.codes import (
    ProcessorProduct,
    Reading,
    Unreadable,
    isbt128_message,
    read_code,
    scanned,
)
from qc_service.exchange.codes.messages import compound, flags_of
from qc_service.exchange.codes.structures import CHARACTERS, TABLE, Structure

TODAY = date(2026, 11, 22)
DIN = Din("A999026000001")
PRODUCT = ProcessorProduct(processor="A9990", description="D0001")
SERIAL = VialSerial.minted(b"sixteen bytes..!")
EXPIRES = date(2027, 10, 31)
LOT = LotNumber("EX261101A")

dins = st.from_regex(r"\AA999[0-9](2[0-9])[0-9]{6}\Z").map(Din)
serials = st.binary(min_size=16, max_size=16).map(VialSerial.minted)
lots = st.from_regex(r"\A[1-9A-Z][0-9A-Z]{1,16}[0-9A-Z]\Z").map(LotNumber)


def reading(raw: str) -> Reading:
    read = read_code(raw, TODAY)
    assert isinstance(read, Reading), read.detail
    return read


def test_our_label_is_the_message_of_the_decision() -> None:
    message = isbt128_message(
        din=DIN, product=PRODUCT, division=12, expires_on=EXPIRES, lot=LOT, serial=SERIAL
    )
    assert message == (
        f"=+06000=/A9990000000D0001=,000012=A99902600000188&>0273042359&,1000000000EX261101A&,2000000{SERIAL}"
    )
    assert scanned(reading(message)) == ScannedCode(lot=LOT, serial=SERIAL, expires_on=EXPIRES)


@given(
    din=dins,
    division=st.integers(1, 999_999),
    expires_on=st.dates(date(2000, 1, 1), date(2199, 12, 31)),
    lot=lots,
    serial=serials,
    symbol=st.sampled_from(["", "]d1", "]C0"]),
)
def test_any_label_of_ours_reads_back(
    *, din: Din, division: int, expires_on: date, lot: LotNumber, serial: VialSerial, symbol: str
) -> None:
    message = isbt128_message(
        din=din, product=PRODUCT, division=division, expires_on=expires_on, lot=lot, serial=serial
    )
    read = reading(symbol + message)
    assert scanned(read) == ScannedCode(lot=lot, serial=serial, expires_on=expires_on)
    assert (read.fields["din"], read.fields["flags"]) == (din, flags_of(din))
    assert read.fields["division"] == f"{division:06d}"


@pytest.mark.parametrize("lot", ["0EX261101", "EX-261101", "ABCDEFGHIJKLMNOPQRS"])
def test_a_lot_that_does_not_fit_is_not_printed(lot: str) -> None:
    with pytest.raises(Malformed, match="cannot stand on an ISBT 128 label"):
        isbt128_message(
            din=DIN, product=PRODUCT, division=1, expires_on=EXPIRES, lot=LotNumber(lot), serial=SERIAL
        )


@pytest.mark.parametrize("division", [0, 1_000_000])
def test_a_division_that_does_not_fit_is_not_printed(division: int) -> None:
    with pytest.raises(Malformed, match="number of a division"):
        isbt128_message(
            din=DIN, product=PRODUCT, division=division, expires_on=EXPIRES, lot=LOT, serial=SERIAL
        )


@pytest.mark.parametrize(
    "parts",
    [
        {"processor": "O9990", "description": "D0001"},
        {"processor": "A999", "description": "D0001"},
        {"processor": "A9990", "description": "00001"},
        {"processor": "A9990", "description": "D0001", "reference": "12345"},
        {"processor": "A99900", "description": "D001", "reference": "000000"},
    ],
)
def test_a_product_that_does_not_fit_is_refused(parts: dict[str, str]) -> None:
    with pytest.raises(Malformed, match="not an ISBT 128 product"):
        ProcessorProduct(**parts)


moments = st.datetimes(datetime(2000, 1, 1), datetime(2199, 12, 31))  # noqa: DTZ001  a label names no zone
CONTENTS = {
    "din": dins.map(str),
    "flags": st.just("00"),
    "description": st.from_regex(r"\A[A-Z][0-9A-Z]{4}\Z"),
    "day": st.dates(date(2000, 1, 1), date(2199, 12, 31)).map(lambda day: f"{day.year % 1000:03d}{day:%j}"),
    "moment": moments.map(lambda moment: f"{moment.year % 1000:03d}{moment:%j%H%M}"),
    "calendar": moments.map(lambda moment: f"{moment:%Y%m%d%H%M}"),
    "eight": st.dates(date(2000, 1, 1), date(2199, 12, 31)).map(lambda day: f"{day:%Y%m%d}"),
    "padded": lots.map(lambda lot: lot.rjust(18, "0")),
    "registry": st.from_regex(r"\A[1-9][0-9]{3}[A-Z0-9]{13}\Z").map(
        lambda text: f"{text}{checksum_37_2(text):02d}"
    ),
}


def contents(known: Structure) -> st.SearchStrategy[str]:
    """Any content that fits the structure."""
    pieces = [
        CONTENTS[piece.check or piece.name]
        if (piece.check or piece.name) in CONTENTS
        else st.text(CHARACTERS[piece.letter], min_size=piece.size, max_size=piece.size)
        for piece in known.pieces
    ]
    return st.tuples(*pieces).map(lambda parts: known.start + "".join(parts))


messages = st.permutations(list(TABLE.values())).flatmap(
    lambda known: st.integers(1, len(known)).flatmap(
        lambda count: st.tuples(*(contents(one) for one in known[:count]))
    )
)


@given(messages)
def test_any_message_reads_and_its_count_is_verified(parts: tuple[str, ...]) -> None:
    read = read_code(compound(parts), TODAY)
    if isinstance(read, Unreadable):  # two random structures may contradict each other
        assert "differ in" in read.detail or "division (032)" in read.detail
        return
    assert read.fields["message"] == "000"
    for count in (len(parts) - 1, len(parts) + 1):
        refused = read_code(f"=+{count:02d}000{''.join(parts)}", TODAY)
        assert isinstance(refused, Unreadable)
        assert f"announces {count} structures and carries {len(parts)}" in refused.detail


@given(messages, st.data())
def test_a_message_cut_short_is_never_read(parts: tuple[str, ...], data: st.DataObject) -> None:
    message = compound(parts)
    cut = data.draw(st.integers(1, len(message) - 1))
    assert isinstance(read_code(message[:cut], TODAY), Unreadable)


@given(dins, st.integers(0, 12), st.sampled_from(CHARACTERS["u"]))
def test_one_changed_character_of_a_donation_number_is_caught(din: Din, place: int, other: str) -> None:
    assume(other != din[place])
    changed = f"={din[:place]}{other}{din[place + 1 :]}{flags_of(din)}"
    assert isinstance(read_code(changed, TODAY), Unreadable)
    typed = f"{din[:place]}{other}{din[place + 1 :]}{din.check_character}"
    read = read_code(typed, TODAY)
    assert isinstance(read, Unreadable)
