"""The routes of donations: registration, screening, determination, consent and lookback."""

from __future__ import annotations

from qc_service.application.donations import (
    CorrectDonation,
    RegisterDonation,
    WithdrawConsent,
    correct_donation,
    read_donation,
    register_donation,
    withdraw_consent,
)
from qc_service.application.eligibility import (
    DetermineEligibility,
    RecordScreening,
    determine_eligibility,
    read_screenings,
    record_screening,
)
from qc_service.application.lookback import (
    ConcludeLookback,
    ReportLookback,
    conclude_lookback,
    report_lookback,
)
from qc_service.web.routes import Read, Write
from schemas.donations import (
    CorrectDonationSchema,
    DonationSchema,
    RegisterDonationSchema,
    WithdrawConsentSchema,
)
from schemas.screenings import (
    ConcludeLookbackSchema,
    DetermineEligibilitySchema,
    RecordScreeningSchema,
    ReportLookbackSchema,
    ScreeningsSchema,
)

DONATION = ("donation", "din")
"""The room, and the member that names the stream."""

ROUTES = (
    Read("/donations", listing="donation", summary="List donations"),
    Write(
        "POST",
        "/donations",
        use_case=register_donation,
        intent=RegisterDonation,
        body=RegisterDonationSchema,
        subject=DONATION,
        summary="Register a donation in quarantine",
    ),
    Read(
        "/donations/<din>",
        answer=read_donation,
        reply=DonationSchema,
        etag=DONATION,
        summary="One donation",
    ),
    Write(
        "POST",
        "/donations/<din>/corrections",
        use_case=correct_donation,
        intent=CorrectDonation,
        body=CorrectDonationSchema,
        subject=DONATION,
        summary="Put right a mistyped tissue, time or site",
    ),
    Read(
        "/donations/<din>/screenings",
        answer=read_screenings,
        reply=ScreeningsSchema,
        etag=DONATION,
        summary="The screening values of a donation and what they suggest",
    ),
    Write(
        "POST",
        "/donations/<din>/screenings",
        use_case=record_screening,
        intent=RecordScreening,
        body=RecordScreeningSchema,
        subject=DONATION,
        summary="Record a donor's screening and test results",
    ),
    Write(
        "POST",
        "/donations/<din>/eligibility",
        use_case=determine_eligibility,
        intent=DetermineEligibility,
        body=DetermineEligibilitySchema,
        subject=DONATION,
        if_match=True,
        summary="Determine a donor's eligibility",
    ),
    Write(
        "POST",
        "/donations/<din>/consent-withdrawal",
        use_case=withdraw_consent,
        intent=WithdrawConsent,
        body=WithdrawConsentSchema,
        subject=DONATION,
        summary="Record that the donor withdrew consent",
    ),
    Write(
        "POST",
        "/donations/<din>/lookback",
        use_case=report_lookback,
        intent=ReportLookback,
        body=ReportLookbackSchema,
        subject=DONATION,
        summary="Report a later adverse donor result",
    ),
    Write(
        "POST",
        "/donations/<din>/lookback/<int:lookback>/conclusion",
        use_case=conclude_lookback,
        intent=ConcludeLookback,
        body=ConcludeLookbackSchema,
        subject=DONATION,
        summary="Conclude a lookback",
    ),
)
