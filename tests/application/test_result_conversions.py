"""Results in another unit, with replicates, a dilution, a dose or a specimen: what is recorded, and how judged."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from qc_service.application.results_reading import read_results, read_results_judged
from qc_service.domain.assessment import Outcome
from qc_service.domain.criteria import Criterion
from qc_service.domain.drafting import SpecificationApproved
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Line
from qc_service.domain.permissions import Role
from qc_service.domain.processing import DeviationCause
from qc_service.domain.quality import InvestigationOpened, LotAssessed, ResultRecorded
from tests.application.lot_world import LOT_A
from tests.application.quality_world import SPECIFIED, QualityWorld
from tests.domain.quality_stories import ENDOTOXIN
from tests.fakes import actor

PER_KG = {"amount": "2.0", "unit": "mL/kg"}


@pytest.fixture
def world() -> QualityWorld:
    return QualityWorld()


def specified(world: QualityWorld, *criteria: Criterion) -> None:
    """Another version of the specification, in force on the same day."""
    body = SpecificationApproved(
        version=2, effective_from=SPECIFIED.effective_from, criteria=(*criteria, *SPECIFIED.criteria[1:])
    )
    world.lay("EXO-QC-1", body)


def told(world: QualityWorld) -> list[dict[str, Any]]:
    shown = read_results(world.world.view, actor(Role.QUALITY), LOT_A)["results"]
    assert isinstance(shown, list)
    return shown


def test_a_result_in_another_unit_is_kept_as_entered_with_its_conversion(world: QualityWorld) -> None:
    (body,) = world.measure(value="0.210", unit="IU/mL")
    assert isinstance(body, ResultRecorded)
    assert (str(body.value), body.unit) == ("0.210", "IU/mL")
    assert body.conversion is not None
    assert (str(body.conversion.value), body.conversion.unit) == ("0.210", "EU/mL")
    (shown,) = told(world)
    assert (shown["stated"], shown["converted"]) == ("0.210 IU/mL", "0.210 EU/mL (1 IU/mL is 1 EU/mL)")


def test_a_converted_value_out_of_specification_opens_an_investigation(world: QualityWorld) -> None:
    specified(world, replace(ENDOTOXIN, unit=Line("EU/kg"), high=Decimal("1.0")))
    body, opened = world.measure(value="0.6", dose=PER_KG)
    assert isinstance(body, ResultRecorded)
    assert body.conversion is not None
    assert (str(body.conversion.value), body.conversion.how) == ("1.2", "1 EU/mL is 2 EU/kg at 2.0 mL/kg")
    assert isinstance(opened, InvestigationOpened)
    (passing,) = world.measure(value="0.4", dose=PER_KG)
    assert isinstance(passing, ResultRecorded)


def test_a_conversion_that_never_ends_is_kept_to_thirty_digits_and_read_to_six(world: QualityWorld) -> None:
    specified(world, replace(ENDOTOXIN, unit=Line("EU/kg"), high=Decimal("1.0")))
    (body,) = world.measure(value="0.5", dose={"amount": "10", "unit": "mL", "body_mass": "70"})
    assert isinstance(body, ResultRecorded)
    assert body.conversion is not None
    assert str(body.conversion.value) == "0.0714285714285714285714285714286"
    (shown,) = told(world)
    assert shown["converted"] == "about 0.0714286 EU/kg (1 EU/mL is about 0.142857 EU/kg at 10 mL for 70 kg)"


def test_each_result_is_told_beside_its_limits_and_what_it_shows(world: QualityWorld) -> None:
    specified(world, replace(ENDOTOXIN, high=Decimal("0.5"), method=Line("LAL"), method_binding=True))
    world.measure(value="0.6", method="LAL")
    world.measure(value="0.2", method="another")
    world.measure("colour", value=None, unit=None, finding="clear")
    shown: Any = read_results_judged(world.world.view, actor(Role.QUALITY), LOT_A, at=world.world.clock())
    failing, loose, unknown = (one["judged"] for one in shown["results"])
    assert (failing["shows"], failing["limits"], failing["compared"]) == ("fail", "at most 0.5 EU/mL", "0.6")
    assert (loose["shows"], loose["shortfall"], failing["shortfall"]) == ("not_shown", "other_method", None)
    assert unknown is None


def test_a_unit_that_does_not_go_over_is_refused_naming_what_would_do(world: QualityWorld) -> None:
    with pytest.raises(Malformed) as refused:
        world.measure(unit="EU/vial")
    assert refused.value.field == "unit"
    assert "use EU/mL or IU/mL, or state the dose in" in refused.value.detail
    specified(world, replace(ENDOTOXIN, unit=Line("EU/kg"), high=Decimal("1.0")))
    with pytest.raises(Malformed, match="state the dose in mL/kg or mL with body_mass"):
        world.measure()


def test_an_assessment_converts_what_was_recorded_before_its_limit_was_in_force(world: QualityWorld) -> None:
    world.measure(dose=PER_KG)
    world.measure(value="0.3", unit="IU/mL")
    world.measure("size_mode", unit="nm")
    world.verify(1)
    specified(world, replace(ENDOTOXIN, unit=Line("EU/kg"), high=Decimal("1.0")))
    assessed, *others = world.assess()
    assert isinstance(assessed, LotAssessed)
    assert not others
    assert [(one.result, str(one.value), one.unit) for one in assessed.conversions] == [(1, "0.42", "EU/kg")]
    endotoxin = assessed.judgements[0]
    assert endotoxin.outcome is Outcome.PASS
    assert (endotoxin.stated, endotoxin.entered, endotoxin.compared) == ("0.42", "0.21 EU/mL", "0.4")
    assert endotoxin.how == "1 EU/mL is 2 EU/kg at 2.0 mL/kg"
    assert endotoxin.in_words == "0.42 EU/kg"
    assert told(world)[0]["converted"] == "0.42 EU/kg (1 EU/mL is 2 EU/kg at 2.0 mL/kg)"
    again, *_ = world.assess()
    assert isinstance(again, LotAssessed)
    assert again.conversions == ()
    assert again.judgements[0].stated == "0.42"


def test_an_assessment_looks_into_what_fails_by_its_conversion(world: QualityWorld) -> None:
    world.measure(dose=PER_KG)
    specified(world, replace(ENDOTOXIN, unit=Line("EU/kg"), high=Decimal("0.1")))
    assessed, opened = world.assess()
    assert isinstance(assessed, LotAssessed)
    assert assessed.judgements[0].outcome is Outcome.FAIL
    assert isinstance(opened, InvestigationOpened)


def test_replicates_make_the_value_and_are_shown_with_their_spread(world: QualityWorld) -> None:
    wells = [{"label": f"well {one}", "value": value} for one, value in enumerate(("0.20", "0.22"), start=1)]
    (body,) = world.measure(value=None, replicates=wells)
    assert isinstance(body, ResultRecorded)
    assert (str(body.value), body.derived) == ("0.21", "mean of 2 replicates")
    world.measure(value="0.40", replicates=wells)
    first, second = told(world)
    assert first["spread"] == {"count": 2, "mean": "0.21", "cv_percent": "6.73", "value_differs": False}
    assert second["spread"]["value_differs"] is True
    assert second["derived"] is None


def test_a_diluted_result_shows_what_was_measured_and_the_factor(world: QualityWorld) -> None:
    (body,) = world.measure(value=None, dilution={"factor": "100", "measured": "0.0021"})
    assert isinstance(body, ResultRecorded)
    assert (str(body.value), body.derived) == ("0.21", "0.0021 measured, times 100")
    (shown,) = told(world)
    assert shown["dilution"] == {"factor": "100", "measured": "0.0021"}
    with pytest.raises(Malformed):
        world.measure(value="0.5", dilution={"factor": "100", "measured": "0.0021"})


def test_a_specimen_kept_out_of_limits_opens_a_deviation(world: QualityWorld) -> None:
    kept = {
        "condition": "Fridge 3", "stored_from": "2026-11-01T08:00:00Z", "stored_until": "2026-11-02T08:00:00Z",
        "min": "2", "max": "8",
    }  # fmt: skip
    world.measure(specimen={"id": "SPC-7", "taken_at": "2026-11-01T07:00:00Z", "storage": kept})
    assert world.causes() == [DeviationCause.SPECIMEN_OUT_OF_LIMITS]
    assert "specimen SPC-7" in world.lot().processing.deviations[0].description
    world.measure(specimen={"id": "SPC-8", "taken_at": "2026-11-01T07:00:00Z"})
    assert len(world.causes()) == 1


def test_another_version_of_the_method_than_specified_opens_a_deviation(world: QualityWorld) -> None:
    specified(world, replace(ENDOTOXIN, method=Line("SOP-QC-4"), method_version=Line("3")))
    world.measure()
    assert world.causes() == [DeviationCause.METHOD_NOT_SPECIFIED]
    world.measure(method_version="3")
    assert len(world.causes()) == 1
