"""The wire's label token: what a vial's label claims, signed."""

from __future__ import annotations

from marshmallow import Schema

from schemas.members import count, day, fixed, line, name, words

MOST = 2**53 - 1


class LabelTokenSchema(Schema):
    """A token, and what is in it."""

    token = words("What the QR code holds: EXO1: and a signed CWT in base45.")
    issuer = words("The log's origin.")
    gtin = fixed(14, "The product's GTIN.", required=True, none=True)
    lot = name("The lot.", required=True)
    serial = line("The vial's serial.", required=True)
    use_by = day("The last day on which the vial may be used.", required=True)
    fill_record = words("The record of the lot's fill, sha256: and its digest.")
    log_index = count("That record's place in the log.", most=MOST, required=True)
    kid = fixed(
        16, "The key that signed it: the first 8 bytes of its thumbprint, in hexadecimal.", required=True
    )
    says = words("What a token means, and what it does not.")
