"""What anybody might do about a lot in the laboratory, for tests that try one act after another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.release_oracle import Act, Plain

ANALYSTS = ("analyst", "second_analyst")
DECIDERS = ("quality", "second_quality")
PEOPLE = (*ANALYSTS, *DECIDERS)
STERILITY = {"assay": "sterility", "kind": "growth", "method": "USP <71>"}
IDENTITY = {"assay": "identity_transmembrane", "kind": "presence", "method": "Flow", "expected": "positive"}
ENDOTOXIN = {
    "assay": "endotoxin", "kind": "numeric", "method": "USP <85>", "unit": "EU/mL", "high": "0.5",
    "basis": "K/M with K = 5 EU/kg/h",
}  # fmt: skip
MODE = {
    "assay": "size_mode", "kind": "numeric", "method": "NTA", "unit": "nm", "low": "80", "high": "150.0",
    "required": False,
}  # fmt: skip
CRITERIA = (ENDOTOXIN, STERILITY, IDENTITY, MODE)
"""The first version: three required assays and an informative one."""
PASSING: dict[str, Plain] = {
    "endotoxin": {"value": "0.2", "unit": "EU/mL"},
    "sterility": {"finding": "no_growth", "days": 14},
    "identity_transmembrane": {"finding": "positive"},
    "size_mode": {"value": "95", "unit": "nm"},
}


def run_of(said: Plain, read: datetime, laboratory: str) -> Plain:
    """The result as a request states it, for an assay that was read then in this laboratory."""
    began = read.timestamp() - said.get("days", 1) * 86_400
    start = datetime.fromtimestamp(began, tz=read.tzinfo)
    return {
        "method": "SOP-QC", "method_version": "1", "facility": laboratory, "started": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "read": f"{read:%Y-%m-%dT%H:%M:%SZ}", **{name: value for name, value in said.items() if name != "days"},
    }  # fmt: skip


def version_of(said: Plain, today: date) -> Plain:
    """The draft as a request states it."""
    begins = today + timedelta(days=said["in_days"])
    return {"criteria": said["criteria"], "effective_from": begins.isoformat()}


VALUES = ("0.05", "0.1", "0.2", "0.5", "0.54", "0.55", "0.9")
"""Endotoxin on either side of every limit, and where rounding decides."""


def _endotoxin() -> st.SearchStrategy[Plain]:
    value, comparator = (
        st.sampled_from(VALUES),
        st.sampled_from("=<>"),
    )
    return st.builds(
        lambda value, comparator: {
            "assay": "endotoxin", "value": value, "comparator": comparator, "unit": "EU/mL",
        },
        value, comparator,
    )  # fmt: skip


GOOD = st.sampled_from([{"assay": assay, **said} for assay, said in PASSING.items()])
FAILING: dict[str, Plain] = {
    "endotoxin": {"value": "0.9", "unit": "EU/mL"},
    "sterility": {"finding": "growth", "days": 3},
    "identity_transmembrane": {"finding": "negative"},
}
RESULTS = st.one_of(
    GOOD,
    st.sampled_from([{"assay": assay, **said} for assay, said in FAILING.items()]),
    _endotoxin(),
    st.sampled_from(
        [
            {"assay": "sterility", "finding": "no_growth", "days": 3},
            {"assay": "size_mode", "value": "79.4", "unit": "nm"},
            {"assay": "size_mode", "value": "79.5", "unit": "nm", "comparator": ">"},
        ]
    ),
)
LIMITS: tuple[Plain, ...] = (
    {"high": "0.1"}, {"high": "1.0"}, {"high_comparator": "<"}, {"rounding": "none"},
    {"high": "1.0", "decimals": 1, "high_comparator": "<"},
)  # fmt: skip
VERSIONS = st.sampled_from(
    [
        {"in_days": days, "criteria": [{**ENDOTOXIN, **limit}, STERILITY, IDENTITY, {**MODE, **weight}]}
        for days in (0, 1)
        for limit in LIMITS
        for weight in ({}, {"required": True}, {"required": True, "low_comparator": ">"})
    ]
)  # fmt: skip
REQUIRED = ("endotoxin", "sterility", "identity_transmembrane")
LOOSER: Plain = {"in_days": 0, "criteria": [{**ENDOTOXIN, "high": "1.0"}, STERILITY, IDENTITY, MODE]}
"""A version that lets more pass."""
NUMBERS = st.integers(0, 6)
"""The number of a result, an investigation or a version; 0 is the latest."""
_PERSON, _DECIDER, _ANALYST = st.sampled_from(PEOPLE), st.sampled_from(DECIDERS), st.sampled_from(ANALYSTS)
_PHASES = st.sampled_from([{"phase": "laboratory"}, {"phase": "retest", "retests": 1}])
_FOUND = st.sampled_from(
    [
        {"phase": phase, "cause": cause}
        for phase in ("laboratory", "retest")
        for cause in ("laboratory", "none")
    ]
)
_CONCLUSIONS = st.sampled_from(["laboratory_error", "inconclusive", "product_failure"]).map(
    lambda conclusion: {"phase": "laboratory", "conclusion": conclusion}
)


def _act(verb: str, who: st.SearchStrategy[str], **parts: Any) -> st.SearchStrategy[Act]:
    return st.builds(Act, st.just(verb), who, **parts)


_ANY = st.one_of(
    _act("record", _ANALYST, said=RESULTS),
    _act("correct", _PERSON, number=NUMBERS, said=RESULTS),
    _act("verify", _PERSON, number=NUMBERS),
    _act("investigate", _DECIDER, number=NUMBERS),
    _act("begin", _DECIDER, number=NUMBERS, said=_PHASES),
    _act("find", _DECIDER, number=NUMBERS, said=_FOUND),
    _act("conclude", _DECIDER, number=NUMBERS, said=_CONCLUSIONS),
    _act("invalidate", _DECIDER, number=NUMBERS, said=NUMBERS.map(lambda one: {"result": one})),
    _act("draft", _PERSON, said=VERSIONS),
    _act("approve", _PERSON, number=NUMBERS),
    _act("lift", _DECIDER, number=st.integers(1, 3)),
    *(_act(verb, _DECIDER) for verb in ("assess", "hold", "release", "day")),
)
"""One act of whoever, about whatever."""
RUNS = (
    "record verify", "pass", "pass verify", "fail stands", "fail stands pass verify", "fail amend verify",
    "fail begin find error invalidate", "fail begin find error invalidate pass verify",
    "fail begin find error amend verify", "fail error invalidate",
    "fail begin nothing plan again verify none stands", "pass verify amend", "pass verify spoil",
    "pass verify investigate amend verify", "investigate begin find error", "fail stands draft approve",
    "draft approve", "draft approve day", "pass verify hold", "hold lift", "pass verify assess release fail",
    "pass verify assess release amend", "pass verify assess release draft approve", "pass self", "second pass peer",
    "mine approve", "fail begin find error elsewhere",
)  # fmt: skip
"""What is done one after another by people who know what they do: well, badly, or hoping that nobody looks."""


def run(
    verbs: str, assay: str, *, who: str = "analyst", quality: str = "quality", recorded: Plain | None = None,
    version: Plain = LOOSER,
) -> list[Act]:  # fmt: skip
    """The acts of a run, about this assay and the latest result; 0 stands for its number."""
    good, bad = {"assay": assay, **PASSING[assay]}, {"assay": assay, **FAILING[assay]}
    last = "retest" if "plan" in verbs else "laboratory"
    known = {
        "record": Act("record", who, said=recorded or good),
        "pass": Act("record", who, said=good),
        "fail": Act("record", who, said=bad),
        "again": Act("record", who, said={**good, "retests": 0}),
        "amend": Act("correct", who, said=good),
        "spoil": Act("correct", who, said=bad),
        "find": Act("find", quality, said={"phase": "laboratory", "cause": "laboratory"}),
        "nothing": Act("find", quality, said={"phase": "laboratory", "cause": "none"}),
        "none": Act("find", quality, said={"phase": "retest", "cause": "none"}),
        "begin": Act("begin", quality, said={"phase": "laboratory"}),
        "plan": Act("begin", quality, said={"phase": "retest", "retests": 1}),
        "error": Act("conclude", quality, said={"phase": "laboratory", "conclusion": "laboratory_error"}),
        "stands": Act("conclude", quality, said={"phase": last, "conclusion": "inconclusive"}),
        "invalidate": Act("invalidate", quality, said={"result": 0}),
        "elsewhere": Act("invalidate", quality, said={"result": 1}),
        "self": Act("verify", who),
        "second": Act("record", ANALYSTS[1], said=good),
        "peer": Act("verify", ANALYSTS[1]),
        "draft": Act("draft", who, said=version),
        "mine": Act("draft", quality, said=version),
    }
    return [known.get(verb, Act(verb, quality)) for verb in verbs.split()]


def acts(most: int) -> st.SearchStrategy[list[Act]]:
    """Anything that anybody might do about a lot in the laboratory."""
    runs = st.builds(
        run, st.sampled_from(RUNS), st.sampled_from(REQUIRED), who=_ANALYST, quality=_DECIDER, recorded=RESULTS,
        version=VERSIONS,
    )  # fmt: skip
    several = st.lists(_ANY.map(lambda act: [act]) | runs, max_size=most)
    return several.map(lambda parts: [act for part in parts for act in part])


BEGINNINGS = st.sampled_from(
    [*(REQUIRED,) * 3, *(tuple(one for one in REQUIRED if one != left) for left in REQUIRED), ()]
)
"""Which of the required assays pass and are verified before anything else happens."""


def beginning(assays: Iterable[str]) -> list[Act]:
    """The acts that let these assays pass, and the assessment after them."""
    passing = [Act("record", "analyst", said={"assay": assay, **PASSING[assay]}) for assay in assays]
    verified = [Act("verify", "second_analyst", number) for number in range(1, len(passing) + 1)]
    return [*passing, *verified, Act("assess", "quality")]


ENDING = (Act("assess", "quality"), Act("release", "second_quality"))
"""Quality tries to have done with it."""
