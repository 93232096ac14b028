"""What stands behind a product's shelf life: the studies that quality concluded."""

from __future__ import annotations

from qc_service.application.view import View
from qc_service.domain.moments import instant_text
from qc_service.domain.stability import STABILITY, StudyKind


def supporting(view: View, product: str) -> list[dict[str, object]]:
    """The concluded long-term studies behind a product's shelf life, each with what it supports."""
    found = (view.get(STABILITY, name) for name in view.citing(f"product/{product}", STABILITY.room))
    return [
        {
            "study": str(study.id),
            "condition": study.plan.condition.in_words,
            "shelf_life_months": study.conclusion.stated.shelf_life_months,
            "concluded_at": instant_text(study.conclusion.at),
            "lots": [str(lot.lot) for lot in study.plan.lots],
        }
        for study in found
        if study.conclusion is not None and study.plan.kind is StudyKind.LONG_TERM
    ]
