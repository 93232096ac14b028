"""Quantiles and probabilities of Student's t and Fisher's F, from SciPy; floats stay in here.

SciPy takes a good half of a second to load, so it is loaded where the first figure is asked for, not at the start
of every command and worker.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version

from qc_service.domain.expiry import Software
from qc_service.domain.identifiers import Line


def student(degrees: int, probability: float) -> float:
    """The quantile of Student's t: 1.8331 for 9 degrees of freedom at 0.95."""
    from scipy.special import stdtrit  # noqa: PLC0415 - see above

    return float(stdtrit(degrees, probability))


def exceeded(ratio: float, above: int, below: int) -> float:
    """The probability that Fisher's F, with so many degrees of freedom above and below, exceeds the ratio."""
    from scipy.special import fdtrc  # noqa: PLC0415 - see above

    return float(fdtrc(above, below, ratio))


@cache
def software() -> tuple[Software, ...]:
    """The library that the figures come from."""
    return (Software(name=Line("scipy"), version=Line(version("scipy"))),)
