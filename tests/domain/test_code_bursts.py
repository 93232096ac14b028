"""Bursts of unknown serials from one clinic (V10): what counts together, and what is counted once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from qc_service.domain.code_checks import BurstSuspected, CodeChecked, burst, names_unknown
from qc_service.domain.identifiers import CountryCode, Line, OrganisationId, Sha256, Slug
from qc_service.domain.parties import ORGANISATION, OrganisationKind, OrganisationRegistered
from qc_service.domain.policies import DEFAULTS
from qc_service.domain.records import Body, Recorded
from qc_service.domain.vial_acts import Asked
from tests.domain.vial_stories import DIGEST, LOT, OWNER, T0, told

THEIRS = OrganisationId("other-biologics")


def code(serial: str | None, *, reason: str = "unknown_serial", ours: bool = True) -> CodeChecked:
    """A check of a code that names no vial."""
    return CodeChecked(
        lot=LOT if ours else None,
        lot_as_read=Line(LOT),
        serial_as_read=Line(serial) if serial else None,
        decision=Slug("do_not_use"),
        reasons=(Slug(reason),),
        alert=True,
        answer=DIGEST,
        asked=Asked(),
    )


def maker(checked: CodeChecked) -> OrganisationId | None:
    """Whose lots these are."""
    return OWNER if checked.lot else None


def at(minutes: float, body: Body, place: int = 0) -> Recorded:
    """Recorded so many minutes after the story begins."""
    return replace(told(body, hours=minutes / 60), digest=f"{place:064x}")


def of(*history: Recorded, now: CodeChecked | None = None, minutes: float = 10) -> BurstSuspected | None:
    """What the newest check amounts to after this history."""
    return burst(
        history,
        now or code("SERIAL-NOW"),
        T0 + timedelta(minutes=minutes),
        maker,
        replace(DEFAULTS, burst_serials=4),
    )


FOUR = tuple(at(place, code(f"SERIAL-{place}"), place) for place in range(1, 4))


def test_different_unknown_serials_within_the_time_are_a_burst_with_their_evidence() -> None:
    found = of(*FOUR)
    assert found == BurstSuspected(
        manufacturer=OWNER,
        since=T0 + timedelta(minutes=1),
        until=T0 + timedelta(minutes=10),
        codes=tuple(Sha256(one.digest) for one in FOUR),
    )
    assert found.cites() == (f"organisation/{OWNER}",)
    assert of(*FOUR[1:]) is None


def test_a_serial_counts_once() -> None:
    assert of(*FOUR[1:], at(4, code("SERIAL-2")), at(5, code("SERIAL-NOW"))) is None


def test_what_is_old_or_not_unknown_or_another_makers_is_not_counted() -> None:
    others = (
        at(5, code(None, reason="serial_needed")),
        at(6, code("SERIAL-8", reason="lot_mismatch")),
        at(7, code("SERIAL-9", ours=False)),
    )
    assert of(*FOUR[1:], *others) is None
    assert of(*FOUR, minutes=61) is not None
    assert of(*FOUR, minutes=62) is None
    late = replace(FOUR[0], recorded_at=T0 + timedelta(minutes=90))
    assert of(*FOUR[1:], late, minutes=62) is None
    assert of(*FOUR, now=code("SERIAL-NOW", ours=False)) is None


def test_what_made_a_burst_makes_no_second_one() -> None:
    raised = of(*FOUR)
    assert raised is not None
    assert of(*FOUR, at(8, raised)) is None
    elsewhere = replace(raised, manufacturer=None)
    assert elsewhere.cites() == ()
    assert of(*FOUR, at(8, elsewhere)) is not None


def test_only_a_serial_that_was_read_is_unknown() -> None:
    assert names_unknown(code("SERIAL-1", reason="unknown_lot"))
    assert not names_unknown(code(None, reason="unknown_lot"))
    assert not names_unknown(code("SERIAL-1", reason="malformed_code"))


def test_neither_a_code_nor_a_burst_changes_the_clinic() -> None:
    registered = OrganisationRegistered(
        name=Line("Other Biologics"),
        kind=OrganisationKind.MANUFACTURER,
        country=CountryCode("US"),
        zone=Line("UTC"),
    )
    raised = of(*FOUR)
    assert raised is not None
    story = [replace(one, stream=f"organisation/{THEIRS}") for one in (told(registered), *FOUR, told(raised))]
    assert ORGANISATION.replay(story) == ORGANISATION.replay(story[:1])
