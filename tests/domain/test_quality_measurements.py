"""What a laboratory may state: all that can be understood, however unwelcome, and nothing else (rule Q1)."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.domain.codec import from_plain, to_plain
from qc_service.domain.errors import Malformed
from qc_service.domain.measurements import Measurement
from qc_service.domain.vocabulary import Operation
from tests.domain.quality_stories import measurement, plain


@pytest.mark.parametrize(
    ("assay", "changes", "pointer"),
    [
        ("endotoxin", {"unit": None}, "/unit"),
        ("endotoxin", {"unit": "EU per mL"}, "/unit"),
        ("endotoxin", {"value": "NaN"}, "/value"),
        ("endotoxin", {"value": "Infinity"}, "/value"),
        ("endotoxin", {"value": None}, "/value"),
        ("endotoxin", {"finding": "clear"}, "/finding"),
        ("endotoxin", {"comparator": "below_lod"}, "/comparator"),
        ("endotoxin", {"comparator": "below_lod", "value": None}, "/lod"),
        ("endotoxin", {"comparator": "below_loq", "value": None, "lod": "0.01"}, "/loq"),
        ("endotoxin", {"read": "2026-11-02T08:59:59Z"}, "/read"),
        ("endotoxin", {"clouded": True}, "/assay"),
        ("endotoxin", {"rapid_method": {"days": 6, "validation": "VAL-1"}}, "/assay"),
        ("identity_transmembrane", {"comparator": "<"}, "/comparator"),
        ("identity_transmembrane", {"lod": "0.1"}, "/unit"),
        ("identity_transmembrane", {"replicates": [{"label": "well 1", "value": "3"}]}, "/unit"),
        ("sterility", {"finding": "cloudy"}, "/finding"),
        ("sterility", {"subcultured": "2026-11-10T09:00:00Z"}, "/clouded"),
        ("sterility", {"clouded": True, "subcultured": "2026-11-01T09:00:00Z"}, "/subcultured"),
        ("sterility", {"rapid_method": {"days": 0, "validation": "VAL-1"}}, "/rapid_method/days"),
        (
            "size_mode",
            {"warnings_answered": [{"code": "drift", "answer": "a"}, {"code": "drift", "answer": "b"}]},
            "/warnings_answered",
        ),
    ],
)
def test_q1_malformed_input_is_refused_with_its_member(
    assay: str, changes: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(Malformed) as refused:
        measurement(assay, **changes)
    assert pointer in [fault.pointer for fault in refused.value.faults]


def test_q1_all_faults_are_named_at_once() -> None:
    with pytest.raises(Malformed) as refused:
        measurement(unit=None, read="2026-11-01T00:00:00Z")
    assert [fault.pointer for fault in refused.value.faults] == ["/unit", "/read"]


@given(
    value=st.decimals(allow_nan=False, allow_infinity=False, min_value="-1E+12", max_value="1E+12", places=3)
)
def test_q1_an_unwelcome_value_is_never_refused(value: Decimal) -> None:
    stated = measurement(value=str(value))
    assert stated.value == value
    assert from_plain(Measurement, to_plain(stated), complete=True) == stated


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "0.21 EU/mL"),
        ({"comparator": "<"}, "< 0.21 EU/mL"),
        (
            {"comparator": "below_lod", "value": None, "lod": "0.01"},
            "below the limit of detection, 0.01 EU/mL",
        ),
        (
            {"comparator": "below_loq", "value": None, "loq": "0.05"},
            "below the limit of quantitation, 0.05 EU/mL",
        ),
    ],
)
def test_a_value_is_said_with_its_comparator_and_unit(changes: dict[str, Any], words: str) -> None:
    assert measurement(**changes).in_words == words


def test_a_finding_is_said_in_its_own_words() -> None:
    assert measurement("identity_transmembrane").in_words == "positive"
    with pytest.raises(ValueError, match="no number"):
        _ = measurement("identity_transmembrane").figure


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "no_growth on day 14"),
        ({"read": "2026-11-16T08:59:59Z"}, "no_growth on day 13 (interim)"),
        ({"finding": "growth", "read": "2026-11-05T09:00:00Z"}, "growth on day 3"),
        (
            {"read": "2026-11-08T09:00:00Z", "rapid_method": {"days": 6, "validation": "VAL-1"}},
            "no_growth on day 6",
        ),
        ({"clouded": True}, "no_growth on day 14 (interim)"),
        (
            {"clouded": True, "subcultured": "2026-11-16T09:00:00Z", "read": "2026-11-19T09:00:00Z"},
            "no_growth on day 17 (interim)",
        ),
        (
            {"clouded": True, "subcultured": "2026-11-16T09:00:00Z", "read": "2026-11-20T09:00:00Z"},
            "no_growth on day 18",
        ),
    ],
)
def test_sterility_is_final_at_fourteen_days_and_growth_at_once(changes: dict[str, Any], words: str) -> None:
    stated = measurement("sterility", **changes)
    assert stated.in_words == words
    assert stated.final is ("interim" not in words)


def test_p7_a_test_for_sterility_wants_a_laboratory_of_its_own() -> None:
    assert measurement("sterility").operation is Operation.STERILITY_TESTING
    assert measurement(
        "sterility_rapid", **{k: v for k, v in plain("sterility").items() if k != "assay"}
    ).is_sterility
    assert measurement().operation is Operation.QC_ASSAY
