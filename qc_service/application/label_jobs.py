"""From a lot's records to what is printed: the words of its labels, and the text of each vial's symbol."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from qc_service.application.lineage import descendants, donations_of
from qc_service.application.manifest import read_manifest
from qc_service.application.token_claims import claims_of
from qc_service.application.view import View
from qc_service.domain.codec import from_plain
from qc_service.domain.errors import Malformed, NotFound, Reason
from qc_service.domain.facilities import FACILITY
from qc_service.domain.filling import NotFilledYet, VialsFilled
from qc_service.domain.identifiers import Din, Gtin, Line, VialSerial
from qc_service.domain.label_claims import LabelClaims
from qc_service.domain.label_prints import LabelsPrinted, LabelSymbol, SymbolUnavailable
from qc_service.domain.label_words import IsbtNumbers, Label, ProductDescription, label_words, mark_of
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.parties import ORGANISATION
from qc_service.domain.products import PRODUCT
from qc_service.exchange.codes import digital_link, element_string, isbt128_message
from qc_service.exchange.codes.labels import ProcessorProduct
from qc_service.exchange.labels.jobs import LabelJob, VialLabel
from qc_service.ledger.canonical import parse


@dataclass(frozen=True, kw_only=True)
class Press:
    """What printing wants from outside: the address and name of the service, its label key, and a proof.

    ``proof`` raises ``LabelTooSmall`` or ``CharacterNotPrintable`` where a job cannot be printed.
    """

    link: Line
    issuer: str
    token: Callable[[LabelClaims], str]
    proof: Callable[[LabelJob], None]


def fill_of(lot: Lot) -> VialsFilled:
    """The lot's fill. Raises ``NotFilledYet``."""
    if lot.filling.fill is None:
        raise NotFilledYet(f"Lot {lot.number} is not filled: its vials have no serials yet.")
    return lot.filling.fill


def serials_of(view: View, fill: VialsFilled) -> tuple[VialSerial, ...]:
    """The serials of a fill, in the order of their ordinals."""
    kept = view.file(fill.manifest)
    if kept is None:
        raise NotFound("The list of serials is not kept here.")
    return read_manifest(kept.content).serials


def label_of(
    view: View,
    lot: Lot,
    symbol: LabelSymbol,
    description: ProductDescription | None,
    *,
    link: Line,
    day: date,
) -> Label:
    """What every label of the lot says today. Raises ``SymbolUnavailable``."""
    fill, product = fill_of(lot), view.get(PRODUCT, lot.product)
    words = label_words(
        lot, fill=fill, product=product, maker=view.get(ORGANISATION, lot.organisation).name,
        site=view.get(FACILITY, fill.facility), day=day,
    )  # fmt: skip
    isbt = None
    if symbol is LabelSymbol.ISBT128_DATA_MATRIX:
        isbt = _isbt_numbers(view, lot, fill, description)
    elif symbol is not LabelSymbol.OFFLINE_TOKEN_QR and words.gtin is None:
        raise _unavailable("no_gtin", f"product {lot.product} has no GTIN on record, which this symbol names")
    return Label(words=words, link=link, isbt=isbt)


def read_label(view: View, printed: LabelsPrinted) -> Label:
    """The label as it is kept with the record of its print."""
    kept = view.file(printed.label)
    if kept is None:
        raise NotFound("The label's words are not kept here.")
    return from_plain(Label, parse(kept.content), complete=True)


def vial_labels(
    view: View, press: Press, label: Label, symbol: LabelSymbol, ordinals: Sequence[int]
) -> tuple[VialLabel, ...]:
    """The labels of these vials of the label's lot, in that order. Raises ``SymbolUnavailable``."""
    fill = fill_of(view.get(LOT, label.words.lot))
    serials = serials_of(view, fill)
    code = _coder(view, press, label, symbol)
    return tuple(
        VialLabel(serial=serials[one], mark=mark_of(fill, one), code=code(one, serials[one]))
        for one in ordinals
    )


def specimen_label(view: View, press: Press, label: Label, symbol: LabelSymbol) -> VialLabel:
    """A label for no vial: its serial is on no record, and where a token would stand nothing is signed."""
    if symbol is LabelSymbol.OFFLINE_TOKEN_QR:
        return VialLabel(serial=SPECIMEN, mark="", code=SPECIMEN_TOKEN)
    code = _coder(view, press, label, symbol)
    return VialLabel(serial=SPECIMEN, mark="", code=code(0, SPECIMEN))


SPECIMEN = VialSerial("222222222222")
"""A serial that reads like one and that no vial has."""
SPECIMEN_TOKEN = "EXO1:" + "SPECIMEN-" * 35
"""As long as a token, and none."""


def _coder(view: View, press: Press, label: Label, symbol: LabelSymbol) -> Callable[[int, VialSerial], str]:
    """What each vial's symbol holds, by its ordinal and serial."""
    words, gtin, isbt = label.words, label.words.gtin or _NO_GTIN, label.isbt
    if symbol is LabelSymbol.GS1_DATA_MATRIX:
        return lambda _, serial: element_string(gtin, words.lot, serial, words.expires_on)
    if symbol is LabelSymbol.DIGITAL_LINK_QR:
        return lambda _, serial: digital_link(label.link, gtin, words.lot, serial, words.expires_on)
    if isbt is None:
        return lambda _, serial: press.token(claims_of(view, words.lot, serial, issuer=press.issuer))
    return lambda ordinal, serial: _message(label, isbt, ordinal, serial)


_NO_GTIN = Gtin("0" * 14)


def _message(label: Label, isbt: IsbtNumbers, ordinal: int, serial: VialSerial) -> str:
    words = label.words
    product = ProcessorProduct(processor=isbt.processor, description=isbt.description)
    try:
        return isbt128_message(
            din=isbt.din, product=product, division=isbt.first + ordinal, expires_on=words.expires_on,
            lot=words.lot, serial=serial,
        )  # fmt: skip
    except Malformed as error:
        raise _unavailable("not_isbt128", error.detail) from error


def _isbt_numbers(
    view: View, lot: Lot, fill: VialsFilled, description: ProductDescription | None
) -> IsbtNumbers:
    """How ISBT 128 knows the lot (ADR 15). Raises ``SymbolUnavailable``, which says what is missing."""
    donations = donations_of(view, lot.number)
    if len(donations) != 1:
        raise _unavailable(
            "several_donations", "the lot is of several donations and has no number of its own"
        )
    processor = view.get(FACILITY, fill.facility).identifiers.fin
    if processor is None:
        raise _unavailable("no_fin", f"facility {fill.facility} has no ISBT 128 number (fin) on record")
    if description is None:
        raise _unavailable(
            "no_description", "state isbt128_product, the product's ISBT 128 code, such as D0001"
        )
    din = Din(donations[0])
    return IsbtNumbers(
        din=din, processor=processor, description=description, first=_first_division(view, lot, din)
    )


def _first_division(view: View, lot: Lot, din: Din) -> int:
    """The division of the lot's first vial: the one it had before, or one behind all of that donation and product."""
    behind = 0
    for name in descendants(view, f"donation/{din}"):
        other = view.get(LOT, name)
        for printed in other.filling.prints:
            isbt = read_label(view, printed).isbt
            if isbt is None:
                continue
            if other.number == lot.number:
                return isbt.first
            behind = max(behind, isbt.first - 1 + fill_of(other).counts.accounted)
    return behind + 1


def _unavailable(code: str, detail: str) -> SymbolUnavailable:
    reason = Reason(code=code, detail=detail)
    return SymbolUnavailable(f"This symbol cannot be printed for the lot: {detail}.", (reason,))
