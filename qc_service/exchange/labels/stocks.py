"""Label stocks by their plain dimensions: sheets for office printers, rolls for thermal ones.

All lengths are in tenths of a micrometre, so that an inch is a whole number: 254,000. Margins and gaps follow from the
page, since the labels of every sheet here stand in its middle.
"""

from __future__ import annotations

from dataclasses import dataclass

MILLIMETRE = 10_000
INCH = 254_000


@dataclass(frozen=True, kw_only=True)
class Stock:
    """Labels of one size: on a sheet, ``columns`` × ``rows`` of them; on a roll, one after the other."""

    code: str
    name: str
    width: int
    height: int
    page_width: int
    page_height: int
    columns: int = 1
    rows: int = 1
    gap: int = 0

    @property
    def roll(self) -> bool:
        """Whether the page is the label."""
        return (self.page_width, self.page_height) == (self.width, self.height)

    @property
    def per_page(self) -> int:
        """How many labels a page has."""
        return self.columns * self.rows

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of a label in millimetres."""
        return self.width / MILLIMETRE, self.height / MILLIMETRE

    @property
    def page(self) -> tuple[float, float]:
        """Width and height of a page in millimetres."""
        return self.page_width / MILLIMETRE, self.page_height / MILLIMETRE

    def corner(self, place: int) -> tuple[float, float]:
        """The top left corner of the label at this place of a page, in millimetres; 0 is the first, row by row."""
        row, column = divmod(place, self.columns)
        across = self.columns * self.width + (self.columns - 1) * self.gap
        left = (self.page_width - across) / 2 + column * (self.width + self.gap)
        top = (self.page_height - self.rows * self.height) / 2 + row * self.height
        return left / MILLIMETRE, top / MILLIMETRE


def _sheet(
    code: str,
    name: str,
    *,
    page: tuple[int, int],
    label: tuple[int, int],
    grid: tuple[int, int],
    gap: int = 25_000,
) -> Stock:
    return Stock(
        code=code, name=name, width=label[0], height=label[1], page_width=page[0], page_height=page[1],
        columns=grid[0], rows=grid[1], gap=gap,
    )  # fmt: skip


def _roll(code: str, name: str, width: int, height: int) -> Stock:
    across, down = width * MILLIMETRE, height * MILLIMETRE
    return Stock(code=code, name=name, width=across, height=down, page_width=across, page_height=down)


A4 = (210 * MILLIMETRE, 297 * MILLIMETRE)
LETTER = (INCH * 17 // 2, INCH * 11)

STOCKS: dict[str, Stock] = {
    stock.code: stock
    for stock in (
        _sheet(
            "a4_65_38x21", "A4 sheet, 65 labels of 38.1 × 21.2 mm",
            page=A4, label=(381_000, 212_000), grid=(5, 13),
        ),
        _sheet(
            "a4_24_64x34", "A4 sheet, 24 labels of 63.5 × 33.9 mm",
            page=A4, label=(635_000, 339_000), grid=(3, 8),
        ),
        _sheet(
            "a4_21_64x38", "A4 sheet, 21 labels of 63.5 × 38.1 mm",
            page=A4, label=(635_000, 381_000), grid=(3, 7),
        ),
        _sheet(
            "a4_8_99x68", "A4 sheet, 8 labels of 99.1 × 67.7 mm",
            page=A4, label=(991_000, 677_000), grid=(2, 4),
        ),
        _sheet(
            "letter_80_45x13", "US Letter sheet, 80 labels of 1¾ × ½ in (44.5 × 12.7 mm)",
            page=LETTER, label=(INCH * 7 // 4, INCH // 2), grid=(4, 20), gap=INCH * 5 // 16,
        ),
        _sheet(
            "letter_30_67x25", "US Letter sheet, 30 labels of 2⅝ × 1 in (66.7 × 25.4 mm)",
            page=LETTER, label=(INCH * 21 // 8, INCH), grid=(3, 10), gap=INCH // 8,
        ),
        _sheet(
            "letter_10_102x51", "US Letter sheet, 10 labels of 4 × 2 in (101.6 × 50.8 mm)",
            page=LETTER, label=(INCH * 4, INCH * 2), grid=(2, 5), gap=INCH * 3 // 16,
        ),
        _roll("roll_33x13", "Roll of cryogenic labels, 33 × 13 mm", 33, 13),
        _roll("roll_38x19", "Roll, 38 × 19 mm", 38, 19),
        _roll("roll_50x25", "Roll, 50 × 25 mm", 50, 25),
        _roll("roll_70x40", "Roll, 70 × 40 mm", 70, 40),
        _roll("roll_100x60", "Roll, 100 × 60 mm", 100, 60),
    )
}  # fmt: skip
"""Every stock that labels are printed on; another one is one line."""
