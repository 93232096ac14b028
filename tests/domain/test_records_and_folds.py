"""Record kinds are entered once; folds tell what they understand and go on from a state."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from qc_service.domain.identifiers import Line, Text
from qc_service.domain.keys import KEY, KeyCompromised, KeyIntroduced, KeyRetired, KeyRole
from qc_service.domain.kinds import KINDS
from qc_service.domain.lots import LOT, LotRegistered
from qc_service.domain.permissions import ROLE_PERMISSIONS, SEE_EVERYTHING, Permission, Role
from qc_service.domain.processing import StepPerformed
from qc_service.domain.records import Body, Enclosure, New, record
from tests.domain.lot_stories import recorded

INTRODUCED = KeyIntroduced(role=KeyRole.RECORD, algorithm=Line("ed25519"), public=Line("AAAA"))


def test_two_kinds_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two record kinds are named LotRegistered"):

        @record("lot")
        @dataclass(frozen=True)
        class LotRegistered(Body):
            """A second kind of this name."""


def test_every_kind_has_a_room() -> None:
    assert all(kind.ROOM for kind in KINDS.values())


def test_a_fold_understands_its_own_kinds_and_those_of_its_parts() -> None:
    assert {LotRegistered, StepPerformed} <= LOT.kinds()


def test_a_new_record_names_its_stream_and_its_enclosure_by_digest() -> None:
    new = New(name="abc", body=INTRODUCED)
    file = Enclosure(name=Line("a.csv"), media_type=Line("text/csv"), content=b"").file
    assert new.stream == "key/abc"
    assert file.sha256.startswith("e3b0c442")


def test_a_key_is_introduced_retired_and_found_compromised_since_the_earliest_size() -> None:
    told = [
        INTRODUCED,
        KeyCompromised(since_size=9, explanation=Text("a laptop was stolen")),
        KeyCompromised(since_size=5, explanation=Text("it was copied before")),
        KeyRetired(explanation=Text("rotated")),
    ]
    key = KEY.replay(recorded(told, name="abc"))
    assert key is not None
    assert (key.introduced, key.retired, key.compromised_since) == (0, 3, 5)


def test_a_fold_goes_on_from_a_state() -> None:
    history = recorded([INTRODUCED, KeyRetired(explanation=Text("rotated"))], name="abc")
    assert KEY.replay(history[1:], KEY.replay(history[:1])) == KEY.replay(history)


def test_e4_every_role_may_read_and_whatever_is_not_in_the_table_is_denied() -> None:
    """Source: 21 CFR 11.10(d), (g)."""
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert all(Permission.READ_RECORDS in permitted for permitted in ROLE_PERMISSIONS.values())
    assert Permission.RELEASE_LOT not in ROLE_PERMISSIONS[Role.TECHNICIAN]
    assert {Role.AUDITOR, Role.ADMINISTRATOR} == SEE_EVERYTHING


def test_every_permission_is_somebody_s() -> None:
    assert set(Permission) == set().union(*ROLE_PERMISSIONS.values())
