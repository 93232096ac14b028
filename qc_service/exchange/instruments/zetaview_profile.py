"""ZetaView 8 zeta potential export (``…_prof_488.txt``): one zeta potential from a profile over the cell.

After the header, with the figures among its entries, comes a row per position::

    Results:
    Zeta Potential / mV:<TAB>-22.210896
    ZP Profile:
    Position<TAB>Positive V<TAB>Negative V<TAB>Average<TAB>Parabola Fit<TAB>ZP
    9.999E-2<TAB>2.314E+1<TAB>-1.138E+1<TAB>5.876E+0<TAB>-8.052E+0
"""

import re

from qc_service.exchange.instruments.figures import decimal_text
from qc_service.exchange.instruments.reading import (
    Importer,
    MeasuredValue,
    Reading,
    ReadingWarning,
    cut_short,
)
from qc_service.exchange.instruments.zetaview import Header, is_zetaview, table_rows

_PROFILE = re.compile(
    r"^(?:Original File:.*\tProfile Voltage:|Type of Measurement:[ \t]*(?:Profile|Zeta)|ZP Profile:)",
    re.MULTILINE | re.IGNORECASE,
)
_TABLE = re.compile(r"^ZP Profile:[ \t]*$", re.MULTILINE | re.IGNORECASE)
_SETTINGS = (
    "Zeta Potential @ 25°C / mV", "ZP Parabola Fit Accuracy / mV", "ZP Distribution (SL 1/2) FWHM / mV",
    "Parabola",
)  # fmt: skip


class ZetaViewProfile(Importer):
    """Gives zeta_potential in mV as printed, with the temperature it was measured at among the settings."""

    format = "zetaview-profile"

    def recognises(self, text: str) -> bool:
        """A ZetaView export whose header speaks of a profile or a zeta potential."""
        return is_zetaview(text) and _PROFILE.search(text) is not None

    def read(self, text: str, filename: str) -> Reading:  # noqa: ARG002, everything needed stands in the file
        """Read the zeta potential; none, or no traces, gives ``zero_traces`` and no figure."""
        parts = _TABLE.split(text, maxsplit=1)
        if len(parts) == 1:
            raise cut_short("its zeta potential profile is missing")
        header = Header.parse(parts[0].split("\n"))
        rows = table_rows(parts[1].split("\n"), 5)[1:]
        positions = header.number("Positions") or 1
        if len(rows) < positions:
            raise cut_short(f"its profile has {len(rows)} of {positions} positions")
        if "zeta potential / mv" not in header.entries:
            raise cut_short("its zeta potential is missing")
        settings = [(name, said) for name in _SETTINGS if (said := header.text(name))]
        zeta = header.number("Zeta Potential / mV")
        if zeta is None or header.number("Number of Traces") == 0:
            detail = f"Number of Traces: {header.text('Number of Traces')}: no zeta potential was measured."
            warning = ReadingWarning(code="zero_traces", detail=detail)
            return header.reading(file_format=self.format, values=(), warnings=(warning,), settings=settings)
        value = MeasuredValue(assay="zeta_potential", value=decimal_text(zeta), unit="mV")
        return header.reading(
            file_format=self.format,
            values=[value, *header.particles_per_frame()],
            warnings=(),
            settings=settings,
        )
