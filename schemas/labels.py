"""The wire's labels: what is to be printed, what was, and the stocks that there are."""

from __future__ import annotations

from marshmallow import Schema, fields

from schemas.members import (
    Strict,
    count,
    decimal,
    fixed,
    line,
    moment,
    part,
    parts,
    several,
    term,
    text,
    truth,
    words,
)
from schemas.terms import LABEL_FORMATS, LABEL_SYMBOLS

MOST_PRINTS = 10_000


class OrdinalsSchema(Schema):
    """Vials that follow each other in the fill."""

    first = count("The first, from 0.", required=True)
    last = count("The last; it is one of them.", required=True)


class PrintLabelsSchema(Strict):
    """Labels for all of a lot's vials that were not rejected, for a range of them, or for those named."""

    stock = line("Which label stock, by its code in /label-stocks.", required=True, longest=48)
    symbol = term(LABEL_SYMBOLS, "Which symbol stands on them.", required=True)
    format = term(LABEL_FORMATS, "What the printer takes.", required=True)
    first = count("The first vial of a range, by its ordinal.", most=9_999)
    last = count("The last vial of the range.", most=9_999)
    serials = several(
        fixed(12, "A serial without separators.", required=True), "Vials by their serials.", most=2_500
    )
    isbt128_product = fixed(
        5, "How ISBT 128 describes the product, such as D0001: its symbol alone wants it."
    )
    reason = text(
        "Why a label is printed again; needed where one of the vials has one (or, with a token, an insert) already."
    )


class LabelPrintSchema(Schema):
    """One print of labels on record."""

    number = count("The lot's prints are numbered from 1.", least=1, required=True)
    symbol = term(LABEL_SYMBOLS, "Which symbol stands on them.", required=True)
    format = term(LABEL_FORMATS, "What the printer takes.", required=True)
    stock = words("Which label stock.")
    vials = parts(OrdinalsSchema, "Which vials, by their ordinals.", most=2_500, required=True)
    printed_again = count("How many of these vials had a label, or an insert, before.", required=True)
    reason = text("Why they were printed again.", required=True, none=True)
    by = words("Who printed them.")
    at = moment("When it was recorded.", required=True)
    file = words("Where the file to print is.")
    count = count("How many labels.", required=True)


class LabelPrintsSchema(Schema):
    """The prints of a lot's labels."""

    items = parts(LabelPrintSchema, "Every print, oldest first.", most=MOST_PRINTS, required=True)
    labels = count("How many labels were printed for vials in all; inserts are not counted.", required=True)


class SizeSchema(Schema):
    """Width and height."""

    width = decimal("Across, in millimetres.", required=True)
    height = decimal("Down, in millimetres.", required=True)


class LabelStockSchema(Schema):
    """One label stock."""

    code = words("What a print names it by.")
    name = words("What it is.")
    roll = truth("Whether its labels come one after the other, for a thermal printer.", required=True)
    label = part(SizeSchema, "A label.", required=True)
    page = part(SizeSchema, "A sheet; on a roll, the label.", required=True)
    columns = count("Labels across a sheet.", least=1, required=True)
    rows = count("Labels down a sheet.", least=1, required=True)
    formats = fields.List(
        term(LABEL_FORMATS, "One of them.", required=True), required=True,
        metadata={"description": "What may be printed on it."},
    )  # fmt: skip


class LabelStocksSchema(Schema):
    """Every label stock."""

    items = parts(LabelStockSchema, "The stocks, sheets first.", required=True)
