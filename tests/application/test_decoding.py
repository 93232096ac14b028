"""Records are read strictly, and those that were signed before a member was added are read still."""

from dataclasses import replace

import pytest

from qc_service.application.decoding import recorded, typed
from qc_service.application.products import register_product
from qc_service.domain.errors import Malformed
from qc_service.domain.products import ProductRegistered
from qc_service.ledger.statement import Statement
from tests.application.catalogue_world import INJECTABLE, CatalogueWorld


@pytest.fixture
def signed() -> Statement:
    here = CatalogueWorld()
    here.act(register_product, INJECTABLE)
    stored = here.world.store.records(0, here.world.store.head().size)
    return next(
        Statement.parse(one.payload) for one in stored if isinstance(recorded(one).body, ProductRegistered)
    )


def test_a_member_that_came_after_the_record_stands_for_its_default(signed: Statement) -> None:
    older = {name: value for name, value in signed.body.items() if name != "refreeze_forbidden"}
    body = typed(replace(signed, body=older), "0" * 64, 0).body
    assert body == typed(signed, "0" * 64, 0).body
    assert isinstance(body, ProductRegistered)
    assert body.refreeze_forbidden


def test_a_member_that_was_always_there_must_be_there_and_a_strange_one_must_not(signed: Statement) -> None:
    unnamed = {name: value for name, value in signed.body.items() if name != "name"}
    with pytest.raises(Malformed, match="/name: is missing"):
        typed(replace(signed, body=unnamed), "0" * 64, 0)
    with pytest.raises(Malformed, match="/colour: is not a member here"):
        typed(replace(signed, body={**signed.body, "colour": "red"}), "0" * 64, 0)
