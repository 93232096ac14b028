"""The decision table in words: for every reason code when it is given, what it decides, and what to do next."""

from __future__ import annotations

from qc_service.domain.verdict import NOTICES, RULES

WHEN: dict[str, str] = {
    "malformed_code": "what was scanned or typed is no code, or names no vial or lot",
    "scanner_configuration": "the scanner drops the separator, or sends other characters than it read",
    "unknown_product": "no product of this GTIN is on record",
    "serial_needed": "the code names a product or a lot against which nothing stands, and no vial",
    "ambiguous_lot": "a serial by itself is on record under more than one lot",
    "offline": "without a network, what is known is too old or too little",
    "log_unavailable": "the records cannot be read; the answer comes with status 503",
    "unknown_lot": "no lot of this number is on record",
    "unknown_serial": "the lot is on record and the serial is not",
    "lot_mismatch": "the serial belongs to another lot, or the lot to another product",
    "expiry_mismatch": "the label states another expiry than the records",
    "suspected_copy": "scans or acts on record cannot all be of one vial",
    "not_released": "quality did not release the lot for use on patients",
    "quarantined": "a donor behind the lot is not determined",
    "on_hold": "the lot is on hold for another reason than its temperature or a result",
    "rejected": "quality rejected the lot",
    "recalled": "a recall stands against the lot",
    "withdrawn": "a market withdrawal stands against the lot",
    "expired": "the printed day is over in the asking clinic's time zone, else in the product's",
    "donor_not_eligible": "a donor behind the lot was determined ineligible, or a later result was confirmed",
    "specification_not_met": "a required result fails or is unverified, or the product failed; or so of a lot behind",
    "facility_not_certified": "nothing in force covered a step of the lot, or of a lot behind it, on its day",
    "no_regulatory_basis": "the product has no basis for the country and route that are asked for",
    "route_not_permitted": "the product is not for the route that is asked for, or for none",
    "in_transit": "the vial is on its way to whoever asks",
    "not_consigned_here": "the vial was never sent to whoever asks",
    "sample_not_for_use": "the vial is a sample, was retained, or was rejected at inspection",
    "temperature_excursion": "a temperature in storage or on the way was out of limits, and quality has not decided",
    "in_use_time_exceeded": "whoever asks prepared the vial, and its time has run out",
    "set_aside": "the vial is set aside, arrived damaged, or waits for quality",
    "already_used": "the vial is recorded as used, here or, for anybody anonymous, somewhere",
    "used_elsewhere": "the vial is recorded as used at another organisation",
    "returned": "the vial was returned",
    "wasted": "the vial was wasted",
    "lost": "the vial was reported lost",
    "destroyed": "the vial was destroyed",
    "stolen": "the vial was reported stolen",
    "signature_invalid": "a record that the answer rests on is not as it was signed, or not signed by a trusted key",
    "record_missing": "a record that the answer rests on is not there",
    "key_compromised": "a record that the answer rests on was signed with a key since somebody else may hold it",
    "log_inconsistent": "what is kept is not what was recorded, or the log is shorter than it was",
}
"""When each reason is given."""

NOTICED: dict[str, str] = {
    "custody_not_checked": "nobody is signed in, so to whom the vial was sent was not checked",
    "expires_soon": "the vial expires within thirty days",
    "cleared_deviation": "quality justified a departure in the making of the lot, or of a lot behind it",
    "one_person_policy": "one person determined the donors, verified the results and released the lot",
    "late_records": "a step was recorded more than 24 hours afterwards",
    "scanned_twice": "one vial is in a tray more than once",
}
"""When each notice is given."""


def decision_table() -> str:
    """The table of reasons and the table of notices in Markdown, in the order in which an answer gives them."""
    reasons = (
        f"| {place} | `{code}` | {WHEN[code]} | `{rule.decides}` | {'yes' if rule.alert else ''} | {rule.next_step} |"
        for place, (code, rule) in enumerate(RULES.items(), 1)
    )
    notices = (f"| `{code}` | {NOTICED[code]} |" for code in NOTICES)
    return "\n".join(
        (
            "| | reason | given when | decides | alert | what to do |",
            "|---|---|---|---|---|---|",
            *reasons,
            "",
            "| notice | given when |",
            "|---|---|",
            *notices,
            "",
        )
    )
