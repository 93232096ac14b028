"""What the token of a vial's label may claim, from the records alone, and the keys that may vouch for it."""

from __future__ import annotations

from typing import get_args

from qc_service.application.actor import Actor
from qc_service.application.ports import CatalogueRow, Query, Store, Tampered
from qc_service.application.vials import concerned
from qc_service.application.view import View
from qc_service.application.witness import MISSING
from qc_service.domain.filling import VialsFilled
from qc_service.domain.identifiers import Sha256, VialSerial
from qc_service.domain.keys import KEY, KeyRole, SigningKey
from qc_service.domain.label_claims import LabelClaims
from qc_service.domain.lots import LOT
from qc_service.domain.permissions import Permission
from qc_service.domain.products import PRODUCT
from qc_service.ledger.keys import Algorithm, AuthorisedKey, PublicKey
from qc_service.ledger.shape import from64

AT_ONCE = 200


def token_claims(view: View, actor: Actor, lot: str, serial: str, *, issuer: str) -> LabelClaims:
    """The claims of one vial's label, for its owner and for whom it was sent to. Raises ``NotFound``.

    Raises ``Malformed`` where the issuer's name is too long for a label.
    """
    actor.must(Permission.READ_RECORDS)
    vial = concerned(view, actor, lot, serial)
    return claims_of(view, vial.lot, vial.serial, issuer=issuer)


def claims_of(view: View, lot: str, serial: VialSerial, *, issuer: str) -> LabelClaims:
    """The claims of a vial that is known to be of this lot's fill; of a whole fill, ask for each of its serials."""
    state = view.get(LOT, lot)
    filled = next(record for record in view.history(f"lot/{lot}") if isinstance(record.body, VialsFilled))
    assert isinstance(filled.body, VialsFilled)  # noqa: S101  as was just asked
    return LabelClaims(
        issuer=issuer, lot=state.number, gtin=view.get(PRODUCT, state.product).gtin, serial=serial,
        use_by=filled.body.expires_on, fill=Sha256(filled.digest), log_index=filled.index,
    )  # fmt: skip


def label_keys(store: Store) -> tuple[AuthorisedKey, ...]:
    """Every label key there ever was, with the size of the log from which on it is retired or compromised.

    Raises ``Tampered`` where a key has fewer records than lists say: the one that is missing may withdraw it.
    """
    view, found, after = View(store), list[SigningKey](), ""
    while True:
        rows, after = store.catalogue(Query(room=KEY.room, size=AT_ONCE, after=after))
        found += [_as_listed(view, row) for row in rows]
        if not after:
            break
    return tuple(_authorised(key) for key in found if key.role is KeyRole.LABEL)


def _as_listed(view: View, row: CatalogueRow) -> SigningKey:
    if len(view.history(row.stream)) <= row.seq:
        raise Tampered(f"the last record of {row.stream} is missing", MISSING)
    return view.get(KEY, row.stream.partition("/")[2])


def _authorised(key: SigningKey) -> AuthorisedKey:
    """A key record takes effect from the entry after it."""
    algorithm: Algorithm = next(known for known in get_args(Algorithm) if known == key.algorithm)
    return AuthorisedKey(
        public=PublicKey(algorithm, from64(str(key.public))), role="label", introduced=key.introduced + 1,
        retired=None if key.retired is None else key.retired + 1, compromised=key.compromised_since,
    )  # fmt: skip
