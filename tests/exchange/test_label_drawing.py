"""Symbols, type and drawings: what is drawn is read again from the pixels of every way to print it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageDraw

from qc_service.exchange.labels.drawing import INCH, Bar, Box, Drawing, Modules, Words
from qc_service.exchange.labels.layout import Area, Block, Layout, TooSmall, laid_out, wrapped
from qc_service.exchange.labels.paper import Paper
from qc_service.exchange.labels.pixels import pixels, png
from qc_service.exchange.labels.symbols import Symbol, data_matrix, gs1_data_matrix, qr_code
from qc_service.exchange.labels.typeface import CharacterMissing, must_print, typeface
from qc_service.exchange.labels.vectors import svg
from qc_service.exchange.labels.zpl import zpl
from tests.exchange.zpl_printer import printed

ELEMENTS = "(01)09506000134352(17)271031(10)EX261101A(21)7K3M9QW2TX49"
SCANNED = b"01095060001343521727103110EX261101A\x1d217K3M9QW2TX49"
AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def drawn(symbol: Symbol, module: float, text: str = "LOT EX261101A") -> Drawing:
    """A small label with a symbol, a line and a rule."""
    place = Modules(symbol, 2.0, 2.0, module)
    rule = Bar(Box(2.0, place.box.bottom + 0.5, 30.0, place.box.bottom + 0.7))
    words = Words(text, 2.0, place.box.bottom + 4, 7.0, bold=True)
    return Drawing(max(40.0, place.box.right + 2), place.box.bottom + 6, (place, rule, words))


def on_paper(drawing: Drawing, dpi: int) -> Image.Image:
    """The drawing as a PDF's page shows it."""
    document = pypdfium2.PdfDocument(filed(drawing))
    page = document[0]
    assert page.get_width() == pytest.approx(drawing.width / INCH * 72, abs=0.01)
    picture: Image.Image = page.render(scale=dpi / 72).to_pil()
    document.close()
    return picture


def filed(drawing: Drawing) -> bytes:
    """The drawing as a PDF of one page."""
    with Paper(title="A label", at=AT) as paper:
        paper.page(drawing.width, drawing.height)
        paper.draw(drawing)
        paper.outline(drawing.box)
        return paper.finished()


def read(picture: Image.Image) -> zxingcpp.Barcode:
    found = zxingcpp.read_barcode(picture)
    assert found is not None
    return found


def as_image(file: bytes) -> Image.Image:
    return Image.open(io.BytesIO(file))


def as_svg(drawing: Drawing, dpi: int) -> Image.Image:
    """The symbol of an SVG file, drawn from its path alone."""
    text = svg(drawing, "A label").decode()
    side = round(drawing.width * dpi / INCH), round(drawing.height * dpi / INCH)
    image = Image.new("L", side, 255)
    pen = ImageDraw.Draw(image)
    found = re.search(r'translate\(([\d.]+) ([\d.]+)\) scale\(([\d.]+)\)" d="([^"]+)"', text)
    assert found
    left, top, module = (float(found[part]) * dpi / INCH for part in (1, 2, 3))
    for column, row, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", found[4]):
        corner = left + int(column) * module, top + int(row) * module
        pen.rectangle((*corner, corner[0] + int(length) * module - 1, corner[1] + module - 1), fill=0)
    return image


Way = Callable[[Drawing], Image.Image]
WAYS = [
    pytest.param(lambda drawing: on_paper(drawing, 300), 600, id="pdf"),
    pytest.param(lambda drawing: as_image(png(drawing, 300)), 300, id="png"),
    pytest.param(lambda drawing: as_svg(drawing, 600), 600, id="svg"),
    pytest.param(lambda drawing: printed(zpl(drawing, 203))[0].picture, 203, id="zpl-203"),
    pytest.param(lambda drawing: printed(zpl(drawing, 300))[0].picture, 300, id="zpl-300"),
]


def least_module(dpi: int) -> float:
    """The least module of a whole number of dots that labels use."""
    dots = next(count for count in range(1, 20) if count * INCH / dpi >= 0.2539)
    return dots * INCH / dpi


@pytest.mark.parametrize(("way", "dpi"), WAYS)
class TestReadAgain:
    def test_a_gs1_data_matrix(self, way: Way, dpi: int) -> None:
        found = read(way(drawn(gs1_data_matrix(ELEMENTS), least_module(dpi))))
        assert (found.bytes, found.symbology_identifier) == (SCANNED, "]d2")

    def test_a_plain_data_matrix(self, way: Way, dpi: int) -> None:
        text = "=+06000=/A9990000000D0001=,000012=A99902600000188&>0273042359&,1000000000EX261101A&,20000007K3M9QW2TX49"
        found = read(way(drawn(data_matrix(text), least_module(dpi))))
        assert (found.text, found.symbology_identifier) == (text, "]d1")

    def test_a_qr_code(self, way: Way, dpi: int) -> None:
        text = "https://qc.example/01/09506000134352/10/EX261101A/21/7K3M9QW2TX49?17=271031"
        assert read(way(drawn(qr_code(text), least_module(dpi)))).text == text

    def test_a_token_as_long_as_they_come(self, way: Way, dpi: int) -> None:
        text = "EXO1:" + "ABC123-$" * 40 + "XYZ"
        assert read(way(drawn(qr_code(text, correction="l"), least_module(dpi)))).text == text


class TestSymbols:
    @pytest.mark.parametrize("length", range(1, 21))
    def test_a_data_matrix_is_always_square(self, length: int) -> None:
        for symbol in (
            gs1_data_matrix(f"(01)09506000134352(10){'A' * length}"),
            data_matrix("A7-" * length),
        ):
            assert {len(row) for row in symbol.rows} == {symbol.size}
            assert symbol.span == symbol.size + 2

    def test_a_qr_code_keeps_four_modules_free(self) -> None:
        assert qr_code("A").span == qr_code("A").size + 8

    def test_bars_are_the_dark_modules(self) -> None:
        symbol = Symbol(rows=(bytes([1, 1, 0]), bytes([0, 0, 0]), bytes([1, 0, 1])), quiet=1)
        assert list(symbol.bars()) == [(0, 0, 2), (0, 2, 1), (2, 2, 1)]

    @pytest.mark.parametrize("make", [data_matrix, qr_code])
    @pytest.mark.parametrize("text", ["", "A" * 1_001])
    def test_nothing_and_too_much_are_refused(self, make: Callable[[str], Symbol], text: str) -> None:
        with pytest.raises(ValueError, match="1 to 1,000 characters"):
            make(text)


class TestTypeface:
    def test_widths_are_those_of_the_font(self) -> None:
        assert typeface().width("AA", 10) == pytest.approx(2 * 0.544 * 10 * 25.4 / 72)
        assert typeface(bold=True).width("AA", 10) > typeface().width("AA", 10)

    def test_a_character_it_lacks_is_named(self) -> None:
        with pytest.raises(CharacterMissing, match=r"U\+8840, CJK UNIFIED IDEOGRAPH-8840"):
            typeface().width("血", 7)
        with pytest.raises(CharacterMissing, match="HIRAGANA"):
            must_print("Lot あ")

    def test_what_european_names_need_is_there(self) -> None:
        must_print("ÄÖÜßéñçøåŁżőšČ – — · µ °C −80 ½ ™ «»“”’ αβγ Жя")


class TestWays:
    def test_a_pdf_has_searchable_text(self) -> None:
        drawing = drawn(gs1_data_matrix(ELEMENTS), 0.254, "LOT EX261101A – Größe")
        document = pypdfium2.PdfDocument(filed(drawing))
        assert document[0].get_textpage().get_text_bounded().strip() == "LOT EX261101A – Größe"
        assert document.get_metadata_dict()["Title"] == "A label"
        document.close()

    def test_the_same_drawing_is_the_same_file(self) -> None:
        drawing = drawn(gs1_data_matrix(ELEMENTS), 0.254)
        assert filed(drawing) == filed(drawing)

    def test_a_png_says_its_resolution(self) -> None:
        image = as_image(png(drawn(gs1_data_matrix(ELEMENTS), INCH / 100), 300))
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)

    def test_a_module_is_a_whole_number_of_dots(self) -> None:
        with pytest.raises(ValueError, match="not a whole number of dots at 203"):
            zpl(drawn(gs1_data_matrix(ELEMENTS), 0.3), 203)

    def test_an_enormous_picture_is_refused(self) -> None:
        with pytest.raises(ValueError, match="ask for fewer"):
            png(Drawing(500, 500, ()), 600)

    def test_an_unknown_print_head_is_refused(self) -> None:
        with pytest.raises(ValueError, match="203 or 300"):
            zpl(Drawing(20, 10, ()), 600)

    def test_zpl_prints_as_often_as_asked(self) -> None:
        assert printed(zpl(Drawing(20, 10, ()), 203, quantity=3))[0].quantity == 3

    def test_long_runs_survive_the_shorthand(self) -> None:
        wide = Drawing(250, 12, (Bar(Box(0, 1, 250, 2)), Bar(Box(0, 3, 240, 4)), Bar(Box(3, 6, 9, 6.01))))
        assert printed(zpl(wide, 300))[0].picture.tobytes() == pixels(wide, 300, smooth=False).tobytes()

    def test_svg_escapes_what_it_is_told(self) -> None:
        text = svg(drawn(qr_code("A"), 0.5, "A & <B>"), "1 < 2").decode()
        assert "A &amp; &lt;B&gt;" in text
        assert "<title>1 &lt; 2</title>" in text


class TestLayout:
    AREA = Area(width=38.1, height=21.2, margin=1.5, dpi=600)
    BLOCKS = (
        Block(text="Exosomes", bold=True),
        Block(text="LOT EX261101A", scale=1.2),
        Block(text="SN @", scale=0.8),
    )

    def check(self, layout: Layout, area: Area) -> None:
        """Nothing overlaps, nothing leaves the margin, and nothing is too small to be read."""
        items = layout.drawing.items
        inner = Box(area.margin, area.margin, area.width - area.margin, area.height - area.margin)
        for place, item in enumerate(items):
            assert item.box.within(inner if isinstance(item, Words) else layout.drawing.box)
            assert not [other for other in items[place + 1 :] if item.box.overlaps(other.box)]
        assert min(item.points for item in items if isinstance(item, Words)) >= area.least_points - 1e-9

    @pytest.mark.parametrize("symbol", [gs1_data_matrix(ELEMENTS), qr_code("A" * 78), None])
    @pytest.mark.parametrize("dpi", [203, 300, 600])
    @pytest.mark.parametrize("size", [(33.0, 13.0), (38.1, 21.2), (66.7, 25.4), (100.0, 60.0), (20.0, 60.0)])
    def test_all_of_it_has_its_own_place(
        self, size: tuple[float, float], dpi: int, symbol: Symbol | None
    ) -> None:
        area = Area(width=size[0], height=size[1], margin=1.0, dpi=dpi)
        if symbol is not None and (symbol.span * least_module(dpi) > min(size) - 2 or dpi < 300):
            area = replace(area, width=2 * area.width, height=2 * area.height)
        layout = laid_out(area, symbol, self.BLOCKS)
        self.check(layout, area)
        for item in layout.drawing.items:
            if isinstance(item, Modules):
                dots = item.module * dpi / INCH
                assert dots == pytest.approx(round(dots))
                assert 0.253 <= item.module <= 0.51

    def test_lines_share_the_width_that_is_left_beside_the_symbol(self) -> None:
        text = "Caution: New Drug—Limited by Federal (or United States) law to investigational use."
        layout = laid_out(self.AREA, gs1_data_matrix(ELEMENTS), (*self.BLOCKS, Block(text=text, scale=0.8)))
        self.check(layout, self.AREA)
        lines = [item.text for item in layout.drawing.items if isinstance(item, Words)]
        assert " ".join(lines[3:]) == text

    def test_words_are_filled_in_and_empty_lines_left_out(self) -> None:
        symbol = gs1_data_matrix(ELEMENTS)
        layout = laid_out(self.AREA, symbol, (Block(text="SN @"), Block(text="#")))
        other = gs1_data_matrix(ELEMENTS.replace("EX261101A", "EX261101B"))
        filled = layout.filled(other, {"@": "7K3M", "#": ""})
        assert [item.text for item in filled.items if isinstance(item, Words)] == ["SN 7K3M"]
        assert [item.symbol for item in filled.items if isinstance(item, Modules)] == [other]
        assert [item.text for item in layout.filled(other, {"#": "x"}).items if isinstance(item, Words)] == [
            "SN @",
            "x",
        ]

    def test_a_label_that_is_too_small_says_so(self) -> None:
        with pytest.raises(TooSmall, match="10 × 10 mm is too small"):
            laid_out(Area(width=10, height=10, margin=1, dpi=300), gs1_data_matrix(ELEMENTS), self.BLOCKS)

    def test_a_word_that_is_too_wide_does_not_fit(self) -> None:
        assert wrapped("A verylongword", iter([5.0, 5.0, 5.0]), 7) is None
        assert wrapped("A word", iter([4.0, 12.0]), 7) == ["A", "word"]
