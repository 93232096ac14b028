"""Many vials answered at once: each its own answer, the worst first, and one decision for all that is the worst."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qc_service.application.judging import Verdict
from qc_service.domain.verdict import Decision, Finding, gravity, in_order_of_table

BRIEF = ("decision", "vial", "reasons", "notices")
"""What is said of each; the whole answer to one of them is a question of its own."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One vial's answer; ``position`` is the code's place on the tray, ``code`` what was scanned there."""

    position: int
    verdict: Verdict
    code: str | None = None
    carton: str | None = None


@dataclass(frozen=True, kw_only=True)
class Together:
    """The answers of many, the worst first."""

    decision: Decision
    reasons: tuple[Finding, ...]
    notices: tuple[Finding, ...]
    counts: dict[str, int]
    answers: list[dict[str, object]]

    def plain(self) -> dict[str, object]:
        """The members of an answer that say all this."""
        return {
            "decision": self.decision.value,
            "reasons": [reason.plain() for reason in self.reasons],
            "notices": [notice.plain() for notice in self.notices],
            "counts": self.counts,
            "answers": self.answers,
        }


def told_together(items: Sequence[Item]) -> Together:
    """The answers as one: those alike in gravity stay in the order of the tray. There is at least one."""
    twice = _twice(items)
    ordered = sorted(items, key=lambda item: (gravity(item.verdict.reasons), item.position))
    total = len(items)
    return Together(
        decision=ordered[0].verdict.decision,
        reasons=_counted([item.verdict.reasons for item in ordered], total),
        notices=_counted([(*item.verdict.notices, *twice.get(_named(item), ())) for item in ordered], total),
        counts={
            decision.value: sum(item.verdict.decision is decision for item in items) for decision in Decision
        },
        answers=[_plain(item, twice.get(_named(item), ())) for item in ordered],
    )


def _counted(told: Iterable[Sequence[Finding]], total: int) -> tuple[Finding, ...]:
    """Each finding once, in the table's order, with how many vials it is about."""
    by_code: dict[str, list[Finding]] = {}
    for findings in told:
        for finding in findings:
            by_code.setdefault(finding.code, []).append(finding)
    return in_order_of_table(
        [
            found[0]
            if total == 1
            else Finding(code=code, detail=f"{len(found)} of {total}: {found[0].detail}")
            for code, found in by_code.items()
        ]
    )


def _twice(items: Iterable[Item]) -> dict[tuple[object, object], tuple[Finding, ...]]:
    """A notice for each vial that is on the tray more than once: one label copied, or one vial scanned again."""
    places: dict[tuple[object, object], list[int]] = {}
    for item in items:
        places.setdefault(_named(item), []).append(item.position)
    return {
        named: (
            Finding(
                code="scanned_twice", detail=f"This vial is here {len(at)} times: count what is in your hand."
            ),
        )
        for named, at in places.items()
        if len(at) > 1 and all(named)
    }


def _named(item: Item) -> tuple[object, object]:
    vial = item.verdict.head["vial"]
    return (vial["lot"], vial["serial"]) if isinstance(vial, dict) else (None, None)


def _plain(item: Item, twice: Sequence[Finding]) -> dict[str, object]:
    told = {name: item.verdict.head[name] for name in BRIEF}
    notices = [finding.plain() for finding in (*item.verdict.notices, *twice)]
    return {"position": item.position, "code": item.code, "carton": item.carton, **told, "notices": notices}
