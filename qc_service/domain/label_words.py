"""The words on a vial's label, worked out from the records: what they say, and never that the vial may be used.

They follow 21 CFR 610.60 and 610.61 in what a label names, and 312.6(a) for an investigational product.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from qc_service.domain.facilities import Facility, FacilityIdentificationNumber
from qc_service.domain.filling import VialsFilled
from qc_service.domain.identifiers import Code, Din, Gtin, Line, LotNumber, Text
from qc_service.domain.lots import Lot, LotStatus
from qc_service.domain.products import Product, StorageCondition
from qc_service.domain.regulatory import statement_on
from qc_service.domain.vocabulary import AdministrationRoute

TOPICAL_ONLY = Line("TOPICAL ONLY – NOT FOR INJECTION")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_ROUTES = {
    AdministrationRoute.INJECTION: "For injection",
    AdministrationRoute.TOPICAL: "For topical use",
    AdministrationRoute.NONE: "Not for use on patients",
}
_STATUS = {
    LotStatus.QUARANTINED: "Not released when printed: scan before use",
    LotStatus.ON_HOLD: "On hold when printed: scan before use",
    LotStatus.REJECTED: "REJECTED – DO NOT USE",
    LotStatus.RECALLED: "RECALLED – DO NOT USE",
    LotStatus.WITHDRAWN: "WITHDRAWN – DO NOT USE",
}
_SHEET = {
    LotStatus.QUARANTINED: "QUARANTINE: not released when printed. Testing not finished – do not use.",
    LotStatus.ON_HOLD: "ON HOLD when printed – do not use.",
}
_MARKS = {
    "qc_sample": "QC SAMPLE – NOT FOR USE",
    "retention": "RETENTION SAMPLE – NOT FOR USE",
    "stability": "STABILITY SAMPLE – NOT FOR USE",
    "rejected_at_inspection": "REJECTED – NOT FOR USE",
}


@dataclass(frozen=True, kw_only=True)
class LabelWords:
    """What stands on every label of one print, beside the vial's serial. ``status`` is the lot's when it was made."""

    product: Line
    topical_only: bool
    routes: tuple[AdministrationRoute, ...]
    gtin: Gtin | None
    lot: LotNumber
    expires_on: date
    contents: Line
    storage: tuple[StorageCondition, ...]
    cautions: tuple[Line, ...]
    maker: Line
    establishment: Line
    address: Text
    status: LotStatus
    footing: tuple[Text, ...]
    regulatory: Text

    @property
    def expiry(self) -> str:
        """The last day of use as nobody mistakes it: ``31 OCT 2027``."""
        return f"{self.expires_on.day} {_MONTHS[self.expires_on.month - 1]} {self.expires_on.year}"

    @property
    def use(self) -> str:
        """By which routes it may reach a patient; the shout of a topical product stands apart."""
        return " or ".join([_ROUTES[self.routes[0]], *(route.value for route in self.routes[1:])])

    @property
    def keeping(self) -> str:
        """How to keep it; where there are several ways, each with how long it keeps."""
        if len(self.storage) == 1:
            return f"Keep at {_range(self.storage[0])}"
        ways = (f"{_range(way)} ({way.shelf_life_days}\u00a0days)" for way in self.storage)
        return f"Keep at {' or '.join(ways)}"

    @property
    def keeping_longest(self) -> str:
        """The one way to keep it by which it keeps longest, and which the printed expiry presumes."""
        return f"Keep at {_range(max(self.storage, key=lambda way: way.shelf_life_days))}"

    @property
    def warning(self) -> str:
        """What the lot's state wants said on the label for ever; empty for a released lot."""
        return _STATUS.get(self.status, "")

    @property
    def forbidden(self) -> bool:
        """Whether the lot may never be used."""
        return self.status in {LotStatus.REJECTED, LotStatus.RECALLED, LotStatus.WITHDRAWN}

    @property
    def sheet_warning(self) -> str:
        """What it wants said on the sheet, which nobody sticks on a vial."""
        return _SHEET.get(self.status, self.warning)


class ProductDescription(Code):
    """What a product is in ISBT 128 (data structure 034): a code of the standard's own, or a local one."""

    GRAMMAR = re.compile(r"[A-Z][0-9A-Z]{4}", re.ASCII)
    EXAMPLE = "D0001"


@dataclass(frozen=True, kw_only=True)
class IsbtNumbers:
    """How ISBT 128 knows the lot's vials; the vial of ordinal 0 is division ``first``, and so on."""

    din: Din
    processor: FacilityIdentificationNumber
    description: ProductDescription
    first: int


@dataclass(frozen=True, kw_only=True)
class Label:
    """Everything a print says of its vials beside their serials, as it is kept with the record of the print.

    ``link`` is what Digital Links begin with; ``isbt`` is there where the symbol is that of ISBT 128.
    """

    words: LabelWords
    link: Line
    isbt: IsbtNumbers | None


def label_words(
    lot: Lot, *, fill: VialsFilled, product: Product, maker: Line, site: Facility, day: date
) -> LabelWords:
    """The words for a lot as it stands; ``day`` is that of the print, whose regulatory sentence is taken."""
    amount = f"{fill.fill_volume.amount} {fill.fill_volume.unit}"
    doses = f", {product.doses_per_vial} doses" if product.doses_per_vial > 1 else ""
    cautions = dict.fromkeys(Line(basis.caution) for basis in product.bases if basis.caution)
    return LabelWords(
        product=product.name, topical_only=product.topical_only, routes=product.routes_allowed, gtin=product.gtin,
        lot=lot.number, expires_on=fill.expires_on, contents=Line(f"{amount}{doses}"), storage=fill.storage,
        cautions=tuple(cautions), maker=maker, establishment=site.name, address=site.address, status=lot.status,
        footing=tuple(dict.fromkeys(Text(basis.in_words) for basis in product.bases)),
        regulatory=Text(statement_on(day)),
    )  # fmt: skip


def mark_of(fill: VialsFilled, ordinal: int) -> str:
    """What must stand on this vial because of what became of it at the fill; empty for stock."""
    below = 0
    for fate, count in fill.counts.fates().items():
        below += count
        if ordinal < below:
            return _MARKS.get(fate, "")
    return ""


def _range(way: StorageCondition) -> str:
    low, high = (f"{degrees:f}".replace("-", "−") for degrees in (way.min, way.max))
    return f"{low}\u00a0to\u00a0{high}\u00a0°C"
