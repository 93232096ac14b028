"""The page on vial states, drawn from the table of transitions and the rules that refuse; run it to write it anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from qc_service.domain.vial_states import FATES, TRANSITIONS, VialAct, VialState, usual_end

PAGE = Path(__file__).parents[1] / "docs" / "vial-states.md"
BEGIN, END = "<!-- drawn from the code -->\n", "<!-- end of what is drawn -->\n"
MADE = {VialAct.FILL, *FATES.values()}
ANYWHERE = 5
"""An act that can be done from more states than these is drawn once, from a state that stands for all of them."""
IN_USE = (VialState.IN_PREPARATION, VialState.PARTLY_USED)
"""The states from which a vial is usually given: those arrows are drawn all the same."""


def drawn() -> str:
    """The drawing and the table, as the page holds them."""
    return f"```mermaid\nstateDiagram-v2\n{''.join(_arrows())}```\n\n{''.join(_rows())}"


def _sources(act: VialAct) -> list[VialState]:
    return [state for state, known in TRANSITIONS if known is act]


def _arrows() -> Iterator[str]:
    yield "    [*] --> minted\n"
    for (source, act), target in TRANSITIONS.items():
        if len(_sources(act)) <= ANYWHERE and source is not target:
            yield f"    {source} --> {target}: {act}\n"
    for state in IN_USE:
        yield f"    {state} --> {VialState.ADMINISTERED}: {VialAct.ADMINISTER}\n"
    yield '    state "any state that the table lists" as listed\n'
    for act in VialAct:
        if len(_sources(act)) > ANYWHERE:
            yield f"    listed --> {usual_end(act)}: {act}\n"


def _rows() -> Iterator[str]:
    yield "| act | from | to |\n|---|---|---|\n"
    for act in VialAct:
        sources = ", ".join(f"`{state}`" for state in _sources(act))
        yield f"| `{act}` | {sources} | `{usual_end(act)}` |\n"


def written(page: str) -> str:
    """The page with what is drawn in its place."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}{drawn()}{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
