"""What is worked out from streams is worked out again exactly when one of them has changed, and is always noted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest

from qc_service.application import histories
from qc_service.application.histories import Histories, History
from qc_service.application.lots import register_lot
from qc_service.application.ports import Arrival, StoredRecord, Tampered
from qc_service.application.processing import open_deviation
from qc_service.application.view import View
from qc_service.domain.lots import LOT
from qc_service.domain.products import PRODUCT
from qc_service.domain.vials import Vial
from tests.application.lot_world import LOT_A, NOTICED, REGISTER, LotWorld
from tests.application.use_world import UseWorld
from tests.fakes import MemoryStore

STREAMS = {f"lot/{LOT_A}", "product/EXO-INJ-1"}


@dataclass
class Counted:
    """Something worked out from a lot and its product, and how often it was."""

    lots: LotWorld = field(default_factory=LotWorld)
    known: Histories = field(default_factory=Histories)
    times: int = 0

    def __post_init__(self) -> None:
        self.lots.act(register_lot, REGISTER)

    @property
    def view(self) -> View:
        return View(self.lots.world.store, self.known)

    def work(self, view: View) -> int:
        self.times += 1
        lot = view.get(LOT, LOT_A)
        assert view.get(PRODUCT, lot.product).code == lot.product
        return len(lot.processing.deviations)


@pytest.fixture
def counted() -> Counted:
    return Counted()


def test_it_is_worked_out_once_and_noted_each_time(counted: Counted) -> None:
    for _ in range(3):
        view = counted.view
        assert view.remembered("deviations", counted.work) == 0
        assert set(view.reads().streams) == STREAMS
    assert counted.times == 1


def test_a_stream_that_changed_is_a_reason_to_work_it_out_again(counted: Counted) -> None:
    counted.view.remembered("deviations", counted.work)
    counted.lots.act(open_deviation, NOTICED)
    assert counted.view.remembered("deviations", counted.work) == 1
    assert counted.times == 2


def test_another_name_is_another_thing(counted: Counted) -> None:
    counted.view.remembered("one", counted.work)
    counted.view.remembered("other", counted.work)
    assert counted.times == 2


def test_what_is_not_yet_is_not_kept(counted: Counted) -> None:
    counted.view.remembered("deviations", counted.work)
    later = counted.view.after(())
    assert later.remembered("deviations", counted.work) == 0
    assert counted.times == 2


@pytest.mark.parametrize(
    "work",
    [lambda view: view.citing(f"lot/{LOT_A}", "lot"), lambda view: view.vials(LOT_A)],
    ids=["who cites whom", "vials"],
)
def test_only_streams_can_be_remembered_from(counted: Counted, work: Callable[[View], object]) -> None:
    with pytest.raises(NotImplementedError):
        counted.view.remembered("more", work)


def test_the_oldest_is_forgotten_first(counted: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(histories, "MOST_MADE", 2)
    for name in ("one", "two", "three", "three", "one"):
        counted.view.remembered(name, counted.work)
    assert counted.times == 4


@pytest.mark.parametrize(("was", "becomes"), [(b'"kind":"', b'"kind":"no'), (b'"amount":"', b'"amount":"9')])
def test_an_edited_record_is_never_read(counted: Counted, was: bytes, becomes: bytes) -> None:
    """Whether or not its bytes can still be understood."""
    store = counted.lots.world.store
    kept = store.stream(f"lot/{LOT_A}")
    assert was in kept[0].payload
    edited = replace(kept[0], payload=kept[0].payload.replace(was, becomes, 1))
    with pytest.raises(Tampered, match=f"record 0 of lot/{LOT_A}"):
        History().followed(store, (edited,), {})


def test_vials_that_were_named_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    world = UseWorld()
    store, (first, second, *_), unknown = world.world.store, world.serials(), "23456789ABCD"
    read = store.vials
    asked: list[Sequence[str] | None] = []

    def counting(lot: str, serials: Sequence[str] | None = None) -> tuple[Vial, ...]:
        asked.append(serials)
        return read(lot, serials)

    monkeypatch.setattr(store, "vials", counting)
    view = View(store)
    assert [vial.serial for vial in view.vials(LOT_A, (second, first, unknown))] == [first, second]
    assert [vial.serial for vial in view.vials(LOT_A, (second, first, second))] == [first, second]
    assert view.find_vial(LOT_A, unknown) is None
    assert view.vial(LOT_A, first).version == view.reads().vials[LOT_A, first]
    assert asked == [(second, first, unknown)]


@dataclass
class Asked:
    """How often a store is asked for a stream."""

    store: MemoryStore
    streams: list[str] = field(default_factory=list)

    def watch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        read = self.store.stream

        def watched(stream: str, first: int = 0) -> tuple[StoredRecord, ...]:
            self.streams.append(stream)
            return read(stream, first)

        monkeypatch.setattr(self.store, "stream", watched)


@pytest.fixture
def asked(counted: Counted, monkeypatch: pytest.MonkeyPatch) -> Asked:
    counted.view.remembered("deviations", counted.work)
    found = Asked(counted.lots.world.store)
    found.watch(monkeypatch)
    return found


def test_a_stream_to_which_nothing_came_is_not_asked_for_again(counted: Counted, asked: Asked) -> None:
    assert counted.view.remembered("deviations", counted.work) == 0
    assert asked.streams == []
    counted.lots.act(open_deviation, NOTICED)
    asked.streams.clear()
    assert counted.view.remembered("deviations", counted.work) == 1
    assert asked.streams == [f"lot/{LOT_A}"]


def test_after_too_many_arrivals_every_stream_is_asked_for(
    counted: Counted, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(histories, "MOST_ARRIVALS", 2)
    for _ in range(3):
        counted.lots.act(open_deviation, NOTICED)
    asked.streams.clear()
    assert counted.view.remembered("deviations", counted.work) == 3
    assert set(asked.streams) == STREAMS


@pytest.mark.parametrize("left", [0, -1], ids=["emptied", "put back by one record"])
def test_another_database_is_read_from_its_beginning(counted: Counted, asked: Asked, left: int) -> None:
    """Whether it is empty or was put back and went on otherwise."""
    store = counted.lots.world.store
    if left == 0:
        store.log.clear()
        assert counted.view.find(LOT, LOT_A) is None
        return
    last = store.log[-1]
    store.log[-1] = replace(last, digest="0" * 64)
    with pytest.raises(Tampered):
        counted.view.find(LOT, LOT_A)
    store.log[-1] = last


def test_what_another_thread_followed_meanwhile_is_not_believed_to_be_all(
    counted: Counted, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record that came after the other thread looked, and before this one did, is seen by this one."""
    store, arrivals = asked.store, asked.store.arrivals

    def late(first: int, most: int) -> tuple[Arrival, ...]:
        monkeypatch.setattr(store, "arrivals", arrivals)
        counted.lots.act(open_deviation, NOTICED)
        counted.view.history(f"lot/{LOT_A}")
        counted.lots.act(open_deviation, NOTICED)
        return arrivals(first, most)

    monkeypatch.setattr(store, "arrivals", late)
    assert counted.view.remembered("deviations", counted.work) == 2


def test_a_stream_read_while_the_log_was_followed_is_asked_for_again(
    counted: Counted, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have been read just before a record that the other thread knows of already."""
    store, stream = asked.store, asked.store.stream

    def slow(name: str, first: int = 0) -> tuple[StoredRecord, ...]:
        found = stream(name, first)
        monkeypatch.setattr(store, "stream", stream)
        counted.lots.act(open_deviation, NOTICED)
        counted.known.follow(store)
        return found

    counted.lots.act(open_deviation, NOTICED)
    monkeypatch.setattr(store, "stream", slow)
    counted.view.history(f"lot/{LOT_A}")
    assert counted.view.remembered("deviations", counted.work) == 2
