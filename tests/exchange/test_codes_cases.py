"""Hundreds of codes written for this project, and what each says or why it is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from qc_service.exchange.codes import read_line

CASES = Path(__file__).parent / "code_cases.txt"
TODAY = date(2026, 11, 22)


def _cases() -> list[tuple[str, str]]:
    lines = CASES.read_text(encoding="ascii").splitlines()
    return [(line.split("\t")[0], line.split("\t")[1]) for line in lines if not line.startswith("#")]


@pytest.mark.parametrize(("code", "said"), _cases())
def test_a_code_says_what_it_says(code: str, said: str) -> None:
    answer = read_line(code, TODAY)
    first, _, rest = said.partition(" ")
    if first.startswith("!"):
        assert answer["ok"] is False
        assert answer["reason"] == first[1:], answer["detail"]
        assert rest in str(answer["detail"])
        return
    assert answer["ok"] is True, answer["detail"]
    assert answer["kind"] == first
    fields = answer["fields"]
    assert isinstance(fields, dict)
    wanted = dict(pair.split("=", 1) for pair in rest.split())
    assert {name: fields.get(name) for name in wanted} == wanted
