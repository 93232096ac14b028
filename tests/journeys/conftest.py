"""One service for all journeys of a module, with its sites and its product; at the end its audit must be clean."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import scenes
from tests.answering import audited
from tests.staging import Stage, raise_stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A service with its sites and its product, audited once the module's journeys are over."""
    raised = raise_stage(tmp_path_factory.mktemp("service"))
    scenes.sites(raised)
    scenes.product(raised)
    yield raised
    audited(raised)
    raised.made.close()
