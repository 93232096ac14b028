"""Printing labels: a print is a fact on the lot's stream, and its file is made from the records whenever asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from qc_service.application.access import own, readable
from qc_service.application.actor import Actor, Occasion
from qc_service.application.label_jobs import (
    Press,
    fill_of,
    label_of,
    read_label,
    serials_of,
    specimen_label,
    vial_labels,
)
from qc_service.application.view import View
from qc_service.domain.codec import to_plain
from qc_service.domain.errors import Malformed, NotFound, Reason
from qc_service.domain.filling import VialsFilled
from qc_service.domain.identifiers import Line, LotNumber, Slug, Text, VialSerial
from qc_service.domain.label_prints import (
    MOST_LABELS,
    SINGLES,
    THERMAL,
    LabelFormat,
    LabelsPrinted,
    LabelSymbol,
    ReprintNeedsReason,
    TooManyLabels,
    labels_on_vials,
    printed_before,
    ranges,
)
from qc_service.domain.label_words import ProductDescription
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.moments import instant_text
from qc_service.domain.permissions import Permission
from qc_service.domain.records import Enclosure, New, Recorded
from qc_service.exchange.labels.jobs import LabelJob
from qc_service.exchange.labels.stocks import STOCKS, Stock
from qc_service.ledger.canonical import canonical


@dataclass(frozen=True, kw_only=True)
class PrintLabels:
    """Labels for a lot's vials: all that were not rejected, those from ``first`` to ``last``, or those named.

    ``isbt128_product`` is how ISBT 128 describes the product; only that symbol wants it.
    """

    lot: LotNumber
    stock: Slug
    symbol: LabelSymbol
    format: LabelFormat
    first: int | None = None
    last: int | None = None
    serials: tuple[VialSerial, ...] = ()
    isbt128_product: ProductDescription | None = None
    reason: Text | None = None

    def __post_init__(self) -> None:
        """Refuse vials that are named in two ways, and half a range."""
        if (self.first is None) != (self.last is None):
            raise Malformed("a range has a first and a last vial: state both", field="last")
        if self.first is not None and self.serials:
            raise Malformed("name the vials by a range or by their serials, not by both", field="serials")


def print_labels(press: Press, view: View, occasion: Occasion, intent: PrintLabels) -> tuple[New, ...]:
    """Record that labels are printed; the label's words are kept with the record.

    A lot's labels may be printed before it is released, and then say so. Raises ``NotFilledYet``,
    ``ReprintNeedsReason`` where a vial had one before, ``TooManyLabels``, ``SymbolUnavailable``, ``LabelTooSmall`` and
    ``CharacterNotPrintable``.
    """
    actor = occasion.actor
    actor.must(Permission.PRINT_LABELS)
    lot = own(view, actor, LOT, intent.lot)
    ordinals = _chosen(view, fill_of(lot), intent)
    stock = _stock(intent.stock, intent.format, count=len(ordinals))
    _must_be_first_or_reasoned(lot, ordinals, intent)
    label = label_of(
        view, lot, intent.symbol, intent.isbt128_product, link=press.link, day=occasion.at.date()
    )
    number = len(lot.filling.prints) + 1
    labels = vial_labels(view, press, label, intent.symbol, ordinals)
    press.proof(LabelJob(
        number=number, label=label, symbol=intent.symbol, format=intent.format, stock=stock, vials=labels,
        by=actor.printed_name, at=occasion.at,
    ))  # fmt: skip
    kept = Enclosure(
        name=Line(f"{lot.number}-label-{number}.json"), media_type=Line("application/json"),
        content=canonical(to_plain(label)),
    )  # fmt: skip
    body = LabelsPrinted(
        number=number, symbol=intent.symbol, format=intent.format, stock=intent.stock, vials=ranges(ordinals),
        label=kept.file.sha256,
    )  # fmt: skip
    return (New(name=lot.number, body=body, reason=intent.reason, enclosed=(kept,)),)


def job_of(press: Press, view: View, actor: Actor, lot: str, number: int) -> LabelJob:
    """A print as it is on record, to be made into its file again. Raises ``NotFound``."""
    actor.must(Permission.PRINT_LABELS)
    recorded, printed = _print(view, own(view, actor, LOT, lot), number)
    label = read_label(view, printed)
    return LabelJob(
        number=number, label=label, symbol=printed.symbol, format=printed.format, stock=STOCKS[printed.stock],
        vials=vial_labels(view, press, label, printed.symbol, printed.ordinals),
        by=recorded.signer.printed_name, at=recorded.recorded_at,
    )  # fmt: skip


def specimen_of(press: Press, view: View, actor: Actor, intent: PrintLabels, *, at: datetime) -> LabelJob:
    """One label as it would be printed, for no vial: its serial is on no record, and it says SPECIMEN.

    Raises as ``print_labels`` does, but for the reason of a reprint.
    """
    actor.must(Permission.PRINT_LABELS)
    lot = own(view, actor, LOT, intent.lot)
    stock = _stock(intent.stock, intent.format, count=1)
    label = label_of(view, lot, intent.symbol, intent.isbt128_product, link=press.link, day=at.date())
    job = LabelJob(
        number=len(lot.filling.prints) + 1, label=label, symbol=intent.symbol, format=intent.format, stock=stock,
        vials=(specimen_label(view, press, label, intent.symbol),), by=actor.printed_name, at=at,
        specimen=True,
    )  # fmt: skip
    press.proof(job)
    return job


def read_prints(view: View, actor: Actor, lot: str) -> dict[str, Any]:
    """Every print of a lot's labels, oldest first, for its owner and auditors. Raises ``NotFound``."""
    actor.must(Permission.READ_RECORDS)
    state = readable(view, actor, LOT, lot)
    earlier: list[LabelsPrinted] = []
    told = []
    for printed in state.filling.prints:
        recorded, _ = _print(view, state, printed.number)
        again = printed_before(earlier, printed.symbol, printed.ordinals)
        told.append(_told(recorded, printed, sum(map(len, again))))
        earlier.append(printed)
    return {"items": told, "labels": labels_on_vials(state.filling.prints)}


def _told(recorded: Recorded, printed: LabelsPrinted, again: int) -> dict[str, Any]:
    return {
        "number": printed.number,
        "symbol": printed.symbol.value,
        "format": printed.format.value,
        "stock": str(printed.stock),
        "vials": to_plain(printed.vials),
        "count": printed.count,
        "printed_again": again,
        "reason": to_plain(recorded.reason),
        "by": str(recorded.signer.printed_name),
        "at": instant_text(recorded.recorded_at),
    }


def _chosen(view: View, fill: VialsFilled, intent: PrintLabels) -> tuple[int, ...]:
    """The ordinals of the vials meant, in the order of the fill. Raises ``Malformed`` and ``TooManyLabels``."""
    filled = fill.counts.accounted
    chosen: Sequence[int] = range(filled - fill.counts.rejected_at_inspection)
    if intent.serials:
        chosen = _named(view, fill, intent.serials)
    elif intent.first is not None and intent.last is not None:
        if not 0 <= intent.first <= intent.last < filled:
            raise Malformed(f"the vials of this lot are numbered from 0 to {filled - 1}", field="last")
        chosen = range(intent.first, intent.last + 1)
    if len(chosen) > MOST_LABELS:
        detail = f"That is {len(chosen):,} labels, and one print is of at most {MOST_LABELS:,}"
        last = chosen[MOST_LABELS - 1]
        raise TooManyLabels(
            f"{detail}: print the vials from {chosen[0]} to {last} first, then go on from {last + 1}."
        )
    if not chosen:
        raise Malformed("every vial of this lot was rejected: name those that want a label", field="first")
    return tuple(chosen)


def _named(view: View, fill: VialsFilled, serials: tuple[VialSerial, ...]) -> list[int]:
    places = {serial: ordinal for ordinal, serial in enumerate(serials_of(view, fill))}
    unknown = [serial for serial in serials if serial not in places]
    if unknown:
        raise Malformed(f"{unknown[0].grouped} is no vial of this lot", field="serials")
    return sorted({places[serial] for serial in serials})


def _stock(code: Slug, into: LabelFormat, *, count: int) -> Stock:
    """The stock of that code, where this format can be printed on it. Raises ``Malformed``."""
    stock = STOCKS.get(code)
    if stock is None:
        raise Malformed(f"is no stock here: take one of {', '.join(STOCKS)}", field="stock")
    if into in THERMAL and not stock.roll:
        rolls = ", ".join(one.code for one in STOCKS.values() if one.roll)
        raise Malformed(f"a thermal printer takes rolls: one of {rolls}", field="stock")
    if into in SINGLES and count > 1:
        raise Malformed(f"{into} is a picture of one label: name one vial, or take pdf", field="format")
    return stock


def _must_be_first_or_reasoned(lot: Lot, ordinals: tuple[int, ...], intent: PrintLabels) -> None:
    again = printed_before(lot.filling.prints, intent.symbol, ordinals)
    if not again or intent.reason is not None:
        return
    named = ", ".join(map(str, again[:5])) + (" and others" if len(again) > 5 else "")
    had = "a label" if intent.symbol.on_vials else "an insert"
    detail = (
        f"vials {named} have {had} already: state the reason for another, and destroy the one it replaces"
    )
    raise ReprintNeedsReason(
        f"Nothing is printed twice without a reason: {detail}.",
        (Reason(code="printed_before", detail=detail, source="21 CFR 211.125"),),
    )


def _print(view: View, lot: Lot, number: int) -> tuple[Recorded, LabelsPrinted]:
    for recorded in view.history(f"{LOT.room}/{lot.number}"):
        if isinstance(recorded.body, LabelsPrinted) and recorded.body.number == number:
            return recorded, recorded.body
    raise NotFound(f"Lot {lot.number} has no print of labels numbered {number}.")
