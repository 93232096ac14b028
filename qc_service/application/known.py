"""What the records know by name, as far as a scanned code has to be told apart from a misread one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qc_service.application.ports import LotAnswerRow, Store, Tampered
from qc_service.application.view import View
from qc_service.domain.products import PRODUCT


@dataclass(frozen=True, kw_only=True)
class Known:
    """Whether a lot is on record, in which lots a serial is, and whether a product with a GTIN is."""

    lot: Callable[[str], bool]
    lots_with_serial: Callable[[str], tuple[str, ...]]
    product: Callable[[str], bool]


def known_to(source: Store | View | Known) -> Known:
    """What the store knows now; asked of a view, it notes what a rule went by."""
    if isinstance(source, Known):
        return source
    if isinstance(source, View):
        view = source
        return Known(
            lot=lambda number: _there(view.ready_answer, number),
            lots_with_serial=view.lots_with_serial,
            product=lambda gtin: bool(view.citing(f"gtin/{gtin}", PRODUCT.room)),
        )
    store = source
    return Known(
        lot=lambda number: _there(store.lot_answer, number),
        lots_with_serial=store.lots_with_serial,
        product=lambda gtin: bool(store.citing(f"gtin/{gtin}", PRODUCT.room)[0]),
    )


def _there(read: Callable[[str], LotAnswerRow | None], number: str) -> bool:
    """An edited row is a lot on record, about which no good answer is given."""
    try:
        return read(number) is not None
    except Tampered:
        return True
