"""How a value was got: dilution, dose and specimen, and what departs about them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from qc_service.domain.codec import from_plain
from qc_service.domain.comparison import compare, compared
from qc_service.domain.conversion import Conversion
from qc_service.domain.criteria import Criterion, CriterionKind, Judgement
from qc_service.domain.departures_of_results import departures_of_result
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Line, Slug
from qc_service.domain.measurements import Comparator, Unit
from qc_service.domain.obtaining import Dilution, Specimen, StatedDose
from qc_service.domain.processing import DeviationCause
from qc_service.domain.results import ResultRecorded
from tests.domain.lot_stories import STORAGE
from tests.domain.quality_stories import ENDOTOXIN, measurement, result

KEPT = {
    "condition": "Freezer F-2", "stored_from": "2026-10-30T08:00:00Z", "stored_until": "2026-11-02T08:00:00Z",
    "min": str(STORAGE.min), "max": str(STORAGE.max),
}  # fmt: skip


def specimen(**changes: str) -> dict[str, Any]:
    return {"id": "SPC-1", "taken_at": "2026-10-30T07:00:00Z", "storage": {**KEPT, **changes}}


@pytest.mark.parametrize(
    ("kind", "plain", "pointers"),
    [
        (StatedDose, {"amount": "0", "unit": "mL"}, ["/amount"]),
        (StatedDose, {"amount": "1.234567890123", "unit": "mL", "hours": "-1"}, ["/amount", "/hours"]),
        (StatedDose, {"amount": "1", "unit": "mL/kg", "body_mass": "70"}, ["/body_mass"]),
        (
            StatedDose,
            {"amount": "1", "unit": "mL/kg/h", "body_mass": "7", "hours": "1"},
            ["/body_mass", "/hours"],
        ),
        (StatedDose, {"amount": "1", "unit": "drops"}, ["/unit"]),
        (Dilution, {"factor": "0.5"}, ["/factor"]),
        (Dilution, {"factor": "1.0000000000001"}, ["/factor"]),
        (Specimen, specimen(stored_until="2026-10-29T08:00:00Z"), ["/storage/stored_until"]),
        (Specimen, specimen(max="-200"), ["/storage/max"]),
    ],
)
def test_what_cannot_be_is_refused(kind: type[Any], plain: dict[str, Any], pointers: list[str]) -> None:
    with pytest.raises(Malformed) as refused:
        from_plain(kind, plain)
    assert [fault.pointer for fault in refused.value.faults] == pointers


@pytest.mark.parametrize(
    ("assay", "changes", "pointer"),
    [
        (
            "endotoxin",
            {"specimen": {"id": "SPC-1", "taken_at": "2026-11-02T10:00:00Z"}},
            "/specimen/taken_at",
        ),
        ("identity_transmembrane", {"dilution": {"factor": "2"}}, "/finding"),
        ("identity_transmembrane", {"dose": {"amount": "2", "unit": "mL"}}, "/finding"),
        (
            "endotoxin",
            {
                "comparator": "below_lod",
                "value": None,
                "lod": "1",
                "dilution": {"factor": "2", "measured": "1"},
            },
            "/dilution/measured",
        ),
        ("endotoxin", {"value": None, "dilution": {"factor": "2"}}, "/value"),
    ],
)
def test_q1_what_contradicts_another_member_is_refused(
    assay: str, changes: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(Malformed) as refused:
        measurement(assay, **changes)
    assert pointer in [fault.pointer for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("changes", "departs"),
    [
        ({}, False),
        ({"max": "-10"}, True),
        ({"min": "-200"}, True),
        ({"stored_from": "2023-10-30T08:00:00Z"}, True),
    ],
)
def test_a_specimen_kept_otherwise_than_its_product_departs(changes: dict[str, str], departs: bool) -> None:
    kept = result(3, "endotoxin", specimen=specimen(**changes))
    found = departures_of_result(kept, None, (STORAGE,))
    assert [departure.cause for departure in found] == [DeviationCause.SPECIMEN_OUT_OF_LIMITS] * departs
    assert all("Result 3, endotoxin: specimen SPC-1 was kept at" in one.description for one in found)


def test_a_specimen_tested_at_once_departs_from_nothing() -> None:
    fresh = result(1, "endotoxin", specimen={"id": "SPC-1", "taken_at": "2026-11-02T08:00:00Z"})
    assert departures_of_result(fresh, ENDOTOXIN, (STORAGE,)) == ()
    assert departures_of_result(result(1), ENDOTOXIN, (STORAGE,)) == ()


def criterion(**changes: Any) -> Criterion:
    limits: dict[str, Any] = {
        "assay": Slug("endotoxin"), "kind": CriterionKind.NUMERIC, "method": Line("SOP-QC-4"), "unit": Line("EU/mL"),
        "high": Decimal("0.5"),
    }  # fmt: skip
    return Criterion(**{**limits, **changes})


def test_another_version_than_the_specification_s_departs() -> None:
    assert departures_of_result(result(1), criterion(method_version=Line("2")), ()) == ()
    assert departures_of_result(result(1), criterion(method=Line("USP <85>")), ()) == ()
    (departure,) = departures_of_result(result(1), criterion(method_version=Line("3")), ())
    assert departure.cause is DeviationCause.METHOD_NOT_SPECIFIED
    assert "is by SOP-QC-4 version 2; the specification states SOP-QC-4 version 3" in departure.description


def converted(**changes: Any) -> ResultRecorded:
    stated = result(1, "endotoxin", value="0.21", unit="IU/mL")
    conversion = Conversion(unit=Unit("EU/mL"), factor=Decimal(1), how=Line("1 IU/mL is 1 EU/mL"), **changes)
    return ResultRecorded(**{**vars(stated), "conversion": conversion})


def test_a_result_is_judged_by_the_conversion_that_is_frozen_in_it() -> None:
    frozen = converted(value=Decimal("0.21"))
    assert compare(ENDOTOXIN, frozen) is Judgement.PASS
    assert compared(ENDOTOXIN, frozen) == "0.2"
    assert compare(ENDOTOXIN, converted(value=Decimal("0.9"))) is Judgement.FAIL
    assert compare(ENDOTOXIN, converted()) is Judgement.NOT_SHOWN
    assert compare(ENDOTOXIN, result(1, "endotoxin", unit="IU/mL")) is Judgement.NOT_SHOWN
    other = criterion(unit=Line("EU/kg"))
    assert compare(other, frozen) is Judgement.NOT_SHOWN
    assert (frozen.stated_for("EU/mL"), frozen.in_words) == ("0.21", "0.21 IU/mL")


def test_below_a_limit_is_judged_by_the_limit_converted() -> None:
    stated = result(1, "endotoxin", comparator="below_lod", value=None, lod="0.00005", unit="EU/mL")
    conversion = Conversion(
        unit=Unit.ENDOTOXIN_PER_KG, factor=Decimal(2), how=Line("at 2 mL/kg"), lod=Decimal("0.0001")
    )
    frozen = ResultRecorded(**{**vars(stated), "conversion": conversion})
    assert compare(criterion(unit=Line("EU/kg"), high=Decimal("0.0001")), frozen) is Judgement.PASS
    assert compare(criterion(unit=Line("EU/kg"), high=Decimal("0.00005")), frozen) is Judgement.NOT_SHOWN
    assert frozen.stated_for("EU/kg") == "below the limit of detection, 0.0001"


@pytest.mark.parametrize(
    ("comparator", "value", "limits", "shown"),
    [
        ("below_lod", "0.5", {"high": Decimal("0.5")}, Judgement.PASS),
        ("below_lod", "0.5", {"high": Decimal("0.5"), "high_comparator": "<"}, Judgement.PASS),
        ("below_loq", "0.6", {"high": Decimal("0.5")}, Judgement.NOT_SHOWN),
        ("below_lod", "0.5", {"low": Decimal("0.5"), "high": None}, Judgement.FAIL),
        ("<", "0.5", {"high": Decimal("0.5"), "high_comparator": "<"}, Judgement.PASS),
        ("<=", "0.5", {"high": Decimal("0.5"), "high_comparator": "<"}, Judgement.NOT_SHOWN),
        ("<=", "0.5", {"high": Decimal("0.5")}, Judgement.PASS),
        (">", "0.5", {"high": Decimal("0.5")}, Judgement.FAIL),
        (">=", "0.5", {"high": Decimal("0.5")}, Judgement.NOT_SHOWN),
        (">=", "0.5", {"high": Decimal("0.5"), "high_comparator": "<"}, Judgement.FAIL),
        (">", "0.5", {"low": Decimal("0.5"), "low_comparator": ">", "high": None}, Judgement.PASS),
        (">=", "0.5", {"low": Decimal("0.5"), "low_comparator": ">", "high": None}, Judgement.NOT_SHOWN),
        ("<=", "0.5", {"low": Decimal("0.5"), "low_comparator": ">", "high": None}, Judgement.FAIL),
        ("<", "0.5", {"low": Decimal("0.5"), "high": None}, Judgement.FAIL),
        ("=", "0.5", {"high": Decimal("0.5"), "high_comparator": "<"}, Judgement.FAIL),
    ],
)
def test_q1_every_comparator_against_limits_that_pass_and_limits_that_do_not(
    comparator: str, value: str, limits: dict[str, Any], shown: Judgement
) -> None:
    members = {"below_lod": {"lod": value, "value": None}, "below_loq": {"loq": value, "value": None}}
    stated = measurement("endotoxin", comparator=comparator, **members.get(comparator, {"value": value}))
    spelt = {name: Comparator(one) if isinstance(one, str) else one for name, one in limits.items()}
    assert compare(criterion(**spelt), stated) is shown
