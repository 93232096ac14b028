"""The wire's certificates of analysis: issued, listed, and looked up again."""

from __future__ import annotations

from marshmallow import Schema

from schemas.members import Strict, count, fixed, moment, part, parts, term, text, upload, words
from schemas.verdicts import VerdictSchema

STANDINGS = ("current", "outdated", "superseded")
KNOWN = (*STANDINGS, "altered", "unknown")
CODES = ("agrees", "differs", "not_given")


class IssueCertificateSchema(Strict):
    """A certificate for the lot as it is assessed."""

    reason = text("Why another takes the place of the one on record; needed from the second on.")


class CertificateSchema(Schema):
    """One certificate of a lot."""

    number = count("The lot's certificates are numbered from 1.", least=1, required=True)
    standing = term(STANDINGS, "Whether it is the one that holds.", required=True)
    in_words = words("The same for a person.")
    since = moment("Since when it is not current.", required=True, none=True)
    superseded_by = count("Which took its place.", required=True, none=True)
    issued_at = moment("When it was issued.", required=True)
    by = words("Who signed it.")
    reason = text("Why it took the place of the one before.", required=True, none=True)
    document = words("SHA-256 of the sealed file.")
    contents = words("SHA-256 of everything it says, as the file contents.json inside it has it.")
    code = words("What stands on every page: the beginning of that.")
    seal = words("The key that sealed it, by its thumbprint.")
    assessment = words("Digest of the assessment that it stands on.")
    release = words("Digest of the release that it stands on, if the lot was released.", none=True)
    page = words("Where its live answer is.")


class ListedCertificateSchema(CertificateSchema):
    """One certificate with where its file is."""

    file = words("Where its file is.")


class CertificatesSchema(Schema):
    """A lot's certificates."""

    items = parts(ListedCertificateSchema, "Every certificate, oldest first.", most=10_000, required=True)


class CheckCertificateSchema(Strict):
    """A file by its SHA-256."""

    sha256 = fixed(64, "SHA-256 of the file, in hexadecimal.", required=True)


class CertificateFileSchema(Strict):
    """A file to be looked up; it is not kept."""

    file = upload("The certificate as a PDF.")


class CertificateCheckSchema(Schema):
    """What is known of a file."""

    standing = term(
        KNOWN, "How it stands; altered where it is not the file that it says it is.", required=True
    )
    in_words = words("The same for a person.")
    lot = words("The lot it is of.", none=True)
    number = count("Its number.", required=True, none=True)
    issued_at = moment("When that certificate was issued.", required=True, none=True)
    since = moment("Since when it is not current.", required=True, none=True)
    superseded_by = count("Which took its place.", required=True, none=True)
    page = words("Where its live answer is.", none=True)


class LiveCertificateSchema(Schema):
    """How the certificate in hand stands, and where its lot does."""

    lot = words("The lot it is of.")
    number = count("Its number.", least=1, required=True)
    standing = term(STANDINGS, "Whether it is the one that holds.", required=True)
    in_words = words("The same for a person.")
    since = moment("Since when it is not current.", required=True, none=True)
    superseded_by = count("Which took its place.", required=True, none=True)
    issued_at = moment("When it was issued.", required=True)
    code = term(
        CODES, "Whether the code of the query is the one that this certificate has on record.", required=True
    )
    answer = part(
        VerdictSchema, "What is on record of the lot now; it does not identify a vial.", required=True
    )
