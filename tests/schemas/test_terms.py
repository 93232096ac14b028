"""The vocabularies of the wire are the domain's, term by term."""

from __future__ import annotations

from enum import StrEnum

import pytest

from qc_service.application.vial_dispositions import DispositionKind
from qc_service.application.work_list import Whose
from qc_service.domain.capa_acts import ActionKind, Effectiveness
from qc_service.domain.certifications import CertificationStatus
from qc_service.domain.consent import ConsentUse
from qc_service.domain.disposition import HoldCause, RecallKind
from qc_service.domain.donations import DonationStanding
from qc_service.domain.drafting import DraftStatus
from qc_service.domain.eligibility import EligibilityStanding
from qc_service.domain.expiry import Bounded, Direction, PoolModel
from qc_service.domain.facilities import FacilityKind
from qc_service.domain.investigations import Conclusion, InvestigationCause, ProposedDisposition
from qc_service.domain.label_prints import LabelFormat, LabelSymbol
from qc_service.domain.lookback import LookbackConclusion
from qc_service.domain.lots import AdditiveKind, LotStatus
from qc_service.domain.measurements import Comparator, Unit
from qc_service.domain.parties import OrganisationKind
from qc_service.domain.permissions import Role
from qc_service.domain.phases import AssignableCause, InvestigationPhase
from qc_service.domain.processing import DeviationCause, DeviationOutcome, Serum, Severity
from qc_service.domain.reactions import (
    Criterion,
    ReactionOutcome,
    ReactionSeverity,
    Relatedness,
    ReportingBasis,
)
from qc_service.domain.recalls import RecallClass, RecallDepth, RecallStatus
from qc_service.domain.registers import ReagentStatus
from qc_service.domain.rounding import Rounding
from qc_service.domain.schemes import CertificationType, Scheme
from qc_service.domain.screening import AssayStatus, Outcome, ScreeningFinding
from qc_service.domain.shipments import Condition, ShipmentStatus
from qc_service.domain.specification_changes import Alteration, Effect
from qc_service.domain.specifications import CriterionKind
from qc_service.domain.stability import PullDeparture, StudyKind
from qc_service.domain.stability.figures import LeftOutBecause
from qc_service.domain.stability.schedule import PullStatus
from qc_service.domain.tasks import TaskKind
from qc_service.domain.vial_acts import Clock, UndoStatement
from qc_service.domain.vocabulary import (
    AdministrationRoute,
    BasisKind,
    LotKind,
    Operation,
    Purpose,
    StepKind,
    Tissue,
)
from schemas import (
    capas,
    disposition,
    donations,
    facilities,
    lots,
    parties,
    processing,
    products,
    reactions,
    recalls,
    registers,
    results,
    screenings,
    shipments,
    specifications,
    stability,
    stability_figures,
    tasks,
    terms,
    vials,
)


@pytest.mark.parametrize(
    ("choices", "kind"),
    [
        (terms.LABEL_FORMATS, LabelFormat),
        (terms.LABEL_SYMBOLS, LabelSymbol),
        (terms.PURPOSES, Purpose),
        (terms.RECALL_KINDS, RecallKind),
        (terms.ROUTES, AdministrationRoute),
        (terms.STEP_KINDS, StepKind),
        (terms.TISSUES, Tissue),
        (capas.ACTION_KINDS, ActionKind),
        (capas.EFFECTIVENESS, Effectiveness),
        (disposition.HOLD_CAUSES, HoldCause),
        (donations.DETERMINATIONS, EligibilityStanding),
        (donations.STANDINGS, DonationStanding),
        (donations.USES, ConsentUse),
        (facilities.KINDS, FacilityKind),
        (facilities.OPERATIONS, Operation),
        (facilities.SCHEMES, Scheme),
        (facilities.STATUSES, CertificationStatus),
        (facilities.TYPES, CertificationType),
        (lots.ADDITIVES, AdditiveKind),
        (lots.LOT_KINDS, LotKind),
        (lots.LOT_STATUSES, LotStatus),
        (parties.KINDS, OrganisationKind),
        (parties.ROLES, Role),
        (processing.CAUSES, DeviationCause),
        (processing.DEVIATION_OUTCOMES, DeviationOutcome),
        (processing.SERA, Serum),
        (processing.SEVERITIES, Severity),
        (products.BASES, BasisKind),
        (reactions.BASES, ReportingBasis),
        (reactions.CRITERIA, Criterion),
        (reactions.OUTCOMES, ReactionOutcome),
        (reactions.RELATEDNESS, Relatedness),
        (reactions.SEVERITIES, ReactionSeverity),
        (recalls.CLASSES, RecallClass),
        (recalls.DEPTHS, RecallDepth),
        (recalls.STATUSES, RecallStatus),
        (registers.STATUSES, ReagentStatus),
        (results.ASSIGNABLE_CAUSES, AssignableCause),
        (results.CAUSES, InvestigationCause),
        (results.COMPARATORS, Comparator),
        (results.CONCLUSIONS, Conclusion),
        (results.PHASES, InvestigationPhase),
        (results.PROPOSALS, ProposedDisposition),
        (results.UNITS, Unit),
        (screenings.ASSAY_STATUSES, AssayStatus),
        (screenings.CONCLUSIONS, LookbackConclusion),
        (screenings.FINDINGS, ScreeningFinding),
        (screenings.OUTCOMES, Outcome),
        (shipments.CONDITIONS, Condition),
        (shipments.STATUSES, ShipmentStatus),
        (specifications.KINDS, CriterionKind),
        (specifications.ALTERATIONS, Alteration),
        (specifications.DRAFT_STATUSES, DraftStatus),
        (specifications.EFFECTS, Effect),
        (specifications.ROUNDINGS, Rounding),
        (stability_figures.BOUNDS, Bounded),
        (stability.DEPARTURES, PullDeparture),
        (stability_figures.DIRECTIONS, Direction),
        (stability_figures.LEFT_OUT, LeftOutBecause),
        (stability_figures.MODELS, PoolModel),
        (stability.PULL_STATUSES, PullStatus),
        (stability_figures.STUDY_KINDS, StudyKind),
        (tasks.TASKS, TaskKind),
        (tasks.WHOSE, Whose),
        (vials.CLOCKS, Clock),
        (vials.KINDS, DispositionKind),
        (vials.STATEMENTS, UndoStatement),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "terms",
)
def test_the_terms_are_the_domains(choices: tuple[str, ...], kind: type[StrEnum]) -> None:
    assert len(set(choices)) == len(choices)
    assert set(choices) == set(kind)
