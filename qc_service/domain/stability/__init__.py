"""Stability studies (ICH Q1A(R2), Q1E): lots kept in a condition and tested over time, and what they support."""

from qc_service.domain.stability.facts import (
    PullDeparture,
    Sample,
    StabilityExcursionDecided,
    StabilityPlanAmended,
    StabilityResultInvalidated,
    StabilityResultRecorded,
    StabilityResultVerified,
    StabilityStudyConcluded,
    StabilityStudyStarted,
    StabilityTemperatureRecorded,
    TimePointPulled,
)
from qc_service.domain.stability.plans import KeptAt, StudyAssay, StudyKind, StudyLot, TimePoint
from qc_service.domain.stability.studies import STABILITY, Study

__all__ = [
    "STABILITY",
    "KeptAt",
    "PullDeparture",
    "Sample",
    "StabilityExcursionDecided",
    "StabilityPlanAmended",
    "StabilityResultInvalidated",
    "StabilityResultRecorded",
    "StabilityResultVerified",
    "StabilityStudyConcluded",
    "StabilityStudyStarted",
    "StabilityTemperatureRecorded",
    "Study",
    "StudyAssay",
    "StudyKind",
    "StudyLot",
    "TimePoint",
    "TimePointPulled",
]
