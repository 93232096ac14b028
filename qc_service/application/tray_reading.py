"""From the codes on a tray to their answers: each code is read as it is by itself, and a carton is its vials."""

from __future__ import annotations

from collections.abc import Sequence

from qc_service.application.actor import OpenToken
from qc_service.application.cartons import carton_answers, carton_vials
from qc_service.application.judging import Verdict
from qc_service.application.ports import Store
from qc_service.application.scans import Circumstances, Question, question_of, verdict_on
from qc_service.application.trays import Item
from qc_service.application.view import View
from qc_service.domain.errors import Malformed

MOST_VIALS = 1000


def tray_answers(
    store: Store, codes: Sequence[str], circumstances: Circumstances, open_token: OpenToken | None = None
) -> tuple[Item, ...]:
    """The answer to each vial, in the order of the tray. Raises ``Malformed`` where cartons hold too many vials.

    What is read of a lot for one vial serves its other vials.
    """
    view = View(store)
    items: list[Item] = []
    for position, code in enumerate(codes):
        question = question_of(store, code, circumstances.at.date(), open_token)
        items += [
            Item(position=position, code=code, carton=sscc, verdict=verdict)
            for sscc, verdict in _answers(store, view, question, circumstances, MOST_VIALS - len(items))
        ]
    return tuple(items)


def _answers(
    store: Store, view: View, question: Question, circumstances: Circumstances, room: int
) -> list[tuple[str | None, Verdict]]:
    """What this code adds; whether there is ``room`` for it is looked at before any vial of a carton is."""
    asker, sscc = circumstances.asker, question.carton
    found = carton_vials(view, asker, sscc) if asker is not None and sscc is not None else None
    if room < (1 if found is None else len(found[1].vials)):
        raise Malformed(f"the cartons hold more than {MOST_VIALS:,} vials: ask about fewer", field="codes")
    if asker is None or found is None:
        return [(None, verdict_on(store, question, circumstances, view))]
    verdicts = carton_answers(
        view, asker, found[1], country=circumstances.country, route=circumstances.route, at=circumstances.at
    )
    return [(sscc, verdict) for verdict in verdicts]
