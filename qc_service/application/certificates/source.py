"""What a certificate is made from: the lot and everything it stands on, read once, with the words for values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from qc_service.application.lineage import ancestors, donations_of
from qc_service.application.view import View
from qc_service.domain.donations import DONATION, Donation
from qc_service.domain.facilities import FACILITY, Facility
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.moments import instant_text
from qc_service.domain.parties import ORGANISATION, Organisation
from qc_service.domain.products import PRODUCT, Product
from qc_service.domain.records import Recorded, Signer
from qc_service.domain.wording import day, figure, moment

_SMALL = re.compile(r"-?\d+(?:\.\d+)?E-\d+", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Source:
    """A lot, and whoever issues a certificate of it when, under which number."""

    view: View
    lot: Lot
    number: int
    by: Signer
    at: datetime
    reason: str | None = None

    @property
    def today(self) -> date:
        """The day of the issue, UTC."""
        return self.at.date()

    @cached_property
    def product(self) -> Product:
        """The lot's product."""
        return self.view.get(PRODUCT, self.lot.product)

    @cached_property
    def maker(self) -> Organisation:
        """Whose lot it is."""
        return self.view.get(ORGANISATION, self.lot.organisation)

    @cached_property
    def chain(self) -> tuple[Lot, ...]:
        """The lot and every lot that it was made from, the first first."""
        above = [self.view.get(LOT, name) for name in ancestors(self.view, self.lot.number)]
        return (*reversed(above), self.lot)

    @cached_property
    def donations(self) -> tuple[Donation, ...]:
        """Every donation behind it."""
        return tuple(self.view.get(DONATION, din) for din in donations_of(self.view, self.lot.number))

    @cached_property
    def history(self) -> tuple[Recorded, ...]:
        """Every record of the lot."""
        return self.view.history(f"{LOT.room}/{self.lot.number}")

    def site(self, name: str) -> Facility | None:
        """A site that a record names."""
        return self.view.find(FACILITY, name)

    def site_name(self, name: str) -> str:
        """What a site is called."""
        found = self.site(name)
        return str(found.name if found else name)


def when(at: datetime) -> str:
    """``22 November 2026, 10:00 UTC``."""
    return moment(instant_text(at))


def on(day_: date) -> str:
    """``22 November 2026``."""
    return day(day_.isoformat())


def value(text: str) -> str:
    """A stated value as it is printed, on one line: small numbers are written out, so that no exponent is negative."""
    printed = figure(_SMALL.sub(lambda found: format(Decimal(found[0]), "f"), text))
    return printed.replace(" × 10", "\u00a0×\u00a010")
