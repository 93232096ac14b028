"""docs/vial-states.md draws the state machine that there is, and lists every code with which a decision is refused."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from qc_service.domain import use
from qc_service.domain.vial_states import VialState
from tests.vial_states_page import PAGE, drawn, written

TEXT = PAGE.read_text("utf-8")
SLUG = re.compile(r"[a-z]+(?:_[a-z]+)*")


def codes() -> set[str]:
    """Every code that the rules of use give, as its source has it: of a ``Reason``, or first in a row of faults."""
    found = set()
    for node in ast.walk(ast.parse(Path(use.__file__).read_text("utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "code" and isinstance(node.value, ast.Constant):
            found.add(node.value.value)
        if isinstance(node, ast.Tuple) and len(node.elts) == 3 and isinstance(node.elts[0], ast.Constant):
            found.add(node.elts[0].value)
    return {code for code in found if isinstance(code, str) and SLUG.fullmatch(code)}


def test_the_page_draws_the_table_of_the_code() -> None:
    assert written(TEXT) == TEXT, "run: python -m tests.vial_states_page"
    assert all(f" --> {state}" in drawn() for state in VialState)


def test_every_refusal_and_every_lack_has_its_line() -> None:
    listed = set(re.findall(r"^\|(?: [a-z, ]+ \|)? `([a-z_]+)` \| [^`]+\|$", TEXT, re.MULTILINE))
    assert codes() >= {"nothing_to_undo", "doubtful", "not_prepared", "right_vial_unknown"}
    assert codes() | {"already_used"} == listed
