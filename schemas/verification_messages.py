"""The wire of verification messaging (GS1 Lightweight Verification Messaging): the names are the standard's."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from schemas.members import truth

FAILURES = (
    "No_match_GTIN_Serial", "No_match_GTIN_Serial_Lot_Expiry", "No_match_GTIN_Serial_Lot",
    "No_match_GTIN_Serial_Expiry", "Not_for_re-distribution", "Manufacturer_policy", "No_reason_provided",
)  # fmt: skip
EXTRAS = ("Illegitimate", "Suspect", "Recalled", "Expired", "ExpirationExtended")


def _named(name: str, description: str) -> fields.String:
    return fields.String(required=True, data_key=name, metadata={"description": description})


class VerifiedSchema(Schema):
    """Whether the product identifier is verified."""

    verified = truth(
        "Whether a vial with this GTIN, serial, lot and expiry is on record in order.", required=True
    )
    failure = fields.String(
        data_key="verificationFailureReason", validate=validate.OneOf(FAILURES),
        metadata={"description": "Why it is not."},
    )  # fmt: skip
    extra = fields.String(
        data_key="additionalInfo", validate=validate.OneOf(EXTRAS),
        metadata={"description": "What else is to be known."},
    )  # fmt: skip


class VerificationMessageSchema(Schema):
    """The answer to a verification request, also where it is not verified."""

    timestamp = _named("verificationTimestamp", "When it was answered.")
    responder = _named("responderGLN", "Who answers.")
    result = fields.Nested(
        VerifiedSchema, required=True, data_key="data", metadata={"description": "What was found."}
    )
    correlation = _named("corrUUID", "As it was sent.")


class ConnectivitySchema(Schema):
    """Who would answer for a GTIN."""

    responder = _named("responderGLN", "Who answers.")
