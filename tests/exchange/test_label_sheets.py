"""Whole prints: every label of every file is read again, at print size, and says what it must in words."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from qc_service.domain.identifiers import Gtin, Line, LotNumber, Text, VialSerial
from qc_service.domain.label_prints import CharacterNotPrintable, LabelFormat, LabelSymbol, LabelTooSmall
from qc_service.domain.label_words import TOPICAL_ONLY, Label, LabelWords
from qc_service.domain.lots import LotStatus
from qc_service.domain.products import CELSIUS, StorageCondition
from qc_service.domain.regulatory import IND_CAUTION, POSITIONS
from qc_service.domain.vocabulary import AdministrationRoute
from qc_service.exchange.codes import digital_link, element_string, gs1_scan
from qc_service.exchange.labels.calibration import calibration
from qc_service.exchange.labels.drawing import Box, Drawing, Modules, Words
from qc_service.exchange.labels.jobs import LabelJob, Placement, VialLabel
from qc_service.exchange.labels.press import name_of, pressed, proof
from qc_service.exchange.labels.stocks import A4, LETTER, STOCKS, Stock
from qc_service.exchange.labels.typeface import typeface
from qc_service.exchange.labels.vial_label import WIDEST, drawings
from tests.exchange.zpl_printer import printed
from tests.fakes import CountedRandomness

GTIN, LOT, EXPIRY = Gtin("09506000134352"), LotNumber("EX261101A"), date(2027, 10, 31)
INJECTION = LabelWords(
    product=Line("Demonstration cord exosomes for injection"), topical_only=False,
    routes=(AdministrationRoute.INJECTION,), gtin=GTIN, lot=LOT, expires_on=EXPIRY, contents=Line("1.0 mL"),
    storage=tuple(
        StorageCondition(min=Decimal(low), max=Decimal(high), unit=CELSIUS, shelf_life_days=days)
        for low, high, days in (("-90", "-70", 365), ("-25", "-15", 90))
    ),
    cautions=(Line(IND_CAUTION),), maker=Line("Demo Biologics"), establishment=Line("North Works"),
    address=Text("2 Example Street\nSpringfield"), status=LotStatus.QUARANTINED,
    footing=(Text("Investigational under IND 999999 since 2026-01-01; not approved"),),
    regulatory=Text(POSITIONS[0].in_words),
)  # fmt: skip
TOPICAL = replace(
    INJECTION, product=Line("Demonstration placental serum"), topical_only=True, cautions=(),
    routes=(AdministrationRoute.TOPICAL,),
)  # fmt: skip
SHEET, LARGE, ROLL = STOCKS["a4_65_38x21"], STOCKS["a4_8_99x68"], STOCKS["roll_50x25"]
CODES = {
    LabelSymbol.GS1_DATA_MATRIX: lambda serial: element_string(GTIN, LOT, serial, EXPIRY),
    LabelSymbol.DIGITAL_LINK_QR: lambda serial: digital_link("https://qc.example", GTIN, LOT, serial, EXPIRY),
    LabelSymbol.ISBT128_DATA_MATRIX: lambda serial: (
        f"=+06000=/A9990000000D0001=,000012=A99902600000188&>0273042359&,1000000000EX261101A&,2000000{serial}"
    ),
    LabelSymbol.OFFLINE_TOKEN_QR: lambda serial: f"EXO1:{serial}{'7-PB%' * 62}",
}
SERIALS = tuple(VialSerial.minted(CountedRandomness(start)(16)) for start in range(70))


def job(stock: Stock = SHEET, count: int = 3, **changes: Any) -> LabelJob:
    """A print of so many labels of the injectable in quarantine."""
    symbol = changes.get("symbol", LabelSymbol.GS1_DATA_MATRIX)
    label = Label(words=changes.pop("words", INJECTION), link=Line("https://qc.example"), isbt=None)
    vials = tuple(VialLabel(serial=serial, mark="", code=CODES[symbol](serial)) for serial in SERIALS[:count])
    made = LabelJob(
        number=2, label=label, symbol=symbol, format=LabelFormat.PDF, stock=stock, vials=vials,
        by=Line("Tilda Sample"), at=datetime(2026, 11, 25, 9, 5, tzinfo=UTC),
    )  # fmt: skip
    return replace(made, **changes)


def pages(content: bytes, dpi: int = 300) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(content)
    found = [page.render(scale=dpi / 72, grayscale=True).to_pil() for page in document]
    document.close()
    return found


def first_row(content: bytes, stock: Stock, dpi: int = 300) -> Image.Image:
    """The upper part of a first page, down to the end of its first row of labels."""
    document = pypdfium2.PdfDocument(content)
    bottom = stock.page[1] - stock.corner(0)[1] - stock.size[1] - 3
    picture: Image.Image = (
        document[0].render(scale=dpi / 72, grayscale=True, crop=(0, bottom / 25.4 * 72, 0, 0)).to_pil()
    )
    document.close()
    return picture


def texts(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    found = [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
    document.close()
    return found


def cells(
    page: Image.Image, stock: Stock, count: int, first: int = 0, moved: tuple[float, float] = (0, 0)
) -> Any:
    """The labels of a page, cut out where the stock has them."""
    dot = 300 / 25.4
    for place in range(first, first + count):
        left, top = (edge + by for edge, by in zip(stock.corner(place), moved, strict=True))
        width, height = stock.size
        right, bottom = left + width, top + height
        yield page.crop((round(left * dot), round(top * dot), round(right * dot), round(bottom * dot)))


def read(pictures: Sequence[Image.Image] | Iterator[Image.Image]) -> list[str]:
    """What the one symbol of each picture says."""
    found = []
    for picture in pictures:
        (one,) = zxingcpp.read_barcodes(picture)
        found.append(f"{one.symbology_identifier}{one.bytes.decode('ascii')}")
    return found


def expected(symbol: LabelSymbol, count: int) -> list[str]:
    lead = {LabelSymbol.ISBT128_DATA_MATRIX: "]d1"}.get(symbol, "]Q1")
    if symbol is LabelSymbol.GS1_DATA_MATRIX:
        return [gs1_scan(GTIN, LOT, serial, EXPIRY) for serial in SERIALS[:count]]
    return [f"{lead}{CODES[symbol](serial)}" for serial in SERIALS[:count]]


def stripped(text: str) -> str:
    return text.replace("\u00a0", " ")


HELD_BY_NONE = {
    ("letter_80_45x13", LabelSymbol.OFFLINE_TOKEN_QR),
}
"""Sheets whose labels are too small for a symbol."""


class TestReadAgain:
    @pytest.mark.parametrize("symbol", list(LabelSymbol))
    @pytest.mark.parametrize(
        "stock", [one for one in STOCKS.values() if not one.roll], ids=lambda one: one.code
    )
    def test_from_sheets_as_far_as_their_labels_hold_the_symbol(
        self, stock: Stock, symbol: LabelSymbol
    ) -> None:
        wanted = job(stock, symbol=symbol, words=TOPICAL)
        if (stock.code, symbol) in HELD_BY_NONE:
            with pytest.raises(LabelTooSmall):
                proof(wanted)
            return
        assert read(cells(first_row(pressed(wanted, Placement()), stock), stock, 2)) == expected(symbol, 2)

    def test_a_fill_over_two_sheets_in_order(self) -> None:
        content = pressed(job(count=70), Placement())
        first, second = pages(content)
        assert read([*cells(first, SHEET, 65), *cells(second, SHEET, 5)]) == expected(
            LabelSymbol.GS1_DATA_MATRIX, 70
        )
        assert "sheet 1 of 2" in texts(content)[0]
        assert "sheet 2 of 2" in texts(content)[1]

    @pytest.mark.parametrize("symbol", list(LabelSymbol))
    @pytest.mark.parametrize("form", [LabelFormat.ZPL_203, LabelFormat.ZPL_300])
    @pytest.mark.parametrize(
        "stock", [one for one in STOCKS.values() if one.roll and one.size[0] >= 50], ids=lambda one: one.code
    )
    def test_from_thermal_printers(self, stock: Stock, form: LabelFormat, symbol: LabelSymbol) -> None:
        content = pressed(job(stock, symbol=symbol, format=form), Placement()).decode()
        leader, *labels = printed(content)
        assert zxingcpp.read_barcodes(leader.picture) == []
        assert {label.quantity for label in labels} == {1}
        width, height = stock.size
        dpi = int(form.value[-3:])
        assert labels[0].picture.size == (round(width * dpi / 25.4), round(height * dpi / 25.4))
        assert read(label.picture for label in labels) == expected(symbol, 3)

    @pytest.mark.parametrize("words", [INJECTION, TOPICAL], ids=["injection", "topical"])
    def test_from_a_cryogenic_label_at_300_dots(self, words: LabelWords) -> None:
        content = pressed(
            job(STOCKS["roll_33x13"], words=words, format=LabelFormat.ZPL_300), Placement()
        ).decode()
        _, *labels = printed(content)
        assert read(label.picture for label in labels) == expected(LabelSymbol.GS1_DATA_MATRIX, 3)

    def test_from_a_roll_in_a_pdf_with_a_page_for_each(self) -> None:
        leader, *labels = pages(pressed(job(ROLL), Placement()))
        assert zxingcpp.read_barcodes(leader) == []
        assert read(labels) == expected(LabelSymbol.GS1_DATA_MATRIX, 3)

    def test_from_a_png(self) -> None:
        content = pressed(job(ROLL, count=1, format=LabelFormat.PNG), Placement())
        assert read([Image.open(io.BytesIO(content))]) == expected(LabelSymbol.GS1_DATA_MATRIX, 1)

    def test_an_svg_has_the_words_as_text(self) -> None:
        content = pressed(job(ROLL, count=1, format=LabelFormat.SVG), Placement()).decode()
        assert f">SN {SERIALS[0].grouped}</text>" in stripped(content)
        assert 'width="50mm" height="25mm"' in content


class TestPlaces:
    def test_a_sheet_that_was_begun_is_gone_on_with(self) -> None:
        first, second = pages(pressed(job(count=3), Placement(start=64)))
        labels = [*cells(first, SHEET, 2, 63), *cells(second, SHEET, 1)]
        assert read(labels) == expected(LabelSymbol.GS1_DATA_MATRIX, 3)
        assert zxingcpp.read_barcodes(next(cells(first, SHEET, 1, 62))) == []

    def test_everything_moves_by_the_printers_offset(self) -> None:
        moved = Placement(right=Decimal("3.5"), down=Decimal(-2))
        (page,) = pages(pressed(job(), moved))
        assert read(cells(page, SHEET, 3, moved=(3.5, -2))) == expected(LabelSymbol.GS1_DATA_MATRIX, 3)
        (unmoved,) = pages(pressed(job(), Placement()))
        dots = [round(millimetres * 300 / 25.4) for millimetres in (3.5, -2)]
        assert _inked(page) == pytest.approx(
            [edge + dots[at % 2] for at, edge in enumerate(_inked(unmoved))], abs=1
        )

    def test_the_same_print_is_the_same_file(self) -> None:
        assert pressed(job(), Placement()) == pressed(job(), Placement())

    @pytest.mark.parametrize(
        "stock", [one for one in STOCKS.values() if not one.roll], ids=lambda one: one.code
    )
    def test_labels_of_a_stock_stand_on_the_page_and_do_not_overlap(self, stock: Stock) -> None:
        width, height = stock.size
        page = Box(0, 0, *stock.page)
        places = [Box(x, y, x + width, y + height) for x, y in map(stock.corner, range(stock.per_page))]
        for at, place in enumerate(places):
            assert place.within(page)
            assert not any(place.overlaps(other) for other in places[at + 1 :])
        left, top, right, bottom = places[0].left, places[0].top, places[-1].right, places[-1].bottom
        assert (left, top) == pytest.approx((stock.page[0] - right, stock.page[1] - bottom))
        assert (stock.page_width, stock.page_height) in {A4, LETTER}

    def test_a_calibration_page_outlines_every_label_where_it_will_be(self) -> None:
        content = calibration(SHEET, Placement(right=Decimal("0.5")), datetime(2026, 11, 25, tzinfo=UTC))
        (text,) = texts(content)
        assert "65 labels of 38.1 × 21.2 mm" in text
        assert "Printed with x = 0.5 mm, y = 0 mm." in text
        assert "without “fit to page”" in text
        (page,) = pages(content)
        dot = 300 / 25.4
        for place in (0, 64):
            left, top = SHEET.corner(place)
            middle = page.crop(
                (
                    round((left + 0.5) * dot) - 2,
                    round((top + 5) * dot),
                    round((left + 0.5) * dot) + 3,
                    round((top + 6) * dot),
                )
            )
            assert min(middle.tobytes()) < 128


def _inked(page: Image.Image) -> list[int]:
    box = page.point(lambda level: 255 if level < 128 else 0).getbbox()
    assert box is not None
    return list(box)


def _drawn(wanted: LabelJob) -> Drawing:
    return next(drawings(wanted))


def _lines(drawing: Drawing) -> list[Words]:
    return [item for item in drawing.items if isinstance(item, Words)]


class TestWords:
    def test_a_sheet_says_what_it_is_and_the_regulatory_sentence(self) -> None:
        (text,) = texts(pressed(job(), Placement()))
        assert (
            "Lot EX261101A · print 2 · 3 labels · Tilda Sample, 2026-11-25 09:05 UTC · sheet 1 of 1" in text
        )
        assert "QUARANTINE: not released when printed. Testing not finished – do not use." in text
        assert INJECTION.regulatory in text
        assert "print 2 · 1 label ·" in texts(pressed(job(count=1), Placement()))[0]

    def test_a_roll_says_so_on_a_label_in_front(self) -> None:
        leader, first, *_ = texts(pressed(job(ROLL), Placement()))
        assert INJECTION.regulatory in leader
        assert "QUARANTINE" in leader
        assert INJECTION.regulatory not in first

    def test_a_released_lot_needs_no_warning(self) -> None:
        words = replace(INJECTION, status=LotStatus.RELEASED)
        (text,) = texts(pressed(job(words=words), Placement()))
        assert "released" not in text.replace(words.regulatory, "")

    @pytest.mark.parametrize("stock", list(STOCKS.values()), ids=lambda one: one.code)
    @pytest.mark.parametrize("words", [INJECTION, TOPICAL], ids=["injection", "topical"])
    def test_every_label_bears_the_least(self, stock: Stock, words: LabelWords) -> None:
        """Name, lot, expiry, serial and maker (21 CFR 610.60(c)), and the caution (312.6(a)) or the shout."""
        text = stripped(" ".join(line.text for line in _lines(_drawn(job(stock, words=words)))))
        for wanted in (
            words.product,
            f"LOT {LOT}",
            "EXP 31 OCT 2027",
            f"SN {SERIALS[0].grouped}",
            words.maker,
        ):
            assert wanted in text
        assert all(caution in text for caution in words.cautions)
        assert (TOPICAL_ONLY in text) == words.topical_only

    @pytest.mark.parametrize(
        "stock", [STOCKS["a4_24_64x34"], LARGE, STOCKS["roll_70x40"]], ids=lambda one: one.code
    )
    def test_a_label_with_room_bears_everything(self, stock: Stock) -> None:
        text = stripped(" ".join(line.text for line in _lines(_drawn(job(stock)))))
        for wanted in (
            "For injection · 1.0 mL",
            "Keep at −90 to −70 °C (365 days) or −25 to −15 °C (90 days)",
            "Demo Biologics, North Works, 2 Example Street Springfield",
            "Not released when printed: scan before use",
            f"(01){GTIN} (17)271031 (10){LOT} (21){SERIALS[0]}",
        ):
            assert wanted in text

    @pytest.mark.parametrize("words", [INJECTION, TOPICAL], ids=["injection", "topical"])
    def test_the_commonest_sheet_of_small_labels_says_by_which_route_and_how_it_is_kept(
        self, words: LabelWords
    ) -> None:
        text = stripped(" ".join(line.text for line in _lines(_drawn(job(SHEET, words=words)))))
        assert "Keep at −90 to −70 °C" in text
        assert ("For injection" in text) == (not words.topical_only)

    def test_a_carton_label_bears_the_footing_and_the_regulatory_sentence(self) -> None:
        text = stripped(" ".join(line.text for line in _lines(_drawn(job(LARGE)))))
        assert INJECTION.footing[0] in text
        assert INJECTION.regulatory in text

    @pytest.mark.parametrize("stock", list(STOCKS.values()), ids=lambda one: one.code)
    def test_topical_only_are_the_largest_words(self, stock: Stock) -> None:
        lines = _lines(_drawn(job(stock, words=TOPICAL)))
        largest = max(line.points for line in lines)
        shouted = " ".join(line.text for line in lines if line.points == largest)
        assert shouted == TOPICAL_ONLY

    def test_only_a_forbidden_lot_is_named_on_the_smallest_label(self) -> None:
        small = STOCKS["roll_33x13"]
        said = [
            line.text
            for line in _lines(_drawn(job(small, words=replace(TOPICAL, status=LotStatus.RECALLED))))
        ]
        assert "RECALLED – DO NOT USE" in said

    @pytest.mark.parametrize(
        ("symbol", "caption"),
        [
            (LabelSymbol.DIGITAL_LINK_QR, "Scan for the record, or ask qc.example"),
            (LabelSymbol.OFFLINE_TOKEN_QR, "The code works without a network: it says where the vial comes from"),
        ],
    )  # fmt: skip
    def test_the_other_symbols_say_what_they_are_for(self, symbol: LabelSymbol, caption: str) -> None:
        assert caption in " ".join(line.text for line in _lines(_drawn(job(LARGE, symbol=symbol))))

    def test_a_specimen_says_so(self) -> None:
        assert "SPECIMEN" in [line.text for line in _lines(_drawn(job(specimen=True)))]

    def test_a_sample_says_so_and_its_neighbour_does_not(self) -> None:
        wanted = job(LARGE, count=2)
        sample = replace(wanted.vials[1], mark="QC SAMPLE – NOT FOR USE")
        first, second = drawings(replace(wanted, vials=(wanted.vials[0], sample)))
        assert sample.mark not in [stripped(line.text) for line in _lines(first)]
        assert sample.mark in [stripped(line.text) for line in _lines(second)]

    def test_the_file_is_named_after_lot_and_print(self) -> None:
        assert name_of(job()) == "EX261101A-labels-2.pdf"
        assert name_of(job(ROLL, format=LabelFormat.ZPL_203)) == "EX261101A-labels-2.zpl"


class TestLayout:
    @pytest.mark.parametrize("stock", list(STOCKS.values()), ids=lambda one: one.code)
    @pytest.mark.parametrize("words", [INJECTION, TOPICAL], ids=["injection", "topical"])
    @pytest.mark.parametrize("form", [LabelFormat.PDF, LabelFormat.PNG])
    def test_nothing_overlaps_or_leaves_the_label(
        self, stock: Stock, words: LabelWords, form: LabelFormat
    ) -> None:
        margin = 1.0 if stock.roll else 1.5
        for drawing in drawings(job(stock, words=words, format=form)):
            inner = Box(margin, margin, drawing.width - margin, drawing.height - margin)
            for at, item in enumerate(drawing.items):
                assert item.box.within(inner if isinstance(item, Words) else drawing.box)
                assert not [other for other in drawing.items[at + 1 :] if item.box.overlaps(other.box)]
            assert min(line.points for line in _lines(drawing)) >= 4.0
            (symbol,) = (item for item in drawing.items if isinstance(item, Modules))
            assert symbol.module >= 0.2539

    def test_no_serial_is_wider_than_its_place(self) -> None:
        for bold in (False, True):
            face = typeface(bold=bold)
            assert face.width(WIDEST, 7) == max(face.width(one * 12, 7) for one in VialSerial.ALPHABET)


class TestRefusals:
    def test_a_label_that_is_too_small_names_those_that_would_do(self) -> None:
        wanted = job(STOCKS["roll_33x13"], symbol=LabelSymbol.OFFLINE_TOKEN_QR)
        with pytest.raises(
            LabelTooSmall, match=r"33 × 13 mm: too small for these words.*It fits on .*roll_70x40"
        ) as refused:
            proof(wanted)
        assert [reason.code for reason in refused.value.reasons] == ["label_too_small"]

    def test_words_that_fit_nowhere_are_told_so(self) -> None:
        words = replace(INJECTION, cautions=(Line("Caution. " * 20 + "x"),) * 30)
        with pytest.raises(LabelTooSmall, match="No stock here is large enough"):
            proof(job(words=words))

    @pytest.mark.parametrize(
        "words",
        [
            replace(INJECTION, product=Line("Exosomes 血")),
            replace(INJECTION, maker=Line("血")),
            replace(INJECTION, establishment=Line("血")),
            replace(INJECTION, address=Text("1 Way\n血")),
        ],
    )
    def test_a_character_that_cannot_be_printed_is_named(self, words: LabelWords) -> None:
        with pytest.raises(CharacterNotPrintable, match=re.escape("'血' (U+8840")):
            proof(job(words=words))

    def test_also_in_the_name_of_who_prints(self) -> None:
        with pytest.raises(CharacterNotPrintable):
            proof(job(by=Line("田")))

    def test_names_as_long_as_they_come_are_printed(self) -> None:
        long = " ".join(["Longname"] * 22)
        for stock in (SHEET, STOCKS["roll_33x13"]):
            content = pressed(job(stock, by=Line(long), words=TOPICAL), Placement())
            assert long in texts(content)[0]
