"""Who may do what: one table, asked in the first line of every use case (21 CFR 11.10(d), (g))."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a person is trusted with."""

    TECHNICIAN = "technician"
    ANALYST = "analyst"
    QUALITY = "quality"
    LOGISTICS = "logistics"
    CLINICIAN = "clinician"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """One kind of act, in the words a refusal uses ("You may not …")."""

    READ_RECORDS = "read records"
    REGISTER_ORGANISATION = "register an organisation"
    REGISTER_PERSON = "register a person"
    REGISTER_FACILITY = "register a facility"
    CERTIFY_FACILITY = "record a facility certification"
    REGISTER_PRODUCT = "register a product"
    DRAFT_SPECIFICATION = "draft a specification"
    APPROVE_SPECIFICATION = "approve a specification"
    REGISTER_EQUIPMENT = "register equipment"
    REGISTER_REAGENT = "register a reagent lot"
    DECIDE_REAGENT = "accept or reject a reagent lot"
    ATTACH_FILE = "attach a file"
    REGISTER_DONATION = "register a donation"
    RECORD_SCREENING = "record donor screening"
    READ_SCREENING_VALUES = "read donor screening values"
    DETERMINE_ELIGIBILITY = "determine donor eligibility"
    RECORD_CONSENT_WITHDRAWAL = "record a consent withdrawal"
    RECORD_LOOKBACK = "record a later donor result"
    REGISTER_LOT = "register a lot"
    RECORD_STEP = "record a processing step"
    OPEN_DEVIATION = "open a deviation"
    CLOSE_DEVIATION = "decide a deviation"
    RECORD_RESULT = "record a result"
    CORRECT_RESULT = "correct a result"
    VERIFY_RESULT = "verify a result"
    INVESTIGATE = "conclude an investigation"
    ASSIGN_TASK = "assign a task"
    REPORT_TASK = "report on a task"
    RUN_CAPA = "open or close a CAPA"
    ASSESS_LOT = "assess a lot"
    ISSUE_CERTIFICATE = "issue a certificate of analysis"
    RECORD_FILL = "record a fill"
    PRINT_LABELS = "print labels"
    RECORD_STORAGE = "record a storage temperature"
    DIRECT_STABILITY = "start, amend or conclude a stability study"
    PULL_SAMPLES = "pull stability samples"
    RELEASE_LOT = "release a lot"
    REJECT_LOT = "reject a lot"
    HOLD_LOT = "hold a lot"
    LIFT_HOLD = "lift a hold"
    SHIP = "dispatch a shipment"
    RECEIVE = "receive a shipment"
    CHECK_VIAL = "record a check"
    PREPARE_VIAL = "prepare a vial"
    ADMINISTER_VIAL = "record an administration"
    DISPOSE_VIAL = "record what became of a vial"
    REISSUE_VIAL = "reissue a returned vial"
    SETTLE_SUSPICION = "settle a suspected copy"
    SET_POLICY = "set a policy"
    READ_BURSTS = "read bursts of unknown serials"
    RECALL = "recall"
    ACKNOWLEDGE_RECALL = "acknowledge a recall"
    REPORT_REACTION = "report an adverse reaction"
    DECIDE_KEYS = "decide about a signing key"


_P = Permission
_READ = frozenset({_P.READ_RECORDS})
_MAKING = _READ | {
    _P.REGISTER_EQUIPMENT, _P.REGISTER_REAGENT, _P.ATTACH_FILE, _P.REGISTER_DONATION, _P.RECORD_SCREENING,
    _P.REGISTER_LOT, _P.RECORD_STEP, _P.OPEN_DEVIATION, _P.RECORD_FILL, _P.PRINT_LABELS, _P.RECORD_STORAGE,
    _P.RECORD_CONSENT_WITHDRAWAL, _P.RECORD_LOOKBACK, _P.DISPOSE_VIAL, _P.REPORT_TASK, _P.PULL_SAMPLES,
}  # fmt: skip

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.TECHNICIAN: _MAKING,
    Role.ANALYST: _READ | {
        _P.RECORD_RESULT, _P.CORRECT_RESULT, _P.VERIFY_RESULT, _P.REGISTER_EQUIPMENT, _P.REGISTER_REAGENT,
        _P.ATTACH_FILE, _P.OPEN_DEVIATION, _P.RECORD_SCREENING, _P.RECORD_LOOKBACK,
        _P.REPORT_TASK, _P.DRAFT_SPECIFICATION,
    },
    Role.QUALITY: _READ | {
        _P.REGISTER_FACILITY, _P.CERTIFY_FACILITY, _P.REGISTER_PRODUCT, _P.ATTACH_FILE,
        _P.DRAFT_SPECIFICATION, _P.APPROVE_SPECIFICATION,
        _P.READ_SCREENING_VALUES, _P.DETERMINE_ELIGIBILITY, _P.RECORD_CONSENT_WITHDRAWAL, _P.RECORD_LOOKBACK,
        _P.OPEN_DEVIATION, _P.PRINT_LABELS, _P.CORRECT_RESULT, _P.ISSUE_CERTIFICATE,
        _P.CLOSE_DEVIATION, _P.VERIFY_RESULT, _P.INVESTIGATE, _P.ASSESS_LOT, _P.RELEASE_LOT, _P.REJECT_LOT,
        _P.HOLD_LOT, _P.LIFT_HOLD, _P.REISSUE_VIAL, _P.SETTLE_SUSPICION, _P.SET_POLICY, _P.READ_BURSTS, _P.RECALL,
        _P.REPORT_REACTION, _P.DISPOSE_VIAL, _P.RECORD_STORAGE, _P.DIRECT_STABILITY,
        _P.REGISTER_EQUIPMENT, _P.REGISTER_REAGENT, _P.DECIDE_REAGENT, _P.DECIDE_KEYS,
        _P.ASSIGN_TASK, _P.REPORT_TASK, _P.RUN_CAPA,
    },
    Role.LOGISTICS: _READ | {_P.SHIP, _P.RECEIVE, _P.RECORD_STORAGE, _P.ATTACH_FILE, _P.DISPOSE_VIAL, _P.REPORT_TASK},
    Role.CLINICIAN: _READ | {
        _P.RECEIVE, _P.CHECK_VIAL, _P.PREPARE_VIAL, _P.ADMINISTER_VIAL, _P.DISPOSE_VIAL, _P.ACKNOWLEDGE_RECALL,
        _P.REPORT_REACTION,
    },
    Role.AUDITOR: _READ | {_P.READ_BURSTS, _P.READ_SCREENING_VALUES},
    Role.ADMINISTRATOR: _READ | {_P.REGISTER_ORGANISATION, _P.REGISTER_PERSON, _P.REGISTER_FACILITY, _P.DECIDE_KEYS},
}  # fmt: skip
"""The permissions of each role; whatever is not here is denied."""

SEE_EVERYTHING = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})
"""The roles that see every organisation's records; the others see their own and what was consigned to them."""
