"""What anybody might do about a lot in the laboratory, for tests that try one act after another."""

from __future__ import annotations

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


def _endotoxin() -> st.SearchStrategy[Plain]:
    value, comparator = (
        st.sampled_from(["0.05", "0.1", "0.2", "0.5", "0.54", "0.55", "0.9"]),
        st.sampled_from("=<>"),
    )
    return st.builds(
        lambda value, comparator: {
            "assay": "endotoxin", "value": value, "comparator": comparator, "unit": "EU/mL",
        },
        value, comparator,
    )  # fmt: skip


GOOD = st.sampled_from([{"assay": assay, **said} for assay, said in PASSING.items()])
BAD = st.sampled_from(
    [
        {"assay": "endotoxin", "value": "0.9", "unit": "EU/mL"},
        {"assay": "sterility", "finding": "growth", "days": 3},
        {"assay": "identity_transmembrane", "finding": "negative"},
    ]
)
RESULTS = st.one_of(
    GOOD,
    BAD,
    _endotoxin(),
    st.sampled_from(
        [
            {"assay": "sterility", "finding": "no_growth", "days": 3},
            {"assay": "size_mode", "value": "79.4", "unit": "nm"},
            {"assay": "size_mode", "value": "79.5", "unit": "nm", "comparator": ">"},
        ]
    ),
)
VERSIONS = st.sampled_from(
    [
        {"in_days": days, "criteria": [{**ENDOTOXIN, **limit}, STERILITY, IDENTITY, {**MODE, **weight}]}
        for days in (0, 1)
        for limit in (
            {"high": "0.1"}, {"high": "1.0"}, {"high_comparator": "<"}, {"rounding": "none"},
            {"high": "1.0", "decimals": 1, "high_comparator": "<"},
        )
        for weight in ({}, {"required": True}, {"required": True, "low_comparator": ">"})
    ]
)  # fmt: skip
NUMBERS = st.integers(0, 6)
"""The number of a result, an investigation or a version; 0 is the latest."""
_PERSON, _DECIDER, _ANALYST = st.sampled_from(PEOPLE), st.sampled_from(DECIDERS), st.sampled_from(ANALYSTS)
_FOUND = st.sampled_from(["laboratory", "none"]).map(lambda cause: {"cause": cause})
_CONCLUSIONS = st.sampled_from(["laboratory_error", "inconclusive", "product_failure"]).map(
    lambda conclusion: {"conclusion": conclusion}
)


def _act(verb: str, who: st.SearchStrategy[str], **parts: Any) -> st.SearchStrategy[Act]:
    return st.builds(Act, st.just(verb), who, **parts)


_ONE = {
    "record": _act("record", _ANALYST, said=RESULTS),
    "fail": _act("record", _ANALYST, said=BAD),
    "pass": _act("record", _ANALYST, said=GOOD),
    "correct": _act("correct", _PERSON, number=NUMBERS, said=RESULTS),
    "amend": _act("correct", _PERSON, number=NUMBERS, said=GOOD),
    "verify": _act("verify", _PERSON, number=NUMBERS),
    "investigate": _act("investigate", _DECIDER, number=NUMBERS),
    "begin": _act("begin", _DECIDER, number=NUMBERS),
    "find": _act("find", _DECIDER, number=NUMBERS, said=_FOUND),
    "conclude": _act("conclude", _DECIDER, number=NUMBERS, said=_CONCLUSIONS),
    "invalidate": _act("invalidate", _DECIDER, number=NUMBERS, said=NUMBERS.map(lambda one: {"result": one})),
    "draft": _act("draft", _PERSON, said=VERSIONS),
    "approve": _act("approve", _PERSON, number=NUMBERS),
    "lift": _act("lift", _DECIDER, number=st.integers(1, 3)),
    **{verb: _act(verb, _DECIDER) for verb in ("assess", "hold", "release", "day")},
}
_TOGETHER = (
    ("record", "verify"), ("pass", "verify"), ("draft", "approve"), ("assess", "release"), ("correct", "verify"),
    ("fail", "conclude"), ("fail", "conclude", "pass", "verify"), ("fail", "amend", "verify"),
    ("fail", "begin", "find", "conclude", "invalidate", "pass", "verify"),
    ("fail", "begin", "find", "conclude", "amend", "verify"), ("amend", "verify", "assess"),
    ("investigate", "begin", "find", "conclude"), ("begin", "find", "conclude", "invalidate", "assess"),
    ("draft", "approve", "assess"), ("hold", "lift"),
)  # fmt: skip


def acts(most: int) -> st.SearchStrategy[list[Act]]:
    """Anything that anybody might do about a lot in the laboratory, also what is usually done one after another."""
    single = st.one_of(*_ONE.values()).map(lambda act: [act])
    several = st.one_of(*(st.tuples(*(_ONE[verb] for verb in verbs)).map(list) for verbs in _TOGETHER))
    return st.lists(single | several, max_size=most).map(lambda runs: [act for run in runs for act in run])


_REQUIRED = ["endotoxin", "sterility", "identity_transmembrane"]
BEGINNINGS = st.sampled_from(
    [_REQUIRED, _REQUIRED, _REQUIRED, *([one for one in _REQUIRED if one != left] for left in _REQUIRED), []]
)
"""Which of the required assays pass and are verified before anything else happens."""


def beginning(assays: list[str]) -> list[Act]:
    """The acts that let these assays pass, and the assessment after them."""
    passing = [Act("record", "analyst", said={"assay": assay, **PASSING[assay]}) for assay in assays]
    verified = [Act("verify", "second_analyst", number) for number in range(1, len(assays) + 1)]
    return [*passing, *verified, Act("assess", "quality")]


ENDING = (Act("assess", "quality"), Act("release", "second_quality"))
"""Quality tries to have done with it."""
