"""The wire's pictures: a form's picture, and the answer with the codes that were seen in it."""

from __future__ import annotations

from marshmallow import Schema

from schemas.members import Strict, count, part, parts, several, upload, varying, words
from schemas.verdicts import VerdictSchema


class PictureFormSchema(Strict):
    """A picture of a label."""

    picture = upload("A JPEG, PNG or WebP picture, at most 12 MiB and 40 million pixels.")


class SeenCodeSchema(Schema):
    """A code in a picture."""

    code = words("What a scanner would send: symbology identifier, then the code with its separators.")
    kind = words("The kind of code; null where it cannot be read.", none=True)
    says = varying("What it says, field by field.")
    canonical = words("A GS1 code as it stands under a symbol.", none=True)
    corners = several(
        several(count("Pixels, from the left, then from the top.", most=100_000), "One corner.", least=2, most=2),
        "Where it is in the picture as a person sees it.", least=4, most=4, required=True,
    )  # fmt: skip


class PictureVerdictSchema(VerdictSchema):
    """The answer to the code in a picture; one of ``read`` and ``choices``, or neither where no code was found."""

    read = part(SeenCodeSchema, "The one code that was seen.", none=False)
    choices = parts(SeenCodeSchema, "Several codes: send the one on the vial in your hand to verify.")
