"""Verdicts one by one, for leads who want to see what was decided."""

from __future__ import annotations

from django.db.models import QuerySet

from annotation.models import Study, Verdict


def list_recent(study: Study) -> QuerySet[Verdict]:
    """Return the standing verdicts, newest first, with all that a line about them needs."""
    return (
        Verdict.standing.filter(study=study)
        .select_related("annotator", "comparison__query", "comparison__candidate")
        .defer("comparison__query__turns", "comparison__query__reference", "comparison__query__options")
        .order_by("-pk")
    )
