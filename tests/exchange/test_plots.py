"""Charts: where values stand, which round values mark an axis, and what is seen of a chart as SVG and in a PDF."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import pairwise
from xml.etree import ElementTree as ET

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from qc_service.exchange.labels.paper import Paper
from qc_service.exchange.plots.figure import ROW, draw
from qc_service.exchange.plots.on_paper import draw_on
from qc_service.exchange.plots.pen import Ink, Shape
from qc_service.exchange.plots.plot import Axis, Band, Limit, Line, Plot, Point, Points, Series
from qc_service.exchange.plots.scales import Linear, Log, Scale, Steps, linear, logarithmic
from qc_service.exchange.plots.vector import VectorPen, svg

NAME = "{http://www.w3.org/2000/svg}"
AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def plotted(*series: Series, up: Scale | None = None, across: Scale | None = None, title: str = "pH") -> Plot:
    """A chart of a few things on axes from 0 to 10."""
    return Plot(
        title=title,
        description="What there is to see.",
        across=Axis("Lot", across or Linear(0, 10)),
        up=Axis("pH", up or Linear(0, 10)),
        series=series,
    )


def seen(plot: Plot) -> ET.Element:
    return ET.fromstring(svg(plot))  # noqa: S314  of our own making


def texts(plot: Plot) -> list[str]:
    return [one.text or "" for one in seen(plot).iter(f"{NAME}text")]


def labels(scale: Scale, most: int = 6) -> list[str]:
    return [tick.label for tick in scale.ticks(most)]


def test_marks_stand_at_round_values() -> None:
    assert labels(Linear(6.83, 7.61)) == ["7.0", "7.2", "7.4", "7.6"]
    assert labels(Linear(0, 10)) == ["0", "2", "4", "6", "8", "10"]
    assert labels(Linear(-30, 10), 4) == ["−30", "−20", "−10", "0", "10"]
    assert labels(Linear(0.0012, 0.0029), 4) == ["0.0015", "0.0020", "0.0025"]


def test_large_figures_leave_their_power_of_ten_to_the_title() -> None:
    scale = Linear(1.5e11, 2.6e11)
    assert (labels(scale), scale.factor) == (["1.6", "1.8", "2.0", "2.2", "2.4", "2.6"], "× 10¹¹")
    assert "pH (× 10¹¹)" in texts(plotted(up=scale))
    assert Linear(0, 2e-6).factor == "× 10⁻⁶"
    assert Linear(0, 90_000).factor == ""


def test_a_logarithmic_axis_is_marked_at_its_decades_and_between_where_they_are_few() -> None:
    assert labels(Log(10, 1000), 9) == ["10", "20", "50", "100", "200", "500", "1000"]
    assert labels(Log(1e5, 1e10), 6) == ["10⁵", "10⁶", "10⁷", "10⁸", "10⁹", "10¹⁰"]
    assert labels(Log(1e5, 1e10), 3) == ["10⁵", "10⁷", "10⁹"]
    assert labels(Log(1e6, 1e7), 6) == ["10⁶", "2 × 10⁶", "5 × 10⁶", "10⁷"]
    assert labels(Log(0.001, 0.1), 3) == ["0.001", "0.01", "0.1"]
    assert [Log(1, 100).place(value) for value in (0, 1, 10, 100, 1000)] == [0, 0, 0.5, 1, 1]


def test_things_one_after_the_other_are_labelled_as_far_as_there_is_room() -> None:
    scale = Steps(tuple("ABCDE"))
    assert labels(scale, 9) == ["A", "B", "C", "D", "E"]
    assert labels(scale, 3) == ["A", "C", "E"]
    assert [scale.place(at) for at in range(5)] == pytest.approx([0.1, 0.3, 0.5, 0.7, 0.9])
    assert labels(Steps()) == []


def test_an_axis_has_room_around_its_values_and_for_one_or_none() -> None:
    assert linear([1, 2]) == Linear(0.94, 2.06)
    assert linear([5, 10], nothing=True) == Linear(0, 10.6)
    assert linear([-5, -10], nothing=True) == Linear(-10.6, 0)
    assert linear([7.4]).place(7.4) == pytest.approx(0.5)
    assert linear([0]).place(0) == pytest.approx(0.5)
    assert linear([]).low < 0 < linear([]).high
    assert logarithmic([30, 0, 400]) == Log(10, 1000)
    assert logarithmic([10]) == Log(10, 100)
    assert logarithmic([]) == Log(1, 10)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_finite_has_no_place(value: float) -> None:
    with pytest.raises(ValueError, match="no place on an axis"):
        linear([1, value])
    for ends in ((0, value), (value, 0)):
        with pytest.raises(ValueError, match="an axis rises"):
            Linear(*ends)


def test_an_axis_that_does_not_rise_is_refused() -> None:
    for low, high in ((1, 1), (10, 1)):
        with pytest.raises(ValueError, match="an axis rises"):
            Linear(low, high)
        with pytest.raises(ValueError, match="an axis rises"):
            Log(low, high)
    with pytest.raises(ValueError, match="begins above nothing"):
        Log(0, 1)


@given(
    st.lists(st.floats(-1e15, 1e15, allow_subnormal=False), min_size=1, max_size=9),
    st.integers(2, 12),
)
def test_marks_are_few_and_within_any_axis(values: list[float], most: int) -> None:
    spread = max(values) - min(values)
    if 0 < spread < 1e-9 * max(map(abs, values)):
        return  # closer together than a figure on paper tells apart
    scale = linear(values)
    marks = scale.ticks(most)
    assert 1 <= len(marks) <= most + 1
    assert all(
        scale.low - spread * 1e-6 - 1e-9 <= mark.value <= scale.high + spread * 1e-6 + 1e-9 for mark in marks
    )
    assert len({mark.label for mark in marks}) == len(marks)


def test_a_chart_says_what_it_is_and_shows_each_thing_by_its_name() -> None:
    plot = plotted(
        Band(name="Confidence", low=((0, 1), (10, 2)), high=((0, 3), (10, 4))),
        Line(name="Regression", places=((0, 2), (10, 3)), dashed=True),
        Limit(name="NMT 8", value=8),
        Limit(name="Expiry", value=2, upright=True),
        Limit(name="Month 9", value=9, upright=True),
        Points(name="Lots", points=(Point(1, 2), Point(2, 3)), joined=True),
        Points(name="Beyond", points=(Point(5, 9),), shape=Shape.TRIANGLE, ink=Ink.RED),
    )
    root = seen(plot)
    assert [root[0].tag, root[0].text] == [f"{NAME}title", "pH"]
    assert [root[1].tag, root[1].text] == [f"{NAME}desc", "What there is to see."]
    assert root.get("role") == "img"
    assert {"pH", "Lot", "Confidence", "Regression", "NMT 8", "Expiry", "Month 9", "Lots", "Beyond"} <= set(
        texts(plot)
    )
    circles = list(root.iter(f"{NAME}circle"))
    assert len(circles) == 3
    x, y = (float(circles[1].get(side, "")) for side in ("cx", "cy"))
    assert float(circles[2].get("cx", "")) > x
    assert float(circles[2].get("cy", "")) < y


def test_a_chart_needs_no_style_script_or_foreign_address() -> None:
    drawn = svg(
        plotted(Points(name="<b>&", points=(Point(1, 1, 'said "<&>"\x00', "/api/v1/lots/A%20B"),)))
    ).decode()
    assert not re.search(r"<script|<style|style=|url\(|\son\w+=|\x00", drawn)
    assert re.findall(r'(?:href|src)="([^"]*)"', drawn) == ["/api/v1/lots/A%20B"]
    assert drawn.count("http") == 1, "the name of the format is the only address"
    root = ET.fromstring(drawn)  # noqa: S314  of our own making
    assert root.get("role") == "group", "links inside a picture would not be told"
    (link,) = root.iter(f"{NAME}a")
    assert [one.text for one in link.iter(f"{NAME}title")] == ['said "<&>" ']


@pytest.mark.parametrize(
    "link", ["https://example.org/", "//example.org", "/\\example.org", "javascript:x", "lots"]
)
def test_a_point_leads_nowhere_else(link: str) -> None:
    with pytest.raises(ValueError, match="a path on this service"):
        svg(plotted(Points(name="", points=(Point(1, 1, link=link),))))


def test_names_of_limits_close_together_are_moved_apart_within_the_chart() -> None:
    limits = tuple(Limit(name=f"limit {at}", value=at / 100) for at in range(5))
    pen = VectorPen()
    draw(plotted(*limits), pen, 180, 90)
    tops = sorted(float(y) for y in re.findall(r'y="([\d.]+)"[^>]*>limit \d<', "\n".join(pen.drawn)))
    assert all(below - above > ROW * 0.8 for above, below in pairwise(tops))
    assert tops[-1] < 90 - 2 * ROW


def test_a_long_legend_takes_another_row() -> None:
    many = tuple(Line(name=f"condition {at} of the study", places=((0, 0), (1, 1))) for at in range(9))
    rows = {
        one.get("y")
        for one in seen(plotted(*many)).iter(f"{NAME}text")
        if (one.text or "").startswith("cond")
    }
    assert len(rows) == 3


def test_labels_of_long_names_are_thinned_out() -> None:
    lots = tuple(f"EX26{at:02}01-LONG-NAME" for at in range(40))
    shown = [text for text in texts(plotted(across=Steps(lots))) if text.startswith("EX26")]
    assert 3 <= len(shown) <= 7


def test_a_chart_of_nothing_is_a_chart() -> None:
    assert {"pH", "Lot"} <= set(texts(plotted(across=Steps(), up=linear([]))))
    assert texts(plotted(title=""))


def on_page(plot: Plot) -> tuple[Image.Image, str]:
    with Paper(title="A chart", at=AT) as paper:
        paper.page(200, 120)
        draw_on(paper.pages, plot, left=10, top=10, wide=180, high=100)
        document = pypdfium2.PdfDocument(paper.finished())
    page = document[0]
    picture, words = page.render(scale=2).to_pil(), page.get_textpage().get_text_range()
    document.close()
    return picture, words


def test_a_chart_on_paper_is_vectors_and_text() -> None:
    plot = plotted(
        Band(name="Band", low=((0, 1), (10, 1)), high=((0, 2), (10, 2))),
        Limit(name="NMT 8", value=8),
        Points(name="Lots", points=tuple(Point(at, 5) for at in range(11)), ink=Ink.GREEN, size=4),
        Points(name="Out 出", points=(Point(5, 9),), shape=Shape.DIAMOND, ink=Ink.RED, size=4),
        Points(name="Odd", points=(Point(5, 3),), shape=Shape.SQUARE, ink=Ink.AMBER, size=4),
    )
    picture, words = on_page(plot)
    for said in ("pH", "Lot", "Band", "NMT 8", "Lots", "Out ?", "Odd"):
        assert said in words
    colours = {colour for _, colour in picture.getcolors(maxcolors=1_000_000) or ()}
    for ink in (Ink.GREEN, Ink.RED, Ink.AMBER, Ink.PALE):
        assert tuple(bytes.fromhex(ink.value[1:])) in colours


def test_the_same_chart_is_the_same_file() -> None:
    plot = plotted(Points(name="Lots", points=(Point(1, 1),)))
    assert svg(plot) == svg(plot)
