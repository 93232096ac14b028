"""The columns of a NanoSight summary, found by title: the videos, their average and its standard error."""

from dataclasses import dataclass
from decimal import Decimal

from qc_service.exchange.instruments.figures import mean, printed_number
from qc_service.exchange.instruments.reading import cut_short

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A row of figures: the printed average and its standard error, and each video's by name."""

    average: Decimal | None
    error: Decimal | None
    videos: tuple[tuple[str, Decimal], ...]

    @property
    def is_derived(self) -> bool:
        """Whether the value is a mean that the file does not print."""
        return self.average is None and len(self.videos) > 1

    @property
    def value(self) -> Decimal | None:
        """The printed average, else the only video's figure, else the mean over the videos."""
        if self.average is not None or not self.videos:
            return self.average
        figures = [figure for _, figure in self.videos]
        return mean(figures) if len(figures) > 1 else figures[0]

    def scaled(self, power: int) -> "Figure":
        """The same figure in a unit smaller by that power of ten, digits unchanged."""
        return Figure(
            None if self.average is None else self.average.scaleb(power),
            None if self.error is None else self.error.scaleb(power),
            tuple((name, figure.scaleb(power)) for name, figure in self.videos),
        )


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the videos, the average and the standard error stand."""

    videos: tuple[tuple[int, str], ...]
    average: int | None
    error: int | None
    decimal_comma: bool

    @classmethod
    def of(cls, names: Row, titles: Row, *, decimal_comma: bool) -> "Columns":
        """From the row that names the videos and the row that titles the averages; raises ``truncated``."""
        places = {title.casefold(): place for place, title in enumerate(titles)}
        average, error = places.get("average"), places.get("standard error")
        videos = tuple((p, name) for p, name in enumerate(names) if p and name and p not in {average, error})
        if not videos:
            raise cut_short("it names no video")
        return cls(videos, average, error, decimal_comma)

    def beside(self, row: Row) -> list[tuple[str, str]]:
        """Each video's cell of a row, with the video's name."""
        return [(name, row[place]) for place, name in self.videos if place < len(row)]

    def figure(self, row: Row) -> Figure:
        """A row's figures; raises ``malformed`` for what is none."""
        found = {place: self.number(row, place) for place in range(1, len(row))}
        videos = ((name, found.get(place)) for place, name in self.videos)
        return Figure(
            None if self.average is None else found.get(self.average),
            None if self.error is None else found.get(self.error),
            tuple((name, figure) for name, figure in videos if figure is not None),
        )

    def average_of(self, row: Row) -> Decimal | None:
        """The printed average of a row, else the mean over its videos; raises ``malformed`` for what is none."""
        if self.average is not None and self.average < len(row):
            return self.number(row, self.average)
        return Figure(None, None, self.figure(row).videos).value

    def number(self, row: Row, place: int) -> Decimal | None:
        """One cell of a row; raises ``malformed`` for what is no number."""
        return printed_number(row[place], f"Row {row[0]!r}", decimal_comma=self.decimal_comma)
