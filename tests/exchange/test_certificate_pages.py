"""Certificates of analysis as they are printed: rendered, read back as text, and walked as a structure."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from qc_service.exchange.certificates.contents import Curve, Section, Tone
from qc_service.exchange.certificates.curve import _reach
from qc_service.exchange.certificates.flow import LEFT, PAGE, fitting
from qc_service.exchange.certificates.pages import LACKED
from qc_service.exchange.labels.typeface import POINT, typeface
from tests.exchange.certificates import ADDRESS, BUNDLE, CODE, CURVE, ROWS, page_of

TOPICAL = "TOPICAL ONLY – NOT FOR INJECTION"
Box = tuple[float, float, float, float]


@pytest.fixture(scope="module")
def made() -> bytes:
    return page_of()


@pytest.fixture
def document(made: bytes) -> Iterator[pypdfium2.PdfDocument]:
    opened = pypdfium2.PdfDocument(made)
    yield opened
    opened.close()


def texts(document: pypdfium2.PdfDocument) -> list[str]:
    return [str(page.get_textpage().get_text_range()) for page in document]


def boxes(page: pypdfium2.PdfPage) -> list[Box]:
    """Where each run of text stands, in points from the lower left."""
    read = page.get_textpage()
    return [read.get_rect(place) for place in range(read.count_rects())]


def test_the_same_contents_make_the_same_file(made: bytes) -> None:
    assert made == page_of()


def test_every_page_says_which_of_how_many_it_is_and_of_what(document: pypdfium2.PdfDocument) -> None:
    said = texts(document)
    assert len(said) >= 4
    for number, text in enumerate(said, start=1):
        assert f"Page {number} of {len(said)}" in text
        assert "Certificate of analysis 2 · Lot EX261101A" in text
        assert f"Code {CODE}" in text


def test_no_text_leaves_the_margins_and_none_covers_another(document: pypdfium2.PdfDocument) -> None:
    left, right = LEFT / POINT - 1, (PAGE[0] - LEFT) / POINT + 1
    for page in document:
        found = boxes(page)
        assert found
        for box in found:
            assert left <= box[0] < box[2] <= right
            assert 20 <= box[1] < box[3] <= page.get_height() - 20
        for place, one in enumerate(found):
            for other in found[place + 1 :]:
                wide = min(one[2], other[2]) - max(one[0], other[0])
                high = min(one[3], other[3]) - max(one[1], other[1])
                assert wide <= 0.5 or high <= 1.5, (one, other)


def test_the_ink_keeps_clear_of_the_paper_s_edge(document: pypdfium2.PdfDocument) -> None:
    for page in document:
        grey = page.render(scale=1).to_pil().convert("L")
        box = grey.point([255 if level < 250 else 0 for level in range(256)]).getbbox()
        assert box is not None
        assert box[0] >= 40
        assert box[2] <= grey.width - 40
        assert box[1] >= 20
        assert box[3] <= grey.height - 20


def test_a_long_table_goes_on_with_its_headings(document: pypdfium2.PdfDocument) -> None:
    said = texts(document)
    tests = [one for one in said if "Test number" in one]
    assert len(tests) >= 2
    assert all("Outcome" in one for one in tests)
    whole = "".join(said)
    assert [
        row
        for row in range(1, len(ROWS) + 1)
        if f"Test number {row}\r\n" not in whole.replace(" \r\n", "\r\n")
    ] == []


def test_the_symbol_leads_to_the_live_answer_with_the_code_of_the_paper(
    document: pypdfium2.PdfDocument,
) -> None:
    (read,) = zxingcpp.read_barcodes(document[0].render(scale=200 / 72).to_pil())
    assert read.text == f"{ADDRESS}?code={CODE}"
    assert f"{ADDRESS}?code={CODE}" in texts(document)[0].replace("\r\n", "")


def test_what_the_typeface_lacks_is_said(document: pypdfium2.PdfDocument) -> None:
    whole = "".join(texts(document))
    assert "??, кириллица, ελληνικά" in whole
    assert "A character that this typeface does not have stands as ?" in whole
    short = pypdfium2.PdfDocument(page_of(sections=(Section(title="Short", blocks=(CURVE,)),)))
    assert LACKED[:20] not in texts(short)[0]
    short.close()


def test_words_without_a_space_are_broken_where_they_must_be() -> None:
    lines = fitting(f"{'W' * 90} end", 40, 9)
    assert len(lines) > 2
    assert "".join(lines) == f"{'W' * 90} end"
    assert all(typeface(bold=False).width(line.rstrip(), 9) <= 40.001 for line in lines)
    assert fitting("one\ntwo", 40, 9) == ["one ", "two"]


def test_a_screen_reader_finds_headings_tables_and_what_pictures_show(made: bytes, tmp_path: Path) -> None:
    file = tmp_path / "certificate.pdf"
    file.write_bytes(made)
    told = subprocess.run(
        ["pdfinfo", "-struct-text", str(file)], capture_output=True, text=True, check=True
    ).stdout
    for wanted in (
        "H1 (block)",
        "H2 (block)",
        "Table",
        "TR",
        "TH",
        "TD",
        "Figure",
        '"Results against their limits"',
    ):
        assert wanted in told
    assert told.count('"Outcome"') == 1, "repeated headings are not read out again"
    assert "Page 1 of" not in told
    about = subprocess.run(["pdfinfo", str(file)], capture_output=True, text=True, check=True).stdout
    assert "Tagged:          yes" in about
    assert "Title:           Certificate of analysis 2 – Lot EX261101A" in about
    assert b"/Lang (en)" in made
    assert b"/DisplayDocTitle true" in made
    document = pypdfium2.PdfDocument(made)
    assert [one.get_title() for one in document.get_toc()] == [
        "Product and lot", "Results against their limits", "Size distribution", "Odd words",
    ]  # fmt: skip
    document.close()
    assert f"/Alt ({CURVE.described})".encode() in made
    assert b"/Alt (QR code of the live answer" in made


def test_what_is_attached_comes_out_as_it_went_in(document: pypdfium2.PdfDocument) -> None:
    (one,) = (document.get_attachment(place) for place in range(document.count_attachments()))
    assert (one.get_name(), bytes(one.get_data())) == (BUNDLE.name, BUNDLE.content)


@pytest.mark.parametrize("tone", list(Tone))
def test_topical_only_stands_in_the_largest_words(tone: Tone) -> None:
    document = pypdfium2.PdfDocument(page_of(shout=TOPICAL, tone=tone, sections=()))
    page = document[0]
    assert TOPICAL in texts(document)[0]
    tallest = max(boxes(page), key=lambda box: box[3] - box[1])
    assert "TOPICAL" in page.get_textpage().get_text_bounded(*tallest)
    document.close()


def test_a_curve_of_nothing_is_drawn_empty() -> None:
    empty = Curve(title="None", described="Nothing.", across="nm", up="n", points=(("1", "0"), ("2", "0")))
    assert page_of(sections=(Section(title="Curve", blocks=(empty,)),))
    assert _reach(((1.0, 0.0), (2.0, 0.0))) == 2.0
    assert _reach(((0.0, 5.0), (10.0, 994.0), (900.0, 0.5))) == 10.0
