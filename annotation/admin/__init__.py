"""Django's admin: every table, what is derived or append-only for reading alone."""

from annotation.admin.background import AuditEventAdmin, BackgroundRunAdmin, StudyFileAdmin
from annotation.admin.ensembles import EnsembleRunAdmin
from annotation.admin.judging import ComparisonAdmin, LeaseAdmin, SkipAdmin, VerdictAdmin
from annotation.admin.pool import CandidateAdmin, QueryAdmin, ResponseAdmin
from annotation.admin.selection import PosteriorSnapshotAdmin, SelectionStateAdmin, WeakTensorAdmin
from annotation.admin.studies import ApiTokenAdmin, MembershipAdmin, StudyAdmin

__all__ = [
    "ApiTokenAdmin",
    "AuditEventAdmin",
    "BackgroundRunAdmin",
    "CandidateAdmin",
    "ComparisonAdmin",
    "EnsembleRunAdmin",
    "LeaseAdmin",
    "MembershipAdmin",
    "PosteriorSnapshotAdmin",
    "QueryAdmin",
    "ResponseAdmin",
    "SelectionStateAdmin",
    "SkipAdmin",
    "StudyAdmin",
    "StudyFileAdmin",
    "VerdictAdmin",
    "WeakTensorAdmin",
]
