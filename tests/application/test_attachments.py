"""Attachments: kept once, and given back to those who may see them."""

from dataclasses import replace

import pytest

from qc_service.application.actor import Occasion
from qc_service.application.acts import UseCase
from qc_service.application.attachments import AlreadyAttached, attach_file, document, read_attachment
from qc_service.application.processing import OpenDeviation, open_deviation
from qc_service.application.view import View
from qc_service.domain.errors import Forbidden, Malformed, NotFound
from qc_service.domain.identifiers import Line, Sha256
from qc_service.domain.parties import FileAttached
from qc_service.domain.permissions import Role
from qc_service.domain.records import Enclosure, New
from tests.application.catalogue_world import SCAN, STRANGER, CatalogueWorld
from tests.application.lot_world import LOT_A, NOTICED, LotWorld
from tests.fakes import actor

DIGEST = SCAN.upload.file.sha256


@pytest.fixture
def here() -> CatalogueWorld:
    world = CatalogueWorld()
    world.act(attach_file, SCAN, Role.TECHNICIAN)
    return world


def test_a_file_is_kept_with_its_record(here: CatalogueWorld) -> None:
    (last,) = (one.body for one in here.world.view.history("organisation/demo-biologics")[1:])
    assert isinstance(last, FileAttached)
    assert (last.file.sha256, last.media_type, last.size) == (DIGEST, "application/pdf", 7)
    assert read_attachment(here.world.view, actor(Role.QUALITY), DIGEST).content == b"scanned"
    assert document(here.world.view, actor(Role.QUALITY), DIGEST) == (SCAN.upload.file,)
    assert document(here.world.view, actor(Role.QUALITY), None) == ()


def test_the_same_file_is_attached_once_by_each_organisation(here: CatalogueWorld) -> None:
    with pytest.raises(AlreadyAttached):
        here.act(attach_file, SCAN, Role.QUALITY)
    here.act(attach_file, SCAN, STRANGER)
    assert read_attachment(here.world.view, STRANGER, DIGEST).content == b"scanned"


def test_an_empty_file_says_nothing(here: CatalogueWorld) -> None:
    empty = replace(SCAN, upload=replace(SCAN.upload, content=b""))
    with pytest.raises(Malformed, match="empty"):
        here.act(attach_file, empty, Role.QUALITY)


def test_a_file_of_others_is_not_disclosed(here: CatalogueWorld) -> None:
    for digest in (DIGEST, "0" * 64):
        with pytest.raises(NotFound, match=f"No file {digest} of yours is on record"):
            read_attachment(here.world.view, STRANGER, digest)
    with pytest.raises(Malformed, match="attach it first"):
        document(here.world.view, STRANGER, DIGEST)
    assert read_attachment(here.world.view, actor(Role.AUDITOR, "elsewhere"), DIGEST).name == "scan.pdf"
    with pytest.raises(NotFound):
        read_attachment(here.world.view, actor(Role.AUDITOR), "0" * 64)


def test_an_administrator_attaches_nothing(here: CatalogueWorld) -> None:
    with pytest.raises(Forbidden):
        here.act(attach_file, SCAN, Role.ADMINISTRATOR)


def test_a_file_that_came_with_a_lots_record_is_read_by_the_lots_owner() -> None:
    here = LotWorld()
    here.register()
    raw = Enclosure(name=Line("raw.csv"), media_type=Line("text/csv"), content=b"1,2")
    here.act(_with_file(raw), NOTICED)
    digest: Sha256 = raw.file.sha256
    view, analyst = here.world.view, actor(Role.ANALYST)
    assert read_attachment(view, analyst, digest, LOT_A).content == b"1,2"
    with pytest.raises(NotFound):
        read_attachment(view, analyst, digest)
    with pytest.raises(NotFound):
        read_attachment(view, actor(Role.CLINICIAN, "far-clinic"), digest, LOT_A)
    here.register(number="EX261101B", donations=("A999026000002",))
    with pytest.raises(NotFound):
        read_attachment(here.world.view, analyst, digest, "EX261101B")


def _with_file(raw: Enclosure) -> UseCase[OpenDeviation]:
    def opened(view: View, occasion: Occasion, intent: OpenDeviation) -> tuple[New, ...]:
        return tuple(replace(new, enclosed=(raw,)) for new in open_deviation(view, occasion, intent))

    return opened
