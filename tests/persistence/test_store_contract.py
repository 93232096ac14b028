"""What every store promises: the fake, SQLite and PostgreSQL are asked the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from qc_service.application.index import index
from qc_service.application.ports import (
    NEVER,
    UNRELEASED,
    CatalogueRow,
    ConsignmentRow,
    Done,
    IndexRows,
    Moved,
    Prepared,
    Query,
    ReadSet,
    Retry,
    Store,
)
from qc_service.application.view import View
from qc_service.domain.chart_points import ChartPoint, PointQuery, PointStanding
from qc_service.domain.identifiers import Line
from qc_service.domain.keys import KeyIntroduced, KeyRole
from qc_service.domain.measurements import Comparator
from qc_service.domain.records import Enclosure
from qc_service.domain.shipments import SHIPMENT
from qc_service.domain.specifications import Judgement
from qc_service.ledger.merkle import Frontier, inclusion_nodes, inclusion_proof, verify_inclusion
from tests.application.lot_world import LOT_A, OWNER
from tests.application.use_world import CLINIC
from tests.persistence.desk import Desk, accepted, busy, equipment, organisation, reagent

NOTHING = ReadSet(streams={}, sets={}, vials={})


def test_a_store_begins_empty(store: Store) -> None:
    head = store.head()
    assert (head.size, head.recorded_at, head.frontier) == (0, None, Frontier())
    assert store.stream("reagent/R-1") == ()
    assert store.records(0, 10) == ()
    assert store.citing("lot/L-1", "shipment") == ((), NEVER)
    assert store.vials("L-1") == ()
    assert store.lot_answer("L-1") is None
    assert store.hot("L-1", "S") == (None, None, 0)
    assert store.lots_with_serial("S") == ()
    assert store.file("0" * 64) is None
    assert store.nodes([]) == []
    assert store.catalogue(Query(room="lot")) == ((), "")
    assert not store.consigned("river-clinic", "lot/L-1")
    assert store.done("scope") is None
    assert store.keys() == ()


def test_records_are_appended_in_order_and_read_back_as_they_were(store: Store) -> None:
    desk = Desk(store)
    prepared = desk.prepare("R-1", reagent(), accepted())
    assert store.commit(prepared) == 0
    assert desk.lay("R-2", reagent()).records[0].index == 2

    kept = store.records(0, 2)
    assert kept == tuple(replace(record, index=place) for place, record in enumerate(prepared.records))
    assert store.stream("reagent/R-1") == kept
    assert store.stream("reagent/R-1", 1) == kept[1:]
    assert store.records(2, 100) == store.stream("reagent/R-2")
    assert store.head().recorded_at == desk.clock()


def test_keys_are_listed_and_what_each_signed_since_is_found(store: Store) -> None:
    desk = Desk(store)
    desk.lay("R-1", reagent(), accepted())
    keyid = store.records(0, 1)[0].keyid
    key = KeyIntroduced(role=KeyRole.RECORD, algorithm=Line("ed25519"), public=Line("x"))
    desk.lay("k-2", key)
    desk.lay("k-1", key)
    assert store.keys() == ("k-1", "k-2")
    assert store.signed_since(keyid, 0) == ("key/k-1", "key/k-2", "reagent/R-1")
    assert store.signed_since(keyid, 1) == ("key/k-1", "key/k-2", "reagent/R-1")
    assert store.signed_since(keyid, 2) == ("key/k-1", "key/k-2")
    assert store.signed_since(keyid, 4) == store.signed_since("nobody", 0) == ()


def test_the_head_is_the_tree_over_the_entries(store: Store) -> None:
    desk = Desk(store)
    frontier = Frontier()
    for count in range(1, 12):
        for record in desk.lay(f"R-{count}", reagent(), *[accepted()] * (count % 3)).records:
            frontier, _ = frontier.append(record.leaf)
        assert store.head().frontier == frontier
    size = frontier.size
    for record in store.records(0, size):
        wanted = inclusion_nodes(record.index, size)
        nodes = dict(zip(wanted, store.nodes(wanted), strict=True))
        proof = inclusion_proof(record.index, size, lambda level, idx, nodes=nodes: nodes[level, idx])  # type: ignore[misc]
        verify_inclusion(record.leaf, record.index, size, proof, frontier.root())


def test_a_node_that_is_not_kept_is_missed(store: Store) -> None:
    Desk(store).lay("R-1", reagent(), accepted())
    assert store.nodes([(0, 1), (1, 0), (0, 0)])[0] == store.records(1, 1)[0].leaf
    for wanted in ((0, 2), (1, 1), (5, 0)):
        with pytest.raises(LookupError):
            store.nodes([(0, 0), wanted])


def test_a_stream_that_was_read_and_moved_stops_the_commit(store: Store) -> None:
    desk = Desk(store)
    desk.lay("R-1", reagent())
    view = View(store)
    view.history("reagent/R-1")
    prepared = desk.prepare("R-2", reagent(), view=view)
    desk.lay("R-1", accepted())
    _refused(store, prepared)


def test_a_stream_that_was_found_absent_and_came_stops_the_commit(store: Store) -> None:
    desk = Desk(store)
    view = View(store)
    assert view.history("reagent/R-9") == ()
    prepared = desk.prepare("R-2", reagent(), view=view)
    desk.lay("R-9", reagent())
    _refused(store, prepared)


def test_a_set_that_was_read_and_grew_stops_the_commit(store: Store) -> None:
    world = busy(store)
    view = View(store)
    assert view.citing(f"lot/{LOT_A}", SHIPMENT.room) == ("SHP-1",)
    prepared = Desk(store).prepare("R-1", reagent(), view=view)
    world.send(1, shipment="SHP-2")
    _refused(store, prepared)


def test_a_set_that_was_empty_and_grew_stops_the_commit(store: Store) -> None:
    view = View(store)
    assert view.citing("lot/EX261101A", SHIPMENT.room) == ()
    prepared = Desk(store).prepare("R-1", reagent(), view=view)
    busy(store)
    _refused(store, prepared)


def test_a_vial_that_was_read_and_moved_stops_the_commit(store: Store) -> None:
    world = busy(store)
    view = View(store)
    view.vial(LOT_A, world.serials()[1])
    prepared = Desk(store).prepare("R-1", reagent(), view=view)
    world.prepare(1)
    _refused(store, prepared)


def test_a_vial_that_was_found_absent_and_came_stops_the_commit(store: Store) -> None:
    prepared = Desk(store).prepare("R-1", reagent())
    world = busy(store)
    reads = replace(NOTHING, vials={(LOT_A, world.serials()[0]): NEVER})
    _refused(store, replace(prepared, reads=reads, recorded_at=world.world.clock()))


def test_many_vials_that_stand_as_they_were_read_let_the_commit_pass(store: Store) -> None:
    busy(store)
    view = View(store)
    assert len(view.vials(LOT_A, [*(f"7K3M9QW2TX{n:02d}" for n in range(1200)), *_serials(store)])) == 15
    store.commit(Desk(store).prepare("R-1", reagent(), view=view))


def test_an_act_before_the_last_record_is_judged_again(store: Store) -> None:
    desk = Desk(store)
    prepared = desk.prepare("R-1", reagent())
    desk.clock.tick(seconds=1)
    desk.lay("R-2", reagent())
    _refused(store, prepared)


def test_an_act_under_a_key_that_was_used_meanwhile_is_judged_again(store: Store) -> None:
    desk = Desk(store)
    retry = Retry(scope="t.quality POST /reagents key-1", fingerprint="ab" * 32)
    first, second = (desk.prepare(name, reagent(), retry=retry) for name in ("R-1", "R-2"))
    store.commit(first)
    _refused(store, second)
    assert store.done(retry.scope) == Done(fingerprint=retry.fingerprint, first=0, count=1)
    assert store.done("t.quality POST /reagents key-2") is None


def _refused(store: Store, prepared: Prepared) -> None:
    """The commit raises ``Moved``, and nothing of it is left anywhere."""
    before = (store.head(), store.records(0, 1000), store.catalogue(Query(room="reagent")))
    with pytest.raises(Moved):
        store.commit(prepared)
    assert (store.head(), store.records(0, 1000), store.catalogue(Query(room="reagent"))) == before


def _serials(store: Store) -> list[str]:
    return [vial.serial for vial in store.vials(LOT_A)]


@pytest.fixture
def listed(store: Store) -> Store:
    """Five reagents of two makers, one of them accepted; river-clinic was sent one."""
    ours, theirs = Desk(store, "demo-biologics"), Desk(store, "other-biologics")
    for desk, name, title in (
        (ours, "R-1", "Medium"), (ours, "R-2", "Trypsin"), (theirs, "R-3", "Growth medium"),
        (ours, "R-2B", "Saline 5%_w"),
    ):  # fmt: skip
        desk.lay(name, reagent(title))
    ours.lay("R-10", reagent("Serum"), accepted())
    ours.lay("SKID-1", equipment("Medium skid"))
    rows = IndexRows(consignments=(ConsignmentRow(organisation="river-clinic", stream="reagent/R-3"),))
    store.commit(replace(ours.prepare("R-4", reagent("Buffer")), rows=rows))
    return store


LISTS: tuple[tuple[dict[str, Any], list[str]], ...] = (
    ({}, ["R-1", "R-10", "R-2", "R-2B", "R-3"]),
    ({"search": "medium"}, ["R-1", "R-3"]),
    ({"search": "MEDIUM"}, ["R-1", "R-3"]),
    ({"search": "r-1"}, ["R-1", "R-10"]),
    ({"search": "5%_"}, ["R-2B"]),
    ({"search": "%"}, ["R-2B"]),
    ({"search": "nothing like it"}, []),
    ({"filters": {"organisation": "other-biologics"}}, ["R-3"]),
    ({"filters": {"status": "accepted"}}, ["R-10"]),
    ({"filters": {"status": "ACCEPTED"}}, []),
    ({"seen_by": "demo-biologics"}, ["R-1", "R-10", "R-2", "R-2B"]),
    ({"seen_by": "river-clinic"}, ["R-3"]),
    ({"seen_by": "hill-clinic"}, []),
    ({"seen_by": "river-clinic", "search": "serum"}, []),
    ({"after": "R-10"}, ["R-2", "R-2B", "R-3"]),
)


def test_a_list_keeps_what_was_asked_for(listed: Store) -> None:
    for query, names in LISTS:
        found, rest = listed.catalogue(Query(room="reagent", **query))
        assert [row.stream.removeprefix("reagent/") for row in found] == names, query
        assert rest == ""


def test_a_list_is_filtered_by_members_of_the_summary(store: Store) -> None:
    rows = [
        CatalogueRow(stream=f"lot/{name}", organisation="o", status="s", title="t", seq=0, summary=summary)
        for name, summary in (
            ("A", {"product": "EXO-1", "kind": "finished"}),
            ("B", {"product": "exo-1", "kind": "finished"}),
            ("C", {"product": 'a "quoted" \\ é', "kind": "bank"}),
            ("D", {"product": None, "kind": "bank"}),
        )
    ]
    prepared = Desk(store).prepare("R-1", reagent())
    store.commit(replace(prepared, rows=IndexRows(catalogue=tuple(rows))))

    def named(**filters: str) -> list[str]:
        found, _ = store.catalogue(Query(room="lot", filters=filters))
        return [row.stream for row in found]

    assert named(product="EXO-1") == ["lot/A"]
    assert named(product='a "quoted" \\ é') == ["lot/C"]
    assert named(product="EXO") == []
    assert named(kind="finished", product="exo-1") == ["lot/B"]
    assert named(product='EXO-1","kind":"finished') == []
    assert store.catalogue(Query(room="lot"))[0] == tuple(rows)


def test_a_list_is_read_page_by_page(listed: Store) -> None:
    pages, after = [], ""
    while True:
        page, after = listed.catalogue(Query(room="reagent", size=2, after=after))
        pages.append([row.stream for row in page])
        if not after:
            break
    assert pages == [["reagent/R-1", "reagent/R-10"], ["reagent/R-2", "reagent/R-2B"], ["reagent/R-3"]]


def test_a_list_shows_the_newest_state(store: Store) -> None:
    desk = Desk(store)
    desk.lay("R-1", reagent())
    ((before,), _) = store.catalogue(Query(room="reagent"))
    desk.lay("R-1", accepted())
    ((after,), _) = store.catalogue(Query(room="reagent"))
    assert (before.seq, after.seq) == (0, 1)
    assert (before.status, after.status) == ("quarantined", "accepted")


def test_files_are_kept_once_under_their_digest(store: Store) -> None:
    desk = Desk(store)
    first, again = (
        Enclosure(name=Line(name), media_type=Line("text/csv"), content=b"\x00\xff,1\n") for name in ("a.csv", "b.csv")
    )  # fmt: skip
    desk.lay("first-works", organisation(), enclosed=[first])
    desk.lay("other-works", organisation(), enclosed=[again])
    assert store.file(str(first.file.sha256)) == first


def test_what_cites_a_stream_is_a_set_with_a_version(store: Store) -> None:
    world = busy(store)
    names, version = store.citing(f"lot/{LOT_A}", "shipment")
    assert names == ("shipment/SHP-1",)
    assert store.records(version, 1)[0].stream == "shipment/SHP-1"
    assert store.records(version, 1)[0].seq == 0
    world.send(1, shipment="SHP-0")
    names, later = store.citing(f"lot/{LOT_A}", "shipment")
    assert names == ("shipment/SHP-0", "shipment/SHP-1")
    assert later == store.head().size - 1
    assert store.citing(f"lot/{LOT_A}", "recall") == ((), NEVER)


def test_vials_are_read_by_lot_by_serial_and_in_order(store: Store) -> None:
    world = busy(store)
    every = store.vials(LOT_A)
    assert [vial.ordinal for vial in every] == list(range(15))
    one, other = every[9].serial, every[2].serial
    assert store.vials(LOT_A, [one, "7K3M9QW2TX49", other, one]) == (every[2], every[9])
    assert store.vials(LOT_A, []) == ()
    assert store.vials("EX999999Z", [one]) == ()
    assert store.lots_with_serial(one) == (LOT_A,)
    assert every[0] == world.vial(0)
    assert every[0].in_use is not None
    assert every[0].version == 3


def test_who_was_sent_a_lot_may_see_it(store: Store) -> None:
    busy(store)
    assert store.consigned(CLINIC, f"lot/{LOT_A}")
    assert store.consigned(CLINIC, "shipment/SHP-1")
    assert not store.consigned(OWNER, f"lot/{LOT_A}")


def test_the_hot_read_gives_answer_vial_and_size_at_once(store: Store) -> None:
    world = busy(store)
    answer, vial, size = store.hot(LOT_A, world.serials()[0])
    assert answer == store.lot_answer(LOT_A)
    assert vial == world.vial(0)
    assert size == store.head().size
    assert store.hot(LOT_A, "7K3M9QW2TX49") == (answer, None, size)
    assert store.hot("EX999999Z", world.serials()[0]) == (None, None, size)
    world.prepare(1)
    assert store.hot(LOT_A, world.serials()[1]) == (answer, world.vial(1), size + 1)


def test_a_release_is_placed_in_the_log_by_the_commit(store: Store) -> None:
    busy(store)
    answer = store.lot_answer(LOT_A)
    assert answer is not None
    assert store.records(answer.release_index, 1)[0].kind == "LotReleased"
    assert answer.release_index != UNRELEASED


def test_the_index_of_an_act_is_what_the_store_shows_afterwards(store: Store) -> None:
    desk = Desk(store)
    prepared = desk.prepare("R-1", reagent(), accepted())
    store.commit(prepared)
    ((row,), _) = store.catalogue(Query(room="reagent"))
    assert prepared.rows.catalogue == (row,)
    assert index(View(store), (), {}) == IndexRows()


def test_time_in_the_log_does_not_run_back(store: Store) -> None:
    desk = Desk(store)
    desk.lay("R-1", reagent())
    desk.clock.tick(minutes=-3)
    desk.lay("R-2", reagent())
    assert store.head().recorded_at == desk.clock() + timedelta(minutes=3)


def test_points_of_a_chart_are_the_newest_of_a_time_in_the_order_in_which_they_were_read(
    store: Store,
) -> None:
    for day in (3, 1, 2):
        point = measured(day)
        also = replace(point, digest=f"{day}b", result=2, standing=PointStanding.REPEATED)
        other = replace(
            point, digest=f"{day}c", assay="potency", comparator=Comparator.BELOW_LOD, outcome=None
        )
        prepared = Desk(store).prepare(f"R-{day}", reagent())
        store.commit(replace(prepared, rows=replace(prepared.rows, points=(other, also, point))))
    asked = PointQuery(product="EXO-1", assay="endotoxin", most=9)
    assert store.points(asked) == (measured(1), measured(2), measured(3))
    assert store.points(replace(asked, most=2)) == (measured(2), measured(3))
    assert store.points(replace(asked, since=measured(2).read_at, until=measured(3).read_at)) == (
        measured(2),
    )
    assert [one.digest for one in store.points(replace(asked, counted=False))] == ["1b", "2b", "3b"]
    assert store.points(replace(asked, product="EXO-2")) == ()
    assert store.assays_charted("EXO-1") == {"endotoxin": 3, "potency": 3}
    assert store.assays_charted("EXO-2") == {}


def test_a_point_that_changed_stands_in_the_place_of_what_it_was(store: Store) -> None:
    changed = replace(measured(1), standing=PointStanding.INVALIDATED, outcome=Judgement.FAIL)
    for name, point in (("R-1", measured(1)), ("R-2", changed)):
        prepared = Desk(store).prepare(name, reagent())
        store.commit(replace(prepared, rows=replace(prepared.rows, points=(point,))))
    asked = PointQuery(product="EXO-1", assay="endotoxin", most=9)
    assert (store.points(asked), store.points(replace(asked, counted=False))) == ((), (changed,))


def measured(day: int) -> ChartPoint:
    """A point of that day of November."""
    return ChartPoint(
        digest=f"{day}a", lot=f"EX26110{day}A", result=1, product="EXO-1", assay="endotoxin",
        read_at=datetime(2026, 11, day, 9, tzinfo=UTC), comparator=Comparator.EQUAL, figure=Decimal("0.20"),
        unit="EU/mL", outcome=Judgement.PASS, standing=PointStanding.COUNTED,
    )  # fmt: skip
