"""The one answer: does anything on record forbid using this vial now? Judged here, whoever asks and however.

``answer`` reads the records through a view, so that a decision that rests on it is rechecked at the commit;
``hot_answer`` reads the two ready rows. Both judge with the same function.
"""

from __future__ import annotations

from datetime import datetime

import orjson

from qc_service.application.actor import Actor
from qc_service.application.answers import lot_answer, stable_members
from qc_service.application.judging import Found, Verdict, facts_of, judge
from qc_service.application.ports import LotAnswerRow, Store, Tampered
from qc_service.application.view import View
from qc_service.application.witness import MISSING
from qc_service.domain.errors import NotFound
from qc_service.domain.identifiers import CountryCode
from qc_service.domain.lots import LOT
from qc_service.domain.parties import ORGANISATION
from qc_service.domain.permissions import Role
from qc_service.domain.products import PRODUCT
from qc_service.domain.verdict import Asker, ScannedCode
from qc_service.domain.vocabulary import AdministrationRoute

INCONSISTENT = "log_inconsistent"
"""The reason where it is known that the evidence does not hold, and not why."""
LOOKS = 3
"""How often a lot's ready row is compared with its records before it counts as altered."""


def asker_of(
    view: View, actor: Actor, *, country: CountryCode | None, route: AdministrationRoute | None
) -> Asker:
    """A recognised person as an asker: their organisation's zone and country count unless another is named."""
    organisation = view.find(ORGANISATION, actor.organisation)
    return Asker(
        organisation=actor.organisation,
        zone=str(organisation.zone) if organisation else None,
        country=country or (organisation.country if organisation else None),
        route=route,
        keeps_quality=bool(actor.roles & {Role.QUALITY, Role.AUDITOR, Role.ADMINISTRATOR}),
    )


def answer(
    view: View,
    *,
    asker: Actor | None,
    fields: ScannedCode,
    country: CountryCode | None,
    route: AdministrationRoute | None,
    at: datetime,
) -> Verdict:
    """The answer from the records themselves; everything it rests on is noted in the view.

    Consignees and auditors get DINs, days and names; anonymous askers do not.
    """
    who = (
        Asker(country=country, route=route)
        if asker is None
        else asker_of(view, asker, country=country, route=route)
    )
    found = _found(view, fields)
    if asker is not None and found.lot is not None and _is_told_more(view, asker, found):
        name = found.lot.lot
        told = view.remembered(f"told more of lot/{name}", lambda streams: _told_more(streams, name))
        return judge(found, fields, who, at, stable=told)
    return judge(found, fields, who, at)


def _told_more(view: View, name: str) -> bytes:
    lot = view.get(LOT, name)
    members = stable_members(view, lot, view.get(PRODUCT, lot.product), detailed=True)
    return orjson.dumps(members)[1:-1]


def _is_told_more(view: View, asker: Actor, found: Found) -> bool:
    lot = found.lot
    if lot is None or found.altered:
        return False
    return asker.sees(facts_of(lot.facts).organisation) or view.consigned(
        asker.organisation, f"lot/{lot.lot}"
    )


def _found(view: View, fields: ScannedCode) -> Found:
    """What there is; a lot that was once found altered is cleared only by reading all its records again."""
    found = _witnessed(view, fields)
    if fields.lot is None:
        return found
    if not found.altered and fields.lot in view.doubted:
        found = _witnessed(view.afresh(), fields)
    if found.altered:
        view.doubted[fields.lot] = found.altered
    else:
        view.doubted.pop(fields.lot, None)
    return found


def _witnessed(view: View, fields: ScannedCode) -> Found:
    try:
        return _looked_up(view, fields)
    except Tampered as error:
        return _altered(view, fields, error.code)
    except NotFound:  # a stream that the lot stands on has no records
        return _altered(view, fields, MISSING)


def _altered(view: View, fields: ScannedCode, code: str) -> Found:
    """The ready rows still say whom to call and what else stands against the vial, where their seals fit."""
    size = view.size()
    try:
        row = view.ready_answer(fields.lot) if fields.lot else None
        vial = view.find_vial(row.lot, fields.serial) if row and fields.serial else None
    except Tampered:
        return Found(tree_size=size, altered=code)
    return Found(lot=row, vial=vial, tree_size=size, altered=code)


def _looked_up(view: View, fields: ScannedCode) -> Found:
    product_known = fields.gtin is None or bool(view.citing(f"gtin/{fields.gtin}", PRODUCT.room))
    size = view.size()
    if size < view.least:
        return Found(tree_size=size, altered=INCONSISTENT)
    if fields.lot is None or view.find(LOT, fields.lot) is None:
        if fields.lot is not None and view.ready_answer(fields.lot) is not None:
            raise Tampered(f"lot {fields.lot} has an answer and no records", MISSING)
        return Found(product_known=product_known, tree_size=size, serial_in=_elsewhere(view, fields))
    name = fields.lot
    row = _worked_out(view, name)
    if not _is_kept(view, name, row):
        raise Tampered(f"the answer of lot {name} is not what its records say", _why(view.afresh(), name))
    vial = view.find_vial(name, fields.serial) if fields.serial else None
    serial_in = () if vial else _elsewhere(view, fields)
    return Found(lot=row, vial=vial, product_known=product_known, tree_size=size, serial_in=serial_in)


def _worked_out(view: View, name: str) -> LotAnswerRow:
    return view.remembered(f"answer of lot/{name}", lambda streams: lot_answer(streams, name))


def _is_kept(view: View, name: str, row: LotAnswerRow) -> bool:
    """Whether the ready row is what follows from the records; those that came meanwhile call for another look."""
    for _ in range(LOOKS):
        if row == view.ready_answer(name):
            return True
        view = view.anew()
        row = _worked_out(view, name)
    return False


def _why(view: View, name: str) -> str:
    """Why records do not lead to the answer that was kept: one of their streams is shorter than lists say, or else."""
    _worked_out(view, name)
    lengths = view.reads().streams.items()
    return MISSING if any(view.listed_at(stream) > seq for stream, seq in lengths) else INCONSISTENT


def _elsewhere(view: View, fields: ScannedCode) -> tuple[str, ...]:
    return view.lots_with_serial(fields.serial) if fields.serial else ()


def hot_answer(store: Store, fields: ScannedCode, asker: Asker, at: datetime) -> Verdict:
    """The anonymous answer from the two ready rows; where they do not fit their seals it is never ``in_order``."""
    if fields.lot is None or fields.serial is None:
        return _cold(store, fields, asker, at)
    try:
        lot, vial, size = store.hot(fields.lot, fields.serial)
    except Tampered as error:
        return judge(Found(altered=error.code), fields, asker, at)
    if lot is None or vial is None:
        return _cold(store, fields, asker, at)
    if size < store.least:
        return judge(Found(tree_size=size, altered=INCONSISTENT), fields, asker, at)
    altered = store.doubted.get(fields.lot, "")
    return judge(Found(lot=lot, vial=vial, tree_size=size, altered=altered), fields, asker, at)


def _cold(store: Store, fields: ScannedCode, asker: Asker, at: datetime) -> Verdict:
    """A code that names no vial we know: say as exactly as can be what does not fit."""
    size = store.head().size
    try:
        row = store.lot_answer(fields.lot) if fields.lot else None
    except Tampered as error:
        return judge(Found(altered=error.code), fields, asker, at)
    if size < store.least:
        return judge(Found(tree_size=size, altered=INCONSISTENT), fields, asker, at)
    known = fields.gtin is None or bool(store.citing(f"gtin/{fields.gtin}", PRODUCT.room)[0])
    serial_in = store.lots_with_serial(fields.serial) if fields.serial else ()
    altered = store.doubted.get(fields.lot, "") if fields.lot else ""
    found = Found(lot=row, product_known=known, tree_size=size, serial_in=serial_in, altered=altered)
    return judge(found, fields, asker, at)
