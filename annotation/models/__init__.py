"""Rows. Everything in the derived tables can be rebuilt from verdicts and responses."""

from annotation.models.accounts import ApiToken
from annotation.models.audit import AuditEvent
from annotation.models.ensembles import EnsembleRun
from annotation.models.pool import Candidate, Query, Response
from annotation.models.runs import BackgroundRun, StudyFile
from annotation.models.selection import PosteriorSnapshot, SelectionState, WeakTensor
from annotation.models.studies import Membership, Study
from annotation.models.verdicts import Comparison, Lease, Side, Skip, Verdict

__all__ = [
    "ApiToken",
    "AuditEvent",
    "BackgroundRun",
    "Candidate",
    "Comparison",
    "EnsembleRun",
    "Lease",
    "Membership",
    "PosteriorSnapshot",
    "Query",
    "Response",
    "SelectionState",
    "Side",
    "Skip",
    "Study",
    "StudyFile",
    "Verdict",
    "WeakTensor",
]
