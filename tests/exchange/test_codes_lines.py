"""Raw scans as lines: C escapes in, plain values out."""

from __future__ import annotations

from datetime import date

import pytest

from qc_service.exchange.codes import read_line

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize("separator", [r"\x1d", r"\035", r"\u001d"])
def test_a_separator_may_be_written_as_any_c_escape(separator: str) -> None:
    assert read_line(f"]d2010950600013435210EX{separator}21V1", TODAY) == {
        "ok": True,
        "kind": "gs1",
        "fields": {"gtin": "09506000134352", "lot": "EX", "serial": "V1"},
        "canonical": "(01)09506000134352(10)EX(21)V1",
        "digital_link": "https://id.gs1.org/01/09506000134352/10/EX/21/V1",
    }


def test_a_refusal_has_its_reason() -> None:
    assert read_line("EX261101A", TODAY)["reason"] == "malformed_code"
    assert read_line("+A123BJC5D6E71G", TODAY)["reason"] == "unsupported_code"
    assert read_line(r"EXO1:BB8\n", TODAY)["reason"] == "scanner_configuration"


@pytest.mark.parametrize("line", ["\\", r"(01)\q", r"\x1"])
def test_a_backslash_that_escapes_nothing_is_refused(line: str) -> None:
    answer = read_line(line, TODAY)
    assert not answer["ok"]
    assert "C escape" in str(answer["detail"])
