"""Asking for files to take away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from annotation.exceptions import InvalidValueError
from annotation.jobs.export_study import ExportFormat, formats_for, parse_export_format
from annotation.lookups.access import access_study
from annotation.models import BackgroundRun
from annotation.services.runs import run_enqueue
from annotation.services.studies import record

if TYPE_CHECKING:
    from annotation.lookups.access import User

__all__ = ["ExportFormat", "export_start", "formats_for"]


@transaction.atomic
def export_start(*, user: User, slug: str, export_format: str) -> BackgroundRun:
    """Queue the run that writes a study's file; lead only, since it names candidates and annotators.

    Raises
    ------
    InvalidValueError
        For a format that does not exist, or that does not fit the kind of study.
    """
    study = access_study(user=user, slug=slug, need="lead")
    wanted = parse_export_format(export_format)
    if wanted not in formats_for(study):
        raise InvalidValueError(f"format: {wanted} is for labelled studies only")
    params = {"format": str(wanted)}
    record(study, user, "export_start", **params)
    return run_enqueue(kind=BackgroundRun.Kind.EXPORT_STUDY, study=study, params=params, user=user)
