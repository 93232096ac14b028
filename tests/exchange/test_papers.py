"""Paper for clinics, looked at as it is printed: rendered to pixels, and its text read back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pypdfium2
import pytest

from qc_service.exchange.labels.drawing import Words
from qc_service.exchange.labels.pixels import pixels, png
from qc_service.exchange.labels.zpl import zpl
from qc_service.exchange.papers.charts import (
    TOPICAL_ONLY,
    Evidence,
    chart_page,
    sticker,
    sticker_page,
)
from qc_service.exchange.papers.downtime import ACTS, QUESTIONS, downtime_form
from qc_service.exchange.papers.page import printable
from tests.exchange.zpl_printer import printed

CHECK = Evidence(
    check_number="1234-ab12cd34ef56", clinic="Harbour Clinic", zone="America/New_York", by="Test Clinician",
    occurred_at="2026-11-22T10:00:00Z", recorded_at="2026-11-22T10:00:05+00:00", product="Demonstration exosomes",
    lot="EX261101A", groups="7K3M-9QW2-TX49", expires_on=date(2027, 10, 31), topical_only=False,
    decision="in_order", reasons=(), dose=(), taken_back=False,
    statement="There are currently no FDA-approved exosome products.", quality_phone="+1 555 0100",
)  # fmt: skip
DOSE = replace(
    CHECK, decision="given", reasons=(("on_hold", "The lot is on hold."),),
    dose=(("Patient", "PT-4F7K2"), ("Given", "1.0 mL"), ("Session", "2")),
)  # fmt: skip
AT = datetime(2026, 11, 25, tzinfo=UTC)


def text(content: bytes, page: int = 0) -> str:
    """What can be selected and searched on a page."""
    document = pypdfium2.PdfDocument(content)
    read = document[page].get_textpage().get_text_range()
    document.close()
    return str(read)


def ink(content: bytes) -> tuple[int, tuple[int, int, int, int]]:
    """How many pages there are, and the box around everything printed on the first, in hundredths of its sides."""
    document = pypdfium2.PdfDocument(content)
    image = (
        document[0]
        .render(scale=2)
        .to_pil()
        .convert("L")
        .point([255 if one < 128 else 0 for one in range(256)])
    )
    box, pages = image.getbbox(), len(document)
    document.close()
    assert box is not None
    return pages, tuple(
        round(100 * edge / side) for edge, side in zip(box, (*image.size, *image.size), strict=True)
    )


def test_a_check_says_what_was_asked_what_was_answered_and_what_an_answer_is() -> None:
    page = chart_page(CHECK)
    said = text(page)
    for wanted in (
        "Records in order", "EX261101A", "7K3M-9QW2-TX49", "2027-10-31", "1234-ab12cd34ef56",
        "2026-11-22 05:00 (America/New_York)", "Test Clinician, Harbour Clinic", CHECK.statement, "+1 555 0100",
        "cannot see inside the vial",
    ):  # fmt: skip
        assert wanted in said
    assert "Patient" not in said.replace("patient's", "")
    assert TOPICAL_ONLY not in said
    assert not {"authentic", "safe", "effective"} & set(said.lower().split())
    assert page == chart_page(CHECK)
    pages, (left, top, right, bottom) = ink(page)
    assert (pages, left >= 8, top >= 5, right <= 92, bottom <= 94) == (1, True, True, True, True)


def test_a_dose_says_the_patient_and_what_stood_against_it() -> None:
    said = text(chart_page(DOSE))
    for wanted in ("Given without a clear answer", "The lot is on hold. [on_hold]", "PT-4F7K2", "1.0 mL"):
        assert wanted in said
    assert "Given, records in order" in text(chart_page(replace(DOSE, reasons=())))
    assert "TAKEN BACK: given without a clear answer" in text(chart_page(replace(DOSE, taken_back=True)))


@pytest.mark.parametrize(
    ("decision", "words"), [("do_not_use", "DO NOT USE"), ("cannot_verify", "STOP – not checked")]
)
def test_an_answer_is_said_in_the_words_of_the_vials_page(decision: str, words: str) -> None:
    evidence = replace(CHECK, decision=decision)
    assert words in text(chart_page(evidence))
    assert words in text(sticker_page(evidence))


def test_what_nobody_could_read_is_said_so() -> None:
    nothing = replace(CHECK, product=None, lot=None, groups=None, expires_on=None, quality_phone=None)
    assert "not read" in text(chart_page(nothing))
    assert "SN ?" in text(sticker_page(nothing))


def test_topical_only_stands_in_the_largest_words_on_page_and_sticker() -> None:
    evidence = replace(CHECK, topical_only=True)
    assert TOPICAL_ONLY in text(chart_page(evidence))
    drawing = sticker(evidence, 300)
    words = [item for item in drawing.items if isinstance(item, Words)]
    largest = max(item.points for item in words)
    assert " ".join(item.text for item in words if item.points == largest) == TOPICAL_ONLY


def test_a_sticker_is_the_same_on_paper_as_pixels_and_from_a_thermal_printer() -> None:
    said = text(sticker_page(DOSE))
    for wanted in ("LOT EX261101A", "SN 7K3M-9QW2-TX49", "EXP 2027-10-31", "1234-ab12cd34ef56", "PT-4F7K2"):
        assert wanted in said
    for dpi in (203, 300):
        drawing = sticker(DOSE, dpi)
        (label,) = printed(zpl(drawing, dpi))
        assert label.picture.size == pixels(drawing, dpi, smooth=False).size
    assert png(sticker(DOSE, 300), 300).startswith(b"\x89PNG")
    assert all(item.box.within(sticker(DOSE, 300).box) for item in sticker(DOSE, 300).items)


def test_any_name_that_a_record_may_hold_is_printed() -> None:
    strange = replace(
        DOSE, product="外泌体" * 60, clinic="W" * 200, by="é" * 200, lot="L" * 200, groups="S" * 200,
        reasons=tuple((f"code_{place}", "x" * 300) for place in range(60)),
        dose=(("Patient", "PT-" + "X" * 16), ("Given", "9" * 60 + " mL"), ("Session", "1")),
    )  # fmt: skip
    page = chart_page(strange)
    assert ink(page)[0] > 1
    assert "???" in text(page, ink(page)[0] - 3) + text(page, ink(page)[0] - 2) + text(page, ink(page)[0] - 1)
    assert "SN SSSS" in text(sticker_page(strange))
    assert printable("a  b") == "a  b"


def test_the_form_has_a_box_for_each_character_and_a_line_for_everything_that_is_entered_later() -> None:
    form = downtime_form((("Demonstration Biologics", "+1 555 0100"),), AT)
    said = " ".join(text(form).split())
    for wanted in (
        *QUESTIONS,
        *ACTS,
        "+1 555 0100",
        "Patient code",
        "Signature",
        "Lot",
        "Serial",
        "Expires",
        "UUID",
    ):
        assert wanted in said
    assert form == downtime_form((("Demonstration Biologics", "+1 555 0100"),), AT)
    pages, (left, top, right, bottom) = ink(form)
    assert (pages, left >= 8, top >= 5, right <= 93, bottom <= 94) == (1, True, True, True, True)


@pytest.mark.parametrize("count", [0, 6])
def test_the_form_stays_one_page_whoever_is_to_be_called(count: int) -> None:
    phones = [(f"Manufacturer {place}", f"+1 555 010{place}") for place in range(count)]
    form = downtime_form(phones, AT)
    assert ink(form)[0] == 1
    assert ("Write yours here" in text(form)) is (count == 0)
