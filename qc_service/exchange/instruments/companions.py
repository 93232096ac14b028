"""Files of one measurement: found among others by what they print, and read with what each says of the others."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from qc_service.exchange.instruments.reading import Reading, Run

_OF_THE_MEASUREMENT = ("sample", "measured_at", "operator", "serial", "software", "dilution")


def together(readings: Sequence[Reading]) -> tuple[tuple[int, ...], ...]:
    """The places of the readings, each once and in order, those of one measurement side by side.

    Two files of different formats are of one measurement when all the figures that both must print agree, as
    far as the one that prints fewer decimals goes (``Run.marks``). Where several would fit, the one under the same
    name does; where still several do, none.
    """
    mates = {place: _mate(readings, place) for place in range(len(readings))}
    groups: list[tuple[int, ...]] = []
    for place, mate in mates.items():
        if mate is None or mates[mate] != place:
            groups.append((place,))
        elif place < mate:
            groups.append((place, mate))
    return tuple(groups)


def completed(reading: Reading, *others: Reading) -> Reading:
    """A reading with what the other files of its measurement say of it; its values stay its own.

    It takes over the sample, moment, operator, instrument, software, dilution and other names that it lacks, and
    the others' warnings: a drift of the cell that the size file reports is a doubt about the concentration too.
    """
    taken: dict[str, Any] = {
        member: next((said for one in others if (said := getattr(one, member))), None)
        for member in _OF_THE_MEASUREMENT
        if getattr(reading, member) is None
    }
    warnings = [*reading.warnings, *(warning for one in others for warning in one.warnings)]
    if any(one.sample for one in (reading, *others)):
        warnings = [warning for warning in warnings if warning.code != "sample_not_named"]
    names = [*reading.also_named, *(name for one in others for name in one.also_named)]
    return replace(
        reading, **taken, warnings=tuple(dict.fromkeys(warnings)), also_named=tuple(dict.fromkeys(names))
    )


def _mate(readings: Sequence[Reading], place: int) -> int | None:
    """The one other reading of the same measurement, if there is exactly one."""
    run = readings[place].run
    if run is None:
        return None
    fitting = {
        other: one.run.name
        for other, one in enumerate(readings)
        if one.run and one.format != readings[place].format and _agree(run, one.run)
    }
    named = [other for other, name in fitting.items() if name is not None and name == run.name]
    chosen = named or list(fitting)
    return chosen[0] if len(chosen) == 1 else None


def _agree(one: Run, other: Run) -> bool:
    """Whether both state the same figures; 443.6 and 443.636364 are the same."""
    if [what for what, _ in one.marks] != [what for what, _ in other.marks]:
        return False
    pairs = zip((figure for _, figure in one.marks), (figure for _, figure in other.marks), strict=True)
    return all(2 * abs(a - b) <= _unit(a, b) for a, b in pairs)


def _unit(one: Decimal, other: Decimal) -> Decimal:
    """One in the last place of the figure printed less exactly; nought where both are printed alike."""
    places = [figure.as_tuple().exponent for figure in (one, other)]
    coarser = max(int(place) for place in places)
    return Decimal(0) if places[0] == places[1] else Decimal(1).scaleb(coarser)
